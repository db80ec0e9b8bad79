/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Steps: what decisions (decide.h) and actions (act.h) are made of.  A step has
 * one value, that of the step before it, and no stack.  Made by agent/expr.c
 * from verified bytecode that is followed with expressions instead of values.
 */
#ifndef AGENT_STEPS_H
#define AGENT_STEPS_H

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

	/* Actions only. */
	STEP_END,
	/* Like the loads, and collect that memory. */
	STEP_PUT_REG,
	STEP_PUT,
	/* These leave the value as it is. */
	STEP_BLOCK,		/* collect span bytes at value + imm */
	STEP_STRING,		/* ... up to a NUL */
	STEP_COLLECT,		/* the variable in slot imm, of kind size */
	STEP_SET,		/* the variable in slot imm = value */
	STEP_SUM,		/* ... += value */
};

struct agent_step {
	u8 op;
	u8 alu;			/* STEP_IMM, STEP_TEMP: OP_ADD, ... */
	u8 size;		/* of a load: 1, 2, 4, 8 bytes */
	u8 shift;		/* STEP_EXT: bits above the value */
	u16 at;			/* of a register, in bytes */
	u16 temp;
	u16 yes, no;		/* offset of the next step, or AGENT_TRUE, ... */
	u64 imm;		/* test: the first value of the range, */
	u64 span;		/* how many follow it, */
	u64 mask;		/* and the bits that are tested */
};

/* Answers; also as offsets. */
#define AGENT_FALSE	0xfffe
#define AGENT_TRUE	0xffff
#define AGENT_UNKNOWN	0xfffd
/* Not decided yet: see agent_decide(). */
#define AGENT_REST	0xfffc

/* ---- provided by the user: trace/run/compile.c, or a test's fake -------- */

/*
 * The offset of a register.  Returns 0 if it is no whole word that each hit
 * has; in_action: that each action has.
 */
int agent_step_has_reg(unsigned int regno, int in_action, u16 *at);
/*
 * Can a step read it?  By agent_quick_value() if *kind is not 0, else by
 * agent_quick_var().
 */
int agent_step_has_var(u32 slot, u8 *kind);
/* Can a step set it? */
int agent_step_sets_var(u32 slot);
/* Are these the same variable, perhaps by two names? */
int agent_step_same_var(u32 a, u32 b);

/* ---- scratch space while steps are made ---------------------------------- */

#define AGENT_EXPRS_MAX	160
#define AGENT_DEPTH_MAX	12	/* of the stack */
#define AGENT_NESTED_MAX	16	/* of an expression */
#define AGENT_STATES_MAX	48

/*
 * a, b: indexes of operands, which are in front of it.  Without operands b is
 * the offset of a register, or the kind of a variable.
 */
struct agent_expr {
	u8 op;			/* OP_CONST8, OP_REG, OP_GETV, OP_ADD, ... */
	u8 depth;		/* 1: no operands */
	u8 fails;		/* may fail: agent_run() would say so */
	u8 reads;		/* what may change: memory, a variable */
	u8 done;		/* in an action: it has been computed */
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
	struct agent_step *step;	/* AGENT_STEPS_MAX of them */
	u32 nr_steps, nr_exprs;
	/* Decisions. */
	u32 nr_known, nr_branches, nr_followed;
	int is_given;		/* a value is */
	int may_fail;		/* out: the answer may be AGENT_UNKNOWN */
	/* Actions. */
	int in_action;
	int has_value;		/* the last step's is that of expression ... */
	u16 value;
	int has_shared;		/* a shared variable has been collected */
	u32 nr_sets;
	u64 size;		/* of what is collected, at most */

	/* agent_maker_begin() clears what is above. */
	u32 set[AGENT_SETS_MAX];	/* slots */
	struct agent_expr expr[AGENT_EXPRS_MAX];
	struct agent_known known[AGENT_STATES_MAX];
	struct agent_branch branch[AGENT_STATES_MAX];
};

#endif
