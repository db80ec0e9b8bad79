/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decisions against the interpreter: random conditions of the forms that GDB
 * makes of C, on registers, variables and memory with values at edges.  An
 * answer must be the interpreter's; there is none only where a load is not
 * quick, or where the interpreter fails.
 *
 *	test_agent_decide [FILE]	AGENT_PROGRAMS=N (default 1000000)
 *
 * FILE: instead, the programs of tests/unit/gdb_code.
 *
 * Built from: agent/decide.c agent/expr.c agent/pattern.c agent/verify.c agent/run.c
 * Built from: agent/div64.c agent/fold.c
 */
#include "tests/unit/test_agent_random.h"

static const struct agent_step *
agent_load_step(u64 *v, const struct agent_step *s,
		const struct agent_step *other)
{
	return *v & 1 || agent_quick_load(v, *v, s->size) ? other : s + 1;
}

#include "agent/decide_run.h"

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
static struct agent_step decision[AGENT_STEPS_MAX];
static u32 steps;
static struct agent_maker *maker;

static unsigned long programs, made, answers[2], unknown, constant, tests, sums, one_tests, gates, shut;

static u32 skip, slot;
static u64 add;
static struct agent_step test, gate;
static int is_test, has_gate;

static int compile(void)
{
	if (agent_compile(code, len, insn, map, &prog, NULL))
		return 0;
	programs++;
	skip = agent_begins_with_sum(&prog, &slot, &add);
	steps = agent_make_decision(&prog, skip, maker, decision);
	if (!steps)
		return 0;
	if (skip && maker->may_fail)
		return 0;
	made++;
	sums += skip != 0;
	is_test = agent_is_one_test(decision, steps, &test);
	one_tests += is_test;
	has_gate = !skip && agent_find_gate(decision, &gate);
	gates += has_gate;
	constant += steps == 1 && decision[0].op == STEP_TEST;
	tests += steps;
	return 1;
}

static u32 decide(void)
{
	const struct agent_step *at = decision;
	u64 sum = var[slot] + add, v;
	u32 answer;

	if (!skip)
		sum = 0;
	if (is_test) {
		v = test.op == STEP_TEST_REG ? agent_step_reg(&test, reg) :
		    test.op == STEP_GIVEN ? sum : agent_quick_value(test.size);
		return agent_step_in(&test, v) ? AGENT_TRUE : AGENT_FALSE;
	}
	if (!skip && rnd(4)) {
		answer = agent_decide(decision, reg, &at);
		if (answer != AGENT_REST)
			return answer;
	}
	return agent_decide_rest(decision, at, 0, sum, reg);
}

static int compare(void)
{
	u64 stack[AGENT_STACK_MAX], result;
	unsigned long before = refused_loads;
	u64 expected = var[slot] + add;
	enum agent_error err;
	int is_shut = has_gate &&
		      !agent_step_in(&gate, agent_step_reg(&gate, reg));
	u32 answer;

	not_quick = rnd(8) ? 0 : 1 + (int)rnd(3);
	answer = decide();
	not_quick = 0;
	err = agent_run(&prog, NULL, stack, &result);
	if (skip)
		CHECK_EQ(var[slot], expected);
	if (answer == AGENT_UNKNOWN) {
		CHECK(!skip && !is_shut);
		unknown++;
		CHECK(err || refused_loads > before);
	} else {
		answers[answer == AGENT_TRUE]++;
		if (is_shut) {
			shut++;
			CHECK_EQ(answer, AGENT_FALSE);
		}
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
		printf("  %3x op %u alu %x size %u shift %u at %u temp %u yes %x no %x imm %llx span %llx mask %llx\n",
		       i * (u32)sizeof(struct agent_step), decision[i].op,
		       decision[i].alu, decision[i].size,
		       decision[i].shift, decision[i].at,
		       decision[i].temp, decision[i].yes,
		       decision[i].no, decision[i].imm,
		       decision[i].span, decision[i].mask);
}

static void test_random(void)
{
	const char *asked = getenv("AGENT_PROGRAMS");
	unsigned long n = asked ? strtoul(asked, NULL, 0) : 1000000;
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
	printf("  %lu programs, %lu made, %lu of them constant, %lu sums, %lu one test, %lu with a gate, %lu steps; %lu false, %lu of them by the gate, %lu true, %lu unknown\n",
	       programs, made, constant, sums, one_tests, gates, tests, answers[0], shut, answers[1], unknown);
	CHECK(gates > made / 20 && shut > answers[0] / 20);
	CHECK(sums > programs / 20 && one_tests > programs / 20);
	CHECK(made > programs / 2 && constant < made / 3);
	CHECK(answers[0] > unknown / 2 && answers[1] > unknown / 2);
}

/* ---- what becomes of GDB's ---------------------------------------------- */

#include "tests/unit/test_agent_listed.h"

/* reg 5 == 12345: one test, whatever GDB extends. */
static void test_one_register(void)
{
	CHECK(make("26 0005 23 3039 13 27"));
	CHECK_EQ(steps, 1);
	CHECK_EQ(decision[0].op, STEP_TEST_REG);
	CHECK_EQ(decision[0].mask, ~0ULL);
	CHECK(make("26 0005 2a20 16 40 23 3039 16 20 13 0e 27"));
	CHECK_EQ(steps, 1);
	CHECK_EQ(decision[0].mask, ~0U);
	CHECK_EQ(decision[0].yes, AGENT_FALSE);
}

/* rdx > 0 && rdi == 0, as GDB 13.1 sends it: two tests, and jumps. */
static void test_logical(void)
{
	const struct agent_step *s = decision;

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

/* The narrowest test that comes before a load; none if another will do. */
static void test_gate(void)
{
	struct agent_step found;

	/* the two of test_logical() */
	CHECK(make("26 0003 2a40 22 00 2a40 2b 15 20 0011 21 0022 26 0005 22 00 "
		   "13 20 001d 21 0022 22 01 21 0024 22 00 27"));
	CHECK(agent_find_gate(decision, &found));
	CHECK_EQ(found.at, 5 * sizeof(long));
	CHECK_EQ(found.imm, 0);
	CHECK_EQ(found.span, 0);
	/* reg 3 && *(int *)reg 3 == 4 && reg 5 == 6: the load may fail */
	CHECK(make("26 0003 0e 20 001f 26 0003 19 22 04 13 0e 20 001f "
		   "26 0005 22 06 13 0e 20 001f 22 01 27 22 00 27"));
	CHECK(agent_find_gate(decision, &found));
	CHECK_EQ(found.at, 3 * sizeof(long));
	CHECK_EQ(found.imm, 1);
	CHECK_EQ(found.span, ~0ULL - 1);
	/* the other way round: none */
	CHECK(make("26 0003 19 22 04 13 0e 20 0015 26 0003 0e 20 0015 22 01 27 "
		   "22 00 27"));
	CHECK(!agent_find_gate(decision, &found));
	/* reg 3 == 4 || reg 5 == 6 */
	CHECK(make("26 0003 22 04 13 20 0015 26 0005 22 06 13 20 0015 22 00 27 "
		   "22 01 27"));
	CHECK(!agent_find_gate(decision, &found));
}

/* *(int *)(*(long *)(reg 5 + 24) + 8) & 4: two loads, a mask, a test. */
static void test_chain(void)
{
	CHECK(make("26 0005 22 18 02 1a 22 08 02 19 22 04 0f 27"));
	CHECK_EQ(steps, 4);
	CHECK_EQ(decision[0].op, STEP_LOAD_REG);
	CHECK_EQ(decision[0].imm, 24);
	CHECK_EQ(decision[1].op, STEP_LOAD);
	CHECK_EQ(decision[1].size, 4);
	CHECK_EQ(decision[2].op, STEP_AND);
	CHECK_EQ(decision[3].op, STEP_TEST);
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

int main(int argc, char **argv)
{
	maker = malloc(sizeof(*maker));
	if (argc > 1) {
		listed = argv[1];
		RUN(test_listed);
		free(maker);
		return unit_end();
	}
	RUN(test_one_register);
	RUN(test_logical);
	RUN(test_gate);
	RUN(test_chain);
	RUN(test_refused);
	RUN(test_random);
	free(maker);
	return unit_end();
}
