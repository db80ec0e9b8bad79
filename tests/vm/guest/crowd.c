// SPDX-License-Identifier: GPL-2.0
/*
 * crowd N [USEC|threads|churn]: N processes that sleep in pause(), or in naps of
 * USEC microseconds; or N threads that sleep in pause().  They are named crowd-0 and
 * so on, until end of file on stdin.  The last has a name that is hard to quote.
 * churn: N processes that never rest.  Each forks, has threads that end, and lets
 * one of them exec() it again, which ends the first one.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

static void sleep_as(int i, int n, int nap)
{
	char name[24];

	snprintf(name, sizeof(name), "crowd-%d", i);
	prctl(PR_SET_NAME, i == n - 1 ? "a<b>&\"'}#\x01\xff$*" : name);
	for (;;) {
		if (nap)
			usleep(nap);
		else
			pause();
	}
}

static void await_end(int made, int first, int last)
{
	char c;

	printf("ready n=%d first=%d last=%d\n", made, first, last);
	fflush(stdout);
	while (made && read(0, &c, 1) == 1)
		;
}

static int nr_threads, next_thread;
static volatile int *tids;	/* each thread stores its own */

static void *sleeper(void *unused)
{
	int i = __sync_fetch_and_add(&next_thread, 1);

	(void)unused;
	tids[i] = (int)syscall(SYS_gettid);
	sleep_as(i, nr_threads, 0);
	return NULL;
}

static int crowd_of_threads(int n)
{
	pthread_attr_t attr;
	pthread_t thread;
	int i, err = 0;

	nr_threads = n;
	tids = calloc(n, sizeof(*tids));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	pthread_attr_setguardsize(&attr, 0);
	for (i = 0; tids && i < n && !err; i++) {
		err = pthread_create(&thread, &attr, sleeper, NULL);
		while (!err && !tids[i])
			sched_yield();
	}
	if (err)
		fprintf(stderr, "crowd: thread %d: %s\n", i, strerror(err));
	await_end(err ? 0 : i, tids[0], tids[n - 1]);
	return err || !i;
}

static void *napper(void *unused)
{
	usleep(500);
	return unused;
}

static void *starter(void *unused)
{
	for (;;) {
		execl("/proc/self/exe", "crowd", "1", "again", NULL);
		usleep(1000);
	}
	return unused;
}

/* Until another thread's exec(). */
static int churn(void)
{
	void *(* const fn[])(void *) = { napper, napper, starter };
	pthread_t thread;
	unsigned int i;

	signal(SIGCHLD, SIG_IGN);	/* nobody waits for them */
	if (!fork())
		_exit(0);
	for (i = 0; i < sizeof(fn) / sizeof(fn[0]); i++)
		while (pthread_create(&thread, NULL, fn[i], NULL))
			usleep(1000);
	for (;;)
		pause();
}

int crowd_main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1, i, made;
	int nap = argc > 2 ? atoi(argv[2]) : 0;
	int churns = argc > 2 && !strcmp(argv[2], "churn");
	pid_t *pids = calloc(n, sizeof(*pids));
	int go[2];
	char c;

	if (argc > 2 && !strcmp(argv[2], "threads"))
		return crowd_of_threads(n);
	if (argc > 2 && !strcmp(argv[2], "again"))
		return churn();
	if (pipe(go))
		return 1;
	/* Leave no zombies. */
	signal(SIGCHLD, SIG_IGN);
	for (made = 0; pids && made < n; made++) {
		pids[made] = fork();
		if (pids[made] < 0) {
			perror("crowd: fork");
			break;
		}
		if (!pids[made] && churns) {
			close(go[1]);
			(void)!read(go[0], &c, 1);
			return churn();
		}
		if (!pids[made])
			sleep_as(made, n, nap);
	}
	/* Their PIDs are in order: they begin when all are there. */
	close(go[1]);
	await_end(made, made ? (int)pids[0] : 0,
		  made ? (int)pids[made - 1] : 0);
	for (i = 0; i < made; i++)
		kill(pids[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return made != n;
}
