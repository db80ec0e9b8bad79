// SPDX-License-Identifier: GPL-2.0
/*
 * The small tools that klibc-utils lacks, in one program, selected by its name.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

static int fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return 1;
}

/* insmod FILE [PARAM=VALUE]... */
static int insmod_main(int argc, char **argv)
{
	char params[4096] = "";
	struct stat st;
	void *image;
	int fd, i;

	if (argc < 2)
		return 2;
	for (i = 2; i < argc; i++) {
		if (strlen(params) + strlen(argv[i]) + 2 > sizeof(params))
			return 2;
		strcat(params, argv[i]);
		strcat(params, " ");
	}
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		return fail(argv[1]);
	image = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED)
		return fail(argv[1]);
	if (syscall(SYS_init_module, image, (unsigned long)st.st_size, params))
		return fail("init_module");
	return 0;
}

/* rmmod NAME: does not wait for a module in use. */
static int rmmod_main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	if (syscall(SYS_delete_module, argv[1], O_NONBLOCK))
		return fail("delete_module");
	return 0;
}

/* nproc: the number of online CPUs. */
static int nproc_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("%ld\n", sysconf(_SC_NPROCESSORS_ONLN));
	return 0;
}

/* taskset CPU COMMAND [ARG]... */
static int taskset_main(int argc, char **argv)
{
	cpu_set_t set;

	if (argc < 3)
		return 2;
	CPU_ZERO(&set);
	CPU_SET(atoi(argv[1]), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return fail("sched_setaffinity");
	execvp(argv[2], argv + 2);
	return fail(argv[2]);
}

/* rm FILE... */
static int rm_main(int argc, char **argv)
{
	int i, status = 0;

	for (i = 1; i < argc; i++)
		if (unlink(argv[i]))
			status = fail(argv[i]);
	return status;
}

/* chmod OCTAL FILE */
static int chmod_main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	if (chmod(argv[2], strtoul(argv[1], NULL, 8)))
		return fail(argv[2]);
	return 0;
}

/* loup: 127.0.0.1 on the loopback interface */
static int loup_main(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq ifr;

	(void)argc;
	(void)argv;
	memset(&ifr, 0, sizeof(ifr));
	strcpy(ifr.ifr_name, "lo");
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		return fail("lo");
	return 0;
}

/* grep [-c] STRING [FILE]: a fixed string, not a pattern. */
static int grep_main(int argc, char **argv)
{
	int count_only = argc > 1 && !strcmp(argv[1], "-c");
	static char line[65536];
	long count = 0;
	FILE *in = stdin;

	argc -= count_only;
	argv += count_only;
	if (argc < 2)
		return 2;
	if (argc > 2)
		in = fopen(argv[2], "r");
	if (!in)
		return fail(argv[2]) + 1;
	while (fgets(line, sizeof(line), in)) {
		if (!strstr(line, argv[1]))
			continue;
		count++;
		if (!count_only)
			fputs(line, stdout);
	}
	if (count_only)
		printf("%ld\n", count);
	return !count;
}

/* usleep MICROSECONDS */
static int usleep_main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	return usleep(strtoul(argv[1], NULL, 0)) != 0;
}

/*
 * date: always seconds since 1970, whatever the format. By a system call: what
 * RHEL 5 maps into user space does not limit the HPET's counter, and under load
 * is ahead by 43 s, a turn of the counter, until the next ticks.
 */
static int date_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("%ld\n", (long)syscall(SYS_time, NULL));
	return 0;
}

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} tools[] = {
	{ "init",	init_main },
	{ "crowd",	crowd_main },
	{ "load",	load_main },
	{ "rawtty",	rawtty_main },
	{ "talk",	talk_main },
	{ "tcp",	tcp_main },
	{ "insmod",	insmod_main },
	{ "rmmod",	rmmod_main },
	{ "nproc",	nproc_main },
	{ "taskset",	taskset_main },
	{ "rm",		rm_main },
	{ "chmod",	chmod_main },
	{ "grep",	grep_main },
	{ "loup",	loup_main },
	{ "usleep",	usleep_main },
	{ "date",	date_main },
};

int write_all(int fd, const void *data, unsigned long len)
{
	const char *at = data;
	ssize_t n;

	while (len) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		len -= n;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	unsigned int i;

	name = name ? name + 1 : argv[0];
	for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (!strcmp(name, tools[i].name))
			return tools[i].main(argc, argv);
	/* The host uses "--list" to create the links. */
	for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		puts(tools[i].name);
	return 2;
}
