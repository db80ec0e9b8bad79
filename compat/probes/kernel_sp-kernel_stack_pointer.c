/* SPDX-License-Identifier: GPL-2.0 */
/* Both x86 since 2.6.31. */
#include <linux/ptrace.h>

unsigned long kc_probe(struct pt_regs *regs);
unsigned long kc_probe(struct pt_regs *regs)
{
	return kernel_stack_pointer(regs);
}
