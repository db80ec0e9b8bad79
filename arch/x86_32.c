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

#define SAVED(reg, type, field)						\
	{ reg, type, 32, offsetof(struct pt_regs, KC_REG(field)), 4 }

/* The upper half of the field is undefined. */
#define SEGMENT(reg, field)						\
	{ reg, "int32", 32, offsetof(struct pt_regs, KC_REG(field)), 2 }

/*
 * GDB's feature org.gnu.gdb.i386.core requires all of these, in this order.
 * Not all kernels save fs and gs, and some use the field of gs for other
 * things.
 */
const struct arch_reg arch_regs[] = {
	SAVED("eax", "int32", ax),
	SAVED("ecx", "int32", cx),
	SAVED("edx", "int32", dx),
	SAVED("ebx", "int32", bx),
	SAVED("esp", "data_ptr", sp),
	SAVED("ebp", "data_ptr", bp),
	SAVED("esi", "int32", si),
	SAVED("edi", "int32", di),
	SAVED("eip", "code_ptr", ip),
	SAVED("eflags", "int32", flags),
	SEGMENT("cs", cs),
	SEGMENT("ss", ss),
	SEGMENT("ds", ds),
	SEGMENT("es", es),
	UNSAVED("fs", "int32", 32),
	UNSAVED("gs", "int32", 32),
	X87_REGS
};

const unsigned int arch_nr_regs = ARRAY_SIZE(arch_regs);
const unsigned int arch_pc = 8, arch_sp = 4;
/* esp, ebp, eip; ebx, esi, edi */
const u64 arch_task_saved = 3 << 4 | 1 << 8 |
			    (kc_saves_all() ? 1 << 3 | 3 << 6 : 0);
const char * const arch_name = "i386";
const char * const arch_feature = "org.gnu.gdb.i386.core";

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
