/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All tasks but the idle ones.
 */
#ifndef COMPAT_TASK_LIST_H
#define COMPAT_TASK_LIST_H

#include <linux/rcupdate.h>
#include <linux/sched.h>
#include "compat/config.h"

/* 4.11 took these out of sched.h. */
#ifdef KC_HAVE_TASK_STACK_H
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#endif

/*
 * kc_for_each_thread(p, t): for each process p, for each of its threads t.  In an
 * RCU read section, which keeps the task_struct of each, and before 4.9 its
 * stack; leave it by goto or return.
 */
#ifdef for_each_process_thread
#define kc_for_each_thread(p, t)	for_each_process_thread(p, t)
#else

/*
 * Before 0c740d0afc3b, 3.14, the threads are a ring through the first one, p, which
 * leaves it last.  Then a walk that is still on its way would not come back to p,
 * and never end; nobody else is there, but for a thread that has called exec() and
 * takes the place of p in the list of processes.
 */
static inline struct task_struct *kc_next_thread(struct task_struct *p,
						 struct task_struct *t)
{
	struct task_struct *next = next_thread(t);

	return next == p || (t != p && !pid_alive(p)) ? NULL : next;
}

#define kc_for_each_thread(p, t)					\
	for_each_process(p)						\
		for ((t) = (p); (t); (t) = kc_next_thread(p, t))

#endif

#endif
