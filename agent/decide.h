/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions as decisions: a graph of steps that load a value and test whether
 * it is in a range, with no stack and few instructions for each.  Made by
 * agent/decide.c from verified bytecode, run by agent_decide() of
 * agent/decide_run.h.
 *
 * A decision has no side effects, and knows nothing of errors: where one is
 * possible the answer is AGENT_UNKNOWN, and agent_run() gives the real one.
 */
#ifndef AGENT_DECIDE_H
#define AGENT_DECIDE_H

#include "agent/steps.h"

#define AGENT_FOLLOW_MAX	4096	/* instructions, on all paths */

/*
 * Does the program begin by adding a constant to a variable?  Returns how many
 * instructions that takes, or 0.
 * Context: any.
 */
u32 agent_begins_with_sum(const struct agent_prog *prog, u32 *slot, u64 *add);

/*
 * Fill in d, of AGENT_STEPS_MAX steps, if the program is a condition without side effects or backward
 * jumps that fits.  skip: instructions to leave out, whose value is given to
 * agent_decide_rest().  Returns the number of steps, or 0.
 * Context: any.
 */
u32 agent_make_decision(const struct agent_prog *prog, u32 skip,
			struct agent_maker *m, struct agent_step *d);

/*
 * Is the decision of nr steps one test of one register, kind of variable, or
 * given value?  If so sets *test, with op STEP_TEST_REG, STEP_VALUE or
 * STEP_GIVEN: the answer is agent_step_in().
 * Context: any.
 */
int agent_is_one_test(const struct agent_step *d, u32 nr,
		      struct agent_step *test);

/*
 * Find the narrowest test of one register that all answers but AGENT_FALSE need,
 * of those that come before anything that can fail.  If there is one, returns 1
 * and sets *test like agent_is_one_test(): where agent_step_in() fails, the
 * decision need not be run.
 * Context: any.
 */
int agent_find_gate(const struct agent_step *d, struct agent_step *test);

/* The step that a test leads to, if that is no answer. */
static inline const struct agent_step *
agent_step_at(const struct agent_step *d, u32 offset)
{
	return (const void *)((const char *)d + offset);
}

/* ---- one test ------------------------------------------------------------ */

/* Context: any, including NMI. */
static inline int agent_step_in(const struct agent_step *s, u64 v)
{
	return ((v - s->imm) & s->mask) <= s->span;
}

#endif
