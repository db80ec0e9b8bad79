/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions that need no interpreter: a register, a variable, or a variable
 * that is incremented, compared with a constant, as GDB compiles it:
 *
 *	reg | getv | getv const add setv
 *	[zero_ext | ext,] const, [swap,]
 *	equal | less_unsigned | less_signed, [log_not,]... end
 *
 * or with const first.  Constants have been folded.  Each condition tests
 * whether a value is in a range.
 *
 * Context: any.
 */
#include <linux/types.h>
#include <linux/kernel.h>

#include "agent/agent.h"
#include "agent/ops.h"

#define SIGN	(1ULL << 63)

/* v cmp k, or k cmp v if swapped. */
static int set_range(struct agent_range *r, u16 cmp, int swapped, u64 k)
{
	u64 first = 0, last = ~0ULL;

	/* Flipping the sign bit maps signed order to unsigned order. */
	if (cmp == OP_LESS_SIGNED)
		k ^= SIGN;
	else if (cmp != OP_EQUAL && cmp != OP_LESS_UNSIGNED)
		return 0;
	if (cmp == OP_EQUAL) {
		first = k;
		last = k;
	} else if (swapped) {
		if (k == ~0ULL)
			return 0;
		first = k + 1;
	} else {
		if (!k)
			return 0;
		last = k - 1;
	}
	r->first = cmp == OP_LESS_SIGNED ? first ^ SIGN : first;
	r->span = last - first;		/* never all values */
	return 1;
}

/* Returns the instruction after the value, or NULL. */
static const struct agent_insn *set_source(struct agent_range *r,
					   const struct agent_insn *in)
{
	const struct agent_insn *next;

	next = agent_increment(in, &r->slot, &r->add);
	if (next) {
		r->source = AGENT_OF_SUM;
		return next;
	}
	if (in->op == OP_GETV) {
		r->source = AGENT_OF_VAR;
		r->slot = in->target;
	} else if (in->op == OP_REG) {
		r->source = AGENT_OF_REG;
		r->reg = in->arg;
	} else {
		return NULL;
	}
	return in + 1;
}

int agent_match_range(const struct agent_prog *prog, struct agent_range *r)
{
	const struct agent_insn *in = set_source(r, prog->insn);
	int swapped = 0;
	u64 k = 0;

	/* Each match stops at end or a jump, so none runs past the last one. */
	if (!in && prog->insn->op == OP_CONST8) {
		swapped = 1;
		k = prog->insn->imm;
		in = set_source(r, prog->insn + 1);
	}
	if (!in)
		return 0;
	r->shift = 0;
	r->mask = ~0ULL;
	if (in->op == OP_EXT)
		r->shift = in++->arg;
	else if (in->op == OP_ZERO_EXT)
		r->mask = in++->imm;
	if (!swapped) {
		if (in->op != OP_CONST8)
			return 0;
		k = in++->imm;
	}
	if (in->op == OP_SWAP) {
		swapped = !swapped;
		in++;
	}
	if (!set_range(r, in->op, swapped, k))
		return 0;
	while ((++in)->op == OP_LOG_NOT) {
		/* The complement: from after its end around to its start. */
		r->first += r->span + 1;
		r->span = ~0ULL - r->span - 1;
	}
	return in->op == OP_END;
}
