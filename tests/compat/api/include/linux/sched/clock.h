/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SCHED_CLOCK_H
#define API_LINUX_SCHED_CLOCK_H

#if API != API_EL7 && API < API_EL8_1
#error "only Red Hat has linux/sched/clock.h"
#endif
#include <linux/sched.h>

#if API >= API_EL8_1
unsigned long long sched_clock(void);
u64 sched_clock_cpu(int cpu);

static inline u64 local_clock(void)
{
	return sched_clock_cpu(smp_processor_id());
}
#endif

#endif
