/* SPDX-License-Identifier: GPL-2.0 */
/* 54ecbe6f1ed5, 5.18: a list of each task has all whose return is hooked. */
#include <linux/rethook.h>
#include <linux/sched.h>

#ifndef CONFIG_KRETPROBE_ON_RETHOOK
#error kretprobes have a list of their own
#endif

unsigned long kc_probe(void);
unsigned long kc_probe(void)
{
	const struct llist_node *node = current->rethooks.first;
	struct rethook_node copy =
		*llist_entry(node, struct rethook_node, llist);

	return copy.llist.next ? copy.frame : copy.ret_addr;
}
