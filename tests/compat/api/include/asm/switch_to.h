/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_SWITCH_TO_H
#define API_ASM_SWITCH_TO_H

#if API < API_EL7
#error "there is no asm/switch_to.h yet"
#endif
#include <linux/types.h>

#if API >= API_EL8_1
struct inactive_task_frame {
#ifdef CONFIG_X86_64
	unsigned long r15;
	unsigned long r14;
	unsigned long r13;
	unsigned long r12;
#else
	unsigned long si;
	unsigned long di;
#endif
	unsigned long bx;
	unsigned long bp;
	unsigned long ret_addr;
};
#elif defined(CONFIG_X86_64)
#define SAVE_CONTEXT	"" "pushq"
#endif

#endif
