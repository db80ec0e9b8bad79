// SPDX-License-Identifier: GPL-2.0
/*
 * rate CPUS MILLISECONDS: that many processes, each on its own CPU, read
 * /dev/null for that time.  Prints the total number of reads.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE	8	/* counters of two CPUs share no cache line */

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void one(int cpu, long long start, long long end, long *count)
{
	int i, fd = open("/dev/null", O_RDONLY);
	char buf[16];
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (fd < 0 || sched_setaffinity(0, sizeof(set), &set))
		_exit(1);
	while (now() < start)
		;
	for (; now() < end; *count += 100)
		for (i = 0; i < 100; i++)
			syscall(SYS_read, fd, buf, sizeof(buf));
	_exit(0);
}

int main(int argc, char **argv)
{
	int i, status, cpus = argc == 3 ? atoi(argv[1]) : 0;
	long long start = now() + 50;
	long sum = 0, *count;

	count = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (cpus < 1 || cpus > 64 || count == MAP_FAILED)
		return 2;
	for (i = 0; i < cpus; i++)
		if (!fork())
			one(i, start, start + atoi(argv[2]), count + i * LINE);
	for (i = 0; i < cpus; i++)
		if (wait(&status) < 0 || status)
			return 1;
	for (i = 0; i < cpus; i++)
		sum += count[i * LINE];
	printf("%ld\n", sum);
	return 0;
}
