/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The target for tests of agent/: some registers, some variables, 256 bytes of
 * memory, and a log of all that is done.
 */
#ifndef TEST_AGENT_FAKE_H
#define TEST_AGENT_FAKE_H

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/decide.h"
#include "tests/unit/unit.h"

#define FAKE_BASE	0x1000
#define FAKE_SIZE	256
#define FAKE_REGS	17
/* Variables 1-5 are writable, 6 is read-only, 7 is another name of 1. */
#define FAKE_VARS	6
#define FAKE_SLOT	0x10000	/* slots need more than 16 bits, to see that they are kept */

/* FAKE_LOW constants from FAKE_MOVED on are relocated by -FAKE_MOVED. */
#define FAKE_MOVED	0x17700000
#define FAKE_LOW	0x100

struct fake {
	u64 var[FAKE_VARS + 1];
	char log[4096];
	size_t used;
	int room;		/* traces until the frame is full; -1: unlimited */
};

static u8 fake_mem[FAKE_SIZE];
static int fake_asked_use;
static u32 fake_unshared;	/* a per-CPU variable; 0: none */
static unsigned int fake_absent = FAKE_REGS;	/* a register without a value */

static void fake_init(struct fake *f)
{
	int i;

	memset(f, 0, sizeof(*f));
	f->room = -1;
	for (i = 1; i <= FAKE_VARS; i++)
		f->var[i] = 100 * i;
	for (i = 0; i < FAKE_SIZE; i++)
		fake_mem[i] = (u8)(i * 37 + 0x81);
}

static void fake_log(struct fake *f, const char *what, u64 a, u64 b)
{
	if (f->used < sizeof(f->log) - 64)
		f->used += sprintf(f->log + f->used, "%s %llx %llx;", what, a, b);
}

static u64 fake_reg(unsigned int regno)
{
	return regno * 0x1010101010101011ULL;
}

int agent_target_has_reg(unsigned int regno)
{
	return regno < FAKE_REGS || regno == 0xfffe;
}

enum agent_error agent_target_reg(void *target, unsigned int regno, u64 *val)
{
	if (regno == fake_absent)
		return AGENT_E_REG;
	*val = fake_reg(regno);
	return AGENT_OK;
}

int agent_step_has_reg(unsigned int regno, int in_action, u16 *at)
{
	return 0;
}

int agent_step_has_var(u32 slot, u8 *kind)
{
	return 0;
}

int agent_step_sets_var(u32 slot)
{
	return 0;
}

int agent_step_same_var(u32 a, u32 b)
{
	return a == b;
}

enum agent_error agent_target_var(unsigned int num, int use, u32 *slot)
{
	fake_asked_use |= use;
	if (num == 7)
		num = 1;
	if (num < 1 || num > FAKE_VARS)
		return AGENT_E_BAD_VAR;
	if (num == FAKE_VARS && use == AGENT_VAR_WRITE)
		return AGENT_E_VAR_READONLY;
	*slot = FAKE_SLOT + num;
	return AGENT_OK;
}

u64 agent_target_const(u64 v)
{
	return v - FAKE_MOVED < FAKE_LOW ? v - FAKE_MOVED : v;
}

int agent_target_var_shared(u32 slot)
{
	return slot != FAKE_SLOT + fake_unshared;
}

enum agent_error agent_target_read(void *target, u64 addr, void *buf, u32 len)
{
	if (addr < FAKE_BASE || addr > FAKE_BASE + FAKE_SIZE - len)
		return AGENT_E_MEMORY;
	memcpy(buf, fake_mem + (addr - FAKE_BASE), len);
	return AGENT_OK;
}

static enum agent_error fake_take(struct fake *f, const char *what, u64 a, u64 b)
{
	if (!f->room)
		return AGENT_E_NO_ROOM;
	if (f->room > 0)
		f->room--;
	fake_log(f, what, a, b);
	return AGENT_OK;
}

enum agent_error agent_target_trace(void *target, u64 addr, u64 len)
{
	return fake_take(target, "M", addr, len);
}

enum agent_error agent_target_trace_str(void *target, u64 addr, u64 max)
{
	return fake_take(target, "Z", addr, max);
}

enum agent_error agent_target_getv(void *target, u32 slot, u64 *val)
{
	struct fake *f = target;

	*val = f->var[slot - FAKE_SLOT];
	return AGENT_OK;
}

enum agent_error agent_target_setv(void *target, u32 slot, u64 val)
{
	struct fake *f = target;

	f->var[slot - FAKE_SLOT] = val;
	return AGENT_OK;
}

enum agent_error agent_target_tracev(void *target, u32 slot)
{
	struct fake *f = target;

	return fake_take(f, "V", slot - FAKE_SLOT, f->var[slot - FAKE_SLOT]);
}

/* ---- running ------------------------------------------------------------ */

static struct agent_prog prog;
static struct fake fake;
static u64 result;
static u32 err_pc;

/* Compile, and run if valid. Each buffer has exactly its size. */
static enum agent_error run_bytes(const u8 *bytes, size_t len)
{
	u8 *code = malloc(len ? len : 1);
	struct agent_insn *insn = malloc(len * sizeof(*insn) + 1);
	u16 *map = malloc(len * sizeof(*map) + 1);
	enum agent_error err;
	u64 *stack;

	memcpy(code, bytes, len);
	err_pc = 0xdead;
	err = agent_compile(code, (u32)len, insn, map, &prog, &err_pc);
	free(map);
	free(code);
	if (!err) {
		CHECK_EQ(err_pc, 0xdead);
		CHECK(prog.nr && prog.nr <= len && prog.max_depth <= AGENT_STACK_MAX);
		stack = malloc(prog.max_depth * sizeof(*stack) + !prog.max_depth);
		result = 0xbad;
		err = agent_run(&prog, &fake, stack, &result);
		if (err)
			CHECK_EQ(result, 0);
		free(stack);
	}
	free(insn);
	return err;
}

#endif
