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

#define ARCH_ARGS	6

static inline void arch_keep_args(const struct pt_regs *regs,
				  unsigned long *args)
{
	args[0] = KC_REG_VALUE(regs, di);
	args[1] = KC_REG_VALUE(regs, si);
	args[2] = KC_REG_VALUE(regs, dx);
	args[3] = KC_REG_VALUE(regs, cx);
	args[4] = regs->r8;
	args[5] = regs->r9;
}

static inline void arch_put_args(struct pt_regs *regs,
				 const unsigned long *args)
{
	regs->KC_REG(di) = args[0];
	regs->KC_REG(si) = args[1];
	regs->KC_REG(dx) = args[2];
	regs->KC_REG(cx) = args[3];
	regs->r8 = args[4];
	regs->r9 = args[5];
}
#else
const struct pt_regs *arch_hit_regs(const struct pt_regs *regs,
				    struct pt_regs *copy);

/* eax, the first argument, holds the value. */
#define ARCH_ARGS	2

static inline void arch_keep_args(const struct pt_regs *regs,
				  unsigned long *args)
{
	args[0] = KC_REG_VALUE(regs, dx);
	args[1] = KC_REG_VALUE(regs, cx);
}

static inline void arch_put_args(struct pt_regs *regs,
				 const unsigned long *args)
{
	regs->KC_REG(dx) = args[0];
	regs->KC_REG(cx) = args[1];
}
#endif

/*
 * The kernel's trampoline saves the registers that functions use, with sp as
 * after the return.  Not all kernels save cs and ss.
 */
static inline const struct pt_regs *arch_return_regs(const struct pt_regs *regs,
						     struct pt_regs *copy)
{
	unsigned long cs, ss;

	__asm__ ("mov %%cs, %0" : "=r" (cs));
	__asm__ ("mov %%ss, %0" : "=r" (ss));
#ifdef CONFIG_X86_64
	*copy = *regs;
#else
	arch_hit_regs(regs, copy);
#endif
	copy->KC_REG(cs) = cs;
	copy->KC_REG(ss) = ss;
	copy->KC_REG(sp) -= sizeof(long);
	return copy;
}

#endif
