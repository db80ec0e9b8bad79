/* SPDX-License-Identifier: GPL-2.0 */
/* i386 up to 2.6.24. */
#include <linux/kernel.h>
#include <asm/ptrace.h>

unsigned long kc_probe(const struct pt_regs *regs);
unsigned long kc_probe(const struct pt_regs *regs)
{
	return regs->eax + regs->eip + regs->eflags + regs->xcs;
}
