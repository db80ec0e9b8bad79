/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Constant folding at compile time.  However GDB writes a constant, it becomes
 * one OP_CONST8, the only form that decide.c, pattern.c and others need to know.
 *
 * The pass follows straight-line code and tracks which instructions pushed the
 * constants on top of the stack.  At a jump target it knows nothing.
 */
#include <linux/types.h>
#include <linux/kernel.h>

#include "agent/agent.h"
#include "agent/ops.h"

struct fold {
	struct agent_insn *insn;
	u16 *on_top;		/* indices of OP_CONST8; the last is the top */
	u32 n;
};

/* down: 0 for the top. */
static u64 *top(struct fold *f, u32 down)
{
	return &f->insn[f->on_top[f->n - 1 - down]].imm;
}

/* A no-op, dropped later. */
static void make_idle(struct agent_insn *in)
{
	in->op = OP_EXT;
	in->arg = 0;
}

static void drop_top(struct fold *f)
{
	make_idle(&f->insn[f->on_top[--f->n]]);
}

static void make_const(struct fold *f, u32 i, u64 v)
{
	f->insn[i].op = OP_CONST8;
	f->insn[i].imm = v;
	f->on_top[f->n++] = (u16)i;
}

/* Returns 1 and updates *v if the instruction is a unary operation. */
static int unary(const struct agent_insn *in, u64 *v)
{
	switch (in->op) {
	case OP_EXT:
		*v = (u64)((s64)(*v << in->arg) >> in->arg);
		return 1;
	case OP_ZERO_EXT:
		*v &= in->imm;
		return 1;
	case OP_LOG_NOT:
		*v = !*v;
		return 1;
	case OP_BIT_NOT:
		*v = ~*v;
		return 1;
	}
	return 0;
}

/*
 * Returns 1 and sets *v if op is a binary operation.  Leaves a division by zero
 * to agent_run().
 */
static int binary(u16 op, u64 a, u64 b, u64 *v)
{
	switch (op) {
	case OP_ADD:
		*v = a + b;
		return 1;
	case OP_SUB:
		*v = a - b;
		return 1;
	case OP_MUL:
		*v = a * b;
		return 1;
	case OP_DIV_SIGNED:
		*v = b ? agent_div_signed(a, b) : 0;
		return !!b;
	case OP_DIV_UNSIGNED:
		*v = b ? agent_div_unsigned(a, b) : 0;
		return !!b;
	case OP_REM_SIGNED:
		*v = b ? agent_rem_signed(a, b) : 0;
		return !!b;
	case OP_REM_UNSIGNED:
		*v = b ? agent_rem_unsigned(a, b) : 0;
		return !!b;
	case OP_LSH:
		*v = agent_shift_left(a, b);
		return 1;
	case OP_RSH_SIGNED:
		*v = agent_shift_right_signed(a, b);
		return 1;
	case OP_RSH_UNSIGNED:
		*v = agent_shift_right(a, b);
		return 1;
	case OP_BIT_AND:
		*v = a & b;
		return 1;
	case OP_BIT_OR:
		*v = a | b;
		return 1;
	case OP_BIT_XOR:
		*v = a ^ b;
		return 1;
	case OP_EQUAL:
		*v = a == b;
		return 1;
	case OP_LESS_SIGNED:
		*v = (s64)a < (s64)b;
		return 1;
	case OP_LESS_UNSIGNED:
		*v = a < b;
		return 1;
	}
	return 0;
}

/* Do a stack operation on constants.  Returns 1 if done. */
static int shuffle(struct fold *f, u32 i)
{
	struct agent_insn *in = &f->insn[i];
	u64 v;

	switch (in->op) {
	case OP_DUP:
		if (f->n < 1)
			return 0;
		make_const(f, i, *top(f, 0));
		return 1;
	case OP_PICK:
		if (f->n <= in->arg)
			return 0;
		make_const(f, i, *top(f, in->arg));
		return 1;
	case OP_POP:
		if (f->n < 1)
			return 0;
		drop_top(f);
		make_idle(in);
		return 1;
	case OP_SWAP:
		if (f->n < 2)
			return 0;
		v = *top(f, 1);
		*top(f, 1) = *top(f, 0);
		*top(f, 0) = v;
		make_idle(in);
		return 1;
	case OP_ROT:
		if (f->n < 3)
			return 0;
		v = *top(f, 0);
		*top(f, 0) = *top(f, 1);
		*top(f, 1) = *top(f, 2);
		*top(f, 2) = v;
		make_idle(in);
		return 1;
	}
	return 0;
}

static void fold_insn(struct fold *f, u32 i)
{
	struct agent_insn *in = &f->insn[i];
	u64 v;

	if (in->op == OP_CONST8) {
		f->on_top[f->n++] = (u16)i;
		return;
	}
	if (in->op == OP_TRACEV || shuffle(f, i))
		return;
	if (f->n >= 1 && unary(in, top(f, 0))) {
		make_idle(in);
	} else if (f->n >= 2 && binary(in->op, *top(f, 1), *top(f, 0), &v)) {
		drop_top(f);
		*top(f, 0) = v;
		make_idle(in);
	} else {
		/* It may need the constants on the stack at run time. */
		f->n = 0;
	}
}

void agent_fold(struct agent_insn *insn, u32 nr, u16 *on_top)
{
	struct fold f;
	u32 i;

	f.insn = insn;
	f.on_top = on_top;
	f.n = 0;
	for (i = 0; i < nr; i++) {
		if (insn[i].op & OP_IS_TARGET)
			f.n = 0;
		insn[i].op &= ~OP_IS_TARGET;
		fold_insn(&f, i);
	}
}
