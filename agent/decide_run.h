/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run decisions.  Before this header, its user defines inline:
 *
 * agent_quick_load(&v, addr, size): read memory.  Returns 0, or nonzero if that
 * needs agent_target_read().
 * agent_direct_load(&v, addr, size): the same for the addresses that most
 * pointers have.
 * agent_quick_value(kind), agent_quick_var(slot): the value of a variable.
 */
#ifndef AGENT_DECIDE_RUN_H
#define AGENT_DECIDE_RUN_H

#include "agent/decide.h"
#include "agent/ops.h"

static inline const struct agent_step *
agent_step_at(const struct agent_decision *d, u32 offset)
{
	return (const void *)((const char *)d->step + offset);
}

static inline u32 agent_step_test(const struct agent_step *s, u64 v)
{
	return agent_step_in(s, v) ? s->yes : s->no;
}

/* Returns 1 if it would divide by zero. */
static inline int agent_alu(u8 op, u64 a, u64 b, u64 *v)
{
	switch (op) {
	case OP_ADD:
		*v = a + b;
		break;
	case OP_SUB:
		*v = a - b;
		break;
	case OP_BIT_AND:
		*v = a & b;
		break;
	case OP_BIT_OR:
		*v = a | b;
		break;
	case OP_BIT_XOR:
		*v = a ^ b;
		break;
	case OP_EQUAL:
		*v = a == b;
		break;
	case OP_LESS_SIGNED:
		*v = (s64)a < (s64)b;
		break;
	case OP_LESS_UNSIGNED:
		*v = a < b;
		break;
	case OP_LSH:
		*v = agent_shift_left(a, b);
		break;
	case OP_RSH_SIGNED:
		*v = agent_shift_right_signed(a, b);
		break;
	case OP_RSH_UNSIGNED:
		*v = agent_shift_right(a, b);
		break;
	case OP_MUL:
		*v = a * b;
		break;
	default:
		if (!b)
			return 1;
		if (op == OP_DIV_SIGNED)
			*v = agent_div_signed(a, b);
		else if (op == OP_DIV_UNSIGNED)
			*v = agent_div_unsigned(a, b);
		else if (op == OP_REM_SIGNED)
			*v = agent_rem_signed(a, b);
		else
			*v = agent_rem_unsigned(a, b);
		break;
	}
	return 0;
}

/*
 * Go on at step s with value v; given: of STEP_GIVEN.  Only this function runs
 * the steps that set temps, so none is set before.
 * Context: any that agent_quick_load() allows.
 */
static noinline u32 agent_decide_rest(const struct agent_decision *d,
				      const struct agent_step *s, u64 v,
				      u64 given, const void *base)
{
	u64 temp[AGENT_TEMPS];
	u32 next;

	for (;; s++) {
		if (s->op == STEP_TEST_REG || s->op == STEP_LOAD_REG ||
		    s->op == STEP_REG)
			v = agent_step_reg(s, base);
		if (s->op <= STEP_TEST) {
			next = agent_step_test(s, v);
			if (next >= AGENT_UNKNOWN)
				return next;
			s = agent_step_at(d, next) - 1;
		} else if (s->op <= STEP_LOAD) {
			if (agent_quick_load(&v, v + s->imm, s->size))
				return AGENT_UNKNOWN;
		} else if (s->op == STEP_IMM) {
			if (agent_alu(s->alu, v, s->imm, &v))
				return AGENT_UNKNOWN;
		} else if (s->op == STEP_TEMP) {
			if (agent_alu(s->alu, temp[s->temp], v, &v))
				return AGENT_UNKNOWN;
		} else if (s->op == STEP_EXT) {
			v = (u64)((s64)(v << s->shift) >> s->shift);
		} else if (s->op == STEP_AND) {
			v &= s->imm;
		} else if (s->op == STEP_KEEP) {
			temp[s->temp] = v;
		} else if (s->op == STEP_VALUE) {
			v = agent_quick_value(s->size);
		} else if (s->op == STEP_VAR) {
			v = agent_quick_var((u32)s->imm);
		} else if (s->op == STEP_GIVEN) {
			v = given;
		} else if (s->op == STEP_CONST) {
			v = s->imm;
		}
	}
}

/*
 * Returns an answer.  base: of the registers.
 * Context: any that agent_quick_load() allows.
 */
static __always_inline u32 agent_decide(const struct agent_decision *d,
					const void *base)
{
	const struct agent_step *s = d->step;
	u64 v = 0, at;
	u32 next;

	/* The compiler emits no jump table: the frequent ones first. */
	for (;;) {
		if (s->op == STEP_TEST_REG) {
			v = agent_step_reg(s, base);
		} else if (s->op != STEP_TEST) {
			if (s->op <= STEP_LOAD) {
				at = s->op == STEP_LOAD_REG ?
				     agent_step_reg(s, base) : v;
				if (agent_direct_load(&v, at + s->imm, s->size))
					return agent_decide_rest(d, s, at, 0,
								 base);
			} else if (s->op == STEP_AND) {
				v &= s->imm;
			} else if (s->op == STEP_VALUE) {
				v = agent_quick_value(s->size);
			} else {
				return agent_decide_rest(d, s, v, 0, base);
			}
			s++;
			continue;
		}
		next = agent_step_test(s, v);
		if (next >= AGENT_UNKNOWN)
			return next;
		s = agent_step_at(d, next);
	}
}

#endif
