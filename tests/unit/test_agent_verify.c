/* SPDX-License-Identifier: GPL-2.0 */
/* agent/: what agent_compile() refuses, and where it reports the error. */
#include "tests/unit/test_agent_fake.h"

static enum agent_error compile(const char *hex)
{
	u8 code[600];
	size_t n = 0;
	unsigned int byte;
	int used;

	while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
		code[n++] = (u8)byte;
		hex += used;
	}
	fake_init(&fake);
	return run_bytes(code, n);
}

#define REFUSED(hex, want, pc) do {			\
	CHECK_EQ(compile(hex), want);			\
	CHECK_EQ(err_pc, pc);				\
} while (0)

static void test_length(void)
{
	struct agent_insn *insn = malloc((AGENT_CODE_MAX + 1) * sizeof(*insn));
	u16 *map = malloc((AGENT_CODE_MAX + 1) * sizeof(*map));
	u8 *code = malloc(AGENT_CODE_MAX + 1);
	u64 stack[1];

	REFUSED("", AGENT_E_EMPTY, 0);
	memset(code, 0x12, AGENT_CODE_MAX + 1);
	/* a register, whose value folding does not know */
	code[0] = 0x26;
	code[1] = 0;
	code[2] = 1;
	code[AGENT_CODE_MAX - 1] = 0x27;
	code[AGENT_CODE_MAX] = 0x27;
	err_pc = 1;
	CHECK_EQ(agent_compile(code, AGENT_CODE_MAX + 1, insn, map, &prog, &err_pc),
		 AGENT_E_TOO_LONG);
	CHECK_EQ(err_pc, 0);
	/* the longest program is accepted; err_pc may be NULL */
	CHECK_EQ(agent_compile(code, AGENT_CODE_MAX, insn, map, &prog, NULL), AGENT_OK);
	CHECK_EQ(prog.nr, AGENT_CODE_MAX - 2);
	CHECK_EQ(prog.max_depth, 1);
	CHECK_EQ(agent_run(&prog, &fake, stack, &result), AGENT_OK);
	CHECK_EQ(result, (AGENT_CODE_MAX - 4) % 2 ? ~fake_reg(1) : fake_reg(1));
	/* a constant, however long */
	code[0] = 0x22;
	code[1] = 0x5a;
	code[2] = 0x12;
	CHECK_EQ(agent_compile(code, AGENT_CODE_MAX, insn, map, &prog, NULL), AGENT_OK);
	CHECK_EQ(prog.nr, 2);
	CHECK_EQ(agent_run(&prog, &fake, stack, &result), AGENT_OK);
	CHECK_EQ(result, (AGENT_CODE_MAX - 3) % 2 ? ~0x5aULL : 0x5a);
	code[AGENT_CODE_MAX - 1] = 0x12;
	CHECK_EQ(agent_compile(code, AGENT_CODE_MAX, insn, map, &prog, NULL), AGENT_E_NO_END);
	/* the largest number of jumps, each to a backward jump */
	memset(code, 0x27, AGENT_CODE_MAX);
	CHECK_EQ(agent_compile(code, AGENT_CODE_MAX, insn, map, &prog, NULL), AGENT_OK);
	CHECK_EQ(prog.nr, AGENT_CODE_MAX);
	free(code);
	free(map);
	free(insn);
}

static void test_opcodes(void)
{
	static const u8 bad[] = { 0x00, 0x31 };
	static const u8 unsupported[] = { 0x01, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x34 };
	u8 code[16];
	unsigned int op, i, want;

	for (op = 0; op < 256; op++) {
		memset(code, 0x27, sizeof(code));
		code[0] = (u8)op;
		fake_init(&fake);
		want = op > 0x34 ? AGENT_E_BAD_OPCODE : AGENT_OK;
		for (i = 0; i < sizeof(bad); i++) {
			if (op == bad[i])
				want = AGENT_E_BAD_OPCODE;
		}
		for (i = 0; i < sizeof(unsupported); i++) {
			if (op == unsupported[i])
				want = AGENT_E_NOT_SUPPORTED;
		}
		err_pc = 0;
		i = run_bytes(code, sizeof(code));
		if (want)
			CHECK_EQ(i, want);
		else
			CHECK(i != AGENT_E_BAD_OPCODE && i != AGENT_E_NOT_SUPPORTED);
		if (want)
			CHECK_EQ(err_pc, 0);
	}
	REFUSED("22 01 31 27", AGENT_E_BAD_OPCODE, 2);
	REFUSED("22 01 22 01 34 00 0003 253000 27", AGENT_E_NOT_SUPPORTED, 4);
	REFUSED("22 01 34", AGENT_E_NOT_SUPPORTED, 2);
	/* also where it is unreachable */
	REFUSED("27 ff", AGENT_E_BAD_OPCODE, 1);
	REFUSED("27 01", AGENT_E_NOT_SUPPORTED, 1);
}

static void test_truncated(void)
{
	static const struct {
		u8 op, operand;
	} ops[] = {
		{ 0x0d, 1 }, { 0x16, 1 }, { 0x20, 2 }, { 0x21, 2 }, { 0x22, 1 }, { 0x23, 2 },
		{ 0x24, 4 }, { 0x25, 8 }, { 0x26, 2 }, { 0x2a, 1 }, { 0x2c, 2 }, { 0x2d, 2 },
		{ 0x2e, 2 }, { 0x30, 2 }, { 0x32, 1 },
	};
	u8 code[16];
	size_t i, n;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		for (n = 0; n < ops[i].operand; n++) {
			memset(code, 0, sizeof(code));
			code[0] = 0x22;
			code[2] = ops[i].op;
			CHECK_EQ(run_bytes(code, 3 + n), AGENT_E_TRUNCATED);
			CHECK_EQ(err_pc, 2);
		}
	}
}

static void test_no_end(void)
{
	REFUSED("22 01", AGENT_E_NO_END, 0);
	REFUSED("22 01 29", AGENT_E_NO_END, 2);
	REFUSED("22 01 20 0000", AGENT_E_NO_END, 2);
	/* a path past the end */
	REFUSED("22 01 20 0006 27 22 05", AGENT_E_NO_END, 6);
	REFUSED("22 01 22 01 20 0008 27 12", AGENT_E_NO_END, 8);
	/* the last instruction need not be an end, if it never falls through */
	CHECK_EQ(compile("21 0004 27 21 0003"), AGENT_OK);
	CHECK_EQ(compile("21 0004 27 27 21 0003"), AGENT_OK);
}

static void test_jumps(void)
{
	REFUSED("21 0001 27", AGENT_E_BAD_JUMP, 0);	/* into itself */
	REFUSED("22 01 20 0001 27", AGENT_E_BAD_JUMP, 2);	/* into an operand */
	REFUSED("21 0004 27", AGENT_E_BAD_JUMP, 0);	/* just past the end */
	REFUSED("21 ffff 27", AGENT_E_BAD_JUMP, 0);
	REFUSED("22 01 20 8000 27", AGENT_E_BAD_JUMP, 2);
	/* an unreachable jump must still be valid */
	REFUSED("27 21 0002", AGENT_E_BAD_JUMP, 1);
	CHECK_EQ(compile("21 0003 27"), AGENT_OK);
}

static void test_depth(void)
{
	char code[1000] = "";
	int i;

	/* one entry too few for each */
	REFUSED("02 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("22 01 02 27", AGENT_E_UNDERFLOW, 2);
	REFUSED("0e 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("22 01 0c 27", AGENT_E_UNDERFLOW, 2);
	REFUSED("22 01 2f 27", AGENT_E_UNDERFLOW, 2);
	REFUSED("0d 08 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("30 0008 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("16 08 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("2a 08 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("17 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("1a 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("20 0003 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("28 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("29 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("22 01 29 29 27", AGENT_E_UNDERFLOW, 3);
	REFUSED("22 01 2b 27", AGENT_E_UNDERFLOW, 2);
	REFUSED("2d 0001 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("32 00 27", AGENT_E_UNDERFLOW, 0);
	REFUSED("22 01 32 01 27", AGENT_E_UNDERFLOW, 2);
	REFUSED("22 01 32 ff 27", AGENT_E_UNDERFLOW, 2);
	REFUSED("22 01 22 01 33 27", AGENT_E_UNDERFLOW, 4);
	/* behind a jump */
	REFUSED("22 01 20 0008 22 01 27 29 27", AGENT_E_UNDERFLOW, 8);
	REFUSED("22 01 20 0006 27 29 27", AGENT_E_UNDERFLOW, 6);

	/* full, and one more */
	for (i = 0; i < AGENT_STACK_MAX; i++)
		strcat(code, "2201");
	strcat(code, "27");
	CHECK_EQ(compile(code), AGENT_OK);
	CHECK_EQ(prog.max_depth, AGENT_STACK_MAX);
	strcpy(code + 4 * AGENT_STACK_MAX, "2827");
	REFUSED(code, AGENT_E_OVERFLOW, 2 * AGENT_STACK_MAX);
	strcpy(code + 4 * AGENT_STACK_MAX, "2c000127");
	REFUSED(code, AGENT_E_OVERFLOW, 2 * AGENT_STACK_MAX);
	strcpy(code + 4 * AGENT_STACK_MAX, "326327");
	REFUSED(code, AGENT_E_OVERFLOW, 2 * AGENT_STACK_MAX);
	strcpy(code + 4 * AGENT_STACK_MAX, "326427");
	REFUSED(code, AGENT_E_UNDERFLOW, 2 * AGENT_STACK_MAX);
	strcpy(code + 4 * AGENT_STACK_MAX - 4, "326227");
	CHECK_EQ(compile(code), AGENT_OK);
	/* a loop that grows, one that shrinks */
	REFUSED("22 01 21 0000", AGENT_E_DEPTH, 0);
	REFUSED("22 01 22 01 22 01 20 0002 27", AGENT_E_DEPTH, 2);
	REFUSED("22 01 22 01 29 28 20 0002 27", AGENT_E_BUDGET, 0xdead);
	REFUSED("22 01 22 01 22 01 29 29 22 01 20 0006 27", AGENT_E_DEPTH, 6);
	/* two paths, with 1 and 0 entries */
	REFUSED("22 01 20 0007 22 05 27", AGENT_E_DEPTH, 7);
	REFUSED("22 01 20 0007 22 05 12 27", AGENT_E_DEPTH, 7);
}

static void test_operands(void)
{
	REFUSED("22 01 16 00 27", AGENT_E_BAD_SIZE, 2);
	REFUSED("22 01 2a 00 27", AGENT_E_BAD_SIZE, 2);
	REFUSED("22 01 26 0011 27", AGENT_E_BAD_REG, 2);
	REFUSED("27 26 ffff", AGENT_E_BAD_REG, 1);
	REFUSED("2c 0008 27", AGENT_E_BAD_VAR, 0);
	REFUSED("22 01 2d ffff 27", AGENT_E_BAD_VAR, 2);
	CHECK_EQ(agent_var_at((const u8 *)"\x22\x01\x2d\x01\xff\x27", 2), 0x1ff);
	REFUSED("22 01 29 2e 0000 27", AGENT_E_BAD_VAR, 3);
	REFUSED("22 01 2d 0006 27", AGENT_E_VAR_READONLY, 2);
	CHECK_EQ(compile("2c 0006 2e 0006 27"), AGENT_OK);
}

/*
 * It is known what may fail behind a setv, and the number of setvs is limited.
 */
static void test_sets(void)
{
	char hex[14 * (AGENT_SETS_MAX + 1) + 16] = "", *end;
	int i;

	compile("22 01 2d 0001 27");
	CHECK_EQ(prog.sets_early, 0);
	/* ref8, then setv */
	compile("22 01 17 2d 0001 27");
	CHECK_EQ(prog.sets_early, 0);
	compile("22 01 2d 0001 17 27");
	CHECK_EQ(prog.sets_early, 1);
	CHECK_EQ(prog.reads_late, 0);
	/* reg, before and after a setv */
	compile("26 0003 2d 0001 27");
	CHECK_EQ(prog.reads_late, 0);
	compile("22 01 2d 0001 26 0003 27");
	CHECK_EQ(prog.sets_early, 0);
	CHECK_EQ(prog.reads_late, 1);
	/* div_unsigned; trace_quick; rem_signed */
	compile("22 01 2d 0001 22 00 06 27");
	CHECK_EQ(prog.sets_early, 1);
	compile("22 01 2d 0001 0d 04 27");
	CHECK_EQ(prog.sets_early, 1);
	compile("22 01 2d 0001 22 01 07 27");
	CHECK_EQ(prog.sets_early, 1);
	/* 0: const8 1, ref8, setv, if_goto 0: behind a backward jump */
	compile("22 01 17 2d 0001 20 0000 27");
	CHECK_EQ(prog.sets_early, 1);
	compile("22 01 2d 0001 20 0000 27");
	CHECK_EQ(prog.sets_early, 0);
	for (i = 0; i < AGENT_SETS_MAX + 1; i++)
		strcat(hex, "22 01 2d 0001 ");
	strcat(hex, "27");
	CHECK_EQ(compile(hex), AGENT_OK);
	/* Too many to defer: a register that no hit lacks is no reason to refuse. */
	end = hex + strlen(hex) - 2;
	strcpy(end, "26 0003 27");
	CHECK_EQ(compile(hex), AGENT_OK);
	CHECK_EQ(prog.reads_late, 0);
	strcpy(end, "17 27");
	REFUSED(hex, AGENT_E_MANY_SETS, 0);
	memmove(hex, hex + 14, strlen(hex) - 13);
	CHECK(compile(hex) != AGENT_E_MANY_SETS);
	CHECK_EQ(prog.sets_early, 1);
}

static int has_number(const char *hex, u64 start, u64 size)
{
	struct agent_insn insn[32];
	u8 code[32];
	u16 map[32];
	unsigned int byte;
	u32 n = 0;
	int used;

	while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
		code[n++] = (u8)byte;
		hex += used;
	}
	fake_init(&fake);
	CHECK_EQ(agent_compile(code, n, insn, map, &prog, NULL), AGENT_OK);
	return agent_has_number(&prog, start, size);
}

/* A constant is found at the first and last address of a range, not outside. */
static void test_numbers(void)
{
	const u64 at = 0xffffffffc0001000ULL;
	const char *plain = "25 ffffffffc0001000 17 27";
	const char *sum = "25 ffffffffc0000ff0 22 10 02 17 27";
	const char *offset = "26 0001 25 ffffffffc0001000 02 17 27";

	CHECK_EQ(has_number(plain, at, 1), 1);
	CHECK_EQ(has_number(plain, at - 1, 1), 0);
	CHECK_EQ(has_number(plain, at + 1, 0x1000), 0);
	CHECK_EQ(has_number(plain, at - 0xfff, 0x1000), 1);
	CHECK_EQ(has_number(plain, at - 0x1000, 0x1000), 0);
	CHECK_EQ(has_number(sum, at, 1), 1);
	CHECK_EQ(has_number(sum, at - 0x10, 0x10), 0);
	CHECK_EQ(has_number(offset, at, 1), 1);
	CHECK_EQ(has_number("26 0001 17 27", at, 0x1000), 0);
}

int main(void)
{
	RUN(test_length);
	RUN(test_opcodes);
	RUN(test_truncated);
	RUN(test_no_end);
	RUN(test_jumps);
	RUN(test_depth);
	RUN(test_operands);
	RUN(test_sets);
	RUN(test_numbers);
	return unit_end();
}
