/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <asm/page.h>
#include "arch/arch.h"
#include "arch/x86_regs.h"
#include "compat/check.h"
#include "compat/task.h"
#include "compat/x86/regs.h"

#define SAVED(reg, type, bits, field) {				\
	reg, type, bits, offsetof(struct pt_regs, field),		\
	sizeof(((struct pt_regs *)0)->field)				\
}

/* GDB's feature org.gnu.gdb.i386.core requires all of these, in this order. */
const struct arch_reg arch_regs[] = {
	SAVED("rax", "int64", 64, KC_REG(ax)),
	SAVED("rbx", "int64", 64, KC_REG(bx)),
	SAVED("rcx", "int64", 64, KC_REG(cx)),
	SAVED("rdx", "int64", 64, KC_REG(dx)),
	SAVED("rsi", "int64", 64, KC_REG(si)),
	SAVED("rdi", "int64", 64, KC_REG(di)),
	SAVED("rbp", "data_ptr", 64, KC_REG(bp)),
	SAVED("rsp", "data_ptr", 64, KC_REG(sp)),
	SAVED("r8", "int64", 64, r8),
	SAVED("r9", "int64", 64, r9),
	SAVED("r10", "int64", 64, r10),
	SAVED("r11", "int64", 64, r11),
	SAVED("r12", "int64", 64, r12),
	SAVED("r13", "int64", 64, r13),
	SAVED("r14", "int64", 64, r14),
	SAVED("r15", "int64", 64, r15),
	SAVED("rip", "code_ptr", 64, KC_REG(ip)),
	SAVED("eflags", "int32", 32, KC_REG(flags)),
	SAVED("cs", "int32", 32, KC_REG(cs)),
	SAVED("ss", "int32", 32, KC_REG(ss)),
	UNSAVED("ds", "int32", 32),
	UNSAVED("es", "int32", 32),
	UNSAVED("fs", "int32", 32),
	UNSAVED("gs", "int32", 32),
	X87_REGS
};

const unsigned int arch_nr_regs = ARRAY_SIZE(arch_regs);
const unsigned int arch_pc = 16, arch_sp = 7;
/* rbp, rsp, rip; rbx, r12 to r15 */
const u64 arch_task_saved = 3 << 6 | 1 << 16 |
			    (kc_saves_all() ? 1 << 1 | 0xf << 12 : 0);
const char * const arch_name = "i386:x86-64";
const char * const arch_feature = "org.gnu.gdb.i386.core";
/* Without KASLR a relocatable kernel moves in physical memory only. */
#ifdef CONFIG_RANDOMIZE_BASE
const unsigned long arch_link_text = __START_KERNEL;
const unsigned long arch_link_align = CONFIG_PHYSICAL_ALIGN;
#else
const unsigned long arch_link_text, arch_link_align;
#endif
const unsigned long arch_load_offset = __START_KERNEL_map;
