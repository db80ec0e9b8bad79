/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run decisions.  Besides what steps_run.h needs, its user defines inline:
 *
 * agent_load_step(&v, s, other): like agent_quick_load(&v, v, s->size), for the
 * addresses that most pointers have.  Returns s + 1; or other if it has not read.
 */
#ifndef AGENT_DECIDE_RUN_H
#define AGENT_DECIDE_RUN_H

#include "agent/decide.h"
#include "agent/steps_run.h"

static inline u32 agent_step_test(const struct agent_step *s, u64 v)
{
	return agent_step_in(s, v) ? s->yes : s->no;
}

/*
 * Go on at step s with value v; given: of STEP_GIVEN.  Only this function runs
 * the steps that set temps, so none is set before.
 * Context: any that agent_quick_load() allows.
 */
static noinline __attribute__((__unused__)) u32
agent_decide_rest(const struct agent_step *d, const struct agent_step *s, u64 v,
		  u64 given, const void *base)
{
	u64 temp[AGENT_TEMPS];
	u32 next;

	for (;; s++) {
		if (s->op == STEP_GIVEN) {
			v = given;
			continue;
		}
		if (s->op > STEP_TEST) {
			if (agent_step_value(s, &v, temp, base))
				return AGENT_UNKNOWN;
			continue;
		}
		next = agent_step_test(s, s->op == STEP_TEST_REG ?
					  agent_step_reg(s, base) : v);
		if (next >= AGENT_UNKNOWN)
			return next;
		s = agent_step_at(d, next) - 1;
	}
}

/* No memory was read: agent_decide() knows no such step. */
static const struct agent_step agent_unread = { .op = STEP_END };

/*
 * Returns an answer; or AGENT_REST: then agent_decide_rest() goes on at *step, on
 * which no value is left.  It calls nothing itself, so its caller needs to save
 * no registers.  base: of the registers.
 * Context: any that agent_load_step() allows.
 */
static __always_inline u32 agent_decide(const struct agent_step *d,
					const void *base,
					const struct agent_step **step)
{
	const struct agent_step *s = d;
	u64 v;
	u32 next;

	/* The compiler emits no jump table: the frequent ones first. */
	for (;;) {
		*step = s;
		if (s->op == STEP_LOAD_REG) {
			v = agent_step_reg(s, base) + s->imm;
			s = agent_load_step(&v, s, &agent_unread);
		} else if (s->op == STEP_VALUE) {
			v = agent_quick_value(s->size);
			s++;
		} else if (s->op == STEP_TEST_REG) {
			v = agent_step_reg(s, base);
		} else {
			return AGENT_REST;
		}
		/* What goes on with the value, to its test. */
		while (s->op > STEP_TEST) {
			if (s->op == STEP_LOAD) {
				v += s->imm;
				s = agent_load_step(&v, s, &agent_unread);
			} else if (s->op == STEP_AND) {
				v &= s->imm;
				s++;
			} else {
				return AGENT_REST;
			}
		}
		next = agent_step_test(s, v);
		if (likely(next == AGENT_FALSE))
			return AGENT_FALSE;
		if (next >= AGENT_UNKNOWN)
			return next;
		s = agent_step_at(d, next);
	}
}

/* All of it. */
static inline u32 agent_decide_all(const struct agent_step *d,
				   const void *base)
{
	const struct agent_step *step = NULL;
	u32 answer = agent_decide(d, base, &step);

	return answer == AGENT_REST ?
		agent_decide_rest(d, step, 0, 0, base) : answer;
}

#endif
