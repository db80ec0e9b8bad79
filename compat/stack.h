/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel stacks.
 */
#ifndef COMPAT_STACK_H
#define COMPAT_STACK_H

#include <linux/sched.h>
#include <linux/thread_info.h>	/* THREAD_SIZE */
#include <asm/page.h>
#include "compat/config.h"
#ifdef KC_HAVE_TASK_STACK_H
#include <linux/sched/task_stack.h>
#endif

/* The largest stack: a task's, or that of interrupts, which has four pages. */
#define KC_STACK_MAX \
	(THREAD_SIZE > 4 * PAGE_SIZE ? THREAD_SIZE : 4 * PAGE_SIZE)

/*
 * Any context.  Bytes from sp on to the end of the current task's stack; 0: that
 * is not where it points to.
 */
static inline unsigned long kc_task_stack_left(unsigned long sp)
{
	unsigned long used = sp - (unsigned long)task_stack_page(current);

	return used < THREAD_SIZE ? THREAD_SIZE - used : 0;
}

/* Any context.  Is all of that on it?  n: 1 or more. */
static inline int kc_is_on_stack(u64 addr, size_t n)
{
	u64 used = addr - (unsigned long)task_stack_page(current);

	return used < THREAD_SIZE && n <= THREAD_SIZE - used;
}

/*
 * Any context.  The same in words of 64 bits; 0 also if sp is not aligned to
 * them.  A stack's size is a power of two.
 */
static inline unsigned long kc_task_words_left(unsigned long sp)
{
	unsigned long used = sp - (unsigned long)task_stack_page(current);

	if (used & ~(THREAD_SIZE - sizeof(u64)))
		return 0;
	return (THREAD_SIZE - used) / sizeof(u64);
}

/* Process context, under gtp.lock; sleeps.  Before the one below is right. */
void kc_stack_init(void);

/*
 * Any context, preemption off.  The same of another stack: this CPU's for
 * interrupts, which the memory of others may follow as well.  Of those of
 * exceptions, which begin with registers, the most that there can be.
 */
unsigned long kc_other_stack_left(unsigned long sp);

static inline unsigned long kc_stack_left(unsigned long sp)
{
	unsigned long left = kc_task_stack_left(sp);

	return left ? left : kc_other_stack_left(sp);
}

#endif
