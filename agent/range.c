/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions that need no interpreter: a register against a constant, as GDB
 * says it:
 *
 *	reg, [zero_ext | ext,] const, [zero_ext | ext,] [swap,]
 *	equal | less_unsigned | less_signed, [log_not,]... end
 *
 * Each of them asks whether the register is in a range of values.
 */
#include <linux/types.h>
#include <linux/kernel.h>

#include "agent/agent.h"
#include "agent/ops.h"

#define SIGN	(1ULL << 63)

/* Any context. */
static int is_ext(const struct agent_insn *in)
{
	return in->op == OP_EXT || in->op == OP_ZERO_EXT;
}

/* Any context. */
static int set_range(struct agent_range *r, u16 cmp, int swapped, u64 k)
{
	u64 first = 0, last = ~0ULL;

	r->flip = 0;
	if (cmp == OP_LESS_SIGNED) {
		/* In the order of signed numbers the first is that one. */
		r->flip = SIGN;
		k ^= SIGN;
	} else if (cmp == OP_EQUAL) {
		first = k;
		last = k;
	} else if (cmp != OP_LESS_UNSIGNED) {
		return 0;
	}
	if (cmp != OP_EQUAL && swapped) {
		if (k == ~0ULL)
			return 0;
		first = k + 1;
	} else if (cmp != OP_EQUAL) {
		if (!k)
			return 0;
		last = k - 1;
	}
	r->first = first;
	r->span = last - first;
	return 1;
}

/* Any context. */
int agent_as_range(const struct agent_prog *prog, struct agent_range *r)
{
	const struct agent_insn *in = prog->insn;
	int swapped = 0;
	u16 cmp;
	u64 k;

	/* The last one is an end; a const or a comparison is none of the rest. */
	if (in->op != OP_REG)
		return 0;
	r->reg = in++->arg;
	r->shift = 0;
	r->mask = ~0ULL;
	if (in->op == OP_EXT)
		r->shift = in++->arg;
	else if (in->op == OP_ZERO_EXT)
		r->mask = in++->imm;
	if (in->op != OP_CONST8)
		return 0;
	k = in++->imm;
	for (; is_ext(in); in++)
		k = in->op == OP_EXT ? (u64)((s64)(k << in->arg) >> in->arg) :
				       k & in->imm;
	if (in->op == OP_SWAP) {
		swapped = 1;
		in++;
	}
	cmp = in->op;
	if (!set_range(r, cmp, swapped, k))
		return 0;
	r->outside = 0;
	while ((++in)->op == OP_LOG_NOT)
		r->outside ^= 1;
	return in->op == OP_END;
}
