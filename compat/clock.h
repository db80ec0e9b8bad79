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

#ifdef KC_HAVE_SCHED_CLOCK_H
#include <linux/sched/clock.h>
#endif
#ifdef KC_HAVE_KTIME_GET_REAL_TS64
#include <linux/timekeeping.h>
#endif
#ifdef KC_HAVE_CHECK_TSC_UNSTABLE
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#endif

/* Process context; sleeps.  0, or -ENOENT: there is no clock. */
int kc_clock_init(void);

#ifdef KC_HAVE_SCHED_CLOCK_BY_NAME
/* Early kernels have it, but do not let modules link to it. */
extern unsigned long long (*kc_sched_clock)(void);
#endif

/*
 * Any context incl. NMI.  Nanoseconds, monotonic on each CPU, if its frequency
 * does not change where the TSC counts cycles.
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
 * Process context.  Can kc_cycles() of two CPUs be compared to order events?
 * Where the TSC has one frequency, does not stop, and the kernel, which watches
 * it, has found no fault with it; of one CPU always.
 */
static inline int kc_cycles_order_cpus(void)
{
#ifdef KC_HAVE_CHECK_TSC_UNSTABLE
	return boot_cpu_has(X86_FEATURE_TSC) && !check_tsc_unstable() &&
	       (kc_nr_cpus() == 1 ||
		(boot_cpu_has(X86_FEATURE_CONSTANT_TSC) &&
		 boot_cpu_has(X86_FEATURE_NONSTOP_TSC)));
#else
	return 0;
#endif
}

/* Can kc_clock() of two CPUs?  The kernel keeps it within a tick. */
static inline int kc_clock_orders_cpus(void)
{
#if defined(KC_HAVE_SCHED_CLOCK_H) || defined(KC_HAVE_LOCAL_CLOCK)
	return 1;
#else
	return 0;
#endif
}

/* Any context incl. NMI.  x86: the TSC; elsewhere what is like it, or 0. */
static inline u64 kc_cycles(void)
{
	return get_cycles();
}

/* Process context.  The time of day: seconds since 1970, and nanoseconds. */
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

/* Process context.  Microseconds since 1970. */
static inline u64 kc_wall_us(void)
{
	u32 nsec;
	u64 sec = kc_wall(&nsec);

	return sec * 1000000 + nsec / 1000;
}

/*
 * Any context incl. NMI.  The same as kc_wall().  Kernels that have no clock for
 * that (their readers wait for a writer, which may be who was interrupted) give
 * kc_clock(), from where the two stood at the last kc_wall_anchor(): a clock
 * tick off at most, and by what the clocks drift apart in between.
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
/* Process context, one at a time: now and then. */
void kc_wall_anchor(void);
#endif

#endif
