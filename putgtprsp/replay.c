/* SPDX-License-Identifier: GPL-2.0 */
/*
 * -f, --check, --start, --stop, --status: GDB's side of a session, from an
 * experiment's file instead of GDB.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * The longest silence. Removing thousands of probes takes a while, and then the
 * module says each second how far it is.
 */
#define REPLY_MS	60000

static struct {
	int fd;
	const char *name;		/* of the device */
	int owed;
	int got;			/* a reply is in reply */
	struct scan down, up;		/* for the log, and for replies */
	char reply[SCAN_TEXT];
	char packet[2 * RSP_PACKET_SIZE];
} line;

/* ---- packets and replies ----------------------------------------------------- */

/* What the module says to the user, in front of its reply: one line each. */
static void show_notice(const char *hex)
{
	char text[1024], *p = text, *end;

	unhex(hex, text, sizeof(text));
	while (*p) {
		end = p + strcspn(p, "\n");
		if (*end)
			*end++ = '\0';
		if (*p)
			complain("%s", p);
		p = end;
	}
}

static void got_reply(const struct scan *s)
{
	const char *text = (const char *)s->text;

	if (s->lead != '$')
		return;
	if (text[0] == 'O' && text[1] != 'K') {
		show_notice(text + 1);
		return;
	}
	strcpy(line.reply, text);
	line.got = 1;
}

static int wait_for(short events)
{
	struct pollfd p[2];
	int n;

	p[0].fd = signals_fd();
	p[0].events = POLLIN;
	p[1].fd = line.fd;
	p[1].events = events;
	do {
		n = poll(p, 2, REPLY_MS);
	} while (n < 0 && errno == EINTR && !signals_caught());
	if (signals_caught())
		return -1;
	if (n > 0)
		return 0;
	complain(n ? "poll: %s" : "%s does not answer",
		 n ? strerror(errno) : line.name);
	return -1;
}

static int send_packet(const char *packet)
{
	unsigned char sum = 0;
	const char *p;
	size_t n, at = 0;
	ssize_t done;

	for (p = packet; *p; p++)
		sum += (unsigned char)*p;
	/* The ACK is for the last reply. */
	n = snprintf(line.packet, sizeof(line.packet), "+$%s#%02x", packet, sum);
	scan_feed(&line.down, (unsigned char *)line.packet, n);
	while (at < n) {
		done = write(line.fd, line.packet + at, n - at);
		if (done > 0) {
			at += done;
		} else if (done < 0 && errno != EAGAIN && errno != EINTR) {
			complain("cannot write to %s: %s", line.name,
				 strerror(errno));
			return -1;
		} else if (wait_for(POLLOUT)) {
			return -1;
		}
	}
	return 0;
}

/*
 * Send a packet and return the reply, which stays until the next one; or NULL after
 * reporting an error, or on a signal.
 */
static const char *ask(const char *packet)
{
	unsigned char buf[4096];
	ssize_t n;

	line.got = 0;
	if (send_packet(packet))
		return NULL;
	while (!line.got) {
		if (wait_for(POLLIN))
			return NULL;
		n = read(line.fd, buf, sizeof(buf));
		if (n > 0) {
			scan_feed(&line.up, buf, n);
		} else if (!n || (errno != EAGAIN && errno != EINTR)) {
			complain("cannot read from %s: %s", line.name,
				 n ? strerror(errno) : "it has ended the session");
			return NULL;
		}
	}
	return line.reply;
}

/* The reason in a reply that is not OK. */
static const char *reason(const char *reply)
{
	if (!reply[0])
		return "the module does not know this packet";
	return reply[0] == 'E' && reply[1] == '.' ? reply + 2 : reply;
}

/* For packets whose reply is OK. what: in the message, if not. */
static int order(const char *packet, const char *what)
{
	const char *reply = ask(packet);

	if (!reply)
		return -1;
	if (!strcmp(reply, "OK"))
		return 0;
	complain("%s: refused: %s", what, reason(reply));
	return -1;
}

/* ---- status -------------------------------------------------------------------- */

/* ";NAME:VALUE" of a status; returns VALUE, or NULL. */
static const char *field(const char *status, const char *name)
{
	const char *p = status;
	size_t len = strlen(name);

	while ((p = strchr(p, ';'))) {
		p++;
		if (!strncmp(p, name, len) && p[len] == ':')
			return p + len + 1;
	}
	return NULL;
}

static u64 count(const char *status, const char *name)
{
	const char *text = field(status, name);

	return text ? hex_number(text, NULL) : 0;
}

/* Returns 1: a run is on, 0, or -1 after reporting an error. */
static int ask_status(const char **status)
{
	*status = ask("qTStatus");
	if (!*status)
		return -1;
	if ((*status)[0] == 'T' && ((*status)[1] == '0' || (*status)[1] == '1'))
		return (*status)[1] == '1';
	complain("%s is not KGTP's: it does not know qTStatus", line.name);
	return -1;
}

static void print_time(const char *what, u64 us)
{
	time_t sec = us / 1000000;
	struct tm *tm = localtime(&sec);

	if (us && tm)
		printf("%s %04d-%02d-%02d %02d:%02d:%02d\n", what,
		       tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday,
		       tm->tm_hour, tm->tm_min, tm->tm_sec);
}

static void print_end(const char *status)
{
	const char *text;
	char note[1024];

	text = field(status, "terror");
	if (text) {
		unhex(text, note, sizeof(note));
		text = strchr(text, ':');
		printf("run      ended by an error: tracepoint %llu: %s\n",
		       text ? hex_number(text + 1, NULL) : 0, note);
	} else if (field(status, "tnotrun")) {
		printf("run      none yet\n");
	} else if (field(status, "tfull")) {
		printf("run      ended: the buffer is full\n");
	} else if (field(status, "tdisconnected")) {
		printf("run      ended by the end of its session\n");
	} else if (field(status, "tpasscount")) {
		printf("run      ended by the pass count of tracepoint %llu\n",
		       count(status, "tpasscount"));
	} else {
		printf("run      stopped\n");
	}
}

static void print_note(const char *status, const char *name)
{
	const char *hex = field(status, name);
	char text[4200], *p;

	if (!hex || !unhex(hex, text, sizeof(text)))
		return;
	for (p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	printf("%-8s %s\n", name, text);
}

static int show_status(void)
{
	const char *status;
	int on = ask_status(&status);

	if (on < 0)
		return EXIT_TROUBLE;
	if (on)
		printf("run      on\n");
	else
		print_end(status);
	print_time("started ", count(status, "starttime"));
	if (!on)
		print_time("ended   ", count(status, "stoptime"));
	printf("frames   %llu, of %llu\n", count(status, "tframes"),
	       count(status, "tcreated"));
	printf("buffer   %llu bytes, %llu free%s\n", count(status, "tsize"),
	       count(status, "tfree"),
	       count(status, "circular") ? ", circular" : "");
	print_note(status, "notes");
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write to standard output: %s",
			 strerror(errno));
		return EXIT_TROUBLE;
	}
	return on ? 0 : EXIT_NO_RUN;
}

/* ---- the kernel ------------------------------------------------------------------ */

static int ask_kernel(struct kernel *k)
{
	const char *reply;

	kernel_local(k);
	reply = ask("qXfer:features:read:target.xml:0,1000");
	if (!reply)
		return -1;
	if (kernel_from_xml(k, reply + (reply[0] != '\0')))
		return 0;
	complain("%s does not tell which kernel is traced: kgtp.ko is too old, or is not there",
		 line.name);
	return -1;
}

static const char *build_of(const struct kernel *k)
{
	return k->build_id[0] ? k->build_id : k->version;
}

static int same_build(const struct kernel *a, const struct kernel *b)
{
	if (a->build_id[0] && b->build_id[0])
		return !strcmp(a->build_id, b->build_id);
	/* Before 2.6.23 kernels have no build ID. */
	return a->version[0] && !strcmp(a->version, b->version);
}

/* Returns 0 if the experiment is for that kernel, or -1 after saying why not. */
static int check_kernel(const struct request *q, const struct experiment *e,
			const struct kernel *k)
{
	const struct kernel *made = &e->kernel;

	if (made->machine[0] && strcmp(made->machine, k->machine)) {
		complain("%s is for a kernel for %s, and this one is for %s",
			 q->file, made->machine, k->machine);
		return -1;
	}
	if (e->addresses == ADDR_NAMES || q->force)
		return 0;
	if (!same_build(made, k)) {
		complain("%s is for another kernel: %s (%s); this is %s (%s)",
			 q->file, made->release[0] ? made->release : "unknown",
			 build_of(made), k->release, build_of(k));
		complain("compile it with that kernel's vmlinux: kgtp compile; --force sends it nevertheless");
		return -1;
	}
	if (e->addresses == ADDR_FIXED && k->text && k->text != made->text) {
		complain("%s is for a kernel at 0x%llx, and this one is at 0x%llx, as after a reboot with KASLR",
			 q->file, made->text, k->text);
		complain("an experiment of `kgtp compile' can be replayed wherever the kernel is");
		return -1;
	}
	return 0;
}

/* ---- addresses --------------------------------------------------------------------- */

/*
 * The address that NAME or NAME+OFFSET is here. Returns 0, or -1 with the reason.
 */
static int resolve(const struct kernel *k, enum addresses kind,
		   const char *name, const char *offset, u64 *addr,
		   const char **why)
{
	if (kind == ADDR_TEXT && !strcmp(name, "_text")) {
		/* A kernel that does not tell is where it was linked. */
		*addr = k->text;
	} else if (kind != ADDR_NAMES) {
		*why = "the file says that its addresses are others";
		return -1;
	} else if (name_find(name, addr, why)) {
		return -1;
	}
	if (*offset)
		*addr += hex_number(offset + 1, NULL);
	return 0;
}

/*
 * Replace the <NAME+OFFSET:DIGITS> in a packet. Returns 0, or -1 after reporting an
 * error.
 */
static int fill_in(const struct request *q, const struct experiment *e,
		   const struct kernel *k, unsigned int i, char *to, size_t size)
{
	const char *from = e->packets.line[i], *why = NULL;
	char name[512], offset[24];
	unsigned int digits;
	size_t n = 0;
	int used;
	u64 addr;

	while (*from && n + 20 < size) {
		if (*from != '<') {
			to[n++] = *from++;
			continue;
		}
		used = 0;
		offset[0] = '\0';
		if ((sscanf(from, "<%511[^:+>]:%u>%n", name, &digits, &used) != 2 ||
		     !used) &&
		    (sscanf(from, "<%511[^:+>]%23[+0-9a-f]:%u>%n", name, offset,
			    &digits, &used) != 3 || !used)) {
			why = "neither <NAME:DIGITS> nor <NAME+OFFSET:DIGITS>";
			strcpy(name, "an address");
		} else if (!digits || digits > 16) {
			why = "an address has from 1 to 16 digits";
		} else if (!resolve(k, e->addresses, name, offset, &addr, &why)) {
			if (digits < 16)
				addr &= (1ULL << (4 * digits)) - 1;
			n += sprintf(to + n, "%0*llx", (int)digits, addr);
		}
		if (why) {
			complain("%s: line %u: %s: %s", q->file,
				 e->packets.number[i], name, why);
			return -1;
		}
		from += used;
	}
	to[n] = '\0';
	if (*from || n > RSP_PACKET_SIZE - 8) {
		complain("%s: line %u: the packet is too long", q->file,
			 e->packets.number[i]);
		return -1;
	}
	return 0;
}

/* Before the device is asked to forget anything. */
static int fill_in_all(const struct request *q, struct experiment *e,
		       const struct kernel *k)
{
	static char packet[RSP_PACKET_SIZE + 24];
	unsigned int i;
	char *copy;

	for (i = 0; i < e->packets.nr; i++) {
		if (fill_in(q, e, k, i, packet, sizeof(packet)))
			return -1;
		copy = strdup(packet);
		if (!copy) {
			complain("no memory");
			return -1;
		}
		free(e->packets.line[i]);
		e->packets.line[i] = copy;
	}
	return 0;
}

/* ---- variables ------------------------------------------------------------------------ */

/*
 * A variable of the module: "NUM:VALUE:BUILTIN:NAME". Returns its name in hex if it
 * is one that the module provides, else NULL.
 */
static const char *provided(const char *text)
{
	const char *p = strchr(text, ':');

	p = p ? strchr(p + 1, ':') : NULL;
	return p && p[1] == '1' && p[2] == ':' ? p + 3 : NULL;
}

/* The experiment's QTDV for that name, or NULL. */
static const char *find_qtdv(const struct experiment *e, const char *name)
{
	const char *packet, *theirs;
	unsigned int i;

	for (i = 0; i < e->packets.nr; i++) {
		packet = e->packets.line[i];
		theirs = strncmp(packet, "QTDV:", 5) ? NULL : provided(packet + 5);
		if (theirs && !strcmp(theirs, name))
			return packet;
	}
	return NULL;
}

/*
 * The module must have all variables that the experiment takes for its own: it would
 * make ordinary ones of others, which count nothing. Put into resets the packets that
 * undo what an earlier session has set, as the experiment is to be the same each
 * time.
 */
static int check_variables(const struct request *q, const struct experiment *e,
			   struct lines *resets)
{
	static struct lines have;
	const char *reply, *name, *packet;
	char text[300];
	unsigned int i, j;
	u64 num;

	for (reply = ask("qTfV"); reply && reply[0] && reply[0] != 'l';
	     reply = ask("qTsV")) {
		name = provided(reply);
		if (!name)
			continue;
		if (add_line(&have, name, strlen(name), 0))
			return -1;
		num = hex_number(reply, &packet);
		if (*packet == ':' && hex_number(packet + 1, NULL) &&
		    !find_qtdv(e, name)) {
			snprintf(text, sizeof(text), "QTDV:%llx:0:1:%s", num,
				 name);
			if (add_line(resets, text, strlen(text), 0))
				return -1;
		}
	}
	if (!reply)
		return -1;
	for (i = 0; i < e->packets.nr; i++) {
		packet = e->packets.line[i];
		name = strncmp(packet, "QTDV:", 5) ? NULL : provided(packet + 5);
		if (!name)
			continue;
		for (j = 0; j < have.nr && strcmp(have.line[j], name); j++)
			;
		if (j < have.nr)
			continue;
		unhex(name, text, sizeof(text));
		complain("%s: line %u: the module has no variable $%s: load a kgtp.ko that is as new as the experiment",
			 q->file, e->packets.number[i], text);
		return -1;
	}
	return 0;
}

/* ---- set-up ---------------------------------------------------------------------------- */

/* Where the user has set a tracepoint: of its QTDPsrc. */
static void source_of(const struct experiment *e, unsigned int number, char *text,
		      size_t size)
{
	unsigned int i, num;
	int at;

	text[0] = '\0';
	for (i = 0; i < e->packets.nr; i++) {
		at = 0;
		if (sscanf(e->packets.line[i], "QTDPsrc:%x:%*x:at:0:%*x:%n",
			   &num, &at) == 1 && at && num == number)
			unhex(e->packets.line[i] + at, text, size);
	}
}

/* Which command of GDB a packet is of. */
static void describe(const struct experiment *e, const char *packet, char *text,
		     size_t size)
{
	static const char *const commands[][2] = {
		{ "QTro", "the kernel's constant sections" },
		{ "QTDisconnected:", "set disconnected-tracing" },
		{ "QTBuffer:circular:", "set circular-trace-buffer" },
		{ "QTBuffer:size:", "set trace-buffer-size" },
		{ "QTNotes:", "set trace-user, set trace-notes" },
	};
	unsigned int number = 0;
	const char *name;
	char source[256];
	size_t i;

	if (!strncmp(packet, "QTDV:", 5)) {
		name = strrchr(packet, ':');
		unhex(name + 1, source, sizeof(source));
		snprintf(text, size, "tvariable $%s", source);
		return;
	}
	/* %x takes a minus, too. */
	if (sscanf(packet, "QTDP:-%x:", &number) == 1 ||
	    sscanf(packet, "QTDP:%x:", &number) == 1 ||
	    sscanf(packet, "QTDPsrc:%x:", &number) == 1) {
		source_of(e, number, source, sizeof(source));
		snprintf(text, size, "tracepoint %u%s%s%s", number,
			 source[0] ? ", trace " : "", source,
			 packet[5] == '-' ? ", actions" : "");
		return;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strncmp(packet, commands[i][0], strlen(commands[i][0])))
			snprintf(text, size, "%s", commands[i][1]);
}

static int define(const struct request *q, const struct experiment *e,
		  const struct lines *resets)
{
	const char *reply;
	char what[600];
	unsigned int i;

	if (order("QTinit", "QTinit"))
		return -1;
	for (i = 0; i < resets->nr; i++)
		if (order(resets->line[i], "a variable of the module"))
			return -1;
	for (i = 0; i < e->packets.nr; i++) {
		reply = ask(e->packets.line[i]);
		if (!reply)
			return -1;
		if (!strcmp(reply, "OK"))
			continue;
		describe(e, e->packets.line[i], what, sizeof(what));
		complain("%s: line %u: %s: refused: %s", q->file,
			 e->packets.number[i], what, reason(reply));
		return -1;
	}
	return 0;
}

/*
 * Leave nothing half defined, also after ^C. The frames of the last run stay until
 * the next one begins.
 */
static int forget(void)
{
	if (!signals_caught())
		return order("QTinit", "QTinit");
	send_packet("QTinit");
	return -1;
}

static unsigned int tracepoints(const struct experiment *e)
{
	unsigned int i, n = 0;

	for (i = 0; i < e->packets.nr; i++)
		n += !strncmp(e->packets.line[i], "QTDP:", 5) &&
		     e->packets.line[i][5] != '-';
	return n;
}

static int replay(const struct request *q)
{
	static struct experiment e;
	static struct lines resets;
	struct kernel k;
	unsigned int n;
	int failed;

	if (experiment_read(q->file, &e) || ask_kernel(&k) ||
	    check_kernel(q, &e, &k))
		return EXIT_TROUBLE;
	if (!k.text)
		k.text = e.kernel.linked;
	if (fill_in_all(q, &e, &k) || check_variables(q, &e, &resets))
		return EXIT_TROUBLE;
	failed = define(q, &e, &resets);
	if ((failed || q->check) && forget())
		failed = 1;
	if (failed)
		return EXIT_TROUBLE;
	n = tracepoints(&e);
	note("%u packets, %u tracepoint%s: accepted", e.packets.nr, n,
	     n == 1 ? "" : "s");
	if (q->check)
		printf("%s: %u tracepoint%s can be defined here; places are checked when the run begins\n",
		       q->file, n, n == 1 ? "" : "s");
	return 0;
}

static int start(const struct request *q)
{
	/* This session ends at once. */
	if (order("QTDisconnected:1", "set disconnected-tracing"))
		return EXIT_TROUBLE;
	if (!order("QTStart", q->file ? q->file : "--start"))
		return 0;
	if (q->file)
		forget();
	return EXIT_TROUBLE;
}

/* Returns the exit status. */
int serve_request(const struct request *q, int dev, const char *dev_name)
{
	const char *status;
	int on, ret = 0;

	line.fd = dev;
	line.name = dev_name;
	scan_init(&line.down, 1, &line.owed);
	scan_init(&line.up, 0, &line.owed);
	line.up.got = got_reply;
	if (!ask("qSupported:error-message+;xmlRegisters=i386"))
		return EXIT_TROUBLE;
	if (q->stop)
		ret = order("QTStop", "QTStop") ? EXIT_TROUBLE : 0;
	if (!ret && (q->file || q->start)) {
		on = ask_status(&status);
		if (on > 0)
			complain("a run is on: putgtprsp --stop ends it");
		if (on)
			return EXIT_TROUBLE;
	}
	if (!ret && q->file)
		ret = replay(q);
	if (!ret && q->start)
		ret = start(q);
	if (!ret && q->status)
		ret = show_status();
	return ret;
}
