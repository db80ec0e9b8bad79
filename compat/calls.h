/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls whose return address the kernel has replaced to catch their return:
 * kretprobes (ours and others') and function_graph.
 *
 * The lists belong to the current task: only that task adds and removes
 * entries.  A hit in an interrupt or NMI may find a list half updated.  Entries
 * are therefore read without faults, and trusted only if their stack slot holds
 * the address of a trampoline.
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

/* A stack slot and the return address that belongs there. */
struct kc_call {
	unsigned long slot, ret;
};

/* Iterator; starts as all zeros. */
struct kc_calls {
	int started;
	const void *node;
	int graph;
};

/*
 * May the current task have such calls?
 * Context: any.
 */
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
 * Get the next call.  Returns 0 after the last one, otherwise 1.  Of several
 * calls with the same slot the latest comes first.
 * Context: any.
 */
int kc_calls_next(struct kc_calls *at, struct kc_call *call);

/*
 * Must come before kc_is_trampoline().
 * Context: process, holds gtp.lock, may sleep.
 */
void kc_calls_init(void);

/*
 * Is addr a trampoline that the kernel puts in place of return addresses?
 * Context: any.
 */
int kc_is_trampoline(unsigned long addr);

#endif
