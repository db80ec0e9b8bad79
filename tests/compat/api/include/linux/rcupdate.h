/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_RCUPDATE_H
#define API_LINUX_RCUPDATE_H

#include <linux/preempt.h>

/* Without CONFIG_PREEMPT. */
static inline void rcu_read_lock(void)
{
	preempt_disable();
}

static inline void rcu_read_unlock(void)
{
	preempt_enable();
}

#endif
