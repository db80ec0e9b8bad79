/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recognise calls and traps by what they leave on the stack.
 */
#include <linux/kernel.h>
#include <linux/types.h>

#include "arch/arch.h"
#include "arch/x86_insn.h"
#include "compat/read.h"
#include "compat/x86/regs.h"

/*
 * The code behind a jump-optimised probe builds regs at the end of the
 * interrupted stack, give or take two words: where ss is not saved, its field
 * is the stack's own last word.  After a trap, what the CPU pushed first lies
 * in between.
 */
int arch_hit_by_trap(const struct pt_regs *regs)
{
	long gap = KC_REG_VALUE(regs, sp) - (unsigned long)(regs + 1);

	return gap >= 3 * (long)sizeof(long);
}

int arch_after_call(unsigned long addr)
{
	u8 code[X86_CALL_MAX];

	return !kc_read_kernel(code, addr - sizeof(code), sizeof(code)) &&
	       x86_call_before(code + sizeof(code));
}
