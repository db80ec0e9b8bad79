/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run what verify.c has accepted: opcodes, jump targets and stack depth have
 * been checked.
 *
 * The top of the stack is in a local variable, tos.  With d entries, stack[1]
 * to stack[d - 1] hold all but the top, and sp is stack + d; stack[0] holds tos
 * from before the first push, a 0.  So d entries need d slots, and the top of
 * an empty stack is 0.
 */
#include <linux/types.h>

#include "agent/agent.h"
#include "agent/ops.h"

#define PUSH(v) do {		\
	*sp++ = tos;		\
	tos = (v);		\
} while (0)

/* Context: any that agent_target_read() allows. */
static enum agent_error load(void *target, u64 *v, u32 len)
{
	union {
		u8 v8;
		u16 v16;
		u32 v32;
		u64 v64;
	} m;
	enum agent_error err;

	m.v64 = 0;
	err = agent_target_read(target, *v, &m, len);
	if (err)
		return err;
	switch (len) {
	case 1:
		*v = m.v8;
		break;
	case 2:
		*v = m.v16;
		break;
	case 4:
		*v = m.v32;
		break;
	default:
		*v = m.v64;
		break;
	}
	return AGENT_OK;
}

/* Context: any that the target's functions allow. */
enum agent_error agent_run(const struct agent_prog *prog, void *target,
			   u64 *stack, u64 *result)
{
	const struct agent_insn *next = prog->insn;
	const struct agent_insn *in;
	enum agent_error err;
	u32 budget = AGENT_JUMP_BUDGET;
	u64 *sp = stack;
	u64 tos = 0;
	u64 v;

	*result = 0;
	for (;;) {
		in = next++;
		/*
		 * The kernel's compiler emits no jump table: test the frequent
		 * ones first.
		 */
		if (in->op == OP_CONST8) {
			PUSH(in->imm);
			continue;
		}
		if (in->op == OP_REG) {
			err = agent_target_reg(target, in->arg, &v);
			if (err)
				return err;
			PUSH(v);
			continue;
		}
		if (in->op == OP_END) {
			*result = tos;
			return AGENT_OK;
		}
		switch (in->op) {
		case OP_ADD:
			tos = *--sp + tos;
			break;
		case OP_SUB:
			tos = *--sp - tos;
			break;
		case OP_MUL:
			tos = *--sp * tos;
			break;
		case OP_DIV_SIGNED:
			if (!tos)
				return AGENT_E_DIV_ZERO;
			tos = agent_div_signed(*--sp, tos);
			break;
		case OP_DIV_UNSIGNED:
			if (!tos)
				return AGENT_E_DIV_ZERO;
			tos = agent_div_unsigned(*--sp, tos);
			break;
		case OP_REM_SIGNED:
			if (!tos)
				return AGENT_E_DIV_ZERO;
			tos = agent_rem_signed(*--sp, tos);
			break;
		case OP_REM_UNSIGNED:
			if (!tos)
				return AGENT_E_DIV_ZERO;
			tos = agent_rem_unsigned(*--sp, tos);
			break;
		case OP_LSH:
			tos = agent_shift_left(*--sp, tos);
			break;
		case OP_RSH_SIGNED:
			tos = agent_shift_right_signed(*--sp, tos);
			break;
		case OP_RSH_UNSIGNED:
			tos = agent_shift_right(*--sp, tos);
			break;
		case OP_TRACE:
			v = *--sp;
			err = agent_target_trace(target, v, tos);
			if (err)
				return err;
			tos = *--sp;
			break;
		case OP_TRACENZ:
			v = *--sp;
			err = agent_target_trace_str(target, v, tos);
			if (err)
				return err;
			tos = *--sp;
			break;
		case OP_TRACE_QUICK:
			err = agent_target_trace(target, tos, in->arg);
			if (err)
				return err;
			break;
		case OP_LOG_NOT:
			tos = !tos;
			break;
		case OP_BIT_AND:
			tos = *--sp & tos;
			break;
		case OP_BIT_OR:
			tos = *--sp | tos;
			break;
		case OP_BIT_XOR:
			tos = *--sp ^ tos;
			break;
		case OP_BIT_NOT:
			tos = ~tos;
			break;
		case OP_EQUAL:
			tos = *--sp == tos;
			break;
		case OP_LESS_SIGNED:
			tos = (s64)*--sp < (s64)tos;
			break;
		case OP_LESS_UNSIGNED:
			tos = *--sp < tos;
			break;
		case OP_EXT:
			tos = (u64)((s64)(tos << in->arg) >> in->arg);
			break;
		case OP_ZERO_EXT:
			tos &= in->imm;
			break;
		case OP_REF8:
			err = load(target, &tos, 1);
			if (err)
				return err;
			break;
		case OP_REF16:
			err = load(target, &tos, 2);
			if (err)
				return err;
			break;
		case OP_REF32:
			err = load(target, &tos, 4);
			if (err)
				return err;
			break;
		case OP_REF64:
			err = load(target, &tos, 8);
			if (err)
				return err;
			break;
		case OP_IF_GOTO_BACK:
			v = tos;
			tos = *--sp;
			if (!v)
				break;
			if (in->imm > budget)
				return AGENT_E_BUDGET;
			budget -= in->imm;
			next = prog->insn + in->target;
			break;
		case OP_GOTO_BACK:
			if (in->imm > budget)
				return AGENT_E_BUDGET;
			budget -= in->imm;
			next = prog->insn + in->target;
			break;
		case OP_IF_GOTO:
			v = tos;
			tos = *--sp;
			if (v)
				next = prog->insn + in->target;
			break;
		case OP_GOTO:
			next = prog->insn + in->target;
			break;
		case OP_DUP:
			*sp++ = tos;
			break;
		case OP_POP:
			tos = *--sp;
			break;
		case OP_SWAP:
			v = sp[-1];
			sp[-1] = tos;
			tos = v;
			break;
		case OP_PICK:
			*sp = tos;
			tos = sp[-(int)in->arg];
			sp++;
			break;
		case OP_ROT:
			v = sp[-1];
			sp[-1] = sp[-2];
			sp[-2] = tos;
			tos = v;
			break;
		case OP_GETV:
			v = 0;
			err = agent_target_getv(target, in->target, &v);
			if (err)
				return err;
			PUSH(v);
			break;
		case OP_SETV:
			err = agent_target_setv(target, in->target, tos);
			if (err)
				return err;
			break;
		case OP_TRACEV:
			err = agent_target_tracev(target, in->target);
			if (err)
				return err;
			break;
		default:
			/* verify.c accepts nothing else */
			return AGENT_E_BAD_OPCODE;
		}
	}
}
