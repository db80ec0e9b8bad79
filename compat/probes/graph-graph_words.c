/* SPDX-License-Identifier: GPL-2.0 */
/* 42675b723b48, 6.11: function_graph's stack of a task is one of words. */
#include <linux/ftrace.h>
#include <linux/sched.h>

/* Not those of entries, of which a wrong type is a mere warning. */
struct words {
	char are[sizeof(*current->ret_stack) == sizeof(long) ? 1 : -1];
};

unsigned long kc_probe(void);
unsigned long kc_probe(void)
{
	struct ftrace_ret_stack copy =
		*(struct ftrace_ret_stack *)(current->ret_stack +
					     current->curr_ret_stack);

	return copy.retp ? copy.ret : 0;
}
