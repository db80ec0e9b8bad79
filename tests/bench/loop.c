// SPDX-License-Identifier: GPL-2.0
/*
 * The load of the benchmark: loop RUNS READS
 *
 * Prints "ready pid=N two=N.NN"; then, for each line on stdin, does RUNS times:
 * read the clock, READS times read(), read the clock; and prints "min=N
 * median=N max=N", in ticks of the clock for all READS.  The clock is the TSC,
 * which counts instructions in a guest with -icount shift=0; `two' is its value
 * for an instruction pair, so that the host can check this.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAIRS	10000

static unsigned long long ticks(void)
{
	unsigned int lo, hi;

	__asm__ __volatile__("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return ((unsigned long long)hi << 32) | lo;
}

static unsigned long long pairs(void)
{
	unsigned long long start = ticks();
	long n = PAIRS;

	__asm__ __volatile__("1: dec %0\n\tjnz 1b" : "+r" (n));
	return ticks() - start;
}

static unsigned long long reads(int fd, long n)
{
	unsigned long long start = ticks();
	char buf[16];

	while (n--)
		syscall(SYS_read, fd, buf, sizeof(buf));
	return ticks() - start;
}

static int compare(const void *a, const void *b)
{
	unsigned long long x = *(const unsigned long long *)a;
	unsigned long long y = *(const unsigned long long *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	long i, runs = argc > 1 ? atol(argv[1]) : 0;
	long n = argc > 2 ? atol(argv[2]) : 0;
	unsigned long long *took = calloc(runs + 1, sizeof(*took));
	int fd = open("/dev/null", O_RDONLY);
	char line[16];

	if (runs < 1 || n < 1 || !took || fd < 0)
		return 2;
	for (i = 0; i < runs; i++)
		took[i] = pairs();
	qsort(took, runs, sizeof(*took), compare);
	printf("ready pid=%d two=%.2f\n", (int)getpid(),
	       (double)took[runs / 2] / PAIRS);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		for (i = 0; i < runs; i++)
			took[i] = reads(fd, n);
		qsort(took, runs, sizeof(*took), compare);
		printf("min=%llu median=%llu max=%llu\n", took[0],
		       took[runs / 2], took[runs - 1]);
		fflush(stdout);
	}
	return 0;
}
