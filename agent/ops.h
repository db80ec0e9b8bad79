/* SPDX-License-Identifier: GPL-2.0 */
/* Opcodes of bytecode and of decoded instructions.  Private to agent/. */
#ifndef AGENT_OPS_H
#define AGENT_OPS_H

#include <linux/types.h>

struct agent_insn;

/* The numbers of GDB's ax.def. */
enum {
	OP_FLOAT = 0x01,
	OP_ADD = 0x02,
	OP_SUB = 0x03,
	OP_MUL = 0x04,
	OP_DIV_SIGNED = 0x05,
	OP_DIV_UNSIGNED = 0x06,
	OP_REM_SIGNED = 0x07,
	OP_REM_UNSIGNED = 0x08,
	OP_LSH = 0x09,
	OP_RSH_SIGNED = 0x0a,
	OP_RSH_UNSIGNED = 0x0b,
	OP_TRACE = 0x0c,
	OP_TRACE_QUICK = 0x0d,
	OP_LOG_NOT = 0x0e,
	OP_BIT_AND = 0x0f,
	OP_BIT_OR = 0x10,
	OP_BIT_XOR = 0x11,
	OP_BIT_NOT = 0x12,
	OP_EQUAL = 0x13,
	OP_LESS_SIGNED = 0x14,
	OP_LESS_UNSIGNED = 0x15,
	OP_EXT = 0x16,
	OP_REF8 = 0x17,
	OP_REF16 = 0x18,
	OP_REF32 = 0x19,
	OP_REF64 = 0x1a,
	OP_REF_FLOAT = 0x1b,
	OP_REF_DOUBLE = 0x1c,
	OP_REF_LONG_DOUBLE = 0x1d,
	OP_L_TO_D = 0x1e,
	OP_D_TO_L = 0x1f,
	OP_IF_GOTO = 0x20,
	OP_GOTO = 0x21,
	OP_CONST8 = 0x22,
	OP_CONST16 = 0x23,
	OP_CONST32 = 0x24,
	OP_CONST64 = 0x25,
	OP_REG = 0x26,
	OP_END = 0x27,
	OP_DUP = 0x28,
	OP_POP = 0x29,
	OP_ZERO_EXT = 0x2a,
	OP_SWAP = 0x2b,
	OP_GETV = 0x2c,
	OP_SETV = 0x2d,
	OP_TRACEV = 0x2e,
	OP_TRACENZ = 0x2f,
	OP_TRACE16 = 0x30,
	/* 0x31 has no meaning */
	OP_PICK = 0x32,
	OP_ROT = 0x33,
	OP_PRINTF = 0x34,
	OP_NR,

	/*
	 * Decoded only.  All const become OP_CONST8 and trace16 becomes
	 * OP_TRACE_QUICK; a jump that is not forward becomes one that is
	 * charged to the budget.
	 */
	OP_IF_GOTO_BACK = OP_NR,
	OP_GOTO_BACK,
};

/*
 * Operands of a decoded instruction:
 *	const		imm: the value
 *	ext		arg: the number of bits above the value, 0 for none
 *	zero_ext	imm: the mask of the value
 *	goto, if_goto	target
 *	reg		arg: the register
 *	getv, setv, tracev	target: the slot of the variable
 *	pick		arg: depth below the top
 *	trace_quick	arg: the number of bytes to collect
 */

/*
 * agent/pattern.c: match at `in' a constant that is added or subtracted, or a
 * variable incremented by a constant; *n is what is added.  Returns the next
 * instruction, or NULL.
 * Context: any.
 */
const struct agent_insn *agent_addend(const struct agent_insn *in, u64 *n);
const struct agent_insn *agent_increment(const struct agent_insn *in, u32 *slot,
					 u64 *n);

/* While folding constants: a jump leads to this instruction. */
#define OP_IS_TARGET	0x8000

/*
 * agent/fold.c: fold constants.  Instructions no longer needed become no-ops:
 * ext with arg 0. on_top: scratch space of nr entries.
 */
void agent_fold(struct agent_insn *insn, u32 nr, u16 *on_top);

/* Context: any, including NMI. */
static inline u64 agent_shift_left(u64 v, u64 n)
{
	return n < 64 ? v << n : 0;
}

static inline u64 agent_shift_right(u64 v, u64 n)
{
	return n < 64 ? v >> n : 0;
}

static inline u64 agent_shift_right_signed(u64 v, u64 n)
{
	return (u64)((s64)v >> (n < 64 ? n : 63));
}

/* agent/div64.c: the divisor must not be 0. */
u64 agent_div_unsigned(u64 a, u64 b);
u64 agent_rem_unsigned(u64 a, u64 b);
u64 agent_div_signed(u64 a, u64 b);
u64 agent_rem_signed(u64 a, u64 b);

#endif
