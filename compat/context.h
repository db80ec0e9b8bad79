/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The execution context.
 */
#ifndef COMPAT_CONTEXT_H
#define COMPAT_CONTEXT_H

#include <linux/sched.h>
#include <linux/hardirq.h>
#include <linux/ptrace.h>
#include <asm/processor.h>
#include "compat/config.h"
#include "compat/facts.h"

#ifdef KC_HAVE_TASK_STACK_H
#include <linux/sched/task_stack.h>
#endif

/*
 * Fields of preempt_count(), masked but not shifted.  trapped: a trap led to
 * this handler; what it added, where it counts as an NMI, is subtracted.
 * Context: any.
 */
#if KC_FACT_TRAP_IS_NMI
#define KC_TRAP_HARDIRQ	HARDIRQ_OFFSET
#define KC_TRAP_IRQ	(HARDIRQ_OFFSET + NMI_OFFSET)
#else
#define KC_TRAP_HARDIRQ	0
#define KC_TRAP_IRQ	0
#endif

static inline unsigned long kc_hardirq_count(int trapped)
{
	return hardirq_count() - (trapped ? KC_TRAP_HARDIRQ : 0);
}

static inline unsigned long kc_softirq_count(void)
{
	return softirq_count();
}

static inline unsigned long kc_irq_count(int trapped)
{
	return irq_count() - (trapped ? KC_TRAP_IRQ : 0);
}

#ifndef in_serving_softirq
/* Before 2.6.37 (75e1056f5c57) disabling softirqs counts, too. */
#define in_serving_softirq()	softirq_count()
#endif
/* Up to 2.6.28 or so an NMI counts as an interrupt. */
#ifdef NMI_MASK
#define KC_NMI_COUNT(trapped) \
	((preempt_count() & NMI_MASK) - \
	 ((trapped) && KC_FACT_TRAP_IS_NMI ? NMI_OFFSET : 0))
#else
#define KC_NMI_COUNT(trapped)	0
#endif

/*
 * True outside hardirq, softirq and NMI.
 * Context: any.
 */
static inline int kc_in_task(int trapped)
{
	return !kc_hardirq_count(trapped) && !in_serving_softirq() &&
	       !KC_NMI_COUNT(trapped);
}

/*
 * The registers with which the current task entered the kernel.
 * Context: any.
 */
static inline struct pt_regs *kc_user_regs(void)
{
	return task_pt_regs(current);
}

/*
 * Did the current task enter from user mode?  A kernel thread has no mm, and
 * its kc_user_regs() may be garbage.
 * Context: any.
 */
static inline int kc_task_is_user(void)
{
	return current->mm && user_mode(kc_user_regs());
}

#endif
