/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_PDA_H
#define API_ASM_PDA_H

#if API >= API_EL6 || (API < API_2_6_26 && defined(CONFIG_X86_32))
#error "there is no asm/pda.h yet, or any more"
#endif
struct task_struct;

struct x8664_pda {
	struct task_struct *pcurrent;
	char *irqstackptr;
};

#if API >= API_2_6_27
extern struct x8664_pda **_cpu_pda;
#else
extern struct x8664_pda *_cpu_pda[];
#endif
#define cpu_pda(cpu)	(_cpu_pda[cpu])

#define read_pda(field)	API_ANY(__typeof__(((struct x8664_pda *)0)->field))

#endif
