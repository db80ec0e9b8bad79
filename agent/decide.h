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

#include <linux/types.h>
#include <linux/kernel.h>

#include "agent/agent.h"

#define AGENT_STEPS_MAX	64
#define AGENT_TEMPS	8

enum agent_step_op {
	/* Of the value, or of the register at `at': is it in the range? */
	STEP_TEST_REG,
	STEP_TEST,
	/* value = the register; memory at it plus imm, or at the value plus imm */
	STEP_LOAD_REG,
	STEP_LOAD,
	STEP_AND,		/* value & imm */
	STEP_VALUE,		/* the variable of kind size */
	STEP_VAR,		/* the variable in slot imm */
	STEP_GIVEN,		/* the value given to agent_decide_rest() */
	STEP_REG,
	STEP_CONST,		/* imm */
	STEP_EXT,		/* sign-extend: shift */
	STEP_KEEP,		/* temp = value */
	STEP_IMM,		/* value alu imm */
	STEP_TEMP,		/* temp alu value */
};

struct agent_step {
	u8 op;
	u8 alu;			/* STEP_IMM, STEP_TEMP: OP_ADD, ... */
	u8 size;		/* of a load: 1, 2, 4, 8 bytes */
	u8 shift;		/* above the bits that are tested or extended */
	u16 at;			/* of a register, in bytes */
	u16 temp;
	u16 yes, no;		/* offset of the next step, or AGENT_TRUE, ... */
	u64 imm;		/* test: the first value of the range */
	u64 span;		/* of the range, shifted left by shift */
};

/* Answers; also as offsets. */
#define AGENT_FALSE	0xfffe
#define AGENT_TRUE	0xffff
#define AGENT_UNKNOWN	0xfffd

/* The first step is that at 0. */
struct agent_decision {
	struct agent_step step[AGENT_STEPS_MAX];
};

/* ---- scratch space of agent_make_decision() ----------------------------- */

#define AGENT_EXPRS_MAX	160
#define AGENT_DEPTH_MAX	12	/* of the stack, and of an expression */
#define AGENT_STATES_MAX	48
#define AGENT_FOLLOW_MAX	4096	/* instructions, on all paths */

/*
 * a, b: indexes of operands, which are in front of it.  Without operands b is
 * the offset of a register, or the kind of a variable.
 */
struct agent_expr {
	u8 op;			/* OP_CONST8, OP_REG, OP_GETV, OP_ADD, ... */
	u8 depth;		/* 1: no operands */
	u8 fails;		/* may fail: agent_run() would say so */
	u16 a, b;
	u64 imm;		/* constant, slot; ext: bits */
};

/* Where a path stands. */
struct agent_state {
	u16 at;			/* instruction */
	u16 n;
	u16 stack[AGENT_DEPTH_MAX];
};

/* A test that has been emitted, by the state in which it was. */
struct agent_known {
	struct agent_state state;
	u16 cond;
	u16 label;
};

/* Go on there from a test; its label is not known yet. */
struct agent_branch {
	struct agent_state state;
	u16 step;
	u16 is_yes;
};

struct agent_maker {
	const struct agent_insn *insn;
	struct agent_decision *d;
	u32 nr_steps, nr_exprs, nr_known, nr_branches, nr_followed;
	int is_given;		/* a value is */
	int may_fail;		/* out: the answer may be AGENT_UNKNOWN */
	struct agent_expr expr[AGENT_EXPRS_MAX];
	struct agent_known known[AGENT_STATES_MAX];
	struct agent_branch branch[AGENT_STATES_MAX];
};

/*
 * Does the program begin by adding a constant to a variable?  Returns how many
 * instructions that takes, or 0.
 * Context: any.
 */
u32 agent_begins_with_sum(const struct agent_prog *prog, u32 *slot, u64 *add);

/*
 * Fill in d if the program is a condition without side effects or backward
 * jumps that fits.  skip: instructions to leave out, whose value is given to
 * agent_decide_rest().  Returns the number of steps, or 0.
 * Context: any.
 */
u32 agent_make_decision(const struct agent_prog *prog, u32 skip,
			struct agent_maker *m, struct agent_decision *d);

/*
 * Is the decision of nr steps one test of one register, kind of variable, or
 * given value?  If so sets *test, with op STEP_TEST_REG, STEP_VALUE or
 * STEP_GIVEN: the answer is agent_step_in().
 * Context: any.
 */
int agent_is_one_test(const struct agent_decision *d, u32 nr,
		      struct agent_step *test);

/* ---- provided by the user: trace/run/compile.c, or a test's fake -------- */

/*
 * The offset of a register.  Returns 0 if it is no whole word that each hit has.
 */
int agent_decide_reg(unsigned int regno, u16 *at);
/*
 * Can a decision read it?  By agent_quick_value() if *kind is not 0, else by
 * agent_quick_var().
 */
int agent_decide_var(u32 slot, u8 *kind);

/* ---- one test ------------------------------------------------------------ */

/* Context of these: any, including NMI. */
static inline int agent_step_in(const struct agent_step *s, u64 v)
{
	return (v - s->imm) << s->shift <= s->span;
}

static inline u64 agent_step_reg(const struct agent_step *s, const void *base)
{
	return *(const unsigned long *)((const char *)base + s->at);
}

#endif
