/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <asm/page.h>
#ifdef CONFIG_RELOCATABLE
#include <asm/boot.h>
#endif
#include "arch/arch.h"
#include "arch/x86_regs.h"
#include "compat/check.h"
#include "compat/task.h"
#include "compat/x86/regs.h"

#define PART(reg, type, bits, field, size)				\
	{ reg, type, bits, offsetof(struct pt_regs, KC_REG(field)), size },
#define FIELD(reg, type, bits, field)	PART(reg, type, bits, field, 4)
#define HALF(reg, type, bits, field)	PART(reg, type, bits, field, 2)
#define LACK(reg, type, bits)		{ reg, type, bits, ARCH_REG_UNSAVED, 0 },

const struct arch_reg arch_regs[] = {
	X86_32_REGS(FIELD, HALF, LACK)
};

const unsigned int arch_nr_regs = ARRAY_SIZE(arch_regs);
const unsigned int arch_pc = 8, arch_sp = 4;
/* esp, ebp, eip; ebx, esi, edi */
const u64 arch_task_saved = 3 << 4 | 1 << 8 |
			    (kc_saves_all() ? 1 << 3 | 3 << 6 : 0);
const char * const arch_name = X86_32_NAME;
const char * const arch_feature = X86_FEATURE;

#ifdef CONFIG_RELOCATABLE
const unsigned long arch_link_text = PAGE_OFFSET + LOAD_PHYSICAL_ADDR;
const unsigned long arch_link_align = CONFIG_PHYSICAL_ALIGN;
#else
const unsigned long arch_link_text, arch_link_align;
#endif
const unsigned long arch_load_offset = PAGE_OFFSET;

/*
 * When kernel code traps, the CPU saves neither sp nor ss.  Before 5.3 their
 * fields then overlap the interrupted stack.
 */
const struct pt_regs *arch_hit_regs(const struct pt_regs *regs,
				    struct pt_regs *copy)
{
	unsigned short ss;

	__asm__ ("mov %%ss, %0" : "=r" (ss));
	memcpy(copy, regs, offsetof(struct pt_regs, KC_REG(sp)));
	copy->KC_REG(sp) = kc_kernel_sp(regs);
	copy->KC_REG(ss) = ss;
	return copy;
}
