/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_INSN_H
#define API_ASM_INSN_H

#if API < API_EL5 || API == API_2_6_26 || API == API_2_6_27 || \
	(API == API_EL5 && defined(CONFIG_X86_32))
#error "there is no asm/insn.h yet"
#endif
#include <linux/types.h>

/* Not exported, but where it is, kprobes check what they are asked for. */
struct insn {
	unsigned char length;
};

void insn_get_length(struct insn *insn);

#endif
