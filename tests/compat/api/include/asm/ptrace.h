/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_PTRACE_H
#define API_ASM_PTRACE_H

#include <linux/types.h>

struct pt_regs {
#if defined(CONFIG_X86_32) && API >= API_2_6_26
	unsigned long bx, cx, dx, si, di, bp, ax, ds, es, fs;
#if API >= API_EL6
	unsigned long gs;
#endif
	unsigned long orig_ax, ip, cs, flags, sp, ss;
#elif defined(CONFIG_X86_32)
	long ebx, ecx, edx, esi, edi, ebp, eax;
	int xds, xes;
	long orig_eax, eip;
	int xcs;
	long eflags, esp;
	int xss;
#elif API >= API_2_6_26
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
#else
	unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8;
	unsigned long rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss;
#endif
};

#if API >= API_2_6_26
static inline unsigned long instruction_pointer(struct pt_regs *regs)
{
	return regs->ip;
}

static inline int user_mode(struct pt_regs *regs)
{
	return API_ANY(int);
}
#elif defined(CONFIG_X86_32)
#define instruction_pointer(regs)	((regs)->eip)

static inline int user_mode(struct pt_regs *regs)
{
	return API_ANY(int);
}
#else
#define instruction_pointer(regs)	((regs)->rip)
#define user_mode(regs)	((int)((regs)->cs & (3)))
#endif

#if API >= API_EL6
static inline unsigned long kernel_stack_pointer(struct pt_regs *regs)
{
	return regs->sp;
}
#endif

#endif
