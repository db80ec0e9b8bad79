/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel stack of a task.
 */
#ifndef COMPAT_STACK_H
#define COMPAT_STACK_H

#include <linux/sched.h>
#include <linux/thread_info.h>	/* THREAD_SIZE */
#include "compat/config.h"
#ifdef KC_HAVE_TASK_STACK_H
#include <linux/sched/task_stack.h>
#endif

/*
 * Any context.  Bytes from sp to the end of the current task's stack; 0 where sp
 * is on another stack (an interrupt's, an exception's).
 */
static inline unsigned long kc_task_stack_left(unsigned long sp)
{
	unsigned long used = sp - (unsigned long)task_stack_page(current);

	return used < THREAD_SIZE ? THREAD_SIZE - used : 0;
}

#endif
