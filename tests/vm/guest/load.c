// SPDX-License-Identifier: GPL-2.0
/*
 * load: perform an operation exactly N times, in a process that does nothing
 * else.
 *
 *   load OP [-n N] [-f FILE] [-s SIZE] [-o OFFSET] [-d DATA] [-c CPU]
 *           [-u MICROSECONDS] [-m FILE] [-M OFFSET] [-w]
 *
 * OP is getppid, read, pread, write, pwrite, open (and close), stat, lseek,
 * fork (and wait), sleep, fault (touch fresh pages), call, freeze, thaw (the
 * file system of a directory).
 *
 * A child does the work; the parent communicates.  So a trace condition on the
 * child's pid sees only the N operations: the child waits for its go in
 * sigtimedwait(), and its results are in shared memory.  With -w the go is a
 * line on stdin; end of file there cancels it.  -n 0 runs until a further line
 * or end of file on stdin.
 *
 * The buffer and the path are at fixed addresses, known before the start:
 * the buffer repeats DATA (default "KGTP").  With -m it is a mapping of a file,
 * from OFFSET on, and nothing is written there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define PATH_ADDR	0x0f000000UL
#define BUFFER_ADDR	0x10000000UL

struct plan {
	const char *op, *file, *data, *map;
	long n, size;
	long long offset, map_offset;
	int cpu, fd, wait;
	long pause;
	char *buffer, *path;
};

struct result {
	volatile long done, ok, last, error;
	volatile long long bytes;
	volatile int stop;
};

static struct plan plan = {
	.op = "", .file = "/dev/zero", .data = "KGTP",
	.n = 1, .size = 16, .offset = -1, .cpu = -1, .fd = -1,
};
static struct result *result;

static long do_getppid(void)
{
	return syscall(SYS_getppid);
}

static long do_read(void)
{
	return syscall(SYS_read, plan.fd, plan.buffer, plan.size);
}

static long do_pread(void)
{
	return syscall(SYS_pread64, plan.fd, plan.buffer, plan.size,
		       plan.offset);
}

static long do_write(void)
{
	return syscall(SYS_write, plan.fd, plan.buffer, plan.size);
}

static long do_pwrite(void)
{
	return syscall(SYS_pwrite64, plan.fd, plan.buffer, plan.size,
		       plan.offset);
}

static long do_open(void)
{
	long fd = syscall(SYS_open, plan.path, O_RDONLY, 0);

	if (fd >= 0)
		syscall(SYS_close, fd);
	return fd;
}

static long do_stat(void)
{
	struct stat st;

	return syscall(SYS_stat, plan.path, &st);
}

static long do_lseek(void)
{
	return syscall(SYS_lseek, plan.fd, (long)plan.offset, SEEK_SET);
}

static long do_fork(void)
{
	long pid = syscall(SYS_fork);

	if (!pid)
		_exit(0);
	if (pid > 0)
		syscall(SYS_wait4, pid, NULL, 0, NULL);
	return pid;
}

static long do_sleep(void)
{
	long ts[2] = { 0, 1000 };	/* the kernel's type, not the C library's */

	return syscall(SYS_nanosleep, ts, NULL);
}

/* One page fault: a fresh page each time, freed at once. */
static long do_fault(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return -1;
	page[0] = 1;
	munmap(page, 4096);
	return 0;
}

/*
 * A place for user-space probes.  Not inlined, and uses its argument, so that
 * the call and its argument exist.
 */
__attribute__((noinline)) long load_call_target(long n)
{
	__asm__ volatile("" : "+r" (n) : : "memory");
	return n + 1;
}

static long do_call(void)
{
	return load_call_target(result->done);
}

static long freezer(unsigned long what)
{
	int fd = open(plan.path, O_RDONLY);
	long ret = fd < 0 ? -1 : ioctl(fd, what, 0);

	if (fd >= 0)
		close(fd);
	return ret;
}

static long do_freeze(void)
{
	return freezer(_IOWR('X', 119, int));
}

static long do_thaw(void)
{
	return freezer(_IOWR('X', 120, int));
}

/* How an operation uses the file: not at all, reads, or writes it. */
enum use { NO_FILE, READS, WRITES };

static const struct {
	const char *name;
	long (*run)(void);
	enum use use;
} ops[] = {
	{ "getppid",	do_getppid,	NO_FILE },
	{ "read",	do_read,	READS },
	{ "pread",	do_pread,	READS },
	{ "write",	do_write,	WRITES },
	{ "pwrite",	do_pwrite,	WRITES },
	{ "open",	do_open,	NO_FILE },
	{ "stat",	do_stat,	NO_FILE },
	{ "lseek",	do_lseek,	READS },
	{ "fork",	do_fork,	NO_FILE },
	{ "sleep",	do_sleep,	NO_FILE },
	{ "fault",	do_fault,	NO_FILE },
	{ "call",	do_call,	NO_FILE },
	{ "freeze",	do_freeze,	NO_FILE },
	{ "thaw",	do_thaw,	NO_FILE },
};

static void pause_for(long microseconds)
{
	struct timespec ts;

	ts.tv_sec = microseconds / 1000000;
	ts.tv_nsec = microseconds % 1000000 * 1000;
	nanosleep(&ts, NULL);
}

/* The child: only the operations between the go and the end. */
static void work(long (*run)(void))
{
	sigset_t go;
	long ret;

	sigemptyset(&go);
	sigaddset(&go, SIGUSR1);
	while (sigwaitinfo(&go, NULL) != SIGUSR1)
		;
	while (!result->stop && (!plan.n || result->done < plan.n)) {
		ret = run();
		result->last = ret;
		if (ret >= 0) {
			result->ok++;
			result->bytes += ret;
		} else {
			result->error = errno;
		}
		result->done++;
		if (plan.pause)
			pause_for(plan.pause);
	}
	_exit(0);
}

static void *fixed(unsigned long addr, unsigned long size)
{
	void *p = mmap((void *)addr, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p == MAP_FAILED) {
		perror("load: mmap");
		exit(1);
	}
	return p;
}

static void map_buffer(void)
{
	int fd = open(plan.map, O_RDONLY);
	void *p = MAP_FAILED;

	if (fd >= 0)
		p = mmap((void *)BUFFER_ADDR, plan.size, PROT_READ,
			 MAP_SHARED | MAP_FIXED, fd, plan.map_offset);
	if (p == MAP_FAILED) {
		perror(plan.map);
		exit(1);
	}
	plan.buffer = p;
}

static void fill_buffer(void)
{
	size_t data_len = strlen(plan.data);
	long i;

	plan.buffer = fixed(BUFFER_ADDR, plan.size + 1);
	for (i = 0; i < plan.size && data_len; i++)
		plan.buffer[i] = plan.data[i % data_len];
}

static void parse(int argc, char **argv)
{
	int c;

	if (argc < 2)
		exit(2);
	plan.op = argv[1];
	while ((c = getopt(argc - 1, argv + 1, "n:f:s:o:d:c:u:m:M:w")) != -1) {
		switch (c) {
		case 'n': plan.n = strtol(optarg, NULL, 0); break;
		case 'f': plan.file = optarg; break;
		case 's': plan.size = strtol(optarg, NULL, 0); break;
		case 'o': plan.offset = strtoll(optarg, NULL, 0); break;
		case 'd': plan.data = optarg; break;
		case 'c': plan.cpu = atoi(optarg); break;
		case 'u': plan.pause = strtol(optarg, NULL, 0); break;
		case 'm': plan.map = optarg; break;
		case 'M': plan.map_offset = strtoll(optarg, NULL, 0); break;
		case 'w': plan.wait = 1; break;
		default: exit(2);
		}
	}
}

static void prepare(enum use use)
{
	cpu_set_t set;

	plan.path = fixed(PATH_ADDR, 4096);
	snprintf(plan.path, 4096, "%s", plan.file);
	if (plan.map)
		map_buffer();
	else
		fill_buffer();
	result = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (use != NO_FILE) {
		plan.fd = open(plan.file, use == READS ? O_RDONLY :
			       O_WRONLY | O_CREAT, 0600);
		if (plan.fd < 0) {
			perror(plan.file);
			exit(1);
		}
		if (plan.offset > 0)
			lseek(plan.fd, plan.offset, SEEK_SET);
	}
	if (plan.offset < 0)
		plan.offset = 0;
	if (plan.cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(plan.cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("load: sched_setaffinity");
		exit(1);
	}
}

/* Read a line from stdin; 1 if there was one, 0 at the end. */
static int read_line(void)
{
	char c;

	while (read(0, &c, 1) == 1)
		if (c == '\n')
			return 1;
	return 0;
}

int load_main(int argc, char **argv)
{
	unsigned int i;
	sigset_t go;
	int status;
	pid_t pid;

	parse(argc, argv);
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(plan.op, ops[i].name))
			break;
	if (i == sizeof(ops) / sizeof(ops[0])) {
		fprintf(stderr, "load: no operation '%s'\n", plan.op);
		return 2;
	}
	prepare(ops[i].use);
	/* Blocked before the fork, so that an early go is not lost. */
	sigemptyset(&go);
	sigaddset(&go, SIGUSR1);
	sigprocmask(SIG_BLOCK, &go, NULL);
	pid = fork();
	if (!pid)
		work(ops[i].run);
	if (pid < 0) {
		perror("load: fork");
		return 1;
	}
	printf("ready pid=%d ppid=%d fd=%d buf=0x%lx path=0x%lx size=%ld offset=%lld cpu=%d op=%s\n",
	       (int)pid, (int)getpid(), plan.fd, BUFFER_ADDR, PATH_ADDR,
	       plan.size, plan.offset, plan.cpu, plan.op);
	fflush(stdout);
	if (plan.wait && !read_line()) {
		kill(pid, SIGKILL);
		return 1;
	}
	kill(pid, SIGUSR1);
	if (!plan.n) {
		read_line();
		result->stop = 1;
	}
	waitpid(pid, &status, 0);
	printf("done pid=%d n=%ld ok=%ld bytes=%lld last=%ld errno=%ld\n",
	       (int)pid, result->done, result->ok, result->bytes,
	       result->last, result->error);
	return status || result->ok != result->done;
}
