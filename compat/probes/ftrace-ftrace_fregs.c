/* SPDX-License-Identifier: GPL-2.0 */
/*
 * d19ad0775dcd, 5.11: a callback gets ftrace_regs, and guards itself against
 * recursion unless a flag asks for a guard (a25d036d939a).
 */
#include <linux/ftrace.h>

#if !defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) || \
	!defined(CONFIG_KPROBES_ON_FTRACE)
#error ftrace passes no registers
#endif

int kc_probe(struct ftrace_ops *ops, unsigned long ip);
struct pt_regs *kc_probe_regs(struct ftrace_regs *fregs);

struct pt_regs *kc_probe_regs(struct ftrace_regs *fregs)
{
	return ftrace_get_regs(fregs);
}

int kc_probe(struct ftrace_ops *ops, unsigned long ip)
{
	ops->flags = FTRACE_OPS_FL_SAVE_REGS;
	return ftrace_set_filter_ip(ops, ip, 0, 0) ||
	       ftrace_set_filter(ops, NULL, 0, 1) ||
	       register_ftrace_function(ops) || unregister_ftrace_function(ops);
}
