/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run actions.  Besides what steps_run.h needs, its user defines struct agent_out,
 * where what is collected goes, and always inline:
 *
 * agent_act_load(out, &v, addr, size): like agent_quick_load().
 * agent_put_word(out, &v, addr, size): collect 1, 2, 4 or 8 bytes, and set v to
 * them.  Returns 0, or nonzero if that needs agent_target_trace().
 * agent_put_block(out, addr, len), agent_put_string(out, addr, max): likewise.
 * agent_put_var(out, step), agent_set_var(step, v), agent_sum_var(step, v): for the
 * variable of a step, in which the user may have put what it needs.
 */
#ifndef AGENT_ACT_RUN_H
#define AGENT_ACT_RUN_H

#include "agent/act.h"
#include "agent/steps_run.h"

/* What actions rarely need; the value is put into temp[AGENT_TEMPS]. */
static noinline int agent_act_value(const struct agent_step *s, u64 v,
				    u64 *temp, const void *base)
{
	int err = agent_step_value(s, &v, temp, base);

	temp[AGENT_TEMPS] = v;
	return err;
}

/* A step that collects or sets.  Returns like agent_act(). */
static __always_inline int agent_act_step(const struct agent_step *s, u64 v,
					  struct agent_out *out)
{
	if (s->op == STEP_COLLECT)
		agent_put_var(out, s);
	else if (s->op == STEP_BLOCK)
		return agent_put_block(out, v + s->imm, s->span);
	else if (s->op == STEP_STRING)
		return agent_put_string(out, v + s->imm, s->span);
	else if (s->op == STEP_SET)
		agent_set_var(s, v);
	else
		agent_sum_var(s, v);
	return 0;
}

/*
 * Returns 0; or nonzero if agent_run() has to do all of it: no variable has been
 * set, and what has been collected does not count.  base: of the registers.
 * temp: scratch space of AGENT_TEMPS + 1 values.
 * Context: any that the functions above allow.
 */
static __always_inline int agent_act(const struct agent_step *s,
				     const void *base, u64 *temp,
				     struct agent_out *out)
{
	u64 v = 0;

	for (;; s++) {
		if (s->op == STEP_PUT || s->op == STEP_PUT_REG) {
			if (s->op == STEP_PUT_REG)
				v = agent_step_reg(s, base);
			if (agent_put_word(out, &v, v + s->imm, s->size))
				return 1;
		} else if (s->op == STEP_END) {
			return 0;
		} else if (s->op > STEP_END) {
			if (agent_act_step(s, v, out))
				return 1;
		} else if (s->op == STEP_REG) {
			v = agent_step_reg(s, base);
		} else if (s->op == STEP_LOAD_REG || s->op == STEP_LOAD) {
			if (s->op == STEP_LOAD_REG)
				v = agent_step_reg(s, base);
			if (agent_act_load(out, &v, v + s->imm, s->size))
				return 1;
		} else {
			if (agent_act_value(s, v, temp, base))
				return 1;
			v = temp[AGENT_TEMPS];
		}
	}
}

#endif
