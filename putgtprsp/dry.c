/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --dry: a target without a kernel, so that an experiment can be prepared where
 * there is only the vmlinux. To GDB it is KGTP, with memory as it was linked: it
 * takes every definition, and its runs have no frames. What KGTP says of itself
 * comes from the module's own headers.
 *
 * It is a process of its own behind a socket, where the relay has the device
 * otherwise.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../arch/x86_regs.h"
#include "../trace/var/specials.h"

#define XML_MAX		8192
#define REPLY_MAX	RSP_PACKET_SIZE
#define NAME_OF_TEXT	"5f74657874"			/* _text */
#define NAME_OF_BANNER	"6c696e75785f62616e6e6572"	/* linux_banner */

struct reg {
	const char *name, *type;
	unsigned int bits;
};

#define WITH_FIELD(name, type, bits, field)	{ name, type, bits },
#define WITHOUT(name, type, bits)		{ name, type, bits },

static const struct reg regs_64[] = {
	X86_64_REGS(WITH_FIELD, WITH_FIELD, WITHOUT)
	{ NULL, NULL, 0 }
};

static const struct reg regs_32[] = {
	X86_32_REGS(WITH_FIELD, WITH_FIELD, WITHOUT)
	{ NULL, NULL, 0 }
};

#define SPECIAL(num, name)	{ num, #name },

static const struct {
	unsigned int num;
	const char *name;
} specials[] = { GTP_SPECIALS(SPECIAL) };

#define NR_SPECIALS	(sizeof(specials) / sizeof(specials[0]))

static struct {
	int fd;
	int noack;
	int running;
	unsigned int var;	/* the next one that qTsV tells */
	const struct reg *regs;
	struct kernel *kernel;
	u64 offset;
	int wrong;		/* GDB's file is another one than ours */
	char xml[XML_MAX];
	char reply[REPLY_MAX + 8];
	size_t len;		/* of the reply so far, from its '$' on */
} dry;

/* ---- replies --------------------------------------------------------------- */

static void begin(void)
{
	dry.len = 0;
	dry.reply[dry.len++] = '$';
}

static void put(char c)
{
	if (dry.len < REPLY_MAX)
		dry.reply[dry.len++] = c;
}

static void puts_reply(const char *s)
{
	while (*s)
		put(*s++);
}

static void printf_reply(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
static void printf_reply(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	puts_reply(text);
}

static void put_hex(const void *data, size_t n)
{
	const unsigned char *p = data;

	while (n--)
		printf_reply("%02x", *p++);
}

static void put_binary(const void *data, size_t n)
{
	const unsigned char *p = data;

	for (; n--; p++) {
		if (strchr("#$}*", *p) && *p) {
			put('}');
			put(*p ^ 0x20);
		} else {
			put(*p);
		}
	}
}

static void send_all(const char *p, size_t n)
{
	ssize_t done;

	while (n) {
		done = write(dry.fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			_exit(0);	/* the relay has ended */
		p += done;
		n -= done;
	}
}

static void send_reply(void)
{
	unsigned char sum = 0;
	size_t i;

	for (i = 1; i < dry.len; i++)
		sum += (unsigned char)dry.reply[i];
	sprintf(dry.reply + dry.len, "#%02x", sum);
	send_all(dry.reply, dry.len + 3);
}

/* Text for the user, in front of the reply. Not in front of every packet's. */
static void say_first(const char *text)
{
	begin();
	put('O');
	put_hex(text, strlen(text));
	send_reply();
	begin();
}

/* ---- packets ---------------------------------------------------------------- */

static void make_xml(void)
{
	const struct reg *r;
	size_t n;

	n = sprintf(dry.xml, "<?xml version=\"1.0\"?>\n"
		    "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
		    "<!-- kgtp: _text=0x%llx offset=0x%llx%s%s -->\n"
		    "<target>\n<architecture>%s</architecture>\n"
		    "<osabi>none</osabi>\n<feature name=\"" X86_FEATURE "\">\n",
		    vmlinux_base() + dry.offset, dry.offset,
		    dry.kernel->build_id[0] ? " build-id=" : "",
		    dry.kernel->build_id, dry.kernel->machine);
	for (r = dry.regs; r->name; r++)
		n += sprintf(dry.xml + n,
			     "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\"/>\n",
			     r->name, r->bits, r->type);
	sprintf(dry.xml + n, "</feature>\n</target>\n");
}

/* qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH */
static void serve_xfer(const char *packet)
{
	static const char threads[] = "<?xml version=\"1.0\"?>\n<threads>\n"
		"<thread id=\"1\">no kernel</thread>\n</threads>\n";
	const char *text, *at;
	size_t len, off, n;

	if (!strncmp(packet, "qXfer:features:read:target.xml:", 31)) {
		text = dry.xml;
		at = packet + 31;
	} else if (!strncmp(packet, "qXfer:threads:read::", 20)) {
		text = threads;
		at = packet + 20;
	} else {
		puts_reply("E00");
		return;
	}
	len = strlen(text);
	off = hex_number(at, &at);
	n = *at == ',' ? hex_number(at + 1, NULL) : 0;
	if (off > len)
		off = len;
	if (n > len - off)
		n = len - off;
	if (n > REPLY_MAX / 2)
		n = REPLY_MAX / 2;
	put(off + n < len ? 'm' : 'l');
	put_binary(text + off, n);
}

/* m and x: ADDRESS,LENGTH */
static void serve_memory(const char *packet, int binary)
{
	static unsigned char buf[REPLY_MAX / 2 - 16];
	const char *p;
	u64 addr = hex_number(packet + 1, &p);
	size_t size = *p == ',' ? hex_number(p + 1, NULL) : 0, n;

	if (binary)
		put('b');
	if (!size)
		return;
	n = vmlinux_read(addr - dry.offset, buf,
			 size < sizeof(buf) ? size : sizeof(buf));
	if (!n) {
		begin();
		puts_reply("E01");
	} else if (binary) {
		put_binary(buf, n);
	} else {
		put_hex(buf, n);
	}
}

static void check_text(u64 at)
{
	u64 right = vmlinux_base() + dry.offset;

	if (at == right)
		return;
	if (!dry.wrong)
		complain("GDB has _text at 0x%llx, not at 0x%llx: give GDB the file that --dry has, before it connects",
			 at, right);
	dry.wrong = 1;
}

/* All kernels have _text at the same place, but not this one. */
static void check_banner(u64 at)
{
	char text[16 + sizeof(dry.kernel->release)];
	unsigned char theirs[sizeof(text)];
	int n;

	n = snprintf(text, sizeof(text), "Linux version %s ",
		     dry.kernel->release);
	if (vmlinux_read(at - dry.offset, theirs, n) == (size_t)n &&
	    !memcmp(theirs, text, n))
		return;
	if (!dry.wrong)
		complain("GDB has the symbols of another kernel than %s: give it the file that --dry has",
			 dry.kernel->release);
	dry.wrong = 1;
}

/*
 * GDB offers to look up symbols whenever it has loaded a file. With another one than
 * ours, what is recorded would be of no use.
 */
static void serve_symbol(const char *packet)
{
	const char *name = strrchr(packet, ':') + 1, *end;
	u64 at = hex_number(packet + 8, &end);
	int found = end != packet + 8;

	if (!*name) {
		dry.wrong = 0;
		puts_reply("qSymbol:" NAME_OF_TEXT);
		return;
	}
	if (!strcmp(name, NAME_OF_TEXT)) {
		if (found)
			check_text(at);
		/* Without its text there is nothing to compare. */
		if (found && dry.kernel->release[0] && !dry.wrong) {
			puts_reply("qSymbol:" NAME_OF_BANNER);
			return;
		}
	} else if (found) {
		check_banner(at);
	}
	puts_reply("OK");
}

static void serve_var(int first)
{
	if (first)
		dry.var = 0;
	if (dry.var == NR_SPECIALS) {
		put('l');
		return;
	}
	printf_reply("%x:0:1:", specials[dry.var].num);
	put_hex(specials[dry.var].name, strlen(specials[dry.var].name));
	dry.var++;
}

/* qRcmd: the commands by which kgtp.py knows KGTP. */
static void serve_monitor(const char *hex)
{
	char text[64], line[800];

	unhex(hex, text, sizeof(text));
	if (!strcmp(text, "help"))
		say_first("There is no kernel here (putgtprsp --dry). monitor vmlinux: of which kernel the file is.\n");
	else if (!strcmp(text, "vmlinux")) {
		const char *version = strchr(dry.kernel->version, '#');

		snprintf(line, sizeof(line), "GDB's symbols are those of the running kernel.\nThe kernel is %s %s.\n",
			 dry.kernel->release[0] ? dry.kernel->release : "unknown",
			 version ? version : "");
		say_first(line);
	} else {
		say_first("There is no kernel here (putgtprsp --dry).\n");
	}
	puts_reply("OK");
}

/* As in the module, only the pc has a value: without one GDB does not connect. */
static void put_reg(const struct reg *r)
{
	int is_pc = !strcmp(r->type, "code_ptr");
	unsigned int i;

	for (i = 0; i < r->bits / 8; i++)
		puts_reply(is_pc ? "00" : "xx");
}

static void serve_regs(void)
{
	const struct reg *r;

	for (r = dry.regs; r->name; r++)
		put_reg(r);
}

static void serve_reg(const char *digits)
{
	const struct reg *r = dry.regs;
	u64 n = hex_number(digits, NULL);

	while (n && r->name) {
		n--;
		r++;
	}
	if (r->name)
		put_reg(r);
	else
		puts_reply("E01");
}

static void serve_status(void)
{
	printf_reply("T%d%s;tframes:0;tcreated:0;tfree:500000;tsize:500000;circular:0;disconn:0",
		     dry.running, dry.running ? "" : ";tstop::0");
}

/* Packets with the same reply whatever they say. */
static const struct {
	const char *start, *reply;
} fixed[] = {
	{ "!", "OK" }, { "?", "T05thread:1;" }, { "D", "OK" }, { "k", "OK" },
	{ "vKill", "OK" }, { "H", "OK" }, { "T", "OK" }, { "qC", "QC1" },
	{ "qAttached", "1" }, { "qfThreadInfo", "m1" }, { "qsThreadInfo", "l" },
	{ "G", "E01" }, { "P", "E01" }, { "M", "E01" }, { "X", "E01" },
	{ "Z", "E01" }, { "z", "E01" }, { "qTfP", "l" }, { "qTsP", "l" },
	{ "qTP:", "V0:0" }, { "qTV:", "V0" }, { "qTBuffer:", "l" },
	{ "QTFrame:ffffffff", "OK" }, { "QTFrame:", "F-1" },
	{ "QTEnable:", "OK" }, { "QTDisable:", "OK" },
};

static int starts(const char *packet, const char *with)
{
	return !strncmp(packet, with, strlen(with));
}

static void serve_fixed(const char *packet)
{
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (starts(packet, fixed[i].start)) {
			puts_reply(fixed[i].reply);
			return;
		}
	}
	/* An empty reply: not supported. */
}

static void serve(const char *packet)
{
	if (packet[0] == 'm' || packet[0] == 'x')
		serve_memory(packet, packet[0] == 'x');
	else if (!strcmp(packet, "g"))
		serve_regs();
	else if (packet[0] == 'p')
		serve_reg(packet + 1);
	else if (starts(packet, "qSupported"))
		printf_reply("PacketSize=%x" RSP_FEATURES, RSP_PACKET_SIZE);
	else if (starts(packet, "qXfer:"))
		serve_xfer(packet);
	else if (!strcmp(packet, "qOffsets"))
		printf_reply("TextSeg=%llx", vmlinux_base() + dry.offset);
	else if (starts(packet, "qSymbol:"))
		serve_symbol(packet);
	else if (!strcmp(packet, "qTfV") || !strcmp(packet, "qTsV"))
		serve_var(packet[2] == 'f');
	else if (starts(packet, "qRcmd,"))
		serve_monitor(packet + 6);
	else if (!strcmp(packet, "qTStatus"))
		serve_status();
	else if (!strcmp(packet, "QStartNoAckMode") || is_setup(packet))
		puts_reply("OK");
	else if (!strcmp(packet, "QTStart") && dry.wrong)
		puts_reply("E.GDB has another file than --dry");
	else if (!strcmp(packet, "QTinit") || !strcmp(packet, "QTStart") ||
		 !strcmp(packet, "QTStop")) {
		dry.running = !strcmp(packet, "QTStart");
		puts_reply("OK");
	} else {
		serve_fixed(packet);
	}
}

static void got(const struct scan *s)
{
	const char *packet = (const char *)s->text;

	if (!dry.noack)
		send_all("+", 1);
	begin();
	serve(packet);
	send_reply();
	if (!strcmp(packet, "QStartNoAckMode"))
		dry.noack = 1;
}

/* ---- the process --------------------------------------------------------------- */

static void run(void)
{
	static struct scan s;
	unsigned char buf[4096];
	int owed = 0;
	ssize_t n;

	verbose = 0;		/* the relay logs the packets */
	scan_init(&s, 1, &owed);
	s.got = got;
	for (;;) {
		n = read(dry.fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(0);
		scan_feed(&s, buf, n);
	}
}

/*
 * Begin a target for a vmlinux that is moved by offset. Sets *k. Returns what the
 * relay uses as the device, or -1 after reporting an error.
 */
int dry_open(const char *vmlinux, u64 offset, struct kernel *k)
{
	int end[2];
	pid_t pid;

	if (vmlinux_open(vmlinux, k))
		return -1;
	k->linked = vmlinux_base();
	k->text = k->linked + offset;
	dry.kernel = k;
	dry.offset = offset;
	dry.regs = strcmp(k->machine, X86_64_NAME) ? regs_32 : regs_64;
	make_xml();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, end)) {
		complain("cannot make a socket: %s", strerror(errno));
		return -1;
	}
	pid = fork();
	if (pid < 0) {
		complain("cannot make a process: %s", strerror(errno));
		return -1;
	}
	if (!pid) {
		close(end[0]);
		/* The peer must see the relay's end of them close. */
		dup2(STDERR_FILENO, STDIN_FILENO);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		dry.fd = end[1];
		run();
	}
	close(end[1]);
	set_nonblock(end[0]);
	return end[0];
}
