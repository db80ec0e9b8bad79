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
#include "agent/expr.h"

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
		t->first -= agent_take_addend(m, &t->expr);
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

	if (e->op != OP_REG && agent_emit(m, t->expr))
		return NULL;
	s = agent_add_step(m, e->op == OP_REG ? STEP_TEST_REG : STEP_TEST);
	if (!s)
		return NULL;
	if (e->op == OP_REG)
		s->at = e->b;
	s->imm = t->first;
	s->span = t->span;
	s->mask = low(t->bits);
	return s;
}

/* ---- paths -------------------------------------------------------------- */

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
	return add_branch(m, st, (u16)in->target, (u16)(s - m->step),
			  !t->swapped) ||
	       add_branch(m, st, st->at + 1, (u16)(s - m->step),
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
			if (agent_follow(m, st, in))
				return -1;
			st->at++;
			continue;
		}
		cond = st->n ? st->stack[--st->n] :
			       agent_expr_leaf(m, OP_CONST8, 0);
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
	struct agent_step *s = agent_add_step(m, STEP_TEST);

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

/* The complement: from after its end around to its start. */
static void complement(struct agent_step *test, const struct agent_step *s)
{
	test->imm = (s->imm + s->span + 1) & s->mask;
	test->span = s->mask - s->span - 1;
}

int agent_is_one_test(const struct agent_step *d, u32 nr,
		      struct agent_step *test)
{
	const struct agent_step *s = &d[nr - 1];
	u8 source = d[0].op;

	if (s->yes == s->no)
		return 0;
	if (nr == 1 ? source != STEP_TEST_REG :
		      nr != 2 || s->op != STEP_TEST ||
		      (source != STEP_VALUE && source != STEP_GIVEN))
		return 0;
	*test = *s;
	test->op = source;
	test->size = d[0].size;
	if (s->yes != AGENT_TRUE)
		complement(test, s);
	return 1;
}

/* Can a step fail, or go on elsewhere than at the next one? */
static int is_plain(u8 op)
{
	return op == STEP_AND || op == STEP_VALUE || op == STEP_VAR ||
	       op == STEP_REG || op == STEP_CONST || op == STEP_EXT ||
	       op == STEP_KEEP;
}

int agent_find_gate(const struct agent_step *d, struct agent_step *test)
{
	const struct agent_step *s = d;
	struct agent_step one;
	int found = 0;
	u16 next;

	for (;;) {
		while (is_plain(s->op))
			s++;
		if (s->op > STEP_TEST ||
		    (s->yes == AGENT_FALSE) == (s->no == AGENT_FALSE))
			return found;
		next = s->yes == AGENT_FALSE ? s->no : s->yes;
		one = *s;
		if (s->yes == AGENT_FALSE)
			complement(&one, s);
		if (s->op == STEP_TEST_REG && s->span < s->mask &&
		    (!found || one.span < test->span)) {
			*test = one;
			found = 1;
		}
		if (next >= AGENT_UNKNOWN)
			return found;
		s = agent_step_at(d, next);
	}
}

u32 agent_make_decision(const struct agent_prog *prog, u32 skip,
			struct agent_maker *m, struct agent_step *d)
{
	struct agent_state st = { 0 };
	struct agent_branch b;
	u16 label;

	agent_maker_begin(m, prog, d);
	m->is_given = skip != 0;
	st.at = (u16)skip;
	if (skip && agent_push(&st, agent_expr_leaf(m, OP_GIVEN, 0)))
		return 0;
	if (follow(m, &st, &label) || (!m->nr_steps && add_answer(m, label)))
		return 0;
	while (m->nr_branches) {
		b = m->branch[--m->nr_branches];
		if (follow(m, &b.state, &label))
			return 0;
		if (b.is_yes)
			d[b.step].yes = label;
		else
			d[b.step].no = label;
	}
	return m->nr_steps;
}
