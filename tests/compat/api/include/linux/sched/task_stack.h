/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SCHED_TASK_STACK_H
#define API_LINUX_SCHED_TASK_STACK_H

#if API < API_EL8_1
#error "there is no linux/sched/task_stack.h yet"
#endif
#include <linux/sched.h>

static inline void *task_stack_page(const struct task_struct *task)
{
	return API_ANY(void *);
}

#endif
