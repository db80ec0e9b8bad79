/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clocks.
 */
#ifndef COMPAT_CLOCK_H
#define COMPAT_CLOCK_H

#include <linux/types.h>
#include <linux/sched.h>
#include <linux/ktime.h>
#include <linux/time.h>
#include <linux/timex.h>
#include <asm/div64.h>
#include "compat/config.h"
#include "compat/cpu.h"
#include "compat/machine.h"

#ifdef KC_HAVE_SCHED_CLOCK_H
#include <linux/sched/clock.h>
#endif
#ifdef KC_HAVE_KTIME_GET_REAL_TS64
#include <linux/timekeeping.h>
#endif

/*
 * Returns 0, or -ENOENT if there is no clock.
 * Context: process, may sleep.
 */
int kc_clock_init(void);

#ifdef KC_HAVE_SCHED_CLOCK_BY_NAME
/* Early kernels do not export sched_clock(). */
extern unsigned long long (*kc_sched_clock)(void);
#endif

/*
 * Nanoseconds, monotonic on each CPU.  Where it counts CPU cycles this holds
 * only while the frequency does not change.
 * Context: any, including NMI.
 */
static inline u64 kc_clock(void)
{
#if defined(KC_HAVE_SCHED_CLOCK_H) || defined(KC_HAVE_LOCAL_CLOCK)
	return local_clock();
#elif defined(KC_HAVE_SCHED_CLOCK)
	return sched_clock();
#else
	return kc_sched_clock();
#endif
}

/*
 * Does kc_cycles() order events across CPUs?
 * Context: process.
 */
static inline int kc_cycles_order_cpus(void);

#include KC_MACHINE(clock.h)

/* Does kc_clock()?  local_clock() agrees within a tick on all CPUs. */
static inline int kc_clock_orders_cpus(void)
{
#if defined(KC_HAVE_SCHED_CLOCK_H) || defined(KC_HAVE_LOCAL_CLOCK)
	return 1;
#else
	return 0;
#endif
}

/*
 * The CPU's counter of cycles or time, as get_cycles(); 0 if it has none.
 * Context: any, including NMI.
 */
static inline u64 kc_cycles(void)
{
	return get_cycles();
}

/*
 * The time of day: seconds since 1970, and nanoseconds.
 * Context: process.
 */
static inline u64 kc_wall(u32 *nsec)
{
#ifdef KC_HAVE_KTIME_GET_REAL_TS64
	struct timespec64 ts;

	ktime_get_real_ts64(&ts);
#else
	struct timespec ts;

	getnstimeofday(&ts);
#endif
	*nsec = ts.tv_nsec;
	return ts.tv_sec;
}

/*
 * Microseconds since 1970.
 * Context: process.
 */
static inline u64 kc_wall_us(void)
{
	u32 nsec;
	u64 sec = kc_wall(&nsec);

	return sec * 1000000 + nsec / 1000;
}

/*
 * Like kc_wall().  Where the kernel's readers wait for a writer, which may be
 * the interrupted code, this adds the time on kc_clock() since the last
 * kc_wall_anchor().  The error is at most one clock tick plus the drift between
 * the two clocks since then.
 * Context: any, including NMI.
 */
#ifdef KC_HAVE_KTIME_GET_REAL_FAST_NS
static inline u64 kc_wall_any(u32 *nsec)
{
	u64 ns = ktime_get_real_fast_ns();

	*nsec = do_div(ns, 1000000000);
	return ns;
}

static inline void kc_wall_anchor(void)
{
}
#else
u64 kc_wall_any(u32 *nsec);
/*
 * Call this regularly.  Calls must not overlap.
 * Context: process.
 */
void kc_wall_anchor(void);
#endif

#endif
