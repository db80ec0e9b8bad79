/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traces that calls and traps leave behind on the stack.
 */
#include <linux/kernel.h>
#include <linux/types.h>

#include "arch/arch.h"
#include "arch/x86_insn.h"
#include "compat/read.h"
#include "compat/regs.h"

/*
 * What a jump of ours makes of the registers is right where the stack ended, but
 * for a word or two, in either direction: kernels that save no ss have the
 * stack's own last word in its place.  A trap leaves there what the CPU had
 * pushed, first.
 */
int arch_hit_by_trap(const struct pt_regs *regs)
{
	long gap = regs->KC_REG(sp) - (unsigned long)(regs + 1);

	return gap >= 3 * (long)sizeof(long);
}

int arch_after_call(unsigned long addr)
{
	u8 code[X86_CALL_MAX];

	return !kc_read_kernel(code, addr - sizeof(code), sizeof(code)) &&
	       x86_call_before(code + sizeof(code));
}
