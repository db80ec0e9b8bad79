/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <asm/page.h>
#include "arch/arch.h"
#include "arch/x86_regs.h"
#include "compat/check.h"
#include "compat/task.h"
#include "compat/x86/regs.h"

#define PLAIN(reg, type, bits, field) {				\
	reg, type, bits, offsetof(struct pt_regs, field),		\
	sizeof(((struct pt_regs *)0)->field)				\
},
#define FIELD(reg, type, bits, field)	PLAIN(reg, type, bits, KC_REG(field))
#define LACK(reg, type, bits)		{ reg, type, bits, ARCH_REG_UNSAVED, 0 },

const struct arch_reg arch_regs[] = {
	X86_64_REGS(FIELD, PLAIN, LACK)
};

const unsigned int arch_nr_regs = ARRAY_SIZE(arch_regs);
const unsigned int arch_pc = 16, arch_sp = 7;
/* rbp, rsp, rip; rbx, r12 to r15 */
const u64 arch_task_saved = 3 << 6 | 1 << 16 |
			    (kc_saves_all() ? 1 << 1 | 0xf << 12 : 0);
const char * const arch_name = X86_64_NAME;
const char * const arch_feature = X86_FEATURE;
/* Without KASLR a relocatable kernel moves in physical memory only. */
#ifdef CONFIG_RANDOMIZE_BASE
const unsigned long arch_link_text = __START_KERNEL;
const unsigned long arch_link_align = CONFIG_PHYSICAL_ALIGN;
#else
const unsigned long arch_link_text, arch_link_align;
#endif
const unsigned long arch_load_offset = __START_KERNEL_map;
