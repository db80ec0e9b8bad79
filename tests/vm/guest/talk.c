/* SPDX-License-Identifier: GPL-2.0 */
/*
 * talk: system calls on a device, one per line, in one process, for tests that
 * do what no decent program would.  Each line gets a line in answer.
 *
 *   open FD PATH r|w|rw|x [n]   x: access mode 3; n: O_NONBLOCK; FD: 0 to 9,
 *                               our own numbers
 *   close FD
 *   write FD HEX
 *   read FD COUNT MILLISECONDS  one read(2), if it returns in time
 *   seek FD OFFSET SET|CUR|END
 *   readmap FD COUNT PATH       the same, into a mapping of a file of that size
 *   functions                   the number of the kernel's functions
 *   points FD E|D FROM TO STEP  define tracepoints, number N at the (N * STEP)th
 *                               function of the kernel: how many were answered
 *                               with OK before another answer
 *   flood FD COUNT BYTES TEXT   send a packet up to COUNT times: TEXT, with the
 *                               packet's number for a `*', and hex digits for
 *                               BYTES bytes: how many were answered with OK
 *                               before another answer
 *   poll FD MILLISECONDS
 *   fork                        a child inherits all descriptors, and sleeps
 *   setuid UID                  for good
 *   nocaps                      for good: root without any capability
 *   peer FD SELF PEER           ioctl(GTP_IOC_PEER); SELF 0: our own
 *   mode PATH                   of a file, with its type
 *   unlink PATH
 *   insmod PATH [PARAMETER]
 *   rmmod NAME
 *   nth N                       the N-th operation that can fail does so in the
 *                               next open, close, write, read, insmod or rmmod
 *                               (CONFIG_FAULT_INJECTION)
 *   left                        how many were left then; 0: it failed
 *
 * The answer is "= NUMBER", "= HEX" for read, "= in out err hup" for poll, or
 * "! ERRNO"; "! late" if a read had to be interrupted.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../../dev/ioctl.h"
#include "guest.h"

#define DATA_MAX	70000

static int fds[10] = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
static unsigned char data[DATA_MAX];
static int nth_fd = -1;		/* /proc/thread-self/fail-nth */
static int nth, nth_left;

static void wake(int sig)
{
	(void)sig;
}

static void answer(long ret)
{
	if (ret < 0)
		printf("! %d\n", errno);
	else
		printf("= %ld\n", ret);
}

/* Around the one system call that is to fail. */
static void fault_begin(void)
{
	char text[16];

	if (nth)
		pwrite(nth_fd, text, sprintf(text, "%d", nth), 0);
}

static void fault_end(void)
{
	char text[16] = "";
	int saved = errno;

	/* This write may fail instead; then one was left. */
	if (nth)
		nth_left = pread(nth_fd, text, sizeof(text) - 1, 0) > 0 ?
			atoi(text) : 1;
	/* The rest would make this write fail, too. */
	while (nth && pwrite(nth_fd, "0", 1, 0) != 1)
		;
	nth = 0;
	errno = saved;
}

static void do_nth(int count)
{
	if (nth_fd < 0)
		nth_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	if (nth_fd < 0) {
		answer(-1);
		return;
	}
	nth = count;
	answer(0);
}

static void do_insmod(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY);
	long ret;

	fault_begin();
	ret = syscall(SYS_finit_module, fd, params ? params : "", 0);
	fault_end();
	answer(ret);
	close(fd);
}

static void do_rmmod(const char *name)
{
	long ret;

	fault_begin();
	ret = syscall(SYS_delete_module, name, O_NONBLOCK);
	fault_end();
	answer(ret);
}

static void do_close(int n)
{
	long ret;

	fault_begin();
	ret = close(fds[n]);
	fault_end();
	answer(ret);
}

static void do_open(int n, const char *path, const char *mode, const char *more)
{
	int flags = mode[0] == 'r' && mode[1] == 'w' ? O_RDWR :
		mode[0] == 'w' ? O_WRONLY :
		mode[0] == 'x' ? 3 : O_RDONLY;

	fault_begin();
	fds[n] = open(path, flags | (more ? O_NONBLOCK : 0));
	fault_end();
	answer(fds[n] < 0 ? -1 : 0);
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
		c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void do_write(int n, const char *hex)
{
	long ret, len = 0;

	for (; len < DATA_MAX && digit(hex[0]) >= 0 && digit(hex[1]) >= 0; hex += 2)
		data[len++] = digit(hex[0]) << 4 | digit(hex[1]);
	fault_begin();
	ret = write(fds[n], data, len);
	fault_end();
	answer(ret);
}

/* The alarm repeats, as it may go off before the read begins. */
static void do_read(int n, long count, long ms)
{
	struct itimerval timer = { { 0, 50000 }, { ms / 1000, ms % 1000 * 1000 } };
	struct itimerval off = { { 0, 0 }, { 0, 0 } };
	long ret, i;
	int err;

	setitimer(ITIMER_REAL, &timer, NULL);
	fault_begin();
	ret = read(fds[n], data, count < DATA_MAX ? count : DATA_MAX);
	fault_end();
	err = errno;
	setitimer(ITIMER_REAL, &off, NULL);
	errno = err;
	if (ret < 0) {
		if (err == EINTR)
			puts("! late");
		else
			answer(ret);
		return;
	}
	printf("= ");
	for (i = 0; i < ret; i++)
		printf("%02x", data[i]);
	puts("");
}

/* The read faults in a page, which the file system must make writable. */
static void do_readmap(int n, long count, const char *path)
{
	int fd = open(path, O_RDWR);
	void *map = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	close(fd);
	if (map == MAP_FAILED) {
		answer(-1);
		return;
	}
	answer(read(fds[n], map, count));
	munmap(map, count);
}

/* Whether the answer is OK. Notices may precede it. */
static int is_ok(int fd)
{
	char reply[4096];
	long len = 0, more;

	do {
		more = read(fd, reply + len, sizeof(reply) - len);
		if (more <= 0)
			return 0;
		len += more;
	} while (len < 6 || (memcmp(reply + len - 6, "$OK#9a", 6) &&
			     !memcmp(reply, "$O", 2)));
	return !memcmp(reply + len - 6, "$OK#9a", 6);
}

static unsigned char sum_of(const char *text)
{
	unsigned char sum = 0;

	while (*text)
		sum += *text++;
	return sum;
}

static int is_taken(int fd, const char *text)
{
	char packet[120];
	int i;

	i = snprintf(packet, sizeof(packet), "$%s#%02x", text, sum_of(text));
	return write(fd, packet, i) == i && is_ok(fd);
}

static int define(int fd, char flag, int num, unsigned long long addr)
{
	char text[3][100];
	int i;

	sprintf(text[0], "QTDP:%x:%llx:%c:0:0-", num, addr, flag);
	sprintf(text[1], "QTDP:-%x:%llx:R03FFFFFF-", num, addr);
	sprintf(text[2], "QTDP:-%x:%llx:MFFFFFFFF,%llx,8", num, addr, addr);
	for (i = 0; i < 3; i++)
		if (!is_taken(fd, text[i]))
			return 0;
	return 1;
}

/* Returns 0 at the end. */
static unsigned long long next_function(FILE *file)
{
	unsigned long long addr;
	char line[1024], type;

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%llx %c", &addr, &type) == 2 &&
		    (type == 't' || type == 'T'))
			return addr;
	return 0;
}

static void do_functions(void)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	long count = 0;

	while (file && next_function(file))
		count++;
	answer(file ? count : -1);
	if (file)
		fclose(file);
}

static void do_tracepoints(int n, char flag, int from, int to, int step)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	unsigned long long addr;
	int i, count = 0;

	for (i = 1; file && i <= to * step; i++) {
		addr = next_function(file);
		if (i % step || i / step < from)
			continue;
		if (!addr || !define(fds[n], flag, i / step, addr))
			break;
		count++;
	}
	answer(file ? count : -1);
	if (file)
		fclose(file);
}

static void do_flood(int n, int count, int bytes, const char *text)
{
	static char packet[DATA_MAX];
	const char *star = strchr(text, '*');
	int head = star ? (int)(star - text) : (int)strlen(text);
	int i, len;

	for (i = 0; i < count && bytes < 20000; i++) {
		len = sprintf(packet, "$%.*s", head, text);
		if (star)
			len += sprintf(packet + len, "%x%s", i + 1, star + 1);
		memset(packet + len, '6', 2 * bytes);
		len += 2 * bytes;
		packet[len] = '\0';
		len += sprintf(packet + len, "#%02x", sum_of(packet + 1));
		if (write(fds[n], packet, len) != len || !is_ok(fds[n]))
			break;
	}
	answer(i);
}

static void do_poll(int n, int ms)
{
	struct pollfd p = { -1, POLLIN | POLLOUT, 0 };

	p.fd = fds[n];
	if (ms)		/* to wait for input: there is nearly always space */
		p.events = POLLIN;
	if (poll(&p, 1, ms) < 0) {
		answer(-1);
		return;
	}
	printf("= %s%s%s%s\n", p.revents & POLLIN ? "in " : "",
	       p.revents & POLLOUT ? "out " : "",
	       p.revents & POLLERR ? "err " : "",
	       p.revents & POLLHUP ? "hup " : "");
}

static void do_peer(int n, int self, int peer)
{
	struct gtp_peer p;

	p.self = self ? self : getpid();
	p.peer = peer;
	answer(ioctl(fds[n], GTP_IOC_PEER, &p));
}

static void do_fork(void)
{
	pid_t pid = fork();

	if (!pid) {
		close(0);
		close(1);
		sleep(1000);
		_exit(0);
	}
	answer(pid);
}

/* The kernel's own structures: header (version, pid); three sets, twice. */
static void do_nocaps(void)
{
	unsigned int head[2] = { 0x20080522, 0 }, none[6];
	long ret;

	memset(none, 0, sizeof(none));
	ret = syscall(SYS_capset, head, none);
	if (ret && errno == EINVAL) {
		/* Before 2.6.26: one word per set. */
		head[0] = 0x19980330;
		ret = syscall(SYS_capset, head, none);
	}
	answer(ret);
}

static void do_mode(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		answer(-1);
	else
		printf("= %o\n", (unsigned int)st.st_mode);
}

int talk_main(int argc, char **argv)
{
	static char line[2 * DATA_MAX + 100];
	struct sigaction sa;
	char *word[6];
	int n;

	(void)argc;
	(void)argv;
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = wake;
	sigaction(SIGALRM, &sa, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		memset(word, 0, sizeof(word));
		word[0] = strtok(line, " \n");
		for (n = 1; n < 6 && word[n - 1]; n++)
			word[n] = strtok(NULL, " \n");
		n = word[0] && word[1] ? atoi(word[1]) % 10 : 0;
		if (!word[0])
			continue;
		if (!strcmp(word[0], "open") && word[3])
			do_open(n, word[2], word[3], word[4]);
		else if (!strcmp(word[0], "close"))
			do_close(n);
		else if (!strcmp(word[0], "write"))
			do_write(n, word[2] ? word[2] : "");
		else if (!strcmp(word[0], "read") && word[3])
			do_read(n, atol(word[2]), atol(word[3]));
		else if (!strcmp(word[0], "seek") && word[3])
			answer(lseek(fds[n], atol(word[2]), word[3][0] == 'S' ? SEEK_SET :
				     word[3][0] == 'C' ? SEEK_CUR : SEEK_END));
		else if (!strcmp(word[0], "readmap") && word[3])
			do_readmap(n, atol(word[2]), word[3]);
		else if (!strcmp(word[0], "functions"))
			do_functions();
		else if (!strcmp(word[0], "points") && word[5])
			do_tracepoints(n, word[2][0], atoi(word[3]),
				  atoi(word[4]), atoi(word[5]));
		else if (!strcmp(word[0], "flood") && word[4])
			do_flood(n, atoi(word[2]), atoi(word[3]), word[4]);
		else if (!strcmp(word[0], "poll") && word[2])
			do_poll(n, atoi(word[2]));
		else if (!strcmp(word[0], "setuid") && word[1])
			answer(setuid(atoi(word[1])));
		else if (!strcmp(word[0], "nocaps"))
			do_nocaps();
		else if (!strcmp(word[0], "mode") && word[1])
			do_mode(word[1]);
		else if (!strcmp(word[0], "unlink") && word[1])
			answer(unlink(word[1]));
		else if (!strcmp(word[0], "peer") && word[3])
			do_peer(n, atoi(word[2]), atoi(word[3]));
		else if (!strcmp(word[0], "fork"))
			do_fork();
		else if (!strcmp(word[0], "insmod") && word[1])
			do_insmod(word[1], word[2]);
		else if (!strcmp(word[0], "rmmod") && word[1])
			do_rmmod(word[1]);
		else if (!strcmp(word[0], "nth") && word[1])
			do_nth(atoi(word[1]));
		else if (!strcmp(word[0], "left"))
			answer(nth_left);
		else
			puts("! what?");
	}
	return 0;
}
