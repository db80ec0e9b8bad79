// SPDX-License-Identifier: GPL-2.0
/*
 * Costs after the hits: after kgtp|ftrace|dump ARGUMENTS...
 *
 *	after kgtp ADDRESS FRAMES BYTES	trace that address into a buffer of BYTES
 *					until there are FRAMES, then read them
 *	after ftrace FRAMES		the same by the event kgtp:bench, which is
 *					set up and off, and trace_pipe
 *	after dump ADDRESS BYTES	memory, as `dump memory' reads it: by the
 *					packet m, by x, and as much of /proc/kcore;
 *					each is also sent on, as a relay does
 *
 * Speaks GDB's protocol to the module directly, and with little work of its
 * own, so that the figures include no serial line and no GDB.  Prints "WHAT
 * TICKS COUNT BYTES" for each measurement; a tick is an instruction in a guest
 * with -icount shift=0.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACING	"/sys/kernel/debug/tracing/"
#define SAVED		"/tmp/saved.tfile"
#define CHUNK	65536
#define UPLOAD	2000ULL	/* bytes per request, as GDB's */

static char reply[CHUNK + 1];
static size_t reply_len;	/* of what ask() returned */
static int gtp;

static unsigned long long ticks(void)
{
	unsigned int lo, hi;

	__asm__ __volatile__("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return ((unsigned long long)hi << 32) | lo;
}

static void report(const char *what, unsigned long long start,
		   unsigned long long count, unsigned long long bytes)
{
	printf("%s %llu %llu %llu\n", what, ticks() - start, count, bytes);
	fflush(stdout);
}

static void die(const char *what)
{
	printf("failed: %s: %.200s\n", what, reply);
	exit(1);
}

/* Drop the notices before a reply. Returns the bytes that are left. */
static size_t without_notices(size_t got)
{
	char *end;

	while (!strncmp(reply, "$O", 2) && strncmp(reply, "$OK", 3)) {
		end = strchr(reply, '#');
		if (!end || end + 3 > reply + got)
			break;
		got -= end + 3 - reply;
		memmove(reply, end + 3, got + 1);
	}
	return got;
}

static char *put_hex(char *to, unsigned long long v, int digits)
{
	while (digits < 16 && v >> 4 * digits)
		digits++;
	while (digits--)
		*to++ = "0123456789abcdef"[v >> 4 * digits & 15];
	return to;
}

/* With only %s and %llx: printf() takes as long as the module. */
static char *put(char *to, const char *format, va_list args)
{
	const char *s;

	for (; *format; format++) {
		if (!strncmp(format, "%llx", 4)) {
			to = put_hex(to, va_arg(args, unsigned long long), 1);
			format += 3;
		} else if (!strncmp(format, "%s", 2)) {
			for (s = va_arg(args, const char *); *s; s++)
				*to++ = *s;
			format++;
		} else {
			*to++ = *format;
		}
	}
	return to;
}

/* Send a packet. Returns its reply, without the frame. */
static const char *__attribute__((format(printf, 1, 2)))
ask(const char *format, ...)
{
	char packet[4096], *end, *p;
	unsigned char sum = 0;
	size_t got = 0;
	va_list args;
	ssize_t n;

	packet[0] = '$';
	va_start(args, format);
	end = put(packet + 1, format, args);
	va_end(args);
	for (p = packet + 1; p < end; p++)
		sum += *p;
	*end++ = '#';
	*put_hex(end, sum, 2) = 0;
	end += 2;
	if (write(gtp, packet, end - packet) != end - packet)
		die(packet);
	do {
		n = read(gtp, reply + got, sizeof(reply) - 1 - got);
		if (n <= 0)
			die(packet);
		got += n;
		reply[got] = 0;
		got = without_notices(got);
	} while (got < 4 || reply[got - 3] != '#');
	got -= 3;
	reply[got] = 0;
	p = strchr(reply, '$') + 1;
	reply_len = reply + got - p;
	return p;
}

static void tell(const char *packet)
{
	if (strcmp(ask("%s", packet), "OK"))
		die(packet);
}

static void connect_module(void)
{
	gtp = open("/proc/gtp", O_RDWR);
	if (gtp < 0)
		die("/proc/gtp");
	tell("QStartNoAckMode");
	if (write(gtp, "+", 1) != 1)
		die("ack");
}

/* In a child: the session's own process is not traced. */
static void hits(long n)
{
	unsigned long long start = ticks();
	int status, fd = open("/dev/null", O_RDONLY);
	pid_t pid = fork();
	char buf[16];
	long i;

	if (!pid) {
		for (i = 0; i < n; i++)
			syscall(SYS_read, fd, buf, sizeof(buf));
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("hits");
	close(fd);
	report("hits", start, n, 0);
}

static void save(void)
{
	unsigned long long start = ticks();
	char name[2 * sizeof(SAVED)], *p = name;
	const char *s;
	struct stat st;

	for (s = SAVED; *s; s++)
		p += sprintf(p, "%02x", *s);
	ask("QTSave:%s", name);
	if (strstr(reply, "$E") || stat(SAVED, &st))
		die("QTSave");
	report("save", start, 1, st.st_size);
	unlink(SAVED);
}

/* What GDB's tsave reads, piece by piece, for a file on the host. */
static void upload(void)
{
	unsigned long long start = ticks(), at = 0;
	const char *data;

	for (;;) {
		data = ask("qTBuffer:%llx,%llx", at, UPLOAD);
		if (data[0] == 'l' || data[0] == 'E')
			break;
		at += reply_len / 2;
	}
	if (data[0] == 'E')
		die("qTBuffer");
	report("upload", start, 1, at);
}

/* Take all frames out of the buffer. */
static void stream(unsigned long long frames)
{
	int fd = open("/proc/gtpframe_pipe", O_RDONLY | O_NONBLOCK);
	unsigned long long start = ticks(), bytes = 0;
	ssize_t n;

	while ((n = read(fd, reply, CHUNK)) > 0)
		bytes += n;
	if (n || !bytes)
		die("gtpframe_pipe");
	report("stream", start, frames, bytes);
	close(fd);
	if (strncmp(ask("QTFrame:0"), "F-1", 3))
		die("frames are left");
}

static int trace(unsigned long long address, long frames, const char *bytes)
{
	unsigned long long start, n, want = frames;

	connect_module();
	ask("QTinit");
	ask("QTBuffer:size:%llx", strtoull(bytes, NULL, 0));
	ask("QTDP:1:%llx:E:0:0-", address);
	ask("QTDP:-1:%llx:R00000000000000ffffff", address);
	tell("QTStart");
	hits(frames);
	tell("QTStop");
	start = ticks();
	if (strncmp(ask("QTFrame:0"), "F0", 2))
		die("QTFrame:0");
	report("first", start, 1, 0);
	start = ticks();
	for (n = 0; strncmp(ask("QTFrame:%llx", n), "F-1", 3); n++)
		if (reply[1] != 'F' || *ask("g") == 'E')
			die("tfind");
	if (n < want)
		die("frames are missing");
	report("walk", start, n, 0);
	ask("QTFrame:ffffffff");
	upload();
	save();
	stream(n);
	return 0;
}

static int put_file(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_TRUNC);
	int bad = fd < 0 || write(fd, text, strlen(text)) < 0;

	close(fd);
	return bad;
}

static int ftrace(long frames)
{
	unsigned long long start, bytes = 0, lines = 0;
	char *p;
	ssize_t n;
	int fd;

	if (put_file(TRACING "events/kgtp/bench/enable", "1"))
		die("enable");
	hits(frames);
	put_file(TRACING "events/kgtp/bench/enable", "0");
	fd = open(TRACING "trace_pipe", O_RDONLY | O_NONBLOCK);
	start = ticks();
	while ((n = read(fd, reply, CHUNK)) > 0) {
		bytes += n;
		for (p = reply; (p = memchr(p, '\n', reply + n - p)); p++)
			lines++;
	}
	if (lines < (unsigned long long)frames)
		die("lines are missing");
	report("pipe", start, lines, bytes);
	return 0;
}

/* What a relay sends to: ssh, or GDB on the same box. Returns the socket. */
static int receiver(void)
{
	static char seen[CHUNK];
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	if (!fork()) {
		close(pair[0]);
		while (read(pair[1], seen, sizeof(seen)) > 0)
			;
		_exit(0);
	}
	close(pair[1]);
	return pair[0];
}

static void relay(int to, const char *bytes, size_t n)
{
	if (to >= 0 && write(to, bytes, n) != (ssize_t)n)
		die("relay");
}

static void dump_packets(const char *what, const char *packet, int to,
			 unsigned long long address, unsigned long long bytes,
			 unsigned long long max)
{
	unsigned long long start = ticks(), at;

	for (at = 0; at < bytes; at += max) {
		ask(packet, address + at, max);
		if (reply_len < max)
			die(packet);
		relay(to, reply, reply_len + 4);
	}
	report(what, start, at / max, at);
}

/* Returns where an address is in /proc/kcore. */
static off_t place(int fd, unsigned long long address)
{
	Elf64_Ehdr head;
	Elf64_Phdr part;
	int i;

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head))
		die("/proc/kcore");
	for (i = 0; i < head.e_phnum; i++) {
		if (pread(fd, &part, sizeof(part), head.e_phoff + i * sizeof(part)) != sizeof(part))
			die("/proc/kcore");
		if (part.p_type == PT_LOAD && address >= part.p_vaddr &&
		    address < part.p_vaddr + part.p_filesz)
			return part.p_offset + (address - part.p_vaddr);
	}
	die("the address is not in /proc/kcore");
	return 0;
}

static void dump_kcore(const char *what, int to, unsigned long long address,
		       unsigned long long bytes, unsigned long long max)
{
	int fd = open("/proc/kcore", O_RDONLY);
	off_t from = place(fd, address);
	unsigned long long start = ticks(), at;

	for (at = 0; at < bytes; at += max) {
		if (pread(fd, reply, max, from + at) != (ssize_t)max)
			die("/proc/kcore");
		relay(to, reply, max);
	}
	report(what, start, at / max, at);
	close(fd);
}

static int dump(unsigned long long address, unsigned long long bytes)
{
	unsigned long long max;
	int to = receiver();

	connect_module();
	ask("qSupported:");
	max = strtoull(strstr(reply, "PacketSize=") + 11, NULL, 16) / 2 - 16;
	dump_packets("dump", "m%llx,%llx", -1, address, bytes, max);
	dump_packets("binary", "x%llx,%llx", -1, address, bytes, max);
	dump_kcore("kcore", -1, address, bytes, max);
	dump_packets("dump_sent", "m%llx,%llx", to, address, bytes, max);
	dump_packets("binary_sent", "x%llx,%llx", to, address, bytes, max);
	dump_kcore("kcore_sent", to, address, bytes, max);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "kgtp"))
		return trace(strtoull(argv[2], NULL, 0), atol(argv[3]), argv[4]);
	if (argc == 3 && !strcmp(argv[1], "ftrace"))
		return ftrace(atol(argv[2]));
	if (argc == 4 && !strcmp(argv[1], "dump"))
		return dump(strtoull(argv[2], NULL, 0), strtoull(argv[3], NULL, 0));
	return 2;
}
