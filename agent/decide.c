/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Make decisions of conditions; see decide.h.
 *
 * The program is followed along all its paths with a stack of expressions
 * instead of values.  Only where a path branches, or ends with a value that is
 * not constant, steps are emitted: those that compute the value, and a test.
 * So `&&', `||' and `?:', for which GDB pushes 0 or 1 and branches again, become
 * jumps between tests.
 *
 * A test asks whether a value is in a range of u64, which may wrap.  Extensions
 * and constants that are added are taken from the value and applied to the
 * range, so that most comparisons of GDB's are one test.
 *
 * Context of all functions: any.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <linux/kernel.h>

#include "agent/decide.h"
#include "agent/ops.h"

/* ---- expressions -------------------------------------------------------- */

/* Returns an index, or -1: too many. */
static int add_expr(struct agent_maker *m, const struct agent_expr *e)
{
	const struct agent_expr *old;
	u32 i;

	for (i = 0; i < m->nr_exprs; i++) {
		old = &m->expr[i];
		if (old->op == e->op && old->a == e->a && old->b == e->b &&
		    old->imm == e->imm)
			return (int)i;
	}
	if (m->nr_exprs == AGENT_EXPRS_MAX || e->depth > AGENT_DEPTH_MAX)
		return -1;
	m->expr[m->nr_exprs] = *e;
	return (int)m->nr_exprs++;
}

static int make_leaf(struct agent_maker *m, u8 op, u64 imm)
{
	struct agent_expr e = { 0 };

	e.op = op;
	e.depth = 1;
	e.imm = imm;
	return add_expr(m, &e);
}

static int make_unary(struct agent_maker *m, u8 op, int a, u64 imm)
{
	struct agent_expr e = { 0 };

	e.op = op;
	e.a = (u16)a;
	e.imm = imm;
	e.depth = m->expr[a].depth + 1;
	e.fails = m->expr[a].fails || (op >= OP_REF8 && op <= OP_REF64);
	return add_expr(m, &e);
}

static int make_binary(struct agent_maker *m, u8 op, int a, int b)
{
	const struct agent_expr *x = &m->expr[a], *y = &m->expr[b];
	int divides = op >= OP_DIV_SIGNED && op <= OP_REM_UNSIGNED;
	struct agent_expr e = { 0 };

	if (divides && y->op == OP_CONST8 && !y->imm)
		return -1;
	e.op = op;
	e.a = (u16)a;
	e.b = (u16)b;
	e.depth = (x->depth > y->depth ? x->depth : y->depth) + 1;
	e.fails = x->fails || y->fails || (divides && y->op != OP_CONST8);
	return add_expr(m, &e);
}

/* ---- steps -------------------------------------------------------------- */

static struct agent_step *add_step(struct agent_maker *m, u8 op)
{
	struct agent_step *s = &m->d->step[m->nr_steps];

	if (m->nr_steps == AGENT_STEPS_MAX)
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
	struct agent_step *s = add_step(m, alu == OP_BIT_AND ? STEP_AND :
							       STEP_IMM);

	if (!s)
		return -1;
	s->alu = alu;
	s->imm = imm;
	return 0;
}

/* Take constants that are added from expression i. */
static u64 take_addend(const struct agent_maker *m, u16 *i)
{
	u64 sum = 0;

	for (;;) {
		const struct agent_expr *e = &m->expr[*i];
		int b_is_const, a_is_const;

		if (e->op != OP_ADD && e->op != OP_SUB)
			return sum;
		b_is_const = m->expr[e->b].op == OP_CONST8;
		a_is_const = m->expr[e->a].op == OP_CONST8 && e->op == OP_ADD;
		if (!a_is_const && !b_is_const)
			return sum;
		if (!b_is_const)
			sum += m->expr[e->a].imm;
		else if (e->op == OP_ADD)
			sum += m->expr[e->b].imm;
		else
			sum -= m->expr[e->b].imm;
		*i = b_is_const ? e->a : e->b;
	}
}

static int emit(struct agent_maker *m, u16 i, u16 temp);

/* As an expression: OP_SETV is the value that is given. */
#define OP_GIVEN	OP_SETV

static int emit_load(struct agent_maker *m, const struct agent_expr *e, u16 temp)
{
	u16 base = e->a;
	u64 add = take_addend(m, &base);
	int is_reg = m->expr[base].op == OP_REG;
	struct agent_step *s;

	if (!is_reg && emit(m, base, temp))
		return -1;
	s = add_step(m, is_reg ? STEP_LOAD_REG : STEP_LOAD);
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
	if (temp == AGENT_TEMPS || emit(m, e->a, temp))
		return -1;
	s = add_step(m, STEP_KEEP);
	if (!s)
		return -1;
	s->temp = temp;
	if (emit(m, e->b, temp + 1))
		return -1;
	s = add_step(m, STEP_TEMP);
	if (!s)
		return -1;
	s->alu = e->op;
	s->temp = temp;
	return 0;
}

static int emit_leaf(struct agent_maker *m, const struct agent_expr *e)
{
	struct agent_step *s = add_step(m, e->op == OP_REG ? STEP_REG :
					   e->op == OP_GIVEN ? STEP_GIVEN :
					   e->op != OP_GETV ? STEP_CONST :
					   e->b ? STEP_VALUE : STEP_VAR);

	if (!s)
		return -1;
	if (e->op == OP_REG)
		s->at = e->b;
	else
		s->imm = e->imm;
	if (e->op == OP_GETV)
		s->size = (u8)e->b;
	return 0;
}

/*
 * Emit what computes expression i; uses temps from temp on.  Returns 0, or -1 if
 * it does not fit.  Recursion: AGENT_DEPTH_MAX at most.
 */
static int emit(struct agent_maker *m, u16 i, u16 temp)
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
		s = add_step(m, STEP_EXT);
		if (!s)
			return -1;
		s->shift = (u8)(64 - e->imm);
		return 0;
	default:
		return emit_binary(m, e, temp);
	}
}

/* ---- tests -------------------------------------------------------------- */

/* Is the value's low `bits' bits in first..first + span? */
struct test {
	u16 expr;
	u16 bits;
	int swapped;		/* yes and no */
	int known;		/* 0, 1: the answer; -1: it depends */
	u64 first, span;	/* below 1 << bits */
};

static u64 low(u32 bits)
{
	return ~0ULL >> (64 - bits);
}

/*
 * The value is below 1 << bits, which is fewer than the test's.  Make the range
 * one of so many bits.
 */
static void narrow(struct test *t, u32 bits)
{
	u64 max = low(bits), last = (t->first + t->span) & low(t->bits);

	t->known = -1;
	if (t->first <= last) {
		if (t->first > max)
			t->known = 0;
		else if (last > max)
			last = max;
		if (!t->first && last == max)
			t->known = 1;
	} else if (last >= max) {
		t->known = 1;
	} else if (t->first > max) {
		t->first = 0;
	}
	t->span = (last - t->first) & max;
	t->bits = (u16)bits;
}

/* Take from the value what can be applied to the range. */
static void simplify(const struct agent_maker *m, struct test *t)
{
	const struct agent_expr *e;
	u64 half;

	while (t->known < 0) {
		t->first -= take_addend(m, &t->expr);
		t->first &= low(t->bits);
		e = &m->expr[t->expr];
		if (e->op != OP_EXT && e->op != OP_ZERO_EXT)
			return;
		t->expr = e->a;
		if (e->imm >= t->bits)
			continue;
		half = e->op == OP_EXT ? 1ULL << (e->imm - 1) : 0;
		t->first = (t->first + half) & low(t->bits);
		narrow(t, (u32)e->imm);
		t->first = (t->first - half) & low(t->bits);
	}
}

/* first..last, in signed or unsigned order. */
static void set_range(struct test *t, u64 first, u64 last)
{
	t->first = first;
	t->span = last - first;
	if (t->span == ~0ULL)
		t->known = 1;
}

#define SIGN	(1ULL << 63)

/* a op b is a test of the operand that is not constant. */
static int set_comparison(const struct agent_maker *m, struct test *t,
			  const struct agent_expr *e)
{
	const struct agent_expr *a = &m->expr[e->a], *b = &m->expr[e->b];
	u64 sign = e->op == OP_LESS_SIGNED ? SIGN : 0, k;

	if (b->op != OP_CONST8 && a->op != OP_CONST8)
		return 0;
	k = b->op == OP_CONST8 ? b->imm : a->imm;
	t->expr = b->op == OP_CONST8 ? e->a : e->b;
	if (e->op == OP_EQUAL)
		set_range(t, k, k);
	else if (k == (b->op == OP_CONST8 ? sign : ~sign))
		t->known = 0;	/* below the least, above the greatest */
	else if (b->op == OP_CONST8)
		set_range(t, sign, k - 1);
	else
		set_range(t, k + 1, ~sign);
	return 1;
}

static void make_test(const struct agent_maker *m, struct test *t, u16 cond)
{
	const struct agent_expr *e = &m->expr[cond];

	t->swapped = 0;
	for (; e->op == OP_LOG_NOT; e = &m->expr[cond]) {
		cond = e->a;
		t->swapped = !t->swapped;
	}
	t->expr = cond;
	t->bits = 64;
	t->known = -1;
	if ((e->op != OP_EQUAL && e->op != OP_LESS_SIGNED &&
	     e->op != OP_LESS_UNSIGNED) || !set_comparison(m, t, e))
		set_range(t, 1, ~0ULL);
	simplify(m, t);
}

/* The answer is known, but the value must be computed, for it may fail. */
static void compute_only(struct test *t)
{
	t->swapped = t->swapped != !t->known;
	t->first = 0;
	t->span = low(t->bits);
}

/* Returns the test, or NULL if it does not fit. */
static struct agent_step *emit_test(struct agent_maker *m, const struct test *t)
{
	const struct agent_expr *e = &m->expr[t->expr];
	struct agent_step *s;

	if (e->op != OP_REG && emit(m, t->expr, 0))
		return NULL;
	s = add_step(m, e->op == OP_REG ? STEP_TEST_REG : STEP_TEST);
	if (!s)
		return NULL;
	if (e->op == OP_REG)
		s->at = e->b;
	s->shift = (u8)(64 - t->bits);
	s->imm = t->first;
	s->span = t->span << s->shift;
	return s;
}

/* ---- paths -------------------------------------------------------------- */

static int push(struct agent_state *st, int expr)
{
	if (expr < 0 || st->n == AGENT_DEPTH_MAX)
		return -1;
	st->stack[st->n++] = (u16)expr;
	return 0;
}

static u16 top(const struct agent_state *st, u32 down)
{
	return st->stack[st->n - 1 - down];
}

static int fails(const struct agent_maker *m, const struct agent_state *st, u32 down)
{
	return m->expr[top(st, down)].fails;
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
	if (!agent_decide_reg(regno, &e.b))
		return -1;
	return push(st, add_expr(m, &e));
}

static int push_var(struct agent_maker *m, struct agent_state *st, u32 slot)
{
	struct agent_expr e = { 0 };
	u8 kind;

	/* With a value given, the variable is locked only while it changes. */
	if (!agent_decide_var(slot, &kind) || (m->is_given && !kind))
		return -1;
	e.op = OP_GETV;
	e.depth = 1;
	e.b = kind;
	e.imm = slot;
	return push(st, add_expr(m, &e));
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
	return push(st, make_unary(m, (u8)in->op, st->stack[st->n], imm));
}

/* Computed once, an expression must not be evaluated twice or never. */
static int shuffle(struct agent_maker *m, struct agent_state *st,
		   const struct agent_insn *in)
{
	u16 *s = &st->stack[st->n];
	u16 v;

	switch (in->op) {
	case OP_DUP:
		return fails(m, st, 0) ? -1 : push(st, top(st, 0));
	case OP_PICK:
		return fails(m, st, in->arg) ? -1 : push(st, top(st, in->arg));
	case OP_POP:
		if (fails(m, st, 0))
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

/* An instruction that neither jumps nor ends.  Returns 0, or -1. */
static int follow_insn(struct agent_maker *m, struct agent_state *st,
		       const struct agent_insn *in)
{
	switch (in->op) {
	case OP_CONST8:
		return push(st, make_leaf(m, OP_CONST8, in->imm));
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
		return push(st, make_binary(m, (u8)in->op, st->stack[st->n],
					    st->stack[st->n + 1]));
	}
	return -1;
}

static int is_same(const struct agent_state *a, const struct agent_state *b)
{
	u32 i;

	if (a->at != b->at || a->n != b->n)
		return 0;
	for (i = 0; i < a->n; i++)
		if (a->stack[i] != b->stack[i])
			return 0;
	return 1;
}

/* The label of a test that was emitted in the same state, or AGENT_UNKNOWN. */
static u16 find_known(const struct agent_maker *m, const struct agent_state *st,
		      u16 cond)
{
	u32 i;

	for (i = 0; i < m->nr_known; i++)
		if (m->known[i].cond == cond &&
		    is_same(&m->known[i].state, st))
			return m->known[i].label;
	return AGENT_UNKNOWN;
}

static int add_branch(struct agent_maker *m, const struct agent_state *st, u16 at,
		      u16 step, int is_yes)
{
	struct agent_branch *b = &m->branch[m->nr_branches];

	if (m->nr_branches == AGENT_STATES_MAX)
		return -1;
	m->nr_branches++;
	b->state = *st;
	b->state.at = at;
	b->step = step;
	b->is_yes = (u16)is_yes;
	return 0;
}

/* At an if_goto, or at the end, cond decides. *label: of its test. */
static int add_test(struct agent_maker *m, const struct agent_state *st,
		    const struct test *t, u16 cond, u16 *label)
{
	const struct agent_insn *in = &m->insn[st->at];
	struct agent_step *s;
	struct agent_known *k;

	*label = find_known(m, st, cond);
	if (*label != AGENT_UNKNOWN)
		return 0;
	if (m->nr_known == AGENT_STATES_MAX)
		return -1;
	*label = (u16)(m->nr_steps * sizeof(*s));
	k = &m->known[m->nr_known++];
	k->state = *st;
	k->cond = cond;
	k->label = *label;
	s = emit_test(m, t);
	if (!s)
		return -1;
	m->may_fail |= m->expr[cond].fails;
	if (in->op == OP_END) {
		s->yes = t->swapped ? AGENT_FALSE : AGENT_TRUE;
		s->no = t->swapped ? AGENT_TRUE : AGENT_FALSE;
		return 0;
	}
	return add_branch(m, st, (u16)in->target, (u16)(s - m->d->step),
			  !t->swapped) ||
	       add_branch(m, st, st->at + 1, (u16)(s - m->d->step),
			  t->swapped) ? -1 : 0;
}

/* At the end, is there something below the result that agent_run() computes? */
static int is_left(const struct agent_maker *m, const struct agent_state *st)
{
	u32 i;

	for (i = 0; i < st->n; i++)
		if (m->expr[st->stack[i]].fails)
			return 1;
	return 0;
}

/*
 * Follow a path to its first test. *label: of that test, or an answer.  Returns
 * 0, or -1 if agent_run() has to do it.
 */
static int follow(struct agent_maker *m, struct agent_state *st, u16 *label)
{
	const struct agent_insn *in;
	struct test t;
	int cond, yes;

	for (;;) {
		if (m->nr_followed++ == AGENT_FOLLOW_MAX)
			return -1;
		in = &m->insn[st->at];
		if (in->op == OP_GOTO) {
			st->at = (u16)in->target;
			continue;
		}
		if (in->op != OP_IF_GOTO && in->op != OP_END) {
			if (follow_insn(m, st, in))
				return -1;
			st->at++;
			continue;
		}
		cond = st->n ? st->stack[--st->n] :
			       make_leaf(m, OP_CONST8, 0);
		if (cond < 0 || (in->op == OP_END && is_left(m, st)))
			return -1;
		make_test(m, &t, (u16)cond);
		if (m->expr[t.expr].op == OP_CONST8 && t.known < 0)
			t.known = ((m->expr[t.expr].imm - t.first) &
				   low(t.bits)) <= t.span;
		if (t.known < 0)
			return add_test(m, st, &t, (u16)cond, label);
		if (m->expr[cond].fails) {
			compute_only(&t);
			return add_test(m, st, &t, (u16)cond, label);
		}
		yes = t.known != t.swapped;
		if (in->op == OP_END) {
			*label = yes ? AGENT_TRUE : AGENT_FALSE;
			return 0;
		}
		st->at = yes ? (u16)in->target : st->at + 1;
	}
}

/* The condition is constant: a test of the value 0, which passes. */
static int add_answer(struct agent_maker *m, u16 answer)
{
	struct agent_step *s = add_step(m, STEP_TEST);

	if (!s)
		return -1;
	s->yes = answer;
	return 0;
}

u32 agent_begins_with_sum(const struct agent_prog *prog, u32 *slot, u64 *add)
{
	const struct agent_insn *rest = agent_increment(prog->insn, slot, add);

	return rest ? (u32)(rest - prog->insn) : 0;
}

int agent_is_one_test(const struct agent_decision *d, u32 nr,
		      struct agent_step *test)
{
	const struct agent_step *s = &d->step[nr - 1];
	u8 source = d->step[0].op;
	u64 max = low(64 - s->shift);

	if (s->yes == s->no)
		return 0;
	if (nr == 1 ? source != STEP_TEST_REG :
		      nr != 2 || s->op != STEP_TEST ||
		      (source != STEP_VALUE && source != STEP_GIVEN))
		return 0;
	*test = *s;
	test->op = source;
	test->size = d->step[0].size;
	if (s->yes == AGENT_TRUE)
		return 1;
	/* The complement: from after its end around to its start. */
	test->imm = (s->imm + (s->span >> s->shift) + 1) & max;
	test->span = (max - (s->span >> s->shift) - 1) << s->shift;
	return 1;
}

u32 agent_make_decision(const struct agent_prog *prog, u32 skip,
			struct agent_maker *m, struct agent_decision *d)
{
	struct agent_state st = { 0 };
	struct agent_branch b;
	u16 label;

	m->insn = prog->insn;
	m->d = d;
	m->nr_exprs = 0;
	m->nr_known = 0;
	m->nr_branches = 0;
	m->nr_followed = 0;
	m->nr_steps = 0;
	m->is_given = skip != 0;
	m->may_fail = 0;
	st.at = (u16)skip;
	if (skip && push(&st, make_leaf(m, OP_GIVEN, 0)))
		return 0;
	if (follow(m, &st, &label) || (!m->nr_steps && add_answer(m, label)))
		return 0;
	while (m->nr_branches) {
		b = m->branch[--m->nr_branches];
		if (follow(m, &b.state, &label))
			return 0;
		if (b.is_yes)
			d->step[b.step].yes = label;
		else
			d->step[b.step].no = label;
	}
	return m->nr_steps;
}
