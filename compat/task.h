/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's tasks, and where those that do not run have stopped.
 */
#ifndef COMPAT_TASK_H
#define COMPAT_TASK_H

#include <linux/sched.h>
#include <linux/types.h>
#include "compat/config.h"

#if defined(KC_HAVE_INACTIVE_TASK_FRAME) || defined(KC_HAVE_SWITCH_MACRO) || \
	defined(KC_HAVE_SYSTEM_SP) || defined(KC_HAVE_SYSTEM_RSP) || \
	defined(KC_HAVE_SYSTEM_ESP)
#define KC_HAS_FRAME	1
#else
#define KC_HAS_FRAME	0
#endif
#if defined(KC_HAVE_ON_CPU) || defined(KC_HAVE_CURRENT_TASK) || \
	defined(KC_HAVE_PDA_PCURRENT) || defined(KC_HAVE_TSS_ESP0)
#define kc_has_tasks()	KC_HAS_FRAME
#else
#define kc_has_tasks()	0
#endif

struct pt_regs;

/* What is shown of a task. */
struct kc_task {
	pid_t pid;		/* in the first namespace; 0: a CPU's idle task */
	pid_t tgid;
	unsigned int cpu;	/* where it runs, or ran last */
	int running;
	char state;		/* ps's letter */
	char comm[TASK_COMM_LEN];
};

/*
 * Call fn for the tasks, first the idle ones, until it returns nonzero; return
 * that or 0.  The task exists during the call.
 * Context: process; fn must not sleep.
 */
int kc_each_task(int (*fn)(struct task_struct *t, void *arg), void *arg);

void kc_task_get(const struct task_struct *t, struct kc_task *task);

/*
 * Does it run?  A task that does may stop at any time, and the reverse.
 */
int kc_task_runs(const struct task_struct *t);

/* Has it ended, so that its stack may be in other use? */
int kc_task_ended(const struct task_struct *t);

/* Where its stack of THREAD_SIZE starts.  It may be freed: use kc_read_kernel(). */
unsigned long kc_task_stack(const struct task_struct *t);

/* How often it has stopped running.  It wraps around. */
unsigned long kc_task_switches(const struct task_struct *t);

/*
 * The registers of a task that does not run: pc, sp and frame pointer; those
 * that a call preserves, if kc_saves_all().  Return 0 or -EFAULT.  They are right
 * only if the task has not run meanwhile.
 * Context: process; does not sleep.
 */
int kc_task_regs(const struct task_struct *t, struct pt_regs *regs);

/* Without that the others are where the unwinder finds them, on the stack. */
#ifdef KC_HAVE_INACTIVE_TASK_FRAME
#define kc_saves_all()	1
#else
#define kc_saves_all()	0
#endif

/*
 * Must come before the others; kc_switch_init() is the machine's part.  Later
 * calls look once more for idle tasks, where only those that run can be seen.
 * Context: process, may sleep; at load, or under gtp.lock.
 */
void kc_task_init(void);
void kc_switch_init(void);

#endif
