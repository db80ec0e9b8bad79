/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lengths of x86 instructions.  Pure: builds in user space, too.
 */
#ifndef ARCH_X86_INSN_H
#define ARCH_X86_INSN_H

#include <linux/types.h>

#define X86_INSN_MAX	15	/* the CPU takes no longer one */

/*
 * Any context.  The length of the instruction whose first n bytes are at code,
 * in 64-bit or in 32-bit mode; 0 if there is no such instruction, or if it is
 * longer than n.  Bytes behind the instruction and behind n are not read.
 */
unsigned int x86_insn_len(const u8 *code, size_t n, int mode64);

/* Of a call, without prefixes. */
#define X86_CALL_MAX	7

/* Do the X86_CALL_MAX bytes before end finish with a call? */
int x86_call_before(const u8 *end);

#endif
