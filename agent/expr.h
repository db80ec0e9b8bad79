/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Follow a program with a stack of expressions, and emit steps that compute
 * them.  Private to agent/.
 *
 * Context of all functions: any.
 */
#ifndef AGENT_EXPR_H
#define AGENT_EXPR_H

#include "agent/ops.h"
#include "agent/steps.h"

/* As an expression: OP_SETV is the value that is given. */
#define OP_GIVEN	OP_SETV

void agent_maker_begin(struct agent_maker *m, const struct agent_prog *prog,
		       struct agent_step *step);

/* These return an index, or -1 if it does not fit. */
int agent_expr_leaf(struct agent_maker *m, u8 op, u64 imm);
int agent_expr_load(struct agent_maker *m, int addr, u32 size);

/* Push an expression, if it is not negative.  Returns 0, or -1. */
int agent_push(struct agent_state *st, int expr);
/* Below the top by `down'. */
u16 agent_top(const struct agent_state *st, u32 down);

/*
 * Follow an instruction that has no effect but on the stack.  Returns 0, or -1
 * if agent_run() has to do it.
 */
int agent_follow(struct agent_maker *m, struct agent_state *st,
		 const struct agent_insn *in);

/* Take the constant that is added from expression *i, and return it. */
u64 agent_take_addend(const struct agent_maker *m, u16 *i);

/* In an action: the last step has the value of expression i. */
void agent_has_value(struct agent_maker *m, u16 i);

/* Returns NULL if there are too many, or if it may give up after a set. */
struct agent_step *agent_add_step(struct agent_maker *m, u8 op);
/* Emit what computes expression i.  Returns 0, or -1 if it does not fit. */
int agent_emit(struct agent_maker *m, u16 i);

#endif
