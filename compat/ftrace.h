/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ftrace at a function's entry, without kprobes.  Only with KC_HAS_FTRACE.
 *
 * Context of all functions, unless noted: process, may sleep.
 */
#ifndef COMPAT_FTRACE_H
#define COMPAT_FTRACE_H

#include "compat/config.h"
#include "compat/facts.h"

#if (defined(KC_HAVE_FTRACE_FREGS) || defined(KC_HAVE_FTRACE_PT_REGS)) && \
	KC_FACT_FTRACE_LIKE_PROBE
#define KC_HAS_FTRACE

#include <linux/ftrace.h>
#include <linux/rcupdate.h>

/*
 * What a callback gets.  Without these flags' meaning of "no guard", ftrace
 * would drop hits in what another callback has called, and count none.
 */
#ifdef KC_HAVE_FTRACE_FREGS
typedef struct ftrace_regs kc_ftrace_arg_t;
#define KC_FTRACE_FLAGS	FTRACE_OPS_FL_SAVE_REGS
#else
typedef struct pt_regs kc_ftrace_arg_t;
#define KC_FTRACE_FLAGS	\
	(FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION_SAFE)
#endif

/*
 * All registers.  ftrace_get_regs() would check that these are there, but ftrace
 * does not call ops that asked for them without them (its ftrace_ops_test()).
 * Context: any, in a callback.
 */
static inline struct pt_regs *kc_ftrace_regs(kc_ftrace_arg_t *arg)
{
	return (struct pt_regs *)arg;
}

/*
 * Addresses in the filter, at most.  Without a batch each one copies the whole
 * filter, so that more take too long.
 */
#ifdef KC_HAVE_FTRACE_SET_FILTER_IPS
#define KC_FTRACE_MOST	4096
#else
#define KC_FTRACE_MOST	2048
#endif

/*
 * Add n addresses to the filter; reset: drop what it has.  An empty filter means
 * all functions, so never register one.  Returns 0 or a negative errno; then
 * some may have been added.
 */
static inline int kc_ftrace_add(struct ftrace_ops *ops, unsigned long *ips,
				unsigned int n, int reset)
{
#ifdef KC_HAVE_FTRACE_SET_FILTER_IPS
	return ftrace_set_filter_ips(ops, ips, n, 0, reset);
#else
	unsigned int i;
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = ftrace_set_filter_ip(ops, ips[i], 0, reset && !i);
	return ret;
#endif
}

/*
 * Wait for callbacks that are in progress: also where RCU does not watch, and
 * those that were preempted.  Unregistering does not while ftrace is switched
 * off, nor up to 6.6, if another user of ftrace has all of the same functions.
 */
static inline void kc_ftrace_sync(void)
{
	synchronize_rcu_tasks_rude();
#ifdef CONFIG_TASKS_RCU
	synchronize_rcu_tasks();
#endif
}

/* Free the filter of ops that are not registered. */
static inline void kc_ftrace_drop(struct ftrace_ops *ops)
{
	ftrace_set_filter(ops, NULL, 0, 1);
}

#endif
#endif
