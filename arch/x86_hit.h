/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hits inline of arch.h.
 */
#ifndef ARCH_X86_HIT_H
#define ARCH_X86_HIT_H

#include "compat/x86/regs.h"

static inline unsigned long arch_stack_pointer(const struct pt_regs *regs)
{
	return KC_REG_VALUE(regs, sp);
}

#ifdef CONFIG_X86_64
static inline const struct pt_regs *arch_hit_regs(const struct pt_regs *regs,
						  struct pt_regs *copy)
{
	return regs;
}
#else
const struct pt_regs *arch_hit_regs(const struct pt_regs *regs,
				    struct pt_regs *copy);
#endif

#endif
