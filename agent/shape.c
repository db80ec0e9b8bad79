/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions that need no interpreter, as GDB says them:
 *
 *	[reg] {const [add | sub]} const trace	a block of memory
 *	getv tracev pop, tracev			a variable's value
 *	getv const add | sub setv		a variable becomes more, or less
 *
 * with end behind them.  What is on the stack at the end is of no use to anyone.
 */
#include <linux/types.h>
#include <linux/kernel.h>

#include "agent/agent.h"
#include "agent/ops.h"

/* Any context. */
static int is_end(const struct agent_insn *in)
{
	return in->op == OP_END || (in->op == OP_POP && in[1].op == OP_END);
}

const struct agent_insn *agent_constant(const struct agent_insn *in, u64 *k)
{
	if (in->op != OP_CONST8)
		return NULL;
	*k = in++->imm;
	for (;; in++) {
		if (in->op == OP_EXT)
			*k = (u64)((s64)(*k << in->arg) >> in->arg);
		else if (in->op == OP_ZERO_EXT)
			*k &= in->imm;
		else
			return in;
	}
}

const struct agent_insn *agent_addend(const struct agent_insn *in, u64 *n)
{
	u64 k;

	in = agent_constant(in, &k);
	if (!in || (in->op != OP_ADD && in->op != OP_SUB))
		return NULL;
	*n = in->op == OP_ADD ? k : 0 - k;
	return in + 1;
}

const struct agent_insn *agent_increment(const struct agent_insn *in, u32 *slot,
					 u64 *n)
{
	u32 var = in->target;

	if (in->op != OP_GETV)
		return NULL;
	in = agent_addend(in + 1, n);
	if (!in || in->op != OP_SETV || in->target != var)
		return NULL;
	*slot = var;
	return in + 1;
}

/* Any context. */
static int as_block(const struct agent_insn *in, struct agent_shape *s)
{
	const struct agent_insn *next;
	u64 n;

	s->kind = AGENT_BLOCK;
	s->reg = -1;
	s->add = 0;
	if (in->op == OP_REG)
		s->reg = in++->arg;
	else
		in = agent_constant(in, &s->add);
	while (in && (next = agent_addend(in, &n))) {
		s->add += n;
		in = next;
	}
	if (!in)
		return 0;
	if (in->op == OP_TRACE_QUICK) {
		s->len = in->arg;
		return is_end(in + 1);
	}
	in = agent_constant(in, &s->len);
	return in && in->op == OP_TRACE && is_end(in + 1);
}

/* Any context. */
static int as_collect(const struct agent_insn *in, struct agent_shape *s)
{
	s->kind = AGENT_COLLECT;
	s->slot = in->target;
	if (in->op == OP_GETV)
		in++;
	return in->op == OP_TRACEV && in->target == s->slot && is_end(in + 1);
}

/* Any context. */
static int as_increment(const struct agent_insn *in, struct agent_shape *s)
{
	s->kind = AGENT_INCREMENT;
	in = agent_increment(in, &s->slot, &s->add);
	return in && is_end(in);
}

/* Any context. */
int agent_as_shape(const struct agent_prog *prog, struct agent_shape *s)
{
	const struct agent_insn *in = prog->insn;

	/* The last one is an end, which is nothing that the others look for. */
	return as_block(in, s) || as_collect(in, s) || as_increment(in, s);
}
