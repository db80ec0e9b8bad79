/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Expressions of a program that is followed, and the steps that compute them;
 * see expr.h.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <linux/kernel.h>

#include "agent/expr.h"

void agent_maker_begin(struct agent_maker *m, const struct agent_prog *prog,
		       struct agent_step *step)
{
	memset(m, 0, offsetof(struct agent_maker, set));
	m->insn = prog->insn;
	m->step = step;
}

/* ---- expressions -------------------------------------------------------- */

/* Returns an index, or -1: too many. */
static int add_expr(struct agent_maker *m, const struct agent_expr *e)
{
	const struct agent_expr *old;
	u32 i;

	for (i = 0; i < m->nr_exprs; i++) {
		old = &m->expr[i];
		if (old->op != e->op || old->a != e->a || old->b != e->b ||
		    old->imm != e->imm)
			continue;
		/* An action reads again what the program reads again. */
		if (!m->in_action || !e->reads ||
		    (m->has_value && m->value == i))
			return (int)i;
	}
	if (m->nr_exprs == AGENT_EXPRS_MAX || e->depth > AGENT_NESTED_MAX)
		return -1;
	m->expr[m->nr_exprs] = *e;
	return (int)m->nr_exprs++;
}

int agent_expr_leaf(struct agent_maker *m, u8 op, u64 imm)
{
	struct agent_expr e = { 0 };

	e.op = op;
	e.depth = 1;
	e.imm = imm;
	return add_expr(m, &e);
}

/* A sum with a constant has it second, and only one. */
static int make_sum(struct agent_maker *m, int a, u64 n)
{
	struct agent_expr e = { 0 };
	int b;

	if (m->expr[a].op == OP_ADD &&
	    m->expr[m->expr[a].b].op == OP_CONST8) {
		n += m->expr[m->expr[a].b].imm;
		a = m->expr[a].a;
	}
	if (!n)
		return a;
	b = agent_expr_leaf(m, OP_CONST8, n);
	if (b < 0)
		return -1;
	e.op = OP_ADD;
	e.a = (u16)a;
	e.b = (u16)b;
	e.depth = m->expr[a].depth + 1;
	e.fails = m->expr[a].fails;
	e.reads = m->expr[a].reads;
	return add_expr(m, &e);
}

static int is_load(u8 op)
{
	return op >= OP_REF8 && op <= OP_REF64;
}

static int make_unary(struct agent_maker *m, u8 op, int a, u64 imm)
{
	struct agent_expr e = { 0 };

	e.op = op;
	e.a = (u16)a;
	e.imm = imm;
	e.depth = m->expr[a].depth + 1;
	e.fails = m->expr[a].fails || is_load(op);
	e.reads = m->expr[a].reads || is_load(op);
	return add_expr(m, &e);
}

int agent_expr_load(struct agent_maker *m, int addr, u32 size)
{
	u8 op = OP_REF8;

	for (; size > 1; size /= 2)
		op++;
	return make_unary(m, op, addr, 0);
}

static int divides(u8 op)
{
	return op >= OP_DIV_SIGNED && op <= OP_REM_UNSIGNED;
}

static int make_binary(struct agent_maker *m, u8 op, int a, int b)
{
	const struct agent_expr *x = &m->expr[a], *y = &m->expr[b];
	struct agent_expr e = { 0 };

	if (divides(op) && y->op == OP_CONST8 && !y->imm)
		return -1;
	if (op == OP_ADD && x->op == OP_CONST8)
		return make_sum(m, b, x->imm);
	if ((op == OP_ADD || op == OP_SUB) && y->op == OP_CONST8)
		return make_sum(m, a, op == OP_ADD ? y->imm : 0 - y->imm);
	e.op = op;
	e.a = (u16)a;
	e.b = (u16)b;
	e.depth = (x->depth > y->depth ? x->depth : y->depth) + 1;
	e.fails = x->fails || y->fails ||
		  (divides(op) && y->op != OP_CONST8);
	e.reads = x->reads || y->reads;
	return add_expr(m, &e);
}

/* ---- the stack ---------------------------------------------------------- */

int agent_push(struct agent_state *st, int expr)
{
	if (expr < 0 || st->n == AGENT_DEPTH_MAX)
		return -1;
	st->stack[st->n++] = (u16)expr;
	return 0;
}

u16 agent_top(const struct agent_state *st, u32 down)
{
	return st->stack[st->n - 1 - down];
}

static int fails(const struct agent_maker *m, const struct agent_state *st, u32 down)
{
	return m->expr[agent_top(st, down)].fails;
}

static int bits_of(u64 mask)
{
	int n = 0;

	for (; mask; mask >>= 1)
		n++;
	return n;
}

static int push_reg(struct agent_maker *m, struct agent_state *st, u16 regno)
{
	struct agent_expr e = { 0 };

	e.op = OP_REG;
	e.depth = 1;
	if (!agent_step_has_reg(regno, m->in_action, &e.b))
		return -1;
	return agent_push(st, add_expr(m, &e));
}

static int push_var(struct agent_maker *m, struct agent_state *st, u32 slot)
{
	struct agent_expr e = { 0 };
	u8 kind;

	/* With a value given, the variable is locked only while it changes. */
	if (!agent_step_has_var(slot, &kind) || (m->is_given && !kind))
		return -1;
	e.op = OP_GETV;
	e.depth = 1;
	e.b = kind;
	e.imm = slot;
	e.reads = !kind;
	return agent_push(st, add_expr(m, &e));
}

static int push_unary(struct agent_maker *m, struct agent_state *st,
		      const struct agent_insn *in)
{
	u64 imm = 0;

	if (in->op == OP_EXT)
		imm = 64 - in->arg;
	else if (in->op == OP_ZERO_EXT)
		imm = bits_of(in->imm);
	if (imm == 64)
		return 0;
	st->n--;
	return agent_push(st, make_unary(m, (u8)in->op, st->stack[st->n], imm));
}

/* What the program computes once must not be computed twice or never. */
static int may_copy(const struct agent_maker *m, const struct agent_state *st,
		    u32 down)
{
	const struct agent_expr *e = &m->expr[agent_top(st, down)];

	/* In an action emit() takes care of what has been computed. */
	return !e->fails && (m->in_action || !e->reads);
}

static int shuffle(struct agent_maker *m, struct agent_state *st,
		   const struct agent_insn *in)
{
	u16 *s = &st->stack[st->n];
	u16 v;

	switch (in->op) {
	case OP_DUP:
		return may_copy(m, st, 0) ?
		       agent_push(st, agent_top(st, 0)) : -1;
	case OP_PICK:
		return may_copy(m, st, in->arg) ?
		       agent_push(st, agent_top(st, in->arg)) : -1;
	case OP_POP:
		/* In an action, compute it here. */
		if (fails(m, st, 0) &&
		    (!m->in_action || agent_emit(m, agent_top(st, 0))))
			return -1;
		st->n--;
		return 0;
	case OP_SWAP:
		v = s[-1];
		s[-1] = s[-2];
		s[-2] = v;
		return 0;
	default:		/* OP_ROT */
		v = s[-1];
		s[-1] = s[-2];
		s[-2] = s[-3];
		s[-3] = v;
		return 0;
	}
}

int agent_follow(struct agent_maker *m, struct agent_state *st,
		 const struct agent_insn *in)
{
	switch (in->op) {
	case OP_CONST8:
		return agent_push(st, agent_expr_leaf(m, OP_CONST8, in->imm));
	case OP_REG:
		return push_reg(m, st, in->arg);
	case OP_GETV:
		return push_var(m, st, in->target);
	case OP_REF8:
	case OP_REF16:
	case OP_REF32:
	case OP_REF64:
	case OP_LOG_NOT:
	case OP_BIT_NOT:
	case OP_EXT:
	case OP_ZERO_EXT:
		return push_unary(m, st, in);
	case OP_DUP:
	case OP_PICK:
	case OP_POP:
	case OP_SWAP:
	case OP_ROT:
		return shuffle(m, st, in);
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV_SIGNED:
	case OP_DIV_UNSIGNED:
	case OP_REM_SIGNED:
	case OP_REM_UNSIGNED:
	case OP_LSH:
	case OP_RSH_SIGNED:
	case OP_RSH_UNSIGNED:
	case OP_BIT_AND:
	case OP_BIT_OR:
	case OP_BIT_XOR:
	case OP_EQUAL:
	case OP_LESS_SIGNED:
	case OP_LESS_UNSIGNED:
		st->n -= 2;
		return agent_push(st, make_binary(m, (u8)in->op, st->stack[st->n],
					    st->stack[st->n + 1]));
	}
	return -1;
}

/* ---- steps -------------------------------------------------------------- */

/* What needs agent_run() at times: it would set variables once more. */
static int may_be_unknown(u8 op)
{
	return op == STEP_LOAD || op == STEP_LOAD_REG ||
	       (op >= STEP_PUT_REG && op <= STEP_STRING);
}

struct agent_step *agent_add_step(struct agent_maker *m, u8 op)
{
	struct agent_step *s = &m->step[m->nr_steps];

	if (m->nr_steps == AGENT_STEPS_MAX ||
	    (m->nr_sets && may_be_unknown(op)))
		return NULL;
	m->nr_steps++;
	memset(s, 0, sizeof(*s));
	s->op = op;
	s->yes = AGENT_UNKNOWN;
	s->no = AGENT_UNKNOWN;
	return s;
}

static int add_imm(struct agent_maker *m, u8 alu, u64 imm)
{
	struct agent_step *s = agent_add_step(m, alu == OP_BIT_AND ? STEP_AND :
							       STEP_IMM);

	if (!s)
		return -1;
	s->alu = alu;
	s->imm = imm;
	return 0;
}

u64 agent_take_addend(const struct agent_maker *m, u16 *i)
{
	const struct agent_expr *e = &m->expr[*i];

	if (e->op != OP_ADD || m->expr[e->b].op != OP_CONST8)
		return 0;
	*i = e->a;
	return m->expr[e->b].imm;
}

static int emit(struct agent_maker *m, u16 i, u16 temp);

static int emit_load(struct agent_maker *m, const struct agent_expr *e, u16 temp)
{
	u16 base = e->a;
	u64 add = agent_take_addend(m, &base);
	int is_reg = m->expr[base].op == OP_REG;
	struct agent_step *s;

	if (!is_reg && emit(m, base, temp))
		return -1;
	s = agent_add_step(m, is_reg ? STEP_LOAD_REG : STEP_LOAD);
	if (!s)
		return -1;
	if (is_reg)
		s->at = (u16)m->expr[base].b;
	s->imm = add;
	s->size = (u8)(1 << (e->op - OP_REF8));
	return 0;
}

static int commutes(u8 op)
{
	return op == OP_ADD || op == OP_MUL || op == OP_BIT_AND ||
	       op == OP_BIT_OR || op == OP_BIT_XOR || op == OP_EQUAL;
}

static int emit_binary(struct agent_maker *m, const struct agent_expr *e, u16 temp)
{
	const struct agent_expr *a = &m->expr[e->a], *b = &m->expr[e->b];
	struct agent_step *s;

	if (b->op == OP_CONST8)
		return emit(m, e->a, temp) ? -1 : add_imm(m, e->op, b->imm);
	if (a->op == OP_CONST8 && commutes(e->op))
		return emit(m, e->b, temp) ? -1 : add_imm(m, e->op, a->imm);
	if (temp == AGENT_TEMPS || (m->nr_sets && divides(e->op)) ||
	    emit(m, e->a, temp))
		return -1;
	s = agent_add_step(m, STEP_KEEP);
	if (!s)
		return -1;
	s->temp = temp;
	if (emit(m, e->b, temp + 1))
		return -1;
	s = agent_add_step(m, STEP_TEMP);
	if (!s)
		return -1;
	s->alu = e->op;
	s->temp = temp;
	return 0;
}

static int is_set(const struct agent_maker *m, u64 slot)
{
	u32 i;

	for (i = 0; i < m->nr_sets; i++)
		if (agent_step_same_var(m->set[i], (u32)slot))
			return 1;
	return 0;
}

static int emit_leaf(struct agent_maker *m, const struct agent_expr *e)
{
	struct agent_step *s = agent_add_step(m, e->op == OP_REG ? STEP_REG :
					   e->op == OP_GIVEN ? STEP_GIVEN :
					   e->op != OP_GETV ? STEP_CONST :
					   e->b ? STEP_VALUE : STEP_VAR);

	/* Of a variable that has changed, the old value is meant. */
	if (!s || (e->op == OP_GETV && is_set(m, e->imm)))
		return -1;
	if (e->op == OP_REG)
		s->at = e->b;
	else
		s->imm = e->imm;
	if (e->op == OP_GETV)
		s->size = (u8)e->b;
	return 0;
}

static int emit_new(struct agent_maker *m, u16 i, u16 temp)
{
	const struct agent_expr *e = &m->expr[i];
	struct agent_step *s;

	switch (e->op) {
	case OP_CONST8:
	case OP_REG:
	case OP_GETV:
	case OP_GIVEN:
		return emit_leaf(m, e);
	case OP_REF8:
	case OP_REF16:
	case OP_REF32:
	case OP_REF64:
		return emit_load(m, e, temp);
	case OP_ZERO_EXT:
		return emit(m, e->a, temp) ? -1 :
		       add_imm(m, OP_BIT_AND, ~0ULL >> (64 - e->imm));
	case OP_BIT_NOT:
		return emit(m, e->a, temp) ? -1 :
		       add_imm(m, OP_BIT_XOR, ~0ULL);
	case OP_LOG_NOT:
		return emit(m, e->a, temp) ? -1 : add_imm(m, OP_EQUAL, 0);
	case OP_EXT:
		if (emit(m, e->a, temp))
			return -1;
		s = agent_add_step(m, STEP_EXT);
		if (!s)
			return -1;
		s->shift = (u8)(64 - e->imm);
		return 0;
	default:
		return emit_binary(m, e, temp);
	}
}

/*
 * Uses temps from temp on.  In an action, which has one path, the step before may
 * have the value; and what has been read is not read again, which could give
 * another value.  Recursion: AGENT_NESTED_MAX at most.
 */
static int emit(struct agent_maker *m, u16 i, u16 temp)
{
	const struct agent_expr *e = &m->expr[i];

	if (m->has_value && m->value == i)
		return 0;
	if ((e->done && e->reads) || emit_new(m, i, temp))
		return -1;
	if (m->in_action)
		agent_has_value(m, i);
	return 0;
}

void agent_has_value(struct agent_maker *m, u16 i)
{
	m->has_value = 1;
	m->value = i;
	m->expr[i].fails = 0;
	m->expr[i].done = 1;
}

int agent_emit(struct agent_maker *m, u16 i)
{
	return emit(m, i, 0);
}
