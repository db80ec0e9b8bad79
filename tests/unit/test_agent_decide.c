/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decisions against the interpreter: random conditions of the forms that GDB
 * makes of C, on registers, variables and memory with values at edges.  An
 * answer must be the interpreter's; there is none only where a load is not
 * quick, or where the interpreter fails.
 *
 *	test_agent_decide		AGENT_PROGRAMS=N (default 200000)
 *
 * Built from: agent/decide.c agent/pattern.c agent/verify.c agent/run.c
 * Built from: agent/div64.c agent/fold.c
 */
#include <stdlib.h>

#include "agent/agent.h"
#include "tests/unit/unit.h"

#define REGS	8
#define VARS	4
#define BASE	0x10000
#define SIZE	256

static unsigned long reg[REGS];
static u64 var[VARS];
static u8 mem[SIZE];
static u64 seed = 0x1234567887654321ULL;
static int not_quick;		/* loads to come that are */
static unsigned long refused_loads;

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 32) % n;
}

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
	return 1;
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
	return AGENT_OK;
}

/* Register 7 is none that decisions may use, variable 3 neither. */
int agent_decide_reg(unsigned int regno, u16 *at)
{
	*at = (u16)(regno * sizeof(reg[0]));
	return regno != REGS - 1;
}

int agent_decide_var(u32 slot, u8 *kind)
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

static int agent_direct_load(u64 *v, u64 addr, u32 size)
{
	return addr & 1 || agent_quick_load(v, addr, size);
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

#include "agent/decide_run.h"

/* ---- values ------------------------------------------------------------- */

/* Mostly near 0, or near the edge of a sign or an extension. */
static u64 edge(void)
{
	static const u8 bits[] = { 0, 0, 3, 7, 8, 15, 16, 31, 32, 63 };
	u64 v = rnd(6) ? 1ULL << bits[rnd(sizeof(bits))] :
			 ((u64)rnd(~0U) << 32 | rnd(~0U));

	return (rnd(2) ? v : -v) + rnd(3) - 1;
}

static u64 address(void)
{
	return BASE + rnd(SIZE - 64);
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

/* ---- programs ----------------------------------------------------------- */

static u8 code[2048];
static u32 len;

static void put(u64 v, u32 bytes)
{
	while (bytes--)
		code[len++] = (u8)(v >> (8 * bytes));
}

static void put_const(u64 v)
{
	u32 size = v < 256 ? 0 : v < 65536 ? 1 : v >> 32 ? 3 : 2;

	put(0x22 + size, 1);
	put(v, 1U << size);
}

/* What GDB puts behind a value of a type. */
static void put_ext(void)
{
	static const u8 bits[] = { 8, 16, 32, 32, 32, 64, 1, 3, 33, 63 };

	put(rnd(2) ? 0x16 : 0x2a, 1);
	put(bits[rnd(sizeof(bits))], 1);
}

static void put_value(u32 depth);

static void put_pointer(u32 depth)
{
	switch (rnd(depth ? 4 : 2)) {
	case 0:
		put(0x26, 1);
		put(rnd(200) ? rnd(REGS - 1) : REGS - 1, 2);
		break;
	case 1:
		put_const(address());
		break;
	case 2:
		put_pointer(depth - 1);
		put(0x1a, 1);
		break;
	default:
		put_value(depth - 1);
		break;
	}
	if (rnd(3)) {
		put_const(rnd(10) ? rnd(64) : edge());
		put(rnd(8) ? 2 : 3, 1);
	}
}

static void put_load(u32 depth)
{
	put_pointer(depth);
	put(0x17 + rnd(4), 1);
}

static void put_cond(u32 depth);

static void put_binary(u32 depth)
{
	static const u8 ops[] = { 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xf,
				  0xf, 0xf, 0x10, 0x11, 0x13, 0x14, 0x15 };

	put_value(depth);
	if (rnd(2))
		put_const(rnd(2) ? rnd(70) : edge());
	else
		put_value(depth);
	if (!rnd(6))
		put(0x2b, 1);
	put(ops[rnd(sizeof(ops))], 1);
}

static void put_value(u32 depth)
{
	switch (rnd(depth ? 9 : 4)) {
	case 0:
		put_const(edge());
		break;
	case 1:
	case 2:
		put(0x26, 1);
		put(rnd(REGS - 1), 2);
		break;
	case 3:
		put(0x2c, 1);
		put(rnd(200) ? rnd(VARS - 1) : VARS - 1, 2);
		break;
	case 4:
	case 5:
	case 6:
		put_load(depth - 1);
		break;
	case 7:
		put_binary(depth - 1);
		break;
	default:
		put_cond(depth - 1);
		break;
	}
	if (!rnd(20))
		put(0x12, 1);
	while (!rnd(3))
		put_ext();
	if (!rnd(40))
		put(0x2829, 2);		/* dup, pop */
}

static void put_comparison(u32 depth)
{
	static const u8 cmp[] = { 0x13, 0x14, 0x15 };

	put_value(depth);
	if (rnd(4))
		put_const(rnd(2) ? rnd(4) : edge());
	else
		put_value(depth);
	if (rnd(3) == 0)
		put_ext();
	if (rnd(3) == 0)
		put(0x2b, 1);
	put(cmp[rnd(3)], 1);
}

/* A variable that is incremented, and perhaps extended. */
static void put_sum(void)
{
	u32 slot = 2 * rnd(2);		/* not of a kind */

	put(0x2c, 1);
	put(slot, 2);
	put_const(rnd(3) ? 1 : edge());
	put(rnd(3) ? 2 : 3, 1);
	put(0x2d, 1);
	put(slot, 2);
	while (!rnd(3))
		put_ext();
}

/* A jump whose target is not known yet.  Returns where that goes. */
static u32 put_jump(u8 op)
{
	put(op, 1);
	put(0, 2);
	return len - 2;
}

static void set_target(u32 at)
{
	code[at] = (u8)(len >> 8);
	code[at + 1] = (u8)len;
}

/* As GDB does `&&' and `||'. */
static void put_logical(u32 depth, int is_and)
{
	u32 yes[2], no[2], end;

	put_cond(depth);
	yes[0] = put_jump(0x20);
	no[0] = put_jump(0x21);
	set_target(is_and ? yes[0] : no[0]);
	put_cond(depth);
	yes[1] = put_jump(0x20);
	no[1] = put_jump(0x21);
	set_target(yes[1]);
	if (!is_and)
		set_target(yes[0]);
	put_const(1);
	end = put_jump(0x21);
	set_target(no[1]);
	if (is_and)
		set_target(no[0]);
	put_const(0);
	set_target(end);
}

/* `a ? b : c' */
static void put_choice(u32 depth)
{
	u32 yes, end;

	put_cond(depth);
	yes = put_jump(0x20);
	put_value(depth);
	end = put_jump(0x21);
	set_target(yes);
	put_value(depth);
	set_target(end);
}

static void put_cond(u32 depth)
{
	switch (rnd(depth ? 8 : 2)) {
	case 0:
		put_value(depth ? depth - 1 : 0);
		break;
	case 1:
	case 2:
	case 3:
		put_comparison(depth);
		break;
	case 4:
	case 5:
	case 6:
		put_logical(depth - 1, rnd(2));
		break;
	default:
		put_choice(depth - 1);
		break;
	}
	while (!rnd(4))
		put(0x0e, 1);
}

/* A condition on a variable that is incremented, alone or with others. */
static void put_sum_cond(void)
{
	static const u8 cmp[] = { 0x13, 0x14, 0x15 };
	u32 yes, no, end;

	put_sum();
	put_const(rnd(2) ? rnd(4) : edge());
	if (!rnd(3))
		put(rnd(2) ? 0x0f : 8, 1), put_const(rnd(4));
	put(cmp[rnd(3)], 1);
	if (rnd(2))
		return;
	yes = put_jump(0x20);
	no = put_jump(0x21);
	set_target(yes);
	put_cond(rnd(2));
	end = put_jump(0x21);
	set_target(no);
	put_const(0);
	set_target(end);
}

/* ---- the comparison ----------------------------------------------------- */

static struct agent_insn insn[2048];
static u16 map[2048];
static struct agent_prog prog;
static struct agent_decision decision;
static u32 steps;
static struct agent_maker *maker;

static unsigned long programs, made, answers[2], unknown, constant, tests, sums, one_tests;

static u32 skip, slot;
static u64 add;
static struct agent_step test;
static int is_test;

static int compile(void)
{
	if (agent_compile(code, len, insn, map, &prog, NULL))
		return 0;
	programs++;
	skip = agent_begins_with_sum(&prog, &slot, &add);
	steps = agent_make_decision(&prog, skip, maker, &decision);
	if (!steps)
		return 0;
	if (skip && maker->may_fail)
		return 0;
	made++;
	sums += skip != 0;
	is_test = agent_is_one_test(&decision, steps, &test);
	one_tests += is_test;
	constant += steps == 1 && decision.step[0].op == STEP_TEST;
	tests += steps;
	return 1;
}

static u32 decide(void)
{
	u64 sum = var[slot] + add, v;

	if (!skip)
		sum = 0;
	if (is_test) {
		v = test.op == STEP_TEST_REG ? agent_step_reg(&test, reg) :
		    test.op == STEP_GIVEN ? sum : agent_quick_value(test.size);
		return agent_step_in(&test, v) ? AGENT_TRUE : AGENT_FALSE;
	}
	if (!skip && rnd(4))
		return agent_decide(&decision, reg);
	return agent_decide_rest(&decision, decision.step, 0, sum, reg);
}

static int compare(void)
{
	u64 stack[AGENT_STACK_MAX], result;
	unsigned long before = refused_loads;
	u64 expected = var[slot] + add;
	enum agent_error err;
	u32 answer;

	not_quick = rnd(8) ? 0 : 1 + (int)rnd(3);
	answer = decide();
	not_quick = 0;
	err = agent_run(&prog, NULL, stack, &result);
	if (skip)
		CHECK_EQ(var[slot], expected);
	if (answer == AGENT_UNKNOWN) {
		CHECK(!skip);
		unknown++;
		CHECK(err || refused_loads > before);
	} else {
		answers[answer == AGENT_TRUE]++;
		CHECK_EQ(err, AGENT_OK);
		CHECK_EQ(answer == AGENT_TRUE, !!result);
	}
	return unit_failed_;
}

static void show(void)
{
	u32 i;

	for (i = 0; i < len; i++)
		printf("%02x", code[i]);
	printf(":\n");
	for (i = 0; i < steps; i++)
		printf("  %3x op %u alu %x size %u shift %u at %u temp %u yes %x no %x imm %llx span %llx\n",
		       i * (u32)sizeof(struct agent_step), decision.step[i].op,
		       decision.step[i].alu, decision.step[i].size,
		       decision.step[i].shift, decision.step[i].at,
		       decision.step[i].temp, decision.step[i].yes,
		       decision.step[i].no, decision.step[i].imm,
		       decision.step[i].span);
}

static void test_random(void)
{
	const char *asked = getenv("AGENT_PROGRAMS");
	unsigned long n = asked ? strtoul(asked, NULL, 0) : 200000;
	u32 i;

	while (n--) {
		len = 0;
		if (rnd(4))
			put_cond(1 + rnd(4));
		else
			put_sum_cond();
		put(0x27, 1);
		if (!compile())
			continue;
		for (i = 0; i < 12; i++) {
			set_values();
			if (compare()) {
				show();
				return;
			}
		}
	}
	printf("  %lu programs, %lu made, %lu of them constant, %lu sums, %lu one test, %lu steps; %lu false, %lu true, %lu unknown\n",
	       programs, made, constant, sums, one_tests, tests, answers[0], answers[1], unknown);
	CHECK(sums > programs / 20 && one_tests > programs / 20);
	CHECK(made > programs / 2 && constant < made / 3);
	CHECK(answers[0] > unknown / 2 && answers[1] > unknown / 2);
}

/* ---- what becomes of GDB's ---------------------------------------------- */

static int make(const char *hex)
{
	unsigned int v;

	for (len = 0; sscanf(hex, "%2x", &v) == 1; hex += 2) {
		code[len++] = (u8)v;
		while (hex[2] == ' ')
			hex++;
	}
	return compile();
}

/* reg 5 == 12345: one test, whatever GDB extends. */
static void test_one_register(void)
{
	CHECK(make("26 0005 23 3039 13 27"));
	CHECK_EQ(steps, 1);
	CHECK_EQ(decision.step[0].op, STEP_TEST_REG);
	CHECK_EQ(decision.step[0].shift, 0);
	CHECK(make("26 0005 2a20 16 40 23 3039 16 20 13 0e 27"));
	CHECK_EQ(steps, 1);
	CHECK_EQ(decision.step[0].shift, 32);
	CHECK_EQ(decision.step[0].yes, AGENT_FALSE);
}

/* rdx > 0 && rdi == 0, as GDB 13.1 sends it: two tests, and jumps. */
static void test_logical(void)
{
	const struct agent_step *s = decision.step;

	CHECK(make("26 0003 2a40 22 00 2a40 2b 15 20 0011 21 0022 26 0005 22 00 "
		   "13 20 001d 21 0022 22 01 21 0024 22 00 27"));
	CHECK_EQ(steps, 2);
	CHECK_EQ(s[0].op, STEP_TEST_REG);
	CHECK_EQ(s[0].at, 3 * sizeof(long));
	CHECK_EQ(s[0].imm, 1);
	CHECK_EQ(s[0].yes, sizeof(*s));
	CHECK_EQ(s[0].no, AGENT_FALSE);
	CHECK_EQ(s[1].at, 5 * sizeof(long));
	CHECK_EQ(s[1].yes, AGENT_TRUE);
	CHECK_EQ(s[1].no, AGENT_FALSE);
}

/* *(int *)(*(long *)(reg 5 + 24) + 8) & 4: two loads, a mask, a test. */
static void test_chain(void)
{
	CHECK(make("26 0005 22 18 02 1a 22 08 02 19 22 04 0f 27"));
	CHECK_EQ(steps, 4);
	CHECK_EQ(decision.step[0].op, STEP_LOAD_REG);
	CHECK_EQ(decision.step[0].imm, 24);
	CHECK_EQ(decision.step[1].op, STEP_LOAD);
	CHECK_EQ(decision.step[1].size, 4);
	CHECK_EQ(decision.step[2].op, STEP_AND);
	CHECK_EQ(decision.step[3].op, STEP_TEST);
}

/* What must stay with the interpreter. */
static void test_refused(void)
{
	/* a variable is set; memory is collected; a loop; division by 0 */
	CHECK(!make("22 01 2d 0001 27"));
	CHECK(!make("26 0005 0d 08 27"));
	CHECK(!make("22 01 20 0000 22 01 27"));
	CHECK(!make("26 0005 22 00 05 27"));
	/* a load that is dropped; one that is used twice */
	CHECK(!make("26 0005 1a 29 22 01 27"));
	CHECK(!make("26 0005 1a 28 02 27"));
	/* ... or left on the stack */
	CHECK(!make("26 0005 1a 26 0001 27"));
	/* a register or a variable that a hit may lack */
	CHECK(!make("26 0007 27"));
	CHECK(!make("2c 0003 27"));
}

int main(void)
{
	maker = malloc(sizeof(*maker));
	RUN(test_one_register);
	RUN(test_logical);
	RUN(test_chain);
	RUN(test_refused);
	RUN(test_random);
	free(maker);
	return unit_end();
}
