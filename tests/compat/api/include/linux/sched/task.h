/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SCHED_TASK_H
#define API_LINUX_SCHED_TASK_H

#if API < API_EL8_1
#error "there is no linux/sched/task.h yet"
#endif
#include <linux/sched.h>

extern struct task_struct init_task;

static inline void task_lock(struct task_struct *p)
{
	preempt_disable();
}

static inline void task_unlock(struct task_struct *p)
{
	preempt_enable();
}

#endif
