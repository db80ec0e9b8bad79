/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests that compare steps with the interpreter: a target with values at
 * edges, for random programs.
 */
#ifndef TEST_AGENT_RANDOM_H
#define TEST_AGENT_RANDOM_H

#include <stdlib.h>

#include "agent/act.h"
#include "agent/agent.h"
#include "tests/unit/test_agent_programs.h"
#include "tests/unit/unit.h"

#define REGS	8
#define VARS	4
#define BASE	0x10000
#define SIZE	256

static unsigned long reg[REGS];
static u64 var[VARS];
static u8 mem[SIZE];
static int not_quick;		/* loads to come that are */
static unsigned long refused_loads;

/* ---- the target --------------------------------------------------------- */

int agent_target_has_reg(unsigned int regno)
{
	return regno < REGS;
}

enum agent_error agent_target_reg(void *target, unsigned int regno, u64 *val)
{
	*val = reg[regno];
	return AGENT_OK;
}

enum agent_error agent_target_var(unsigned int num, int use, u32 *slot)
{
	*slot = num;
	return num < VARS ? AGENT_OK : AGENT_E_BAD_VAR;
}

int agent_target_var_shared(u32 slot)
{
	return slot != 2;
}

u64 agent_target_const(u64 v)
{
	return v;
}

enum agent_error agent_target_read(void *target, u64 addr, void *buf, u32 len)
{
	if (addr < BASE || addr > BASE + SIZE - len)
		return AGENT_E_MEMORY;
	memcpy(buf, mem + (addr - BASE), len);
	return AGENT_OK;
}

/* What is collected: each item has a kind, an address or slot, and bytes. */
struct agent_out {
	u32 n;
	u8 bytes[8192];
};

static void put_item(struct agent_out *out, char kind, u64 addr,
		     const void *data, u32 n)
{
	if (out->n + n + 17 > sizeof(out->bytes))
		abort();
	out->bytes[out->n++] = (u8)kind;
	memcpy(out->bytes + out->n, &addr, 8);
	memcpy(out->bytes + out->n + 8, data, n);
	out->n += 8 + n;
}

enum agent_error agent_target_trace(void *target, u64 addr, u64 n)
{
	if (n && (addr < BASE || n > SIZE || addr > BASE + SIZE - n))
		return AGENT_E_MEMORY;
	if (n)
		put_item(target, 'M', addr, mem + (addr - BASE), (u32)n);
	return AGENT_OK;
}

enum agent_error agent_target_trace_str(void *target, u64 addr, u64 max)
{
	u32 n = 0;

	if (!max)
		return AGENT_OK;
	do {
		if (addr + n < BASE || addr + n >= BASE + SIZE)
			return AGENT_E_MEMORY;
	} while (mem[addr + n++ - BASE] && n < max);
	put_item(target, 'S', addr, mem + (addr - BASE), n);
	return AGENT_OK;
}

enum agent_error agent_target_getv(void *target, u32 slot, u64 *val)
{
	*val = var[slot];
	return AGENT_OK;
}

enum agent_error agent_target_setv(void *target, u32 slot, u64 val)
{
	var[slot] = val;
	return AGENT_OK;
}

enum agent_error agent_target_tracev(void *target, u32 slot)
{
	put_item(target, 'V', slot, &var[slot], 8);
	return AGENT_OK;
}

/* Register 7 is none that steps may use, variable 3 neither. */
int agent_step_has_reg(unsigned int regno, int in_action, u16 *at)
{
	*at = (u16)(regno * sizeof(reg[0]));
	return regno != REGS - 1;
}

int agent_step_same_var(u32 a, u32 b)
{
	return a == b;
}

int agent_step_sets_var(u32 slot)
{
	return slot == 0 || slot == 2;
}

int agent_step_has_var(u32 slot, u8 *kind)
{
	*kind = slot == 1;
	return slot != VARS - 1;
}

static int agent_quick_load(u64 *v, u64 addr, u32 size)
{
	union {
		u8 v8;
		u16 v16;
		u32 v32;
		u64 v64;
	} m;

	if (not_quick > 0 && !--not_quick) {
		refused_loads++;
		return 1;
	}
	if (agent_target_read(NULL, addr, &m, size))
		return 1;
	*v = size == 1 ? m.v8 : size == 2 ? m.v16 : size == 4 ? m.v32 : m.v64;
	return 0;
}

/* Variable 1 is of a kind. */
static u64 agent_quick_value(u8 kind)
{
	return var[kind];
}

static u64 agent_quick_var(u32 slot)
{
	return var[slot];
}

/* ---- values ------------------------------------------------------------- */

static u64 address(void)
{
	return BASE + rnd(SIZE - 64);
}

/* Rarely the last, which steps may not use. */
static u32 any_reg(void)
{
	return rnd(200) ? rnd(REGS - 1) : REGS - 1;
}

static u32 any_var(void)
{
	return rnd(200) ? rnd(VARS - 1) : VARS - 1;
}

static u32 var_to_set(void)
{
	return 2 * rnd(2);
}

static void set_values(void)
{
	u32 i;
	u64 v;

	for (i = 0; i < REGS; i++)
		reg[i] = (unsigned long)(rnd(3) ? edge() : address());
	for (i = 0; i < VARS; i++)
		var[i] = rnd(4) ? edge() : address();
	for (i = 0; i + 8 <= SIZE; i += rnd(2) ? 8 : 4) {
		v = rnd(2) ? edge() : address();
		memcpy(mem + i, &v, 8);
	}
}

#endif
