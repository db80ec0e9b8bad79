/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls whose return address the kernel has replaced, to see their return:
 * kretprobes (ours and others') and function_graph.
 *
 * The lists are the current task's own.  Nobody else changes them, and what is
 * in them stays until the task itself has taken it out.  An interrupt or NMI may
 * come while one is changed: so what is in there is read as a stranger's, and
 * believed only if it says of a word on the stack that it was replaced, and one
 * of the kernel's addresses is there.
 */
#ifndef COMPAT_CALLS_H
#define COMPAT_CALLS_H

#include <linux/kprobes.h>
#include <linux/sched.h>
#include "compat/config.h"
#ifdef KC_HAVE_CALLS_RETHOOK
#include <linux/rethook.h>
#endif
#if defined(KC_HAVE_GRAPH_ENTRIES) || defined(KC_HAVE_GRAPH_WORDS)
#include <linux/ftrace.h>
#endif

/* Where a return address was, and which. */
struct kc_call {
	unsigned long slot, ret;
};

/* How far one has come; zeros at first. */
struct kc_calls {
	int started;
	const void *node;
	int graph;
};

/* Any context.  May the current task have such calls? */
static inline int kc_calls_replaced(void)
{
#if defined(KC_HAVE_CALLS_RETHOOK)
	if (current->rethooks.first)
		return 1;
#elif defined(KC_HAVE_CALLS_KRETPROBE)
	if (current->kretprobe_instances.first)
		return 1;
#endif
#if defined(KC_HAVE_GRAPH_WORDS)
	if (current->curr_ret_stack > 0)
		return 1;
#elif defined(KC_HAVE_GRAPH_ENTRIES)
	if (current->curr_ret_stack >= 0)
		return 1;
#endif
	return 0;
}

/*
 * Any context.  The next one: 1, or 0 behind the last.  Of those at one place the
 * latest comes first.
 */
int kc_calls_next(struct kc_calls *at, struct kc_call *call);

/* Process context, under gtp.lock; sleeps.  Before the one below is right. */
void kc_calls_init(void);

/* Any context.  Is that what the kernel puts in place of a return address? */
int kc_is_trampoline(unsigned long addr);

#endif
