/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A callback gets pt_regs, and a flag says that it guards itself against
 * recursion.  synchronize_rcu_tasks_rude() came with c84aad765406, 5.8: from
 * then on unregistering waits for callbacks also where RCU does not watch.
 */
#include <linux/ftrace.h>
#include <linux/rcupdate.h>

#if !defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) || \
	!defined(CONFIG_KPROBES_ON_FTRACE)
#error ftrace passes no registers
#endif

static void kc_probe_hit(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct pt_regs *regs)
{
}

int kc_probe(struct ftrace_ops *ops, unsigned long ip);
int kc_probe(struct ftrace_ops *ops, unsigned long ip)
{
	ops->func = kc_probe_hit;
	ops->flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION_SAFE;
	synchronize_rcu_tasks_rude();
	return ftrace_set_filter_ip(ops, ip, 0, 0) ||
	       ftrace_set_filter(ops, NULL, 0, 1) ||
	       register_ftrace_function(ops) || unregister_ftrace_function(ops);
}
