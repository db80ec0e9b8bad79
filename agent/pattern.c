/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions that need no interpreter, as GDB compiles them:
 *
 *	[reg] {const [add | sub]} const trace	a block of memory
 *	getv tracev pop, tracev			a variable's value
 *	getv const add | sub setv		variable += or -= constant
 *	const setv				variable = constant
 *
 * followed by end, possibly after instructions that only change the stack (in
 * Rust an assignment has the value 0).  Nobody uses what is left on the stack.
 * Constants have been folded; a sum with a constant may have the constant
 * first.
 *
 * Context: any.
 */
#include <linux/types.h>
#include <linux/kernel.h>

#include "agent/agent.h"
#include "agent/ops.h"

static int is_end(const struct agent_insn *in)
{
	/* None of these can fail or has a visible effect. */
	while (in->op == OP_POP || in->op == OP_CONST8 || in->op == OP_DUP)
		in++;
	return in->op == OP_END;
}

const struct agent_insn *agent_addend(const struct agent_insn *in, u64 *n)
{
	if (in[0].op != OP_CONST8 ||
	    (in[1].op != OP_ADD && in[1].op != OP_SUB))
		return NULL;
	*n = in[1].op == OP_ADD ? in->imm : 0 - in->imm;
	return in + 2;
}

const struct agent_insn *agent_increment(const struct agent_insn *in, u32 *slot,
					 u64 *n)
{
	if (in[0].op == OP_CONST8 && in[1].op == OP_GETV &&
	    in[2].op == OP_ADD) {
		*n = in[0].imm;
		*slot = in[1].target;
		in += 3;
	} else if (in->op == OP_GETV) {
		*slot = in->target;
		in = agent_addend(in + 1, n);
	} else {
		return NULL;
	}
	return in && in->op == OP_SETV && in->target == *slot ? in + 1 : NULL;
}

static int as_block(const struct agent_insn *in, struct agent_pattern *s)
{
	const struct agent_insn *next;
	u64 n;

	s->kind = AGENT_BLOCK;
	s->reg = -1;
	s->add = 0;
	if (in[0].op == OP_CONST8 && in[1].op == OP_REG &&
	    in[2].op == OP_ADD) {
		s->add = in[0].imm;
		s->reg = in[1].arg;
		in += 3;
	} else if (in->op == OP_REG) {
		s->reg = in++->arg;
	} else if (in->op == OP_CONST8) {
		s->add = in++->imm;
	} else {
		return 0;
	}
	while ((next = agent_addend(in, &n))) {
		s->add += n;
		in = next;
	}
	if (in->op == OP_TRACE_QUICK) {
		s->len = in->arg;
		return is_end(in + 1);
	}
	s->len = in->imm;
	return in[0].op == OP_CONST8 && in[1].op == OP_TRACE && is_end(in + 2);
}

static int as_collect(const struct agent_insn *in, struct agent_pattern *s)
{
	s->kind = AGENT_COLLECT;
	s->slot = in->target;
	if (in->op == OP_GETV)
		in++;
	return in->op == OP_TRACEV && in->target == s->slot && is_end(in + 1);
}

static int as_increment(const struct agent_insn *in, struct agent_pattern *s)
{
	s->kind = AGENT_INCREMENT;
	in = agent_increment(in, &s->slot, &s->add);
	return in && is_end(in);
}

static int as_set(const struct agent_insn *in, struct agent_pattern *s)
{
	if (in[0].op != OP_CONST8 || in[1].op != OP_SETV)
		return 0;
	s->kind = AGENT_SET;
	s->add = in[0].imm;
	s->slot = in[1].target;
	return is_end(in + 2);
}

int agent_match_pattern(const struct agent_prog *prog, struct agent_pattern *s)
{
	const struct agent_insn *in = prog->insn;

	/* Each match stops at end or a jump, so none runs past the last one. */
	return as_block(in, s) || as_collect(in, s) || as_increment(in, s) ||
	       as_set(in, s);
}
