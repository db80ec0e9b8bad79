// SPDX-License-Identifier: GPL-2.0
/*
 * Costs after the hits: after kgtp|ftrace|dump ARGUMENTS...
 *
 *	after kgtp ADDRESS FRAMES BYTES	trace that address into a buffer of BYTES
 *					until there are FRAMES, then read them
 *	after ftrace FRAMES		the same by the event kgtp:bench, which is
 *					set up and off, and trace_pipe
 *	after dump ADDRESS BYTES	memory, as `dump memory' reads it
 *
 * Speaks GDB's protocol to the module directly, so that the figures include no
 * serial line and no GDB.  Prints "WHAT TICKS COUNT BYTES" for each
 * measurement; a tick is an instruction in a guest with -icount shift=0.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACING	"/sys/kernel/debug/tracing/"
#define SAVED		"/tmp/saved.tfile"
#define CHUNK	65536
#define UPLOAD	2000	/* bytes per request, as GDB's */

static char reply[CHUNK + 1];
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

/* Send a packet. Returns its reply, without the frame. */
static const char *ask(const char *format, ...)
{
	char packet[4096];
	unsigned char sum = 0;
	size_t got = 0;
	va_list args;
	ssize_t n;
	int len, i;

	packet[0] = '$';
	va_start(args, format);
	len = 1 + vsprintf(packet + 1, format, args);
	va_end(args);
	for (i = 1; i < len; i++)
		sum += packet[i];
	len += sprintf(packet + len, "#%02x", sum);
	if (write(gtp, packet, len) != len)
		die(packet);
	do {
		n = read(gtp, reply + got, sizeof(reply) - 1 - got);
		if (n <= 0)
			die(packet);
		got += n;
		reply[got] = 0;
	} while (got < 4 || reply[got - 3] != '#');
	reply[got - 3] = 0;
	return strchr(reply, '$') + 1;
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
		data = ask("qTBuffer:%llx,%x", at, UPLOAD);
		if (data[0] == 'l' || data[0] == 'E')
			break;
		at += strlen(data) / 2;
	}
	if (data[0] == 'E')
		die("qTBuffer");
	report("upload", start, 1, at);
}

static int trace(unsigned long long address, long frames, const char *bytes)
{
	unsigned long long start;
	long n;

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
	for (n = 0; strncmp(ask("QTFrame:%lx", n), "F-1", 3); n++)
		if (reply[1] != 'F' || *ask("g") == 'E')
			die("tfind");
	if (n < frames)
		die("frames are missing");
	report("walk", start, n, 0);
	ask("QTFrame:ffffffff");
	upload();
	save();
	return 0;
}

static int put(const char *file, const char *text)
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

	if (put(TRACING "events/kgtp/bench/enable", "1"))
		die("enable");
	hits(frames);
	put(TRACING "events/kgtp/bench/enable", "0");
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

static int dump(unsigned long long address, unsigned long long bytes)
{
	unsigned long long start, at, max;

	connect_module();
	ask("qSupported:");
	max = strtoull(strstr(reply, "PacketSize=") + 11, NULL, 16) / 2 - 16;
	start = ticks();
	for (at = 0; at < bytes; at += max)
		if (strlen(ask("m%llx,%llx", address + at, max)) != 2 * max)
			die("m");
	report("dump", start, at / max, at);
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
