/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run the steps that compute.  Before this header, its user defines inline:
 *
 * agent_quick_load(&v, addr, size): read memory.  Returns 0, or nonzero if that
 * needs agent_target_read().
 * agent_quick_value(kind), agent_quick_var(slot): the value of a variable.
 *
 * Context of all functions: any that these allow.
 */
#ifndef AGENT_STEPS_RUN_H
#define AGENT_STEPS_RUN_H

#include "agent/ops.h"
#include "agent/steps.h"

static inline u64 agent_step_reg(const struct agent_step *s, const void *base)
{
	return *(const unsigned long *)((const char *)base + s->at);
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
 * Run a step that is no test, and neither STEP_GIVEN nor an action's.  Returns
 * nonzero if agent_run() has to do it.
 */
static inline int agent_step_value(const struct agent_step *s, u64 *v,
				   u64 *temp, const void *base)
{
	if (s->op == STEP_LOAD)
		return agent_quick_load(v, *v + s->imm, s->size);
	if (s->op == STEP_LOAD_REG)
		return agent_quick_load(v, agent_step_reg(s, base) + s->imm,
					s->size);
	if (s->op == STEP_IMM)
		return agent_alu(s->alu, *v, s->imm, v);
	if (s->op == STEP_TEMP)
		return agent_alu(s->alu, temp[s->temp], *v, v);
	if (s->op == STEP_EXT)
		*v = (u64)((s64)(*v << s->shift) >> s->shift);
	else if (s->op == STEP_AND)
		*v &= s->imm;
	else if (s->op == STEP_KEEP)
		temp[s->temp] = *v;
	else if (s->op == STEP_VALUE)
		*v = agent_quick_value(s->size);
	else if (s->op == STEP_VAR)
		*v = agent_quick_var((u32)s->imm);
	else if (s->op == STEP_REG)
		*v = agent_step_reg(s, base);
	else
		*v = s->imm;	/* STEP_CONST */
	return 0;
}

#endif
