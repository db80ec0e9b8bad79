/* SPDX-License-Identifier: GPL-2.0 */
/* agent/: what each instruction does. */
#include "tests/unit/test_agent_fake.h"

/* Run bytecode in hex, as in GDB's packets; blanks are ignored. */
static enum agent_error run(const char *hex)
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

#define GIVES(hex, want) do {				\
	CHECK_EQ(run(hex), AGENT_OK);			\
	CHECK_EQ(result, want);				\
} while (0)

#define FAILS(hex, want) CHECK_EQ(run(hex), want)

static size_t put64(u8 *p, u64 v)
{
	int i;

	*p++ = 0x25;
	for (i = 56; i >= 0; i -= 8)
		*p++ = (u8)(v >> i);
	return 9;
}

static enum agent_error binary(u8 op, u64 a, u64 b)
{
	u8 code[32];
	size_t n = put64(code, a);

	n += put64(code + n, b);
	code[n++] = op;
	code[n++] = 0x27;
	fake_init(&fake);
	return run_bytes(code, n);
}

static enum agent_error unary(u8 op, u64 a)
{
	u8 code[16];
	size_t n = put64(code, a);

	code[n++] = op;
	code[n++] = 0x27;
	fake_init(&fake);
	return run_bytes(code, n);
}

static const u64 edges[] = {
	0, 1, 2, 3, 7, 10, 31, 32, 33, 62, 63, 64, 65, 127, 128, 255, 256, 0x7fff, 0x8000,
	0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000ULL, 0x100000001ULL,
	0x123456789abcdefULL, 0x7fffffffffffffffULL, 0x8000000000000000ULL,
	0x8000000000000001ULL, 0xfedcba9876543210ULL, 0xffffffff00000000ULL,
	0xffffffff80000000ULL, 0xfffffffffffffff6ULL, 0xfffffffffffffffeULL, ~0ULL,
};

#define N_EDGES ((int)(sizeof(edges) / sizeof(edges[0])))

/* The result in C, and a defined one where C leaves it open. */
static u64 expect(u8 op, u64 a, u64 b)
{
	s64 sa = (s64)a, sb = (s64)b;
	int overflow = a == 0x8000000000000000ULL && b == ~0ULL;

	switch (op) {
	case 0x02:
		return a + b;
	case 0x03:
		return a - b;
	case 0x04:
		return a * b;
	case 0x05:
		return overflow ? a : (u64)(sa / sb);
	case 0x06:
		return a / b;
	case 0x07:
		return overflow ? 0 : (u64)(sa % sb);
	case 0x08:
		return a % b;
	case 0x09:
		return b > 63 ? 0 : a << b;
	case 0x0a:
		return (u64)(b > 63 ? (sa < 0 ? -1 : 0) : sa >> b);
	case 0x0b:
		return b > 63 ? 0 : a >> b;
	case 0x0f:
		return a & b;
	case 0x10:
		return a | b;
	case 0x11:
		return a ^ b;
	case 0x13:
		return a == b;
	case 0x14:
		return sa < sb;
	case 0x15:
		return a < b;
	}
	return 0xdead;
}

static void test_binary(void)
{
	static const u8 ops[] = { 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xf, 0x10, 0x11, 0x13,
				  0x14, 0x15 };
	size_t k;
	int i, j;

	for (k = 0; k < sizeof(ops); k++) {
		for (i = 0; i < N_EDGES; i++) {
			for (j = 0; j < N_EDGES; j++) {
				enum agent_error err = binary(ops[k], edges[i], edges[j]);

				if (ops[k] >= 5 && ops[k] <= 8 && !edges[j]) {
					CHECK_EQ(err, AGENT_E_DIV_ZERO);
					continue;
				}
				CHECK_EQ(err, AGENT_OK);
				if (result != expect(ops[k], edges[i], edges[j]))
					printf("op %x of %llx, %llx:\n", ops[k], edges[i],
					       edges[j]);
				CHECK_EQ(result, expect(ops[k], edges[i], edges[j]));
			}
		}
	}
	CHECK_EQ(prog.max_depth, 2);
}

/* Computed by hand, so that it cannot share a mistake with the test above. */
static void test_binary_by_hand(void)
{
	GIVES("22 07 22 03 02 27", 10);
	GIVES("22 07 22 03 03 27", 4);
	GIVES("22 03 22 07 03 27", -4LL);
	GIVES("22 07 22 03 04 27", 21);
	GIVES("25 fffffffffffffff9 22 02 05 27", -3LL);	/* -7 / 2 */
	GIVES("25 fffffffffffffff9 22 02 07 27", -1LL);	/* -7 % 2 */
	GIVES("22 07 25 fffffffffffffffe 05 27", -3LL);	/* 7 / -2 */
	GIVES("22 07 25 fffffffffffffffe 07 27", 1);	/* 7 % -2 */
	GIVES("25 fffffffffffffff9 22 02 06 27", 0x7ffffffffffffffcLL);
	GIVES("25 8000000000000000 25 ffffffffffffffff 05 27", (s64)0x8000000000000000ULL);
	GIVES("25 8000000000000000 25 ffffffffffffffff 07 27", 0);
	GIVES("25 1000000000000000 25 0000000100000000 06 27", 0x10000000);
	GIVES("22 01 22 40 09 27", 0);
	GIVES("25 8000000000000000 22 3f 0a 27", -1LL);
	GIVES("25 8000000000000000 22 40 0a 27", -1LL);
	GIVES("25 8000000000000000 22 40 0b 27", 0);
	GIVES("25 ffffffffffffffff 22 00 14 27", 1);
	GIVES("25 ffffffffffffffff 22 00 15 27", 0);
	FAILS("22 07 22 00 05 27", AGENT_E_DIV_ZERO);
	FAILS("22 07 22 00 06 27", AGENT_E_DIV_ZERO);
	FAILS("22 07 22 00 07 27", AGENT_E_DIV_ZERO);
	FAILS("22 07 22 00 08 27", AGENT_E_DIV_ZERO);
}

static void test_unary(void)
{
	u8 code[16];
	int i, bits;

	for (i = 0; i < N_EDGES; i++) {
		CHECK_EQ(unary(0x0e, edges[i]), AGENT_OK);
		CHECK_EQ(result, edges[i] == 0);
		CHECK_EQ(unary(0x12, edges[i]), AGENT_OK);
		CHECK_EQ(result, edges[i] ^ 0xffffffffffffffffULL);
		for (bits = 1; bits < 256; bits++) {
			u64 low = edges[i], sign = 0;
			size_t n = put64(code, edges[i]);

			if (bits < 64) {
				low = edges[i] % (1ULL << bits);
				sign = low >> (bits - 1) ? -(1ULL << bits) : 0;
			}
			code[n + 1] = (u8)bits;
			code[n + 2] = 0x27;
			code[n] = 0x16;
			CHECK_EQ(run_bytes(code, n + 3), AGENT_OK);
			CHECK_EQ(result, low + sign);
			code[n] = 0x2a;
			CHECK_EQ(run_bytes(code, n + 3), AGENT_OK);
			CHECK_EQ(result, low);
		}
	}
	GIVES("22 80 16 08 27", -128LL);
	GIVES("22 7f 16 08 27", 127);
	GIVES("24 8000ff80 2a 08 27", 0x80);
	GIVES("24 9ca079c0 16 20 27", (s64)0xffffffff9ca079c0ULL);
}

static void test_const_reg(void)
{
	GIVES("22 ff 27", 0xff);
	GIVES("23 fffe 27", 0xfffe);
	GIVES("24 fffefdfc 27", 0xfffefdfcULL);
	GIVES("25 0123456789abcdef 27", 0x123456789abcdefLL);
	GIVES("26 0000 27", 0);
	GIVES("26 0010 27", fake_reg(16));
	GIVES("26 fffe 27", fake_reg(0xfffe));
	FAILS("26 0011 27", AGENT_E_BAD_REG);
	CHECK_EQ(err_pc, 0);
	/* The target relocates constants of some range, of any size. */
	GIVES("24 177000ff 27", 0xff);
	GIVES("25 0000000017700000 27", 0);
	GIVES("24 17700100 27", 0x17700100);
	GIVES("24 176fffff 27", 0x176fffff);
}

static void test_stack(void)
{
	GIVES("27", 0);			/* GDB's expression for registers only */
	CHECK_EQ(prog.max_depth, 0);
	CHECK_EQ(prog.nr, 1);
	GIVES("22 05 29 27", 0);	/* empty again */
	CHECK_EQ(prog.max_depth, 1);
	GIVES("22 05 29 22 06 27", 6);
	GIVES("22 05 28 02 27", 10);
	GIVES("22 05 22 06 29 27", 5);
	GIVES("22 05 22 06 2b 03 27", 1);
	GIVES("22 01 22 02 22 03 32 00 27", 3);
	GIVES("22 01 22 02 22 03 32 01 27", 2);
	GIVES("22 01 22 02 22 03 32 02 27", 1);
	CHECK_EQ(prog.max_depth, 4);
	GIVES("22 01 32 00 02 27", 2);
	/* a b c -> c a b */
	GIVES("22 01 22 02 22 03 33 27", 2);
	GIVES("22 01 22 02 22 03 33 29 27", 1);
	GIVES("22 01 22 02 22 03 33 29 29 27", 3);
	GIVES("22 01 22 02 22 03 33 29 29 29 27", 0);
	/* entries below stay unchanged */
	GIVES("22 09 22 01 22 02 22 03 33 29 29 29 27", 9);
}

static void test_memory(void)
{
	u64 want;
	u16 v16;
	u32 v32;

	GIVES("23 1003 17 27", fake_mem[3]);
	memcpy(&v16, fake_mem + 3, 2);
	GIVES("23 1003 18 27", v16);
	memcpy(&v32, fake_mem + 3, 4);
	GIVES("23 1003 19 27", v32);
	memcpy(&want, fake_mem + 3, 8);
	GIVES("23 1003 1a 27", (s64)want);
	GIVES("23 10ff 17 27", fake_mem[255]);
	GIVES("23 1000 17 16 08 27", (s64)(s8)fake_mem[0]);
	FAILS("23 1100 17 27", AGENT_E_MEMORY);
	FAILS("23 10ff 18 27", AGENT_E_MEMORY);
	FAILS("23 10fd 19 27", AGENT_E_MEMORY);
	FAILS("23 10f9 1a 27", AGENT_E_MEMORY);
	FAILS("22 00 1a 27", AGENT_E_MEMORY);
	FAILS("25 ffffffffffffffff 17 27", AGENT_E_MEMORY);
	/* A fault ends the run: nothing after it is executed. */
	FAILS("22 00 17 2e 0001 27", AGENT_E_MEMORY);
	CHECK_STR(fake.log, "");
	/* what was collected before it stays */
	FAILS("2e 0001 22 00 17 27", AGENT_E_MEMORY);
	CHECK_STR(fake.log, "V 1 64;");
}

static void test_trace(void)
{
	GIVES("22 07 23 1234 22 08 0c 27", 7);
	CHECK_STR(fake.log, "M 1234 8;");
	CHECK_EQ(prog.traces, 1);
	GIVES("23 1234 0d 28 27", 0x1234);
	CHECK_STR(fake.log, "M 1234 28;");
	GIVES("23 1234 30 0102 27", 0x1234);
	CHECK_STR(fake.log, "M 1234 102;");
	GIVES("22 07 23 1234 22 c8 2f 27", 7);
	CHECK_STR(fake.log, "Z 1234 c8;");
	/* more than 64 KiB in one */
	GIVES("23 1234 24 00011170 0c 27", 0);
	CHECK_STR(fake.log, "M 1234 11170;");
	GIVES("22 05 2e 0003 27", 5);
	CHECK_STR(fake.log, "V 3 12c;");
	CHECK_EQ(prog.traces, 0);
	GIVES("22 05 27", 5);
	CHECK_EQ(prog.traces, 0);
}

static void no_room(const char *hex, int room, const char *log)
{
	u8 code[64];
	size_t n = 0;
	unsigned int byte;
	int used;

	while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
		code[n++] = (u8)byte;
		hex += used;
	}
	fake_init(&fake);
	fake.room = room;
	CHECK_EQ(run_bytes(code, n), AGENT_E_NO_ROOM);
	CHECK_STR(fake.log, log);
}

static void test_no_room(void)
{
	no_room("22 01 22 08 0c 2e 0001 27", 0, "");
	no_room("22 01 0d 08 2e 0001 27", 0, "");
	no_room("22 01 30 0008 2e 0001 27", 0, "");
	no_room("22 01 22 08 2f 2e 0001 27", 0, "");
	no_room("2e 0001 27", 0, "");
	no_room("22 01 0d 08 0d 09 0d 0a 27", 2, "M 1 8;M 1 9;");
}

static void test_vars(void)
{
	GIVES("2c 0002 27", 200);
	CHECK_EQ(prog.reads_var, 1);
	CHECK_EQ(prog.writes_var, 0);
	CHECK_EQ(prog.rmw_var, 0);
	GIVES("22 2a 2d 0002 27", 42);
	CHECK_EQ(fake.var[2], 42);
	CHECK_EQ(prog.reads_var, 0);
	CHECK_EQ(prog.writes_var, 1);
	CHECK_EQ(prog.rmw_var, 0);
	/* teval $c = $c + 1 */
	GIVES("2c 0001 22 01 02 16 40 2d 0001 27", 101);
	CHECK_EQ(fake.var[1], 101);
	CHECK_EQ(prog.rmw_var, 1);
	/* reads one, writes another */
	GIVES("2c 0001 2d 0002 27", 100);
	CHECK_EQ(prog.reads_var, 1);
	CHECK_EQ(prog.writes_var, 1);
	CHECK_EQ(prog.rmw_var, 0);
	/* one variable under two numbers; written first; tracev reads, too */
	GIVES("2c 0007 2d 0001 27", 100);
	CHECK_EQ(prog.rmw_var, 1);
	GIVES("22 01 2d 0001 29 2c 0001 27", 1);
	CHECK_EQ(prog.rmw_var, 1);
	GIVES("22 01 2d 0001 2e 0001 27", 1);
	CHECK_EQ(prog.rmw_var, 1);
	CHECK_EQ(prog.reads_var, 1);
	CHECK_EQ(prog.traces, 0);
	CHECK_STR(fake.log, "V 1 1;");
	/* a per-CPU variable needs no lock; others still do */
	fake_unshared = 1;
	GIVES("2c 0001 22 01 02 16 40 2d 0001 27", 101);
	CHECK_EQ(prog.rmw_var, 0);
	GIVES("2c 0001 2d 0001 2c 0002 2d 0002 27", 200);
	CHECK_EQ(prog.rmw_var, 1);
	fake_unshared = 0;
	GIVES("2c 0006 27", 600);
	FAILS("22 01 2d 0006 27", AGENT_E_VAR_READONLY);
	CHECK_EQ(err_pc, 2);
	FAILS("2e 0009 27", AGENT_E_BAD_VAR);
	FAILS("2c 0000 27", AGENT_E_BAD_VAR);
	fake_asked_use = 0;
	run("2e 0001 27");
	CHECK_EQ(fake_asked_use, AGENT_VAR_READ);
	fake_asked_use = 0;
	run("22 00 2d 0001 27");
	CHECK_EQ(fake_asked_use, AGENT_VAR_WRITE);
}

static void test_uses_var(void)
{
	/* goto end; getv 1; setv 2; tracev 3; end: reachable or not */
	static const u8 code[] = { 0x21, 0, 13, 0x2c, 0, 1, 0x2d, 0, 2, 0x29,
				   0x2e, 0, 3, 0x27 };
	struct agent_insn insn[sizeof(code)];
	u16 map[sizeof(code)];
	const int any = AGENT_VAR_READ | AGENT_VAR_WRITE;

	CHECK_EQ(agent_compile(code, sizeof(code), insn, map, &prog, NULL), AGENT_OK);
	CHECK_EQ(agent_uses_var(&prog, FAKE_SLOT + 1, AGENT_VAR_READ), 1);
	CHECK_EQ(agent_uses_var(&prog, FAKE_SLOT + 1, AGENT_VAR_WRITE), 0);
	CHECK_EQ(agent_uses_var(&prog, FAKE_SLOT + 2, AGENT_VAR_READ), 0);
	CHECK_EQ(agent_uses_var(&prog, FAKE_SLOT + 2, AGENT_VAR_WRITE), 1);
	CHECK_EQ(agent_uses_var(&prog, FAKE_SLOT + 3, AGENT_VAR_READ), 1);
	CHECK_EQ(agent_uses_var(&prog, FAKE_SLOT + 3, AGENT_VAR_WRITE), 0);
	CHECK_EQ(agent_uses_var(&prog, FAKE_SLOT + 2, any), 1);
	/* A jump's target is not a slot. */
	CHECK_EQ(agent_uses_var(&prog, 5, any), 0);
	CHECK_EQ(agent_uses_var(&prog, FAKE_SLOT + 4, any), 0);
}

static void test_jumps(void)
{
	GIVES("22 01 20 0008 22 05 29 22 06 27", 6);	/* taken, over a balanced sequence */
	GIVES("22 00 20 0008 22 05 29 22 06 27", 6);
	GIVES("21 0005 22 05 27", 0);			/* skips the code between */
	/* c ? 5 : 6 */
	GIVES("22 01 20 000a 22 06 21 000c 22 05 27", 5);
	GIVES("22 00 20 000a 22 06 21 000c 22 05 27", 6);
	/* Two ends may have different depths. */
	GIVES("22 00 20 0008 22 06 27 27", 6);
	GIVES("22 01 20 0008 22 06 27 27", 0);
	/* unreachable code need only decode */
	GIVES("22 07 27 03 29 21 0000", 7);
}

/* a && b, a || b in the layout of gen_expr(), with a and b from variables. */
static void test_logic(void)
{
	static const struct {
		int a, b;
	} in[] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } };
	char code[200];
	int i;

	for (i = 0; i < 4; i++) {
		/* 0: a, 2: if1, 5: go1, 8: b, 10: if2, 13: go2, 16: 1, 18: end, 21: 0, 23 */
		sprintf(code,
			"22 %02x 20 0008 21 0015 22 %02x 20 0010 21 0015 22 01 21 0017 22 00 27",
			in[i].a, in[i].b);
		GIVES(code, in[i].a && in[i].b);
		/* 0: a, 2: if1, 5: b, 7: if2, 10: 0, 12: end, 15: 1, 17 */
		sprintf(code, "22 %02x 20 000f 22 %02x 20 000f 22 00 21 0011 22 01 27",
			in[i].a, in[i].b);
		GIVES(code, in[i].a || in[i].b);
	}
	/* x > 4096: x, 4096 swap less_signed, as recorded from GDB 13.1 */
	GIVES("26 0003 2a40 23 1000 2a40 2b 15 27", 1);
	GIVES("26 0000 2a40 23 1000 2a40 2b 15 27", 0);
	/* !(a == b) */
	GIVES("22 05 22 05 13 0e 27", 0);
	GIVES("22 05 22 06 13 0e 27", 1);
}

/* Recorded from GDB: see gdb-packets.txt. */
static void test_recorded(void)
{
	FAILS("26 0006 22 08 02 22 08 0c 27", AGENT_OK);
	CHECK_STR(fake.log, "M 606060606060606e 8;");
	FAILS("24 9ca079c0 16 20 22 08 0c 27", AGENT_OK);
	CHECK_STR(fake.log, "M ffffffff9ca079c0 8;");
	FAILS("24 9c11ffe0 16 20 22 00 0c 27", AGENT_OK);
	CHECK_STR(fake.log, "M ffffffff9c11ffe0 0;");
	FAILS("2c 0001 2e 0001 29 27", AGENT_OK);
	CHECK_STR(fake.log, "V 1 64;");
	FAILS("26 0007 2a40 22 20 0c 27", AGENT_OK);
	FAILS("26 0000 23 1010 02 0d 08 1a 23 00c8 2f 27", AGENT_OK);
	CHECK(strstr(fake.log, "M 1010 8;Z ") == fake.log);
	FAILS("26 0005 2a40 23 00e8 0c 27", AGENT_OK);
}

/* A register without a value. */
static void test_absent(void)
{
	fake_absent = 3;
	FAILS("26 0003 27", AGENT_E_REG);
	FAILS("26 0003 22 08 0c 27", AGENT_E_REG);
	CHECK_STR(fake.log, "");
	GIVES("26 0004 26 0004 13 27", 1);
	/* if_goto 8, goto 12, 8: reg 3, pop, 12: const8 7: a path without it */
	GIVES("22 00 20 0008 21 000c 26 0003 29 22 07 27", 7);
	FAILS("22 01 20 0008 21 000c 26 0003 29 22 07 27", AGENT_E_REG);
	fake_absent = FAKE_REGS;
}

/* A loop of n iterations, which counts a variable down. */
static void test_loop(void)
{
	char code[200];

	/* 0: n, 3: setv 1, 6: const8 -1 (ext), add, 11: setv 1, 14: dup, if_goto 6 */
	sprintf(code, "23 %04x 2d 0001 22 ff 16 08 02 2d 0001 28 20 0006 27", 10);
	GIVES(code, 0);
	CHECK_EQ(fake.var[1], 0);
	CHECK_EQ(prog.max_depth, 2);
	/* the budget: each jump goes back over 12 bytes, including itself */
	sprintf(code, "23 %04x 2d 0001 22 ff 16 08 02 2d 0001 28 20 0006 27",
		AGENT_JUMP_BUDGET / 12 + 1);
	GIVES(code, 0);
	sprintf(code, "23 %04x 2d 0001 22 ff 16 08 02 2d 0001 28 20 0006 27",
		AGENT_JUMP_BUDGET / 12 + 2);
	FAILS(code, AGENT_E_BUDGET);
	CHECK_EQ(fake.var[1], 1);
	FAILS("21 0000", AGENT_E_BUDGET);	/* to itself */
	FAILS("22 01 20 0000 27", AGENT_E_BUDGET);
	FAILS("22 00 29 21 0000", AGENT_E_BUDGET);
	/* backward to code that is reached only by this jump */
	GIVES("21 0006 22 09 27 21 0003", 9);
	CHECK_EQ(prog.nr, 4);
}

static void test_strerror(void)
{
	int i, j;

	for (i = 0; i < AGENT_E_NR; i++) {
		const char *s = agent_strerror((enum agent_error)i);

		CHECK(s && *s && s[strlen(s) - 1] != '.');
		CHECK(strcmp(s, "unknown error"));
		for (j = 0; j < i; j++)
			CHECK(strcmp(s, agent_strerror((enum agent_error)j)));
	}
	CHECK_STR(agent_strerror(AGENT_E_NR), "unknown error");
	CHECK_STR(agent_strerror((enum agent_error)-1), "unknown error");
	CHECK_STR(agent_strerror(AGENT_E_DIV_ZERO), "divide by zero");
}

int main(void)
{
	RUN(test_binary);
	RUN(test_binary_by_hand);
	RUN(test_unary);
	RUN(test_const_reg);
	RUN(test_stack);
	RUN(test_memory);
	RUN(test_trace);
	RUN(test_no_room);
	RUN(test_vars);
	RUN(test_uses_var);
	RUN(test_jumps);
	RUN(test_logic);
	RUN(test_recorded);
	RUN(test_absent);
	RUN(test_loop);
	RUN(test_strerror);
	return unit_end();
}
