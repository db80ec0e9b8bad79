/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions as decisions: a graph of steps that load a value and test whether
 * it is in a range, with no stack and few instructions for each.  Made by
 * agent/decide.c from verified bytecode, run by agent_decide() below.
 *
 * A decision has no side effects, and knows nothing of errors: where one is
 * possible the answer is AGENT_UNKNOWN, and agent_run() gives the real one.
 */
#ifndef AGENT_DECIDE_H
#define AGENT_DECIDE_H

#include <linux/types.h>
#include <linux/kernel.h>

#include "agent/agent.h"
#include "agent/ops.h"

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
	u32 unused;
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

/* Operands are indexes of expressions in front of it. */
struct agent_expr {
	u8 op;			/* OP_CONST8, OP_REG, OP_GETV, OP_ADD, ... */
	u8 depth;		/* 1: no operands */
	u8 fails;		/* may fail: agent_run() would say so */
	u16 a, b;
	u64 imm;		/* constant, register, slot; ext: bits */
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
	u32 nr_steps, nr_exprs, nr_known, nr_branches;
	struct agent_expr expr[AGENT_EXPRS_MAX];
	struct agent_known known[AGENT_STATES_MAX];
	struct agent_branch branch[AGENT_STATES_MAX];
};


/*
 * Fill in d if the program is a condition without side effects or backward
 * jumps that fits.  Returns the number of steps, or 0.
 * Context: any.
 */
u32 agent_make_decision(const struct agent_prog *prog, struct agent_maker *m,
			struct agent_decision *d);

/*
 * ---- provided by the user ------------------------------------------------
 *
 * agent_decide_reg(regno, &at): agent_make_decision() asks for a register's
 * offset; returns 0 if it is no whole word that each hit has.
 * agent_decide_var(slot, &kind): can agent_decide() read it?  By
 * agent_quick_value() if the kind is not 0, else by agent_quick_var().
 *
 * Inline, before this header is included with AGENT_DECIDES defined:
 * agent_quick_load(&v, addr, size): read memory.  Returns 0, or nonzero if that
 * needs agent_target_read().
 * agent_direct_load(&v, addr, size): the same for the addresses that most
 * pointers have.  On an error v is unchanged.
 * agent_quick_value(kind), agent_quick_var(slot): the value of a variable.
 */
int agent_decide_reg(unsigned int regno, u16 *at);
int agent_decide_var(u32 slot, u8 *kind);

#ifdef AGENT_DECIDES

static inline const struct agent_step *
agent_step_at(const struct agent_decision *d, u32 offset)
{
	return (const void *)((const char *)d->step + offset);
}

static inline u64 agent_step_reg(const struct agent_step *s, const void *base)
{
	return *(const unsigned long *)((const char *)base + s->at);
}

static inline u32 agent_step_test(const struct agent_step *s, u64 v)
{
	return (v - s->imm) << s->shift <= s->span ? s->yes : s->no;
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
 * Go on at step s with value v.  The steps that agent_decide() leaves out begin
 * no other way, so no temp is set before.
 * Context: any that agent_quick_load() allows.
 */
static noinline u32 agent_decide_rest(const struct agent_decision *d,
				      const struct agent_step *s, u64 v,
				      const void *base)
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
					return agent_decide_rest(d, s, at, base);
			} else if (s->op == STEP_AND) {
				v &= s->imm;
			} else if (s->op == STEP_VALUE) {
				v = agent_quick_value(s->size);
			} else {
				return agent_decide_rest(d, s, v, base);
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
#endif
