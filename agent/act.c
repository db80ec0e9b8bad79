/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Make steps of actions; see act.h.
 *
 * The program is followed with a stack of expressions instead of values.  What
 * has an effect emits the steps that compute its operands, and a step of its own.
 * A block of 1, 2, 4 or 8 bytes leaves its contents as the value, which is what
 * the next link of a chain begins with.
 *
 * Context of all functions: any.
 */
#include <linux/types.h>
#include <linux/kernel.h>

#include "agent/act.h"
#include "agent/expr.h"

/* ---- what is collected -------------------------------------------------- */

static u64 whole(u64 n)
{
	return (n + sizeof(u64) - 1) & ~(u64)(sizeof(u64) - 1);
}

static int is_word(u64 len)
{
	return len == 1 || len == 2 || len == 4 || len == 8;
}

/* The block that holds expression `addr' of that size as its value. */
static int put_word(struct agent_maker *m, u16 addr, u32 size)
{
	u16 base = addr;
	u64 add = agent_take_addend(m, &base);
	int is_reg = m->expr[base].op == OP_REG;
	struct agent_step *s;
	int value;

	if (!is_reg && agent_emit(m, base))
		return -1;
	s = agent_add_step(m, is_reg ? STEP_PUT_REG : STEP_PUT);
	value = agent_expr_load(m, addr, size);
	if (!s || value < 0)
		return -1;
	if (is_reg)
		s->at = m->expr[base].b;
	s->imm = add;
	s->size = (u8)size;
	agent_has_value(m, (u16)value);
	return 0;
}

static int put_bytes(struct agent_maker *m, u8 op, u16 addr, u64 len)
{
	u64 add = agent_take_addend(m, &addr);
	struct agent_step *s;

	if (agent_emit(m, addr))
		return -1;
	s = agent_add_step(m, op);
	if (!s)
		return -1;
	s->imm = add;
	s->span = len;
	return 0;
}

static int collect(struct agent_maker *m, u32 head, int is_string, u16 addr,
		   u64 len)
{
	u64 most = is_string ? AGENT_STRING_MAX : AGENT_BLOCK_MAX;

	if (!len)
		return m->expr[addr].fails ? agent_emit(m, addr) : 0;
	if (len > most || m->size > AGENT_BLOCK_MAX)
		return -1;
	m->size += head + whole(len);
	if (!is_string && is_word(len))
		return put_word(m, addr, (u32)len);
	return put_bytes(m, is_string ? STEP_STRING : STEP_BLOCK, addr, len);
}

/* The operands are an address and a length, which must be constant. */
static int collect_popped(struct agent_maker *m, struct agent_state *st,
			  u32 head, int is_string)
{
	const struct agent_expr *len = &m->expr[agent_top(st, 0)];

	if (len->op != OP_CONST8)
		return -1;
	st->n -= 2;
	return collect(m, head, is_string, st->stack[st->n], len->imm);
}

/*
 * Is this a variable that has been set, and that other CPUs may have changed
 * since, or that has been set by another name?
 */
static int is_doubtful(const struct agent_maker *m, u32 slot)
{
	u32 i;

	for (i = 0; i < m->nr_sets; i++)
		if (agent_step_same_var(m->set[i], slot) &&
		    (m->set[i] != slot || agent_target_var_shared(slot)))
			return 1;
	return 0;
}

static int collect_var(struct agent_maker *m, u32 head, u32 slot)
{
	struct agent_step *s;
	u8 kind;

	if (!agent_step_has_var(slot, &kind) || is_doubtful(m, slot))
		return -1;
	m->has_shared |= agent_target_var_shared(slot);
	s = agent_add_step(m, STEP_COLLECT);
	if (!s)
		return -1;
	s->imm = slot;
	s->size = kind;
	m->size += head + sizeof(u64);
	return 0;
}

/* ---- what is set -------------------------------------------------------- */

static int is_var(const struct agent_expr *e, u32 slot)
{
	return e->op == OP_GETV && agent_step_same_var((u32)e->imm, slot);
}

static int has_operands(const struct agent_expr *e)
{
	return e->depth > 1;
}

/* Recursion: AGENT_NESTED_MAX at most. */
static int reads(const struct agent_maker *m, u16 i, u32 slot)
{
	const struct agent_expr *e = &m->expr[i];

	if (!has_operands(e))
		return is_var(e, slot);
	return reads(m, e->a, slot) ||
	       (e->op >= OP_ADD && e->op <= OP_LESS_UNSIGNED &&
		e->op != OP_LOG_NOT && e->op != OP_BIT_NOT &&
		reads(m, e->b, slot));
}

/* If expression i is the variable plus something: what.  Else -1. */
static int addend(const struct agent_maker *m, u16 i, u32 slot)
{
	const struct agent_expr *e = &m->expr[i];

	if (e->op != OP_ADD)
		return -1;
	if (is_var(&m->expr[e->a], slot))
		return e->b;
	return is_var(&m->expr[e->b], slot) ? e->a : -1;
}

/*
 * A shared variable that is read and set needs a lock for both.  STEP_SUM has
 * that; what is added must not read it again.
 */
static int set_var(struct agent_maker *m, const struct agent_prog *prog,
		   u32 slot, u16 i)
{
	int n = addend(m, i, slot);
	struct agent_step *s;

	if (!agent_step_sets_var(slot) || m->nr_sets == AGENT_SETS_MAX)
		return -1;
	if (n >= 0 && reads(m, (u16)n, slot))
		n = -1;
	if (prog->rmw_var && (n < 0 || m->nr_sets || m->has_shared))
		return -1;
	if (agent_emit(m, n < 0 ? i : (u16)n))
		return -1;
	s = agent_add_step(m, n < 0 ? STEP_SET : STEP_SUM);
	if (!s)
		return -1;
	s->imm = slot;
	m->set[m->nr_sets++] = slot;
	return 0;
}

/* ---- programs ----------------------------------------------------------- */

/* Compute what is left on the stack, where that may fail. */
static int end(struct agent_maker *m, const struct agent_state *st)
{
	u32 i;

	for (i = 0; i < st->n; i++)
		if (m->expr[st->stack[i]].fails &&
		    agent_emit(m, st->stack[i]))
			return -1;
	return agent_add_step(m, STEP_END) ? 0 : -1;
}

u32 agent_make_action(const struct agent_prog *prog, struct agent_maker *m,
		      struct agent_step *step, u32 head, u64 *size)
{
	const struct agent_insn *in = prog->insn;
	struct agent_state st = { 0 };
	int err = 0;

	agent_maker_begin(m, prog, step);
	m->in_action = 1;
	for (; in->op != OP_END && !err; in++) {
		if (in->op == OP_TRACE_QUICK)
			err = collect(m, head, 0, agent_top(&st, 0), in->arg);
		else if (in->op == OP_TRACE || in->op == OP_TRACENZ)
			err = collect_popped(m, &st, head,
					     in->op == OP_TRACENZ);
		else if (in->op == OP_TRACEV)
			err = collect_var(m, head, in->target);
		else if (in->op == OP_SETV)
			err = set_var(m, prog, in->target, agent_top(&st, 0));
		else
			err = agent_follow(m, &st, in);
	}
	if (err || end(m, &st))
		return 0;
	*size = m->size;
	return m->nr_steps;
}
