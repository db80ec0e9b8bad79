/* SPDX-License-Identifier: GPL-2.0 */
/*
 * agent_match_range() against the interpreter: mostly programs that are ranges,
 * with values at the edges of their ranges.
 */
#include <stdlib.h>

#include "agent/agent.h"
#include "tests/unit/unit.h"

static u64 value;		/* of every register, and of the variables */
static u64 seed = 0x1234567887654321ULL;
static unsigned long ranges, of[3], others;

int agent_target_has_reg(unsigned int regno)
{
	return 1;
}

enum agent_error agent_target_reg(void *target, unsigned int regno, u64 *val)
{
	*val = value;
	return AGENT_OK;
}

enum agent_error agent_target_var(unsigned int num, int use, u32 *slot)
{
	*slot = num;
	return AGENT_OK;
}

u64 agent_target_const(u64 v)
{
	return v;
}

int agent_target_var_shared(u32 slot)
{
	return 1;
}

enum agent_error agent_target_read(void *target, u64 addr, void *buf, u32 len)
{
	return AGENT_E_MEMORY;
}

enum agent_error agent_target_trace(void *target, u64 addr, u64 len)
{
	return AGENT_OK;
}

enum agent_error agent_target_trace_str(void *target, u64 addr, u64 max)
{
	return AGENT_OK;
}

enum agent_error agent_target_getv(void *target, u32 slot, u64 *val)
{
	*val = value;
	return AGENT_OK;
}

static u64 written;

enum agent_error agent_target_setv(void *target, u32 slot, u64 val)
{
	written = val;
	return AGENT_OK;
}

enum agent_error agent_target_tracev(void *target, u32 slot)
{
	return AGENT_E_TARGET;
}

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 32) % n;
}

/* Mostly near 0, or near the edge of a sign or an extension. */
static u64 edge(void)
{
	static const u8 bits[] = { 0, 7, 8, 15, 16, 31, 32, 63 };
	u64 v = rnd(4) ? 1ULL << bits[rnd(sizeof(bits))] :
			 ((u64)rnd(~0U) << 32 | rnd(~0U));

	return (rnd(2) ? v : -v) + rnd(3) - 1;
}

static u32 put_ext(u8 *code)
{
	static const u8 bits[] = { 1, 8, 16, 32, 33, 63, 64, 65, 255 };

	code[0] = rnd(2) ? 0x16 : 0x2a;
	code[1] = bits[rnd(sizeof(bits))];
	return 2;
}

/*
 * A register; a variable; one that is incremented, decremented or otherwise
 * set.
 */
static u32 put_source(u8 *code)
{
	u32 n = 0, kind = rnd(3);

	code[n++] = kind ? 0x2c : 0x26;
	code[n++] = 0;
	code[n++] = (u8)rnd(16);
	if (kind < 2)
		return n;
	code[n++] = 0x22;
	code[n++] = (u8)rnd(256);
	if (!rnd(3))
		n += put_ext(code + n);
	code[n++] = (u8)(2 + rnd(20) / 9);
	code[n++] = 0x2d;
	code[n++] = 0;
	code[n++] = rnd(20) ? code[2] : 17;
	return n;
}

/* k, extended or not, or as a product. */
static u32 put_k(u8 *code, u64 k)
{
	u32 n = 0, i;

	code[n++] = 0x25;
	for (i = 0; i < 8; i++)
		code[n++] = (u8)(k >> (56 - 8 * i));
	if (!rnd(4)) {
		code[n++] = 0x22;
		code[n++] = 1;
		code[n++] = 4;
	}
	for (i = rnd(3); i; i--)
		n += put_ext(code + n);
	return n;
}

/* *reg: position of the register or variable in the code. */
static u32 generate(u8 *code, u64 k, u32 *reg)
{
	static const u8 cmp[] = { 0x13, 0x14, 0x15, 0x13, 0x14, 0x15, 0x02 };
	int in_front = !rnd(3);
	u32 n = in_front ? put_k(code, k) : 0, i;

	*reg = n + 2;
	n += put_source(code + n);
	if (rnd(3))
		n += put_ext(code + n);
	if (!in_front)
		n += put_k(code + n, k);
	if (rnd(2))
		code[n++] = 0x2b;
	code[n++] = cmp[rnd(sizeof(cmp))];
	for (i = rnd(4); i; i--)
		code[n++] = 0x0e;
	code[n++] = 0x27;
	return n;
}

static void compare(const struct agent_prog *prog, const struct agent_range *r)
{
	u64 stack[AGENT_STACK_MAX], result, v = value;

	written = 0;
	CHECK_EQ(agent_run(prog, NULL, stack, &result), AGENT_OK);
	if (r->source == AGENT_OF_SUM) {
		v += r->add;
		CHECK_EQ(written, v);
	}
	CHECK_EQ(agent_in_range(r, v), !!result);
}

static void one(const u8 *code, u32 len, u64 k, u32 reg)
{
	struct agent_insn insn[64];
	struct agent_prog prog;
	struct agent_range r;
	u16 map[64];
	int i;

	CHECK_EQ(agent_compile(code, len, insn, map, &prog, NULL), AGENT_OK);
	if (!agent_match_range(&prog, &r)) {
		others++;
		return;
	}
	ranges++;
	of[r.source]++;
	CHECK_EQ(r.source == AGENT_OF_REG ? r.reg : r.slot, code[reg]);
	for (i = 0; i < 16; i++) {
		value = i < 3 ? k + i - 1 : edge();
		if (r.source == AGENT_OF_SUM)
			value -= r.add;
		compare(&prog, &r);
	}
}

static void test_random(void)
{
	u8 code[64];
	u32 len, reg;
	long i;
	u64 k;

	for (i = 0; i < 100000 && !unit_failed_; i++) {
		k = edge();
		len = generate(code, k, &reg);
		one(code, len, k, reg);
	}
	CHECK(ranges > 50000);
	CHECK(of[AGENT_OF_REG] > 10000 && of[AGENT_OF_VAR] > 10000);
	CHECK(of[AGENT_OF_SUM] > 10000);
	CHECK(others > 1000);
}

/* As compiled by GDB 13, and whether they are ranges. */
static void test_recorded(void)
{
	static const struct {
		const char *code;
		u32 len;
		int is;
	} t[] = {
		/* count == 12345 */
		{ "\x26\0\3\x2a\x40\x23\x30\x39\x2a\x40\x13\x27", 12, 1 },
		/* count > 4000 */
		{ "\x26\0\3\x2a\x40\x23\x0f\xa0\x2a\x40\x2b\x15\x27", 13, 1 },
		/* count != 4 */
		{ "\x26\0\3\x2a\x40\x22\4\x2a\x40\x13\x0e\x27", 12, 1 },
		/* fd == 3 */
		{ "\x26\0\5\x2a\x20\x22\3\x2a\x20\x13\x27", 11, 1 },
		/* $current_task_pid == 1234; ($c = $c + 1) == 0; $c - 1 == 0 */
		{ "\x2c\0\3\x23\x04\xd2\x13\x27", 8, 1 },
		{ "\x2c\0\2\x22\1\2\x16\x40\x2d\0\2\x22\0\x13\x27", 15, 1 },
		{ "\x2c\0\2\x22\1\3\x22\0\x13\x27", 10, 0 },
		/* 4000 < count; count > 4096 - 96, not folded */
		{ "\x23\x0f\xa0\x2a\x40\x26\0\3\x2a\x40\x15\x27", 12, 1 },
		{ "\x26\0\3\x2a\x40\x23\x10\0\x22\x60\3\x2a\x40\x2b\x15\x27", 16, 1 },
		/* the register itself; a constant; two registers */
		{ "\x26\0\5\x27", 4, 0 },
		{ "\x22\1\x27", 3, 0 },
		{ "\x26\0\5\x26\0\4\x13\x27", 8, 0 },
		/* nothing; a compared sum */
		{ "\x27", 1, 0 },
		{ "\x26\0\5\x22\1\x02\x22\2\x13\x27", 10, 0 },
	};
	struct agent_insn insn[16];
	struct agent_prog prog;
	struct agent_range r;
	u16 map[16];
	u32 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		CHECK_EQ(agent_compile((const u8 *)t[i].code, t[i].len, insn, map, &prog, NULL), AGENT_OK);
		CHECK_EQ(agent_match_range(&prog, &r), t[i].is);
	}
}

int main(void)
{
	RUN(test_random);
	RUN(test_recorded);
	return unit_end();
}
