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
#include "compat/config.h"

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
 * Can kc_clock() of two CPUs be compared to order events?  A guest's clock may
 * be any hypervisor's, and which is not told to modules.
 */
static inline int kc_clock_orders_cpus(void)
{
#ifdef KC_HAVE_CHECK_TSC_UNSTABLE
	return !check_tsc_unstable() &&
		boot_cpu_has(X86_FEATURE_NONSTOP_TSC) &&
		!boot_cpu_has(X86_FEATURE_HYPERVISOR);
#else
	return 0;
#endif
}

/* Process context.  Microseconds since 1970. */
static inline u64 kc_wall_us(void)
{
#ifdef KC_HAVE_KTIME_GET_REAL_TS64
	struct timespec64 ts;

	ktime_get_real_ts64(&ts);
#else
	struct timespec ts;

	getnstimeofday(&ts);
#endif
	return (u64)ts.tv_sec * 1000000 + (u32)ts.tv_nsec / 1000;
}

#endif
