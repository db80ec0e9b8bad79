/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions as steps against the interpreter: random actions of the forms that GDB
 * makes of `collect' and `teval', on registers, variables and memory with values at
 * edges.  What is collected and set must be the same; where steps give up, nothing
 * may have been set, and there must be a reason.
 *
 *	test_agent_act [FILE]		AGENT_PROGRAMS=N (default 1000000)
 *
 * FILE: instead, the programs of tests/unit/gdb_code.
 *
 * Built from: agent/act.c agent/expr.c agent/verify.c agent/run.c
 * Built from: agent/div64.c agent/fold.c
 */
#include "tests/unit/test_agent_random.h"

static unsigned long beyond;	/* strings that are not quick */

static int agent_act_load(struct agent_out *out, u64 *v, u64 addr, u32 size)
{
	return agent_quick_load(v, addr, size);
}

static int agent_put_word(struct agent_out *out, u64 *v, u64 addr, u32 size)
{
	if (agent_quick_load(v, addr, size))
		return 1;
	put_item(out, 'M', addr, v, size);
	return 0;
}

static int agent_put_block(struct agent_out *out, u64 addr, u64 n)
{
	return agent_target_trace(out, addr, n) != AGENT_OK;
}

static int agent_put_string(struct agent_out *out, u64 addr, u64 max)
{
	if (addr < BASE || addr > BASE + SIZE || addr + max > BASE + SIZE) {
		beyond++;
		return 1;
	}
	return agent_target_trace_str(out, addr, max) != AGENT_OK;
}

static u64 value_of(u32 slot, u8 kind)
{
	return kind ? agent_quick_value(kind) : agent_quick_var(slot);
}

static void agent_put_var(struct agent_out *out, const struct agent_step *s)
{
	u32 slot = (u32)s->imm;
	u64 v = value_of(slot, s->size);

	put_item(out, 'V', slot, &v, 8);
}

static void agent_set_var(const struct agent_step *s, u64 v)
{
	var[s->imm] = v;
}

static void agent_sum_var(const struct agent_step *s, u64 v)
{
	var[s->imm] += v;
}

#include "agent/act_run.h"

/* ---- the comparison ----------------------------------------------------- */

static struct agent_insn insn[2048];
static u16 map[2048];
static struct agent_prog prog;
static struct agent_step step[AGENT_STEPS_MAX];
static u32 steps;
static u64 size;
static struct agent_maker *maker;
static struct agent_out by_steps, by_run;

static unsigned long programs, made, same, given_up, collects, sets;

static int compile(void)
{
	if (agent_compile(code, len, insn, map, &prog, NULL))
		return 0;
	programs++;
	size = 0;
	steps = agent_make_action(&prog, maker, step, 16, &size);
	if (!steps)
		return 0;
	made++;
	sets += maker->nr_sets != 0;
	collects += size != 0;
	return 1;
}

static int compare(void)
{
	unsigned long before = refused_loads + beyond;
	u64 stack[AGENT_STACK_MAX], result, old[VARS], set[VARS];
	enum agent_error err;
	int gave_up;

	memcpy(old, var, sizeof(var));
	by_steps.n = 0;
	by_run.n = 0;
	not_quick = rnd(8) ? 0 : 1 + (int)rnd(3);
	gave_up = agent_act(step, reg, stack, &by_steps);
	not_quick = 0;
	memcpy(set, var, sizeof(var));
	memcpy(var, old, sizeof(var));
	err = agent_run(&prog, &by_run, stack, &result);
	if (gave_up) {
		given_up++;
		CHECK(err || refused_loads + beyond > before);
		CHECK(!memcmp(set, old, sizeof(var)));
		return unit_failed_;
	}
	same++;
	CHECK_EQ(err, AGENT_OK);
	CHECK_EQ(by_steps.n, by_run.n);
	CHECK(!memcmp(by_steps.bytes, by_run.bytes, by_run.n));
	CHECK(!memcmp(set, var, sizeof(var)));
	/* Each item has a head of 9 bytes here. */
	CHECK(by_run.n <= size);
	return unit_failed_;
}

static void show(void)
{
	u32 i;

	for (i = 0; i < len; i++)
		printf("%02x", code[i]);
	printf(":\n");
	for (i = 0; i < steps; i++)
		printf("  op %u alu %x size %u shift %u at %u temp %u imm %llx span %llx\n",
		       step[i].op, step[i].alu, step[i].size, step[i].shift,
		       step[i].at, step[i].temp, step[i].imm, step[i].span);
}

static void test_random(void)
{
	const char *asked = getenv("AGENT_PROGRAMS");
	unsigned long n = asked ? strtoul(asked, NULL, 0) : 1000000;
	u32 i;

	flat = 1;
	while (n--) {
		len = 0;
		for (i = 1 + rnd(3); i; i--)
			put_statement();
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
	printf("  %lu programs, %lu made, %lu collect, %lu set; %lu same, %lu given up\n",
	       programs, made, collects, sets, same, given_up);
	CHECK(made > programs / 3);
	CHECK(collects > made / 3 && sets > made / 10);
	CHECK(same > given_up / 4);
}

/* ---- what becomes of GDB's ---------------------------------------------- */

#include "tests/unit/test_agent_listed.h"

/* file->f_path.dentry->d_parent, as GDB 13.1 sends it: each link is one step. */
static void test_chain(void)
{
	CHECK(make("26 0005 2a40 22 10 02 22 08 02 0d 08 1a 22 18 02 22 08 0c 27"));
	CHECK_EQ(steps, 3);
	CHECK_EQ(step[0].op, STEP_PUT_REG);
	CHECK_EQ(step[0].imm, 24);
	CHECK_EQ(step[1].op, STEP_PUT);
	CHECK_EQ(step[1].imm, 24);
	CHECK_EQ(step[2].op, STEP_END);
	CHECK_EQ(size, 2 * 24);
}

/* What has been collected is not read again: file->f_mode & 3. */
static void test_known(void)
{
	CHECK(make("26 0005 2a40 22 44 02 0d 04 19 22 03 2a20 0f 29 27"));
	CHECK_EQ(steps, 2);
	CHECK_EQ(step[0].op, STEP_PUT_REG);
	CHECK_EQ(step[0].size, 4);
}

/* $total = $total + count. */
static void test_sum(void)
{
	CHECK(make("2c 0000 26 0003 02 2d 0000 27"));
	CHECK_EQ(steps, 3);
	CHECK_EQ(step[0].op, STEP_REG);
	CHECK_EQ(step[1].op, STEP_SUM);
}

static void test_refused(void)
{
	/* a jump; an unknown length; a register or a variable that may be missing */
	CHECK(!make("22 01 20 0006 27 27"));
	CHECK(!make("26 0005 26 0003 0c 27"));
	CHECK(!make("26 0007 0d 08 29 27"));
	CHECK(!make("2e 0003 27"));
	/* a load, a block, a string after a variable has been set */
	CHECK(!make("22 01 2d 0002 29 26 0005 1a 2d 0000 27"));
	CHECK(!make("22 01 2d 0002 29 26 0005 0d 08 27"));
	CHECK(!make("22 01 2d 0002 29 26 0005 22 08 2f 27"));
	/* ... but the other way round */
	CHECK(make("26 0005 0d 08 29 22 01 2d 0002 27"));
	/* the old value of a variable that has been set */
	CHECK(!make("2c 0002 22 01 2d 0002 29 2d 0000 27"));
	/* ... or its new one, in the same expression */
	CHECK(!make("2c 0002 22 02 04 2d 0002 29 2c 0002 22 02 04 2d 0000 27"));
	/* a shared variable read and set, but for a sum; one that is read-only */
	CHECK(!make("2c 0000 22 02 04 2d 0000 27"));
	CHECK(make("2c 0002 22 02 04 2d 0002 27"));
	CHECK(!make("2c 0000 2c 0000 02 2d 0000 27"));
	/* a pointer used twice: a bit field of two pieces; but its value may be set twice */
	CHECK(!make("26 0005 0d 08 1a 28 22 08 02 0d 04 19 2b 22 0c 02 0d 01 17 0f 29 27"));
	CHECK(make("26 0005 1a 2d 0000 2d 0002 27"));
	CHECK_EQ(steps, 4);
	/* a shared variable collected, and then changed */
	CHECK(!make("2e 0000 2c 0000 22 01 02 2d 0000 27"));
	/* a shared variable collected once it is set */
	CHECK(!make("2c 0000 22 01 02 2d 0000 29 2e 0000 27"));
	CHECK(make("2c 0002 22 01 02 2d 0002 29 2e 0002 27"));
	CHECK(!make("22 01 2d 0001 27"));
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
	RUN(test_chain);
	RUN(test_known);
	RUN(test_sum);
	RUN(test_refused);
	RUN(test_random);
	free(maker);
	return unit_end();
}
