/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GDB agent expressions: verified and decoded once, run many times.
 *
 * agent_compile() checks opcodes, operands, jumps, stack depth, registers and
 * variables.  So agent_run() can fail only on a division by zero, on a register
 * without a value, on memory, for lack of space in the frame, on the jump
 * budget, or if the target refuses.
 *
 * Source of the opcodes: the GDB manual, "Bytecode Descriptions", and GDB's
 * ax.def.
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <linux/types.h>

#define AGENT_STACK_MAX		100	/* 64-bit entries */
#define AGENT_CODE_MAX		16384	/* bytes of bytecode */
/* setv, in a sets_early or reads_late program */
#define AGENT_SETS_MAX		16
/*
 * Bytes of bytecode that all backward jumps of one run may span.  No byte runs
 * more often than that, which bounds the time of a hit.
 */
#define AGENT_JUMP_BUDGET	100000

enum agent_error {
	AGENT_OK = 0,
	/* agent_compile() */
	AGENT_E_EMPTY,
	AGENT_E_TOO_LONG,
	AGENT_E_BAD_OPCODE,
	AGENT_E_NOT_SUPPORTED,	/* valid, but impossible in a kernel probe */
	AGENT_E_TRUNCATED,	/* operand runs past the end */
	AGENT_E_NO_END,		/* execution runs off the end */
	AGENT_E_BAD_JUMP,	/* target is not the start of an instruction */
	AGENT_E_UNDERFLOW,
	AGENT_E_OVERFLOW,
	AGENT_E_DEPTH,		/* stack depth differs between paths */
	AGENT_E_BAD_SIZE,	/* ext or zero_ext of 0 bits */
	AGENT_E_BAD_REG,
	AGENT_E_BAD_VAR,
	AGENT_E_VAR_READONLY,
	AGENT_E_VAR_WRITEONLY,
	AGENT_E_MANY_SETS,	/* over AGENT_SETS_MAX, and sets_early */
	/* agent_run() */
	AGENT_E_DIV_ZERO,
	AGENT_E_REG,		/* no value at this hit; the target knows which */
	AGENT_E_MEMORY,		/* the target knows the address */
	AGENT_E_DEVICE,		/* memory that belongs to a device */
	AGENT_E_NO_ROOM,	/* the frame does not fit in the trace buffer */
	AGENT_E_TOO_BIG,	/* a block over the target's limit */
	AGENT_E_BUDGET,
	AGENT_E_BAD_TRACEPOINT,	/* from the target: no such tracepoint */
	AGENT_E_TARGET,		/* any other refusal by the target */
	AGENT_E_NR
};

/* A short text without a full stop; never NULL. */
const char *agent_strerror(enum agent_error err);

/* One decoded instruction; private to agent/. */
struct agent_insn {
	u16 op;
	u16 arg;
	u32 target;		/* index of the jump's target */
	u64 imm;
};

struct agent_prog {
	const struct agent_insn *insn;
	u32 nr;
	u32 max_depth;		/* stack entries needed */
	int reads_var;		/* reads a variable (getv, tracev) */
	int writes_var;		/* writes a variable (setv) */
	int rmw_var;		/* reads and writes the same shared variable */
	int traces;		/* collects memory */
	int sets_early;		/* something may fail after a setv */
	int reads_late;		/* a register is read after a setv */
};

/*
 * insn: space for `len` instructions; map: scratch space of `len` entries,
 * unused afterwards.  On an error *err_pc (if not NULL) is the byte offset of
 * the faulty instruction.
 */
enum agent_error agent_compile(const u8 *code, u32 len, struct agent_insn *insn,
			       u16 *map, struct agent_prog *prog, u32 *err_pc);

/*
 * After an error of agent_target_var(): the number of the variable that the
 * instruction at err_pc names.
 */
unsigned int agent_var_at(const u8 *code, u32 err_pc);

/* Is it nothing but its end? */
int agent_does_nothing(const struct agent_prog *prog);

/*
 * Does it contain a number in that range?  May match other small operands, too.
 */
int agent_has_number(const struct agent_prog *prog, u64 start, u64 size);

/* Does it use the variable in that slot as one of `use' (AGENT_VAR_ bits)? */
int agent_uses_var(const struct agent_prog *prog, u32 slot, int use);

/*
 * stack: at least prog->max_depth entries. *result: the top of the stack at the
 * end, 0 if the stack is empty.
 * Context: any that the target's functions below allow.
 */
enum agent_error agent_run(const struct agent_prog *prog, void *target,
			   u64 *stack, u64 *result);

/* ---- programs that need no interpreter ------------------------------------ */

enum agent_pattern_kind {
	AGENT_BLOCK,		/* collect len bytes at reg + add */
	AGENT_COLLECT,		/* collect a variable */
	AGENT_INCREMENT,	/* variable += add */
	AGENT_SET,		/* variable = add */
};

struct agent_pattern {
	enum agent_pattern_kind kind;
	int reg;		/* -1: none */
	u32 slot;
	u64 add, len;
};

/*
 * Returns 1 and sets *s if the program does just that, whatever it leaves on
 * the stack.
 */
int agent_match_pattern(const struct agent_prog *prog, struct agent_pattern *s);

/* ---- provided by the user: trace/hit/collect.c, or a test's fake -------- */

/* agent_compile(): is this a register of the target? */
int agent_target_has_reg(unsigned int regno);

#define AGENT_VAR_READ	1
#define AGENT_VAR_WRITE	2
#define AGENT_VAR_COLLECT	4	/* agent_uses_var() only; also a read */
/*
 * agent_compile(): look up variable `num` for this use (one AGENT_VAR_ bit).
 * agent_run() passes *slot to the functions below.  Returns AGENT_OK,
 * AGENT_E_BAD_VAR, AGENT_E_VAR_READONLY, AGENT_E_VAR_WRITEONLY or
 * AGENT_E_TARGET.
 */
enum agent_error agent_target_var(unsigned int num, int use, u32 *slot);
/* agent_compile(): may other CPUs change it while a program runs? */
int agent_target_var_shared(u32 slot);
/* agent_compile(): the value to use for a constant, which may be an address. */
u64 agent_target_const(u64 v);

/* agent_run(), with its `target`. */
/* Returns AGENT_OK or AGENT_E_REG. */
enum agent_error agent_target_reg(void *target, unsigned int regno, u64 *val);
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
