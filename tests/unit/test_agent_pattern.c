/* SPDX-License-Identifier: GPL-2.0 */
/*
 * agent_match_pattern() against the interpreter: mostly programs of one of its
 * patterns.  Executing the pattern by hand must have the same effects:
 * collected data, variables, errors.
 */
#include "tests/unit/test_agent_fake.h"

static u64 seed = 0x9e3779b97f4a7c15ULL;
static unsigned long patterns[4], others;

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 32) % n;
}

/* ---- programs ----------------------------------------------------------- */

static u8 code[128];
static u32 len;

static void put(u64 v, u32 bytes)
{
	while (bytes--)
		code[len++] = (u8)(v >> (8 * bytes));
}

static void put_const(void)
{
	u32 size = rnd(4), i;

	put(0x22 + size, 1);
	put(rnd(3) ? rnd(300) : ((u64)rnd(~0U) << 32 | rnd(~0U)), 1U << size);
	for (i = rnd(3) ? 0 : rnd(3); i; i--) {
		put(rnd(2) ? 0x16 : 0x2a, 1);
		put(rnd(3) ? 8U << rnd(4) : 1 + rnd(255), 1);
	}
	if (!rnd(4)) {	/* not folded: a product, a difference, a shift, ... */
		static const u8 ops[] = { 2, 3, 4, 5, 9, 0x0f, 0x10, 0x13 };

		put(0x2200 + rnd(4), 2);
		put(ops[rnd(sizeof(ops))], 1);
	}
}

static void put_add(void)
{
	put_const();
	put(rnd(20) ? 2 + rnd(2) : 4, 1);
}

/* GDB's usual `zero_ext 64', or one that has an effect. */
static void put_ext(void)
{
	put(rnd(10) ? 0x2a40 : 0x1620, 2);
}

static void gen_block(void)
{
	u32 i;

	if (rnd(3)) {
		put(0x26, 1);
		put(rnd(FAKE_REGS), 2);
		if (rnd(2))
			put_ext();
	} else {
		put_const();
	}
	for (i = rnd(4); i; i--)
		put_add();
	if (rnd(20)) {
		put_const();
		put(rnd(20) ? 0x0c : 0x2f, 1);
	} else {
		put(0x0d, 1);
		put(rnd(256), 1);
	}
}

static void gen_collect(void)
{
	u32 var = 1 + rnd(7);

	if (rnd(3)) {
		put(0x2c, 1);
		put(rnd(20) ? var : 1 + rnd(7), 2);
	}
	put(0x2e, 1);
	put(var, 2);
}

static void gen_increment(void)
{
	u32 var = 1 + rnd(5);

	put(0x2c, 1);
	put(rnd(20) ? var : 1 + rnd(5), 2);
	put_add();
	if (rnd(2))
		put(0x1640, 2);
	put(0x2d, 1);
	put(var, 2);
}

static void gen_set(void)
{
	put_const();
	put(0x2d, 1);
	put(1 + rnd(5), 2);
}

static void generate(void)
{
	len = 0;
	switch (rnd(4)) {
	case 0:
		gen_block();
		break;
	case 1:
		gen_collect();
		break;
	case 2:
		gen_set();
		break;
	default:
		gen_increment();
		break;
	}
	if (!rnd(20))
		put(0x28, 1);
	if (rnd(3) == 0)
		put(0x29, 1);
	if (!rnd(4))
		put_const();
	put(0x27, 1);
}

/*
 * ---- effects of a pattern ---------------------------------------------------
 */

static enum agent_error act(const struct agent_pattern *s, struct fake *f)
{
	u64 v;

	switch (s->kind) {
	case AGENT_BLOCK:
		v = 0;
		if (s->reg >= 0)
			agent_target_reg(f, s->reg, &v);
		return agent_target_trace(f, v + s->add, s->len);
	case AGENT_COLLECT:
		return agent_target_tracev(f, s->slot);
	case AGENT_SET:
		return agent_target_setv(f, s->slot, s->add);
	default:
		agent_target_getv(f, s->slot, &v);
		return agent_target_setv(f, s->slot, v + s->add);
	}
}

static void one(void)
{
	struct agent_insn insn[128];
	struct agent_pattern s;
	struct fake other;
	u64 stack[AGENT_STACK_MAX], value;
	u16 map[128];
	enum agent_error err, want;

	memset(&s, 0xa5, sizeof(s));
	if (agent_compile(code, len, insn, map, &prog, NULL))
		return;
	if (!agent_match_pattern(&prog, &s)) {
		others++;
		return;
	}
	patterns[s.kind]++;
	fake_init(&fake);
	fake_init(&other);
	fake.room = rnd(4) ? -1 : 0;
	other.room = fake.room;
	want = agent_run(&prog, &fake, stack, &value);
	err = act(&s, &other);
	CHECK_EQ(err, want);
	CHECK_STR(other.log, fake.log);
	CHECK(!memcmp(other.var, fake.var, sizeof(fake.var)));
}

static void test_random(void)
{
	long i;

	for (i = 0; i < 200000 && !unit_failed_; i++) {
		generate();
		one();
	}
	printf("  %lu blocks, %lu collected, %lu increments, %lu set, %lu others\n",
	       patterns[AGENT_BLOCK], patterns[AGENT_COLLECT],
	       patterns[AGENT_INCREMENT], patterns[AGENT_SET], others);
	CHECK(patterns[AGENT_BLOCK] > 10000 && patterns[AGENT_COLLECT] > 10000);
	CHECK(patterns[AGENT_INCREMENT] > 10000 && patterns[AGENT_SET] > 10000);
	CHECK(others > 10000);
}

/* As compiled by GDB 13; -1: no pattern. */
static void test_recorded(void)
{
	static const struct {
		const char *code;
		u32 len;
		int kind, reg;
		u64 add, bytes;
	} t[] = {
		/* *(char(*)[64])file */
		{ "\x26\0\5\x2a\x40\x22\x40\x0c\x27", 9, AGENT_BLOCK, 5, 0, 64 },
		/* *(char(*)[4096])&init_task */
		{ "\x24\x82\xa1\x49\x40\x16\x20\x23\x10\0\x0c\x27", 12, AGENT_BLOCK, -1,
		  0xffffffff82a14940ULL, 4096 },
		/* file->f_flags */
		{ "\x26\0\5\x2a\x40\x22\x40\x02\x22\4\x0c\x27", 12, AGENT_BLOCK, 5, 64, 4 },
		/* $bt */
		{ "\x2c\0\4\x2e\0\4\x29\x27", 8, AGENT_COLLECT, 0, 0, 0 },
		/* teval $c=$c+1 */
		{ "\x2c\0\1\x22\1\2\x16\x40\x2d\0\1\x27", 12, AGENT_INCREMENT, 0, 1, 0 },
		/* teval $c=$c-1 */
		{ "\x2c\0\1\x22\1\3\x16\x40\x2d\0\1\x27", 12, AGENT_INCREMENT, 0, ~0ULL, 0 },
		/*
		 * the same in Rust, where the value is 0; and in another order
		 */
		{ "\x2c\0\1\x22\1\2\x2d\0\1\x29\x22\0\x27", 13, AGENT_INCREMENT, 0, 1, 0 },
		{ "\x22\1\x2c\0\1\2\x2d\0\1\x27", 10, AGENT_INCREMENT, 0, 1, 0 },
		/* teval $c=64: in C; a negative one; in Rust; in Rust, 8 * 8 */
		{ "\x22\x40\x2d\0\1\x27", 6, AGENT_SET, 0, 64, 0 },
		{ "\x22\xff\x16\x08\x2d\0\1\x27", 8, AGENT_SET, 0, ~0ULL, 0 },
		{ "\x22\x40\x2d\0\1\x29\x22\0\x27", 9, AGENT_SET, 0, 64, 0 },
		{ "\x22\x8\x22\x8\4\x2d\0\1\x29\x22\0\x27", 12, AGENT_SET, 0, 64, 0 },
		/* teval $c=1/0 */
		{ "\x22\1\x22\0\5\x2d\0\1\x27", 9, -1, 0, 0, 0 },
		/* teval $c=$a+1; collect $c=$c+1; a pointer to a pointer */
		{ "\x2c\0\2\x22\1\2\x2d\0\1\x27", 10, -1, 0, 0, 0 },
		{ "\x2c\0\1\x2e\0\1\x22\1\2\x16\x40\x2d\0\1\x2e\0\1\x29\x27", 19, -1, 0, 0, 0 },
		{ "\x26\0\5\x1a\x22\4\x0c\x27", 8, -1, 0, 0, 0 },
		/* nothing; a loop */
		{ "\x27", 1, -1, 0, 0, 0 },
		{ "\x22\1\x22\1\x0c\x21\0\0", 8, -1, 0, 0, 0 },
	};
	struct agent_insn insn[32];
	struct agent_pattern s;
	u16 map[32];
	u32 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		CHECK_EQ(agent_compile((const u8 *)t[i].code, t[i].len, insn, map, &prog, NULL), AGENT_OK);
		CHECK_EQ(agent_match_pattern(&prog, &s), t[i].kind >= 0);
		if (t[i].kind < 0)
			continue;
		CHECK_EQ(s.kind, t[i].kind);
		if (s.kind != AGENT_BLOCK)
			CHECK_EQ(s.slot, FAKE_SLOT + 1 + 3 * (s.kind == AGENT_COLLECT));
		if (s.kind != AGENT_COLLECT)
			CHECK_EQ(s.add, t[i].add);
		if (s.kind == AGENT_BLOCK)
			CHECK(s.reg == t[i].reg && s.len == t[i].bytes);
	}
}

int main(void)
{
	RUN(test_random);
	RUN(test_recorded);
	return unit_end();
}
