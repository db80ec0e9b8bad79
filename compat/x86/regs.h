/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of struct pt_regs, KC_REG(ax), KC_REG(ip) and so on, by the names
 * that 32-bit and 64-bit x86 share since 2.6.25.
 */
#ifndef COMPAT_X86_REGS_H
#define COMPAT_X86_REGS_H

#include <linux/sched.h>
#include <asm/ptrace.h>
#include "compat/config.h"
#include "compat/facts.h"

#if defined(KC_HAVE_PT_REGS_RAX)
#define KC_REG_ax	rax
#define KC_REG_bx	rbx
#define KC_REG_cx	rcx
#define KC_REG_dx	rdx
#define KC_REG_si	rsi
#define KC_REG_di	rdi
#define KC_REG_bp	rbp
#define KC_REG_sp	rsp
#define KC_REG_ip	rip
#define KC_REG_flags	eflags
#define KC_REG_cs	cs
#define KC_REG_ss	ss
#define KC_REG(name)	KC_REG_##name
#elif defined(KC_HAVE_PT_REGS_EAX)
#define KC_REG_ax	eax
#define KC_REG_bx	ebx
#define KC_REG_cx	ecx
#define KC_REG_dx	edx
#define KC_REG_si	esi
#define KC_REG_di	edi
#define KC_REG_bp	ebp
#define KC_REG_sp	esp
#define KC_REG_ip	eip
#define KC_REG_flags	eflags
#define KC_REG_cs	xcs
#define KC_REG_ss	xss
#define KC_REG_ds	xds
#define KC_REG_es	xes
#define KC_REG(name)	KC_REG_##name
#else
#define KC_REG(name)	name
#endif

/* The value of a field. i386 before 2.6.25 has signed fields: never widen them. */
#define KC_REG_VALUE(regs, name)	((unsigned long)(regs)->KC_REG(name))

#ifdef CONFIG_X86_32
/*
 * The stack pointer of kernel code that trapped.  Where it is not saved, the
 * stack continues at the sp field of regs.
 */
static inline unsigned long kc_kernel_sp(const struct pt_regs *regs)
{
	return KC_FACT_SP_SAVED ? KC_REG_VALUE(regs, sp) :
				  (unsigned long)&regs->KC_REG(sp);
}
#endif

#endif
