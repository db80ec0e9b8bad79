/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GDB agent expressions: checked and decoded once, run many times.
 *
 * agent_compile() checks everything that can be checked without running:
 * opcodes, operands, jumps, stack depth, registers and variables.  What it has
 * accepted, agent_run() can only fail on a division by zero, on memory, on the
 * frame's room, or on the step budget.
 *
 * Source of the opcodes: the GDB manual, "Bytecode Descriptions", and GDB's
 * ax.def.
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <linux/types.h>

#define AGENT_STACK_MAX		100	/* 64-bit entries */
#define AGENT_CODE_MAX		16384	/* bytes of bytecode */
#define AGENT_SETS_MAX		16	/* setv, before what may fail */
/*
 * How far one run may jump back, in bytes of bytecode over all its backward
 * jumps: no byte is run more often, so this bounds the time of a hit.
 */
#define AGENT_JUMP_BUDGET	100000

enum agent_error {
	AGENT_OK = 0,
	/* agent_compile() */
	AGENT_E_EMPTY,
	AGENT_E_TOO_LONG,
	AGENT_E_BAD_OPCODE,
	AGENT_E_NOT_SUPPORTED,	/* a valid opcode that a kernel probe cannot do */
	AGENT_E_TRUNCATED,	/* operand runs past the end */
	AGENT_E_NO_END,		/* control runs off the end */
	AGENT_E_BAD_JUMP,	/* not to the start of an instruction */
	AGENT_E_UNDERFLOW,
	AGENT_E_OVERFLOW,
	AGENT_E_DEPTH,		/* two ways to one place, two stack depths */
	AGENT_E_BAD_SIZE,	/* ext or zero_ext of 0 bits */
	AGENT_E_BAD_REG,
	AGENT_E_BAD_VAR,
	AGENT_E_VAR_READONLY,
	AGENT_E_VAR_WRITEONLY,
	AGENT_E_MANY_SETS,	/* over AGENT_SETS_MAX, of sets_early */
	/* agent_run() */
	AGENT_E_DIV_ZERO,
	AGENT_E_MEMORY,		/* the target knows the address */
	AGENT_E_DEVICE,		/* of memory that belongs to a device */
	AGENT_E_NO_ROOM,	/* the frame does not fit in the trace buffer */
	AGENT_E_TOO_BIG,	/* a block over the target's limit */
	AGENT_E_BUDGET,
	AGENT_E_BAD_POINT,	/* of the target: no tracepoint has that number */
	AGENT_E_TARGET,		/* any other refusal of the target */
	AGENT_E_NR
};

/* A short text without a full stop; never NULL. */
const char *agent_strerror(enum agent_error err);

/* One decoded instruction.  Only agent/ looks inside. */
struct agent_insn {
	u16 op;
	u16 arg;
	u32 target;		/* index of the insn to jump to */
	u64 imm;
};

struct agent_prog {
	const struct agent_insn *insn;
	u32 nr;
	u32 max_depth;		/* stack entries that a run needs */
	int reads_var;		/* some variable is read (getv, tracev) */
	int writes_var;		/* some variable is written (setv) */
	int rmw_var;		/* one that is shared is both read and written */
	int traces;		/* memory is put into the frame */
	int sets_early;		/* a variable is set, and then something may fail */
};

/*
 * insn: room for `len` instructions; map: scratch of `len` entries, not needed
 * afterwards.  On an error *err_pc (if not NULL) is the byte offset of the
 * instruction at fault.
 */
enum agent_error agent_compile(const u8 *code, u32 len, struct agent_insn *insn,
			       u16 *map, struct agent_prog *prog, u32 *err_pc);

/* Has it a number in that range?  Not only constants: small ones may be others. */
int agent_has_number(const struct agent_prog *prog, u64 start, u64 size);

/* Does it use the variable of that slot in one of these ways (AGENT_VAR_ bits)? */
int agent_uses_var(const struct agent_prog *prog, u32 slot, int use);

/*
 * Any context that the target's functions below allow.  stack: at least
 * prog->max_depth entries.  *result: the top of the stack at the end, 0 if the
 * stack is empty then.
 */
enum agent_error agent_run(const struct agent_prog *prog, void *target,
			   u64 *stack, u64 *result);

/* ---- programs that need no interpreter ------------------------------------ */

/* Of what a range is: */
enum agent_source {
	AGENT_OF_REG,
	AGENT_OF_VAR,
	AGENT_OF_SUM,		/* of a variable that becomes more first */
};

/* Is a value in a range? */
struct agent_range {
	u64 first, span;	/* goes round behind the largest number */
	u64 mask;		/* zero extension */
	u16 shift;		/* sign extension: the bits above the value */
	u16 reg;
	enum agent_source source;
	u32 slot;		/* AGENT_OF_VAR, AGENT_OF_SUM */
	u64 add;		/* AGENT_OF_SUM */
};

/* 1 if the program is such a condition and nothing else: then it is *r. */
int agent_as_range(const struct agent_prog *prog, struct agent_range *r);

/* Any context incl. NMI.  What the program says of that value. */
static inline int agent_in_range(const struct agent_range *r, u64 v)
{
	v = (u64)((s64)(v << r->shift) >> r->shift) & r->mask;
	return v - r->first <= r->span;
}

enum agent_shape_kind {
	AGENT_BLOCK,		/* collect len bytes at reg + add */
	AGENT_COLLECT,		/* collect a variable */
	AGENT_INCREMENT,	/* a variable becomes itself + add */
	AGENT_SET,		/* a variable becomes add */
};

struct agent_shape {
	enum agent_shape_kind kind;
	int reg;		/* -1: none */
	u32 slot;
	u64 add, len;
};

/*
 * 1 if the program does that and nothing else, so that *s stands for it; what
 * it leaves on the stack is not asked for.
 */
int agent_as_shape(const struct agent_prog *prog, struct agent_shape *s);

/* ---- what the surroundings define (trace/collect.c, or a test's fake) ---- */

/* agent_compile(): may a program name this register of the target? */
int agent_target_has_reg(unsigned int regno);

#define AGENT_VAR_READ	1
#define AGENT_VAR_WRITE	2
#define AGENT_VAR_COLLECT	4	/* agent_uses_var() only; it is a reading, too */
/*
 * agent_compile(): find variable `num` for this use (one AGENT_VAR_ bit).
 * *slot is what agent_run() hands back.  AGENT_OK, AGENT_E_BAD_VAR,
 * AGENT_E_VAR_READONLY, AGENT_E_VAR_WRITEONLY or AGENT_E_TARGET.
 */
enum agent_error agent_target_var(unsigned int num, int use, u32 *slot);
/* agent_compile(): may other CPUs change it while a program runs? */
int agent_target_var_shared(u32 slot);
/* agent_compile(): what that constant is to be; it may be an address. */
u64 agent_target_const(u64 v);

/* agent_run(), with its `target` */
u64 agent_target_reg(void *target, unsigned int regno);
/* len is 1, 2, 4 or 8; the value is in the target's byte order. */
enum agent_error agent_target_read(void *target, u64 addr, void *buf, u32 len);
/* Collect len bytes at addr into the frame. */
enum agent_error agent_target_trace(void *target, u64 addr, u64 len);
/* Collect a NUL-terminated string, NUL included, at most max bytes. */
enum agent_error agent_target_trace_str(void *target, u64 addr, u64 max);
enum agent_error agent_target_getv(void *target, u32 slot, u64 *val);
enum agent_error agent_target_setv(void *target, u32 slot, u64 val);
enum agent_error agent_target_tracev(void *target, u32 slot);

#endif
