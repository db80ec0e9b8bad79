/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "compat/calls.h"
#include "compat/read.h"
#include "compat/symbols.h"

#define CALLS_MAX	256	/* per task; a longer list is bogus */

/* All names that kernels have used. */
static const char * const names[] = {
	"arch_rethook_trampoline",	/* x86: since 5.19 */
	"__kretprobe_trampoline",	/* 5.16 */
	"kretprobe_trampoline",
	"return_to_handler",
};

static unsigned long trampolines[ARRAY_SIZE(names)];
static int looked_up;

void kc_calls_init(void)
{
	unsigned int i;

	for (i = 0; !looked_up && i < ARRAY_SIZE(names); i++)
		trampolines[i] = kc_symbol(names[i]);
	looked_up = 1;
}

int kc_is_trampoline(unsigned long addr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (addr && addr == trampolines[i])
			return 1;
	return 0;
}

/* ---- return probes ------------------------------------------------------- */

#if defined(KC_HAVE_CALLS_RETHOOK)

/* Since 5.18 (54ecbe6f1ed5) one list serves all users of rethook. */
static const void *probe_first(void)
{
	return current->rethooks.first;
}

static const void *probe_read(const void *at, struct kc_call *call)
{
	const struct llist_node *node = at;
	struct rethook_node copy;

	if (kc_read_kernel(&copy, (unsigned long)
			   llist_entry(node, struct rethook_node, llist),
			   sizeof(copy)))
		return NULL;
	call->slot = copy.frame;
	call->ret = copy.ret_addr;
	return copy.llist.next ? copy.llist.next : at;
}

#elif defined(KC_HAVE_CALLS_KRETPROBE)

/* Since 5.11 (d741bf41d7c7) each task has its own list. */
static const void *probe_first(void)
{
	return current->kretprobe_instances.first;
}

static const void *probe_read(const void *at, struct kc_call *call)
{
	const struct llist_node *node = at;
	struct kretprobe_instance copy;

	if (kc_read_kernel(&copy, (unsigned long)
			   llist_entry(node, struct kretprobe_instance, llist),
			   sizeof(copy)))
		return NULL;
	call->slot = (unsigned long)copy.fp;
	call->ret = (unsigned long)copy.ret_addr;
	return copy.llist.next ? copy.llist.next : at;
}

#else

/* Up to 5.10 all tasks share one table, protected by locks. */
static const void *probe_first(void)
{
	return NULL;
}

static const void *probe_read(const void *at, struct kc_call *call)
{
	return NULL;
}

#endif

/* ---- function_graph ------------------------------------------------------ */

#if defined(KC_HAVE_GRAPH_ENTRIES) || defined(KC_HAVE_GRAPH_WORDS)

/*
 * Start at the outermost entry: the latest one may be incomplete.  Since 6.11
 * (42675b723b48) ret_stack is an array of words that several users share, so an
 * entry may start at any word.
 */
static int graph_next(struct kc_calls *at, struct kc_call *call)
{
	struct ftrace_ret_stack copy;
	int end = current->curr_ret_stack;
	const char *from;

#ifdef KC_HAVE_GRAPH_WORDS
	end -= (int)(sizeof(copy) / sizeof(long));
#endif
	if (!current->ret_stack || at->graph > end)
		return 0;
	from = (const char *)(current->ret_stack + at->graph);
	at->graph++;
	if (kc_read_kernel(&copy, (unsigned long)from, sizeof(copy)))
		return 0;
	call->slot = (unsigned long)copy.retp;
	call->ret = copy.ret;
	return 1;
}

#else

static int graph_next(struct kc_calls *at, struct kc_call *call)
{
	return 0;
}

#endif

int kc_calls_next(struct kc_calls *at, struct kc_call *call)
{
	const void *next;

	if (!at->started) {
		at->started = 1;
		at->node = probe_first();
	}
	while (at->node && at->started <= CALLS_MAX) {
		next = probe_read(at->node, call);
		at->node = next == at->node ? NULL : next;
		at->started++;
		if (next)
			return 1;
	}
	return graph_next(at, call);
}
