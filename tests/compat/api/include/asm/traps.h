/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_TRAPS_H
#define API_ASM_TRAPS_H

#if API < API_2_6_27
#error "there is no asm/traps.h yet"
#endif
#include <asm/ptrace.h>

#if API >= API_4_4 && API < API_EL8_5
void ist_enter(struct pt_regs *regs);
void ist_exit(struct pt_regs *regs);
#endif

#endif
