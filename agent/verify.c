/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decode bytecode, with every check that is possible before it runs.  Three
 * passes:
 *
 *	decode		the bytes, from first to last, are instructions with
 *			their operands; registers and variables exist
 *	link		each jump leads to the start of an instruction
 *	flow		along every path from the first instruction: no path
 *			runs off the end, all paths to an instruction have the
 *			same stack depth, which stays within the stack
 *
 * So unreachable bytes must decode, too.  What GDB generates does: it puts only
 * instructions into an expression, one after the other.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <linux/kernel.h>

#include "agent/agent.h"
#include "agent/ops.h"
#include "compat/check.h"

/* ---- opcodes ------------------------------------------------------------ */

#define F_VALID		1
#define F_UNSUPPORTED	2
#define F_JUMP		4	/* may continue at its target */
#define F_STOP		8	/* never continues at the next instruction */
#define F_TRACES	16
#define F_FAILS		32	/* may fail at run time */

struct op_info {
	u8 operand;		/* bytes */
	u8 pops;
	u8 pushes;
	u8 flags;
};

#define OP(operand, pops, pushes)	{ operand, pops, pushes, F_VALID }
#define OP_F(operand, pops, pushes, f)	{ operand, pops, pushes, F_VALID | (f) }
#define OP_NONE				{ 0, 0, 0, F_VALID | F_UNSUPPORTED }

static const struct op_info op_info[OP_NR] = {
	[OP_FLOAT]		= OP_NONE,
	[OP_ADD]		= OP(0, 2, 1),
	[OP_SUB]		= OP(0, 2, 1),
	[OP_MUL]		= OP(0, 2, 1),
	[OP_DIV_SIGNED]		= OP_F(0, 2, 1, F_FAILS),
	[OP_DIV_UNSIGNED]	= OP_F(0, 2, 1, F_FAILS),
	[OP_REM_SIGNED]		= OP_F(0, 2, 1, F_FAILS),
	[OP_REM_UNSIGNED]	= OP_F(0, 2, 1, F_FAILS),
	[OP_LSH]		= OP(0, 2, 1),
	[OP_RSH_SIGNED]		= OP(0, 2, 1),
	[OP_RSH_UNSIGNED]	= OP(0, 2, 1),
	[OP_TRACE]		= OP_F(0, 2, 0, F_TRACES),
	[OP_TRACE_QUICK]	= OP_F(1, 1, 1, F_TRACES),
	[OP_LOG_NOT]		= OP(0, 1, 1),
	[OP_BIT_AND]		= OP(0, 2, 1),
	[OP_BIT_OR]		= OP(0, 2, 1),
	[OP_BIT_XOR]		= OP(0, 2, 1),
	[OP_BIT_NOT]		= OP(0, 1, 1),
	[OP_EQUAL]		= OP(0, 2, 1),
	[OP_LESS_SIGNED]	= OP(0, 2, 1),
	[OP_LESS_UNSIGNED]	= OP(0, 2, 1),
	[OP_EXT]		= OP(1, 1, 1),
	[OP_REF8]		= OP_F(0, 1, 1, F_FAILS),
	[OP_REF16]		= OP_F(0, 1, 1, F_FAILS),
	[OP_REF32]		= OP_F(0, 1, 1, F_FAILS),
	[OP_REF64]		= OP_F(0, 1, 1, F_FAILS),
	[OP_REF_FLOAT]		= OP_NONE,
	[OP_REF_DOUBLE]		= OP_NONE,
	[OP_REF_LONG_DOUBLE]	= OP_NONE,
	[OP_L_TO_D]		= OP_NONE,
	[OP_D_TO_L]		= OP_NONE,
	[OP_IF_GOTO]		= OP_F(2, 1, 0, F_JUMP),
	[OP_GOTO]		= OP_F(2, 0, 0, F_JUMP | F_STOP),
	[OP_CONST8]		= OP(1, 0, 1),
	[OP_CONST16]		= OP(2, 0, 1),
	[OP_CONST32]		= OP(4, 0, 1),
	[OP_CONST64]		= OP(8, 0, 1),
	[OP_REG]		= OP(2, 0, 1),	/* see check_sets() */
	[OP_END]		= OP_F(0, 0, 0, F_STOP),
	[OP_DUP]		= OP(0, 1, 2),
	[OP_POP]		= OP(0, 1, 0),
	[OP_ZERO_EXT]		= OP(1, 1, 1),
	[OP_SWAP]		= OP(0, 2, 2),
	[OP_GETV]		= OP(2, 0, 1),
	[OP_SETV]		= OP(2, 1, 1),
	[OP_TRACEV]		= OP(2, 0, 0),
	[OP_TRACENZ]		= OP_F(0, 2, 0, F_TRACES),
	[OP_TRACE16]		= OP_F(2, 1, 1, F_TRACES),
	[OP_PICK]		= OP(1, 0, 1),	/* see also visit() */
	[OP_ROT]		= OP(0, 3, 3),
	[OP_PRINTF]		= OP_NONE,
};

/* ---- the verifier's state ----------------------------------------------- */

struct verify {
	const u8 *code;
	u32 len;
	struct agent_insn *insn;
	u32 nr;
	/*
	 * While decoding and linking: for each byte, the index + 1 of the
	 * instruction that starts there, or 0.  Later: a stack of instructions
	 * to visit.
	 */
	u16 *map;
	u32 todo;
	u32 max_depth;
	u32 fault;		/* index of the instruction at fault */
};

/*
 * In the flow pass the upper byte of insn->op is the stack depth before the
 * instruction + 1; 0 if not reached yet.
 */
#define DEPTH_SHIFT	8
#define OP_MASK		0xff

static u32 get_depth(const struct agent_insn *in)
{
	return (u32)in->op >> DEPTH_SHIFT;
}

static u64 operand(const u8 *p, unsigned int n)
{
	u64 v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* ---- pass 1: decode ----------------------------------------------------- */

static int var_use(u8 op)
{
	return op == OP_SETV ? AGENT_VAR_WRITE : AGENT_VAR_READ;
}

/* The same, with AGENT_VAR_COLLECT. */
static int var_uses(u8 op)
{
	return var_use(op) | (op == OP_TRACEV ? AGENT_VAR_COLLECT : 0);
}

/* Decode one instruction with operand v. */
static enum agent_error decode_insn(struct agent_insn *in, u8 op, u64 v)
{
	enum agent_error err = AGENT_OK;
	u32 slot = 0;

	in->op = op;
	in->arg = (u16)v;
	in->target = 0;
	in->imm = v;

	switch (op) {
	case OP_CONST16:
	case OP_CONST32:
	case OP_CONST64:
		in->op = OP_CONST8;
		in->imm = agent_target_const(v);
		break;
	case OP_TRACE16:
		in->op = OP_TRACE_QUICK;
		break;
	case OP_EXT:
		if (!v)
			err = AGENT_E_BAD_SIZE;
		in->arg = v < 64 ? 64 - (u16)v : 0;
		break;
	case OP_ZERO_EXT:
		if (!v)
			err = AGENT_E_BAD_SIZE;
		in->imm = v < 64 ? (1ULL << v) - 1 : ~0ULL;
		break;
	case OP_REG:
		if (!agent_target_has_reg(in->arg))
			err = AGENT_E_BAD_REG;
		break;
	case OP_GETV:
	case OP_SETV:
	case OP_TRACEV:
		err = agent_target_var(in->arg, var_use(op), &slot);
		in->target = slot;
		break;
	}
	return err;
}

static enum agent_error decode(struct verify *vf, u32 *err_pc)
{
	enum agent_error err;
	u32 pc, i;

	for (i = 0; i < vf->len; i++)
		vf->map[i] = 0;

	for (pc = 0; pc < vf->len; vf->nr++) {
		u8 op = vf->code[pc];
		const struct op_info *info = &op_info[op < OP_NR ? op : 0];

		*err_pc = pc;
		if (!(info->flags & F_VALID))
			return AGENT_E_BAD_OPCODE;
		if (info->flags & F_UNSUPPORTED)
			return AGENT_E_NOT_SUPPORTED;
		if (vf->len - pc - 1 < info->operand)
			return AGENT_E_TRUNCATED;
		err = decode_insn(&vf->insn[vf->nr], op,
				  operand(vf->code + pc + 1, info->operand));
		if (err)
			return err;
		vf->map[pc] = (u16)(vf->nr + 1);
		pc += 1 + info->operand;
	}
	return AGENT_OK;
}

/* ---- pass 2: link ------------------------------------------------------- */

static enum agent_error link_jumps(struct verify *vf)
{
	u32 i;

	for (i = 0; i < vf->nr; i++) {
		struct agent_insn *in = &vf->insn[i];

		if (!(op_info[in->op].flags & F_JUMP))
			continue;
		if (in->arg >= vf->len || !vf->map[in->arg]) {
			vf->fault = i;
			return AGENT_E_BAD_JUMP;
		}
		in->target = vf->map[in->arg] - 1;
	}
	return AGENT_OK;
}

/* ---- pass 3: flow ------------------------------------------------------- */

/* Execution reaches instruction i with this many stack entries. */
static enum agent_error reach(struct verify *vf, u32 i, u32 depth)
{
	struct agent_insn *in = &vf->insn[i];

	if (!get_depth(in)) {
		in->op |= (u16)((depth + 1) << DEPTH_SHIFT);
		/* At most once per instruction, so map is large enough. */
		vf->map[vf->todo++] = (u16)i;
	} else if (get_depth(in) != depth + 1) {
		vf->fault = i;
		return AGENT_E_DEPTH;
	}
	return AGENT_OK;
}

static enum agent_error visit(struct verify *vf, u32 i)
{
	const struct agent_insn *in = &vf->insn[i];
	const struct op_info *info = &op_info[in->op & OP_MASK];
	u32 depth = get_depth(in) - 1;
	u32 needs = info->pops;
	enum agent_error err = AGENT_OK;

	vf->fault = i;
	if ((in->op & OP_MASK) == OP_PICK)
		needs = in->arg + 1;
	if (depth < needs)
		return AGENT_E_UNDERFLOW;
	depth = depth - info->pops + info->pushes;
	if (depth > AGENT_STACK_MAX)
		return AGENT_E_OVERFLOW;
	if (depth > vf->max_depth)
		vf->max_depth = depth;

	if (info->flags & F_JUMP)
		err = reach(vf, in->target, depth);
	if (err || (info->flags & F_STOP))
		return err;
	if (i + 1 == vf->nr)
		return AGENT_E_NO_END;
	return reach(vf, i + 1, depth);
}

static enum agent_error follow(struct verify *vf)
{
	enum agent_error err;

	BUILD_BUG_ON(AGENT_STACK_MAX + 1 > 0xff);
	BUILD_BUG_ON(AGENT_CODE_MAX >= 0xffff);
	BUILD_BUG_ON(OP_GOTO_BACK > OP_MASK || OP_IS_TARGET <= OP_MASK);

	err = reach(vf, 0, 0);
	while (!err && vf->todo)
		err = visit(vf, vf->map[--vf->todo]);
	return err;
}

/* ---- result ------------------------------------------------------------- */

/* Byte offset of instruction i; all before it have been decoded. */
static u32 offset_of(const struct verify *vf, u32 i)
{
	u32 pc = 0;

	while (i--)
		pc += 1 + op_info[vf->code[pc]].operand;
	return pc;
}

int agent_uses_var(const struct agent_prog *prog, u32 slot, int use)
{
	u32 i;

	for (i = 0; i < prog->nr; i++) {
		const struct agent_insn *in = &prog->insn[i];

		if ((in->op == OP_GETV || in->op == OP_SETV ||
		     in->op == OP_TRACEV) &&
		    in->target == slot && (var_uses((u8)in->op) & use))
			return 1;
	}
	return 0;
}

unsigned int agent_var_at(const u8 *code, u32 err_pc)
{
	return (unsigned int)operand(code + err_pc + 1,
				     op_info[OP_GETV].operand);
}

int agent_does_nothing(const struct agent_prog *prog)
{
	return prog->nr <= 1;
}

int agent_has_number(const struct agent_prog *prog, u64 start, u64 size)
{
	u32 i;

	for (i = 0; i < prog->nr; i++)
		if (prog->insn[i].imm - start < size)
			return 1;
	return 0;
}

/* May another CPU change the variable between its read and write here? */
static int is_rmw(const struct agent_prog *prog, u32 slot)
{
	return agent_target_var_shared(slot) &&
	       agent_uses_var(prog, slot, AGENT_VAR_READ);
}

static int is_jump(const struct agent_insn *in)
{
	switch (in->op & ~OP_IS_TARGET) {
	case OP_GOTO:
	case OP_IF_GOTO:
	case OP_GOTO_BACK:
	case OP_IF_GOTO_BACK:
		return 1;
	}
	return 0;
}

/*
 * An expression that fails must not change variables.  So: can something fail
 * after a setv?  With a backward jump anything may run after it.  A register
 * is a case of its own, since most hits have all.
 */
static enum agent_error check_sets(const struct verify *vf,
				   struct agent_prog *prog)
{
	u32 i, sets = 0, fails = 0, reads = 0;
	int back = 0;

	for (i = 0; i < vf->nr; i++) {
		const struct agent_insn *in = &vf->insn[i];

		if (in->op == OP_GOTO_BACK || in->op == OP_IF_GOTO_BACK)
			back = 1;
		else if (in->op == OP_REG)
			reads = i + 1;
		else if (op_info[in->op].flags & (F_FAILS | F_TRACES))
			fails = i + 1;
	}
	for (i = 0; i < vf->nr; i++) {
		if (vf->insn[i].op != OP_SETV)
			continue;
		sets++;
		if (fails && (back || i < fails))
			prog->sets_early = 1;
		if (reads && (back || i < reads))
			prog->reads_late = 1;
	}
	if (sets <= AGENT_SETS_MAX)
		return AGENT_OK;
	prog->reads_late = 0;
	return prog->sets_early ? AGENT_E_MANY_SETS : AGENT_OK;
}

/* Turn instructions into what agent_run() expects; note what they do. */
static void finish(struct verify *vf, struct agent_prog *prog)
{
	u32 i, pc = 0;

	prog->insn = vf->insn;
	prog->nr = vf->nr;
	prog->max_depth = vf->max_depth;
	for (i = 0; i < vf->nr; i++) {
		struct agent_insn *in = &vf->insn[i];

		in->op &= OP_MASK;
		if (op_info[in->op].flags & F_TRACES)
			prog->traces = 1;
		if (in->op == OP_GETV || in->op == OP_TRACEV)
			prog->reads_var = 1;
		if (in->op == OP_SETV)
			prog->writes_var = 1;
	}
	for (i = 0; i < vf->nr; i++) {
		struct agent_insn *in = &vf->insn[i];

		pc += 1 + op_info[vf->code[pc]].operand;
		if (in->op == OP_SETV && !prog->rmw_var && prog->reads_var)
			prog->rmw_var = is_rmw(prog, in->target);
		if ((in->op != OP_GOTO && in->op != OP_IF_GOTO) ||
		    in->target > i)
			continue;
		in->op = in->op == OP_GOTO ? OP_GOTO_BACK : OP_IF_GOTO_BACK;
		/* Charged to the budget: the bytes jumped back over. */
		in->imm = pc - in->arg;
	}
}

static void fold(struct verify *vf)
{
	u32 i;

	for (i = 0; i < vf->nr; i++)
		if (is_jump(&vf->insn[i]))
			vf->insn[vf->insn[i].target].op |= OP_IS_TARGET;
	agent_fold(vf->insn, vf->nr, vf->map);
}

/* GDB emits `zero_ext 64' for each use of a 64-bit value. */
static int is_idle(const struct agent_insn *in)
{
	return (in->op == OP_EXT && !in->arg) ||
		(in->op == OP_ZERO_EXT && in->imm == ~0ULL);
}

/* Drop no-ops.  A reachable one is not the last: no path runs off the end. */
static void drop_idle(struct verify *vf, struct agent_prog *prog)
{
	u32 i, nr = 0;

	for (i = 0; i < vf->nr; i++) {
		vf->map[i] = (u16)nr;
		nr += !is_idle(&vf->insn[i]);
	}
	nr = 0;
	for (i = 0; i < vf->nr; i++) {
		if (is_idle(&vf->insn[i]))
			continue;
		vf->insn[nr] = vf->insn[i];
		if (is_jump(&vf->insn[nr]))
			vf->insn[nr].target = vf->map[vf->insn[nr].target];
		nr++;
	}
	prog->nr = nr;
}

/* Does not sleep, but may take long. */
enum agent_error agent_compile(const u8 *code, u32 len, struct agent_insn *insn,
			       u16 *map, struct agent_prog *prog, u32 *err_pc)
{
	struct verify vf;
	enum agent_error err;
	u32 pc = 0;

	prog->insn = insn;
	prog->nr = 0;
	prog->max_depth = 0;
	prog->reads_var = 0;
	prog->writes_var = 0;
	prog->rmw_var = 0;
	prog->traces = 0;
	prog->sets_early = 0;
	prog->reads_late = 0;

	memset(&vf, 0, sizeof(vf));
	vf.code = code;
	vf.len = len;
	vf.insn = insn;
	vf.map = map;

	if (!len) {
		err = AGENT_E_EMPTY;
	} else if (len > AGENT_CODE_MAX) {
		err = AGENT_E_TOO_LONG;
	} else {
		err = decode(&vf, &pc);
		if (!err) {
			err = link_jumps(&vf);
			if (!err)
				err = follow(&vf);
			if (err)
				pc = offset_of(&vf, vf.fault);
		}
	}
	if (!err) {
		finish(&vf, prog);
		err = check_sets(&vf, prog);
		pc = 0;
		fold(&vf);
		drop_idle(&vf, prog);
	}
	if (err && err_pc)
		*err_pc = pc;
	return err;
}

static const char * const messages[AGENT_E_NR] = {
	[AGENT_OK]		= "no error",
	[AGENT_E_EMPTY]		= "the expression is empty",
	[AGENT_E_TOO_LONG]	= "the expression is too long",
	[AGENT_E_BAD_OPCODE]	= "unknown bytecode instruction",
	[AGENT_E_NOT_SUPPORTED]	= "bytecode instruction that a kernel probe does not support",
	[AGENT_E_TRUNCATED]	= "the expression ends inside an instruction",
	[AGENT_E_NO_END]	= "the expression runs past its end",
	[AGENT_E_BAD_JUMP]	= "jump to a place where no instruction begins",
	[AGENT_E_UNDERFLOW]	= "stack underflow",
	[AGENT_E_OVERFLOW]	= "stack overflow",
	[AGENT_E_DEPTH]		= "stack depth differs between paths",
	[AGENT_E_BAD_SIZE]	= "extension of a value of 0 bits",
	[AGENT_E_BAD_REG]	= "no such register",
	[AGENT_E_BAD_VAR]	= "no such trace state variable",
	[AGENT_E_VAR_READONLY]	= "the trace state variable is read-only",
	[AGENT_E_VAR_WRITEONLY]	= "the trace state variable can only be set",
	[AGENT_E_MANY_SETS]	= "over 16 variables are set before something that may fail; split the expression",
	[AGENT_E_DIV_ZERO]	= "divide by zero",
	[AGENT_E_REG]		= "unavailable register",
	[AGENT_E_MEMORY]	= "cannot read memory",
	[AGENT_E_DEVICE]	= "cannot read a device's memory without `monitor io on'",
	[AGENT_E_NO_ROOM]	= "no room in the trace buffer",
	[AGENT_E_TOO_BIG]	= "a block of over 1 GiB",
	[AGENT_E_BUDGET]	= "too many jumps backward, a loop without end",
	[AGENT_E_BAD_TRACEPOINT]	= "there is no tracepoint of that number",
	[AGENT_E_TARGET]	= "refused by the target",
};

/* Context: any, including NMI. */
const char *agent_strerror(enum agent_error err)
{
	if ((unsigned int)err >= AGENT_E_NR || !messages[err])
		return "unknown error";
	return messages[err];
}
