/* SPDX-License-Identifier: GPL-2.0 */
/* 65ea5b034990, 2.6.25: both x86 name their registers alike. */
#include <linux/kernel.h>
#include <asm/ptrace.h>

unsigned long kc_probe(const struct pt_regs *regs);
unsigned long kc_probe(const struct pt_regs *regs)
{
	return regs->ax + regs->ip + regs->flags + regs->cs;
}
