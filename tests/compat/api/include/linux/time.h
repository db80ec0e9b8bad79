/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_TIME_H
#define API_LINUX_TIME_H

#include <linux/types.h>

struct timespec {
	long tv_sec;
	long tv_nsec;
};

struct timeval {
	long tv_sec;
	long tv_usec;
};

#if API >= API_EL8_1
typedef s64 time64_t;

struct timespec64 {
	time64_t tv_sec;
	long tv_nsec;
};

void ktime_get_real_ts64(struct timespec64 *ts);

static inline void getnstimeofday(struct timespec *ts)
{
	struct timespec64 now;

	ktime_get_real_ts64(&now);
	ts->tv_sec = now.tv_sec;
	ts->tv_nsec = now.tv_nsec;
}
#elif API >= API_EL7
/* The same on a 64-bit machine. */
#define timespec64 timespec
void getnstimeofday64(struct timespec64 *ts);

static inline void getnstimeofday(struct timespec *ts)
{
	getnstimeofday64(ts);
}
#else
void getnstimeofday(struct timespec *ts);
#endif
void do_gettimeofday(struct timeval *tv);

#endif
