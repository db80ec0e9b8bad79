/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entry and return of functions.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "arch/arch.h"
#include "compat/read.h"
#include "compat/symbols.h"
#include "compat/x86/regs.h"

#define WORD	sizeof(unsigned long)

/* 64-bit: rcx, rdx, rsi, rdi, r8, r9; 32-bit, with regparm: ecx. */
#ifdef CONFIG_X86_64
const u32 arch_return_clobbered =
	1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9;
const u32 arch_return_second = 1 << 3;
#define FRAME_POINTER	6
#else
const u32 arch_return_clobbered = 1 << 1;
const u32 arch_return_second;		/* edx is not lost */
#define FRAME_POINTER	5
#endif

unsigned long arch_second_result(const struct pt_regs *regs)
{
	return KC_REG_VALUE(regs, dx);
}

/* An endbr64 or endbr32, or what replaces some on machines with IBT. */
static int marks_entry(const u8 *code)
{
	static const u8 known[][4] = {
		{ 0xf3, 0x0f, 0x1e, 0xfa }, { 0xf3, 0x0f, 0x1e, 0xfb },
		{ 0x66, 0x0f, 0x1f, 0x00 }, { 0x0f, 0x1f, 0x40, 0xd6 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!memcmp(code, known[i], sizeof(known[i])))
			return 1;
	return 0;
}

/* An endbr does not change the stack. */
int arch_is_entry(unsigned long addr)
{
	struct kc_place place;
	u8 code[4];

	if (kc_symbol_at(addr, &place))
		return 0;
	if (addr == place.start)
		return 1;
	return addr == place.start + sizeof(code) &&
	       !kc_read_kernel(code, place.start, sizeof(code)) &&
	       marks_entry(code);
}

/*
 * A kernel with CONFIG_X86_KERNEL_IBT (since 5.18) moves probes even if the
 * machine has no IBT.
 */
unsigned long arch_probe_place(unsigned long addr)
{
#ifdef CONFIG_X86_KERNEL_IBT
	struct kc_place place;
	u8 code[4];

	if (!kc_read_kernel(code, addr, sizeof(code)) && marks_entry(code) &&
	    !kc_symbol_at(addr, &place) && place.start == addr)
		return addr + sizeof(code);
#endif
	return addr;
}

/* Bits of flags: always set, and never set. */
#define FLAGS_SET	0x2
#define FLAGS_NEVER	(~0x3fffffUL)

/* The saved cs may have garbage above its 16 bits. */
int arch_has_regs(const unsigned long *word, u32 words)
{
	struct pt_regs regs;
	u16 cs;

	if (words * WORD < sizeof(regs))
		return 1;
	memcpy(&regs, word, sizeof(regs));
	cs = KC_REG_VALUE(&regs, cs);
	if (!cs || !(KC_REG_VALUE(&regs, flags) & FLAGS_SET) ||
	    KC_REG_VALUE(&regs, flags) & FLAGS_NEVER)
		return 0;
	return (cs & 3) == 3 || kc_is_kernel(KC_REG_VALUE(&regs, ip), 1);
}

int arch_is_ret_block(int reg, u64 add, u64 len)
{
	return reg == FRAME_POINTER && add == WORD && len == WORD;
}
