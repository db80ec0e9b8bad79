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

/*
 * Bytes from sp to the end of the current task's stack; 0 if sp points
 * elsewhere.
 * Context: any.
 */
static inline unsigned long kc_task_stack_left(unsigned long sp)
{
	unsigned long used = sp - (unsigned long)task_stack_page(current);

	return used < THREAD_SIZE ? THREAD_SIZE - used : 0;
}

/*
 * Is all of the range on the current task's stack?  n: 1 or more.
 * Context: any.
 */
static inline int kc_is_on_stack(u64 addr, size_t n)
{
	u64 used = addr - (unsigned long)task_stack_page(current);

	return used < THREAD_SIZE && n <= THREAD_SIZE - used;
}

/*
 * kc_task_stack_left() in 64-bit words; 0 also if sp is not aligned to them.  A
 * stack's size is a power of two.
 * Context: any.
 */
static inline unsigned long kc_task_words_left(unsigned long sp)
{
	unsigned long used = sp - (unsigned long)task_stack_page(current);

	if (used & ~(THREAD_SIZE - sizeof(u64)))
		return 0;
	return (THREAD_SIZE - used) / sizeof(u64);
}

/*
 * Must come before kc_other_stack_left().
 * Context: process, holds gtp.lock, may sleep.
 */
void kc_stack_init(void);

/*
 * Bytes from sp to the end of another stack.  Exact for this CPU's interrupt
 * stack, which other memory may follow; for exception stacks, which start with
 * saved registers, an upper bound.
 * Context: any, preemption off.
 */
unsigned long kc_other_stack_left(unsigned long sp);

static inline unsigned long kc_stack_left(unsigned long sp)
{
	unsigned long left = kc_task_stack_left(sp);

	return left ? left : kc_other_stack_left(sp);
}

#endif
