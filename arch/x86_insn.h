/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lengths of x86 instructions.  Also builds in user space.
 */
#ifndef ARCH_X86_INSN_H
#define ARCH_X86_INSN_H

#include <linux/types.h>

#define X86_INSN_MAX	15	/* the CPU's limit */

/*
 * The length of the instruction at code, of which n bytes are available, in
 * 64-bit or 32-bit mode; 0 if it is invalid or longer than n.  Does not read
 * past the instruction or past n.
 * Context: any.
 */
unsigned int x86_insn_len(const u8 *code, size_t n, int mode64);

/* The longest call, without prefixes. */
#define X86_CALL_MAX	7

/* Does a call end at end?  Reads X86_CALL_MAX bytes before it. */
int x86_call_before(const u8 *end);

/*
 * Is the instruction of len bytes a direct jump, without prefixes?  *by: how far
 * its target is from its end.
 */
int x86_jump(const u8 *code, unsigned int len, s32 *by);

#endif
