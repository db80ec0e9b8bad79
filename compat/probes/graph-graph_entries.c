/* SPDX-License-Identifier: GPL-2.0 */
/* 9a7c348ba6a4, 4.9: function_graph notes where a return address was. */
#include <linux/ftrace.h>
#include <linux/sched.h>

unsigned long kc_probe(struct ftrace_ret_stack *entry);
unsigned long kc_probe(struct ftrace_ret_stack *entry)
{
	current->ret_stack = entry;
	return current->ret_stack[current->curr_ret_stack].retp ?
		current->ret_stack->ret : 0;
}
