// SPDX-License-Identifier: GPL-2.0
/*
 * arch/x86_insn.c: hand-written encodings, their truncations, and random bytes.
 * tests/unit/insn compares it with objdump.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/x86_insn.h"
#include "tests/unit/unit.h"

#define NONE 0

/* Lengths in 64-bit and in 32-bit mode; longer rows continue with nops. */
static const struct {
	const char *hex;
	unsigned int len64, len32;
} table[] = {
	{ "90", 1, 1 },
	{ "f390", 2, 2 },			/* pause */
	{ "cc", 1, 1 },
	{ "c3", 1, 1 },
	{ "c21000", 3, 3 },
	{ "cb", 1, 1 },
	{ "cf", 1, 1 },
	{ "48cf", 2, 1 },			/* iretq; dec %eax */
	{ "0f01f8", 3, 3 },			/* swapgs */
	{ "f30f1efa", 4, 4 },			/* endbr64 */
	{ "0f05", 2, 2 },
	{ "480f07", 3, 1 },
	{ "0f0b", 2, 2 },			/* ud2 */
	{ "0fb940", NONE, NONE },		/* ud1 0x..(%eax) without its displacement */
	{ "670fb94012", 5, 5 },
	{ "0fff00", 3, 3 },
	{ "0f1f440000", 5, 5 },
	{ "0f1f8400000000", NONE, NONE },
	{ "0f1f840000000000", 8, 8 },
	{ "66662e0f1f840000000000", 11, 11 },
	{ "e811223344", 5, 5 },
	{ "e911223344", 5, 5 },
	{ "eb11", 2, 2 },
	{ "7411", 2, 2 },
	{ "0f8411223344", 6, 6 },
	{ "660f841122", NONE, 5 },		/* 16-bit immediate only there */
	{ "66e81122", NONE, 4 },
	{ "66e811223344", 6, 4 },
	{ "e311", 2, 2 },
	{ "6811223344", 5, 5 },
	{ "66681122", 4, 4 },
	{ "6a11", 2, 2 },
	{ "6b4511", NONE, NONE },
	{ "6b451122", 4, 4 },
	{ "694511aabbccdd", 7, 7 },
	{ "66694511aabb", 6, 6 },
	{ "b811223344", 5, 5 },
	{ "66b81122", 4, 4 },
	{ "48b81122334455667788", 10, 1 },
	{ "6648b81122334455667788", 11, 2 },	/* REX.W wins */
	{ "4866b81122", 5, 1 },			/* not a REX, as it is too early */
	{ "49bb1122334455667788", 10, 1 },
	{ "c7042411223344", 7, 7 },
	{ "66c704241122", 6, 6 },
	{ "48c7c011223344", 7, 1 },
	{ "c6450011", 4, 4 },
	{ "c60f11", NONE, NONE },		/* no such member */
	{ "c6f811", 3, 3 },			/* xabort */
	{ "c7f811223344", 6, 6 },		/* xbegin */
	{ "8fc0", 2, 2 },
	{ "8fe878c0c005", 6, 6 },		/* XOP */
	{ "8fe97890c0", 5, 5 },
	{ "8fea7810c011223344", 9, 9 },
	{ "8fc8", NONE, NONE },
	{ "ff10", 2, 2 },
	{ "ff38", NONE, NONE },
	{ "fec0", 2, 2 },
	{ "fed0", NONE, NONE },
	{ "8b0511223344", 6, 6 },
	{ "8b042511223344", 7, 7 },
	{ "8b04ed11223344", 7, 7 },
	{ "8b442411", 4, 4 },
	{ "8b842411223344", 7, 7 },
	{ "8b45f8", 3, 3 },
	{ "8b8511223344", 6, 6 },
	{ "678b0611", 3, NONE },
	{ "678b061122", 3, 5 },			/* 16-bit addresses */
	{ "678b4611", 4, 4 },
	{ "678b861122", NONE, 5 },
	{ "678b04", NONE, 3 },
	{ "65488b042511223344", 9, 2 },		/* mov %gs:... */
	{ "658b0d11223344", 7, 7 },
	{ "a011223344", NONE, 5 },
	{ "a01122334455667788", 9, 5 },
	{ "48a31122334455667788", 10, 1 },
	{ "67a11122", NONE, 4 },
	{ "67a111223344", 6, 4 },
	{ "c8112233", 4, 4 },
	{ "cd80", 2, 2 },
	{ "9a112233445566", NONE, 7 },
	{ "669a11223344", NONE, 6 },
	{ "ea112233445566", NONE, 7 },
	{ "60", NONE, 1 },
	{ "06", NONE, 1 },
	{ "d411", NONE, 2 },
	{ "82c011", NONE, 3 },
	{ "40", NONE, 1 },			/* REX without an opcode */
	{ "c511", NONE, 2 },			/* lds */
	{ "c5f877", 3, 3 },			/* vzeroupper */
	{ "c5f9ef4510", 5, 5 },
	{ "c5f970c111", 5, 5 },
	{ "c4e2791845f8", 6, 6 },
	{ "c4e37914c011", 6, 6 },
	{ "c4e17910c0", 5, 5 },
	{ "c4e77af6c011223344", 9, 9 },		/* wrmsrns with an immediate */
	{ "c4e079c0c0", NONE, NONE },		/* no map 0 */
	{ "66c5f877", NONE, NONE },
	{ "48c5f877", NONE, 1 },
	{ "62f17c4810c0", 6, 6 },
	{ "62f17c48104511", 7, 7 },
	{ "62f37d48254511ff", 8, 8 },
	{ "62f57c485845110000", 7, 7 },
	{ "6211", NONE, 2 },			/* bound */
	{ "0f3800c0", 4, 4 },
	{ "660f3a0fc011", 6, 6 },
	{ "f2480f38f100", 6, 2 },
	{ "0f0fc0b4", 4, 4 },			/* 3DNow! */
	{ "0f0d08", 3, 3 },
	{ "0f20c0", 3, 3 },
	{ "0f2005", 3, 3 },			/* a register, whatever its mod */
	{ "0f78c0", 3, 3 },
	{ "660f78c01122", 6, 6 },		/* extrq */
	{ "0fa4c011", 4, 4 },
	{ "0fba2c2411", 5, 5 },
	{ "0fc7f0", 3, 3 },
	{ "0fae38", 3, 3 },
	{ "0f04", NONE, NONE },
	{ "0fa2", 2, 2 },
	{ "f6c011", 3, 3 },
	{ "f6d0", 2, 2 },
	{ "f7c011223344", 6, 6 },
	{ "66f7c01122", 5, 5 },
	{ "f7d8", 2, 2 },
	{ "f6042411", 4, 4 },
	{ "d9c0", 2, 2 },
	{ "dd4424f8", 4, 4 },
	{ "9b", 1, 1 },
	{ "f0480fb10a", 5, 2 },
	{ "f3a4", 2, 2 },
	{ "f348ab", 3, 2 },
	{ "e620", 2, 2 },
	{ "ec", 1, 1 },
	{ "f1", 1, 1 },
	{ "d6", NONE, 1 },
	{ "66", NONE, NONE },
	{ "f0", NONE, NONE },
	/* 15 bytes are allowed, 16 are not. */
	{ "6666666666666666666666666666" "90", 15, 15 },
	{ "666666666666666666666666666666" "90", NONE, NONE },
	{ "2e2e2e2e2e" "48b81122334455667788", 15, 6 },
	{ "2e2e2e2e2e2e" "48b81122334455667788", NONE, 7 },
};

/* The decoder gets exactly these n bytes; ASan sees a read of more. */
static unsigned int decode(const u8 *bytes, size_t n, int mode64)
{
	u8 *copy = malloc(n ? n : 1);
	unsigned int len;

	memcpy(copy, bytes, n);
	len = x86_insn_len(n ? copy : copy + 1, n, mode64);
	free(copy);
	return len;
}

static size_t unhex(const char *hex, u8 *bytes)
{
	unsigned int byte;
	size_t n;

	for (n = 0; sscanf(hex + 2 * n, "%2x", &byte) == 1; n++)
		bytes[n] = byte;
	return n;
}

static void check_row(const char *hex, int mode64, unsigned int len)
{
	unsigned int got, more, cut = 0;
	u8 bytes[64];
	size_t n, i;

	n = unhex(hex, bytes);
	got = decode(bytes, n, mode64);
	if (len)
		for (i = 0; i < len; i++)
			cut += decode(bytes, i, mode64) != 0;
	/* Bytes behind it do not matter. */
	memset(bytes + n, 0xff, sizeof(bytes) - n);
	more = len ? decode(bytes, sizeof(bytes), mode64) : 0;
	if (got != len || cut || more != len)
		printf("%s in %d-bit mode: %u, with more behind it %u, expected %u; %u too short ones taken\n",
		       hex, mode64 ? 64 : 32, got, more, len, cut);
	CHECK(got == len && !cut && more == len);
}

static void test_by_hand(void)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check_row(table[i].hex, 1, table[i].len64);
		check_row(table[i].hex, 0, table[i].len32);
	}
}

static void test_no_bytes(void)
{
	static const u8 nop = 0x90;

	CHECK_EQ(decode(&nop, 0, 1), 0);
	CHECK_EQ(decode(&nop, 0, 0), 0);
}

/*
 * Random bytes: an instruction has at most 15; its length depends on no byte
 * behind it, and it needs all of its bytes.
 */
static void test_random(void)
{
	unsigned long taken = 0, i;
	u64 seed = 1;
	unsigned int len, mode64, j;
	u8 bytes[20];

	for (i = 0; i < 400000; i++) {
		for (j = 0; j < sizeof(bytes); j++) {
			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			bytes[j] = seed >> 56;
		}
		mode64 = i & 1;
		len = decode(bytes, sizeof(bytes), mode64);
		CHECK(len <= X86_INSN_MAX);
		if (!len)
			continue;
		taken++;
		CHECK_EQ(decode(bytes, len, mode64), len);
		CHECK_EQ(decode(bytes, len - 1, mode64), 0);
		for (j = len; j < sizeof(bytes); j++)
			bytes[j] ^= 0xff;
		CHECK_EQ(decode(bytes, sizeof(bytes), mode64), len);
	}
	CHECK(taken > 200000);
}

/* Calls as objdump shows them, and instructions that only look like calls. */
static void test_calls(void)
{
	static const struct {
		u8 code[X86_CALL_MAX];
		int is;
	} t[] = {
		{ { 0x90, 0x90, 0xe8, 1, 2, 3, 4 }, 1 },
		{ { 0x90, 0x90, 0xe9, 1, 2, 3, 4 }, 0 },		/* jmp */
		{ { 0x90, 0xe8, 1, 2, 3, 4, 0x90 }, 0 },
		{ { 0, 0, 0, 0, 0, 0xff, 0xd0 }, 1 },			/* *%rax */
		{ { 0, 0, 0, 0, 0x41, 0xff, 0xd3 }, 1 },		/* *%r11 */
		{ { 0, 0, 0, 0, 0, 0xff, 0xe0 }, 0 },			/* jmp *%rax */
		{ { 0, 0, 0, 0, 0, 0xff, 0x10 }, 1 },			/* *(%rax) */
		{ { 0, 0, 0, 0, 0, 0xff, 0x14 }, 0 },			/* SIB is missing */
		{ { 0, 0, 0, 0, 0xff, 0x14, 0xc8 }, 1 },		/* *(%rax,%rcx,8) */
		{ { 0, 0, 0, 0, 0xff, 0x50, 0x18 }, 1 },		/* *0x18(%rax) */
		{ { 0, 0, 0, 0xff, 0x54, 0x24, 8 }, 1 },		/* *8(%rsp) */
		{ { 0, 0xff, 0x90, 1, 2, 3, 4 }, 1 },			/* *0x4030201(%rax) */
		{ { 0, 0xff, 0x15, 1, 2, 3, 4 }, 1 },			/* *x(%rip) */
		{ { 0, 0xff, 0x25, 1, 2, 3, 4 }, 0 },			/* jmp *x(%rip) */
		{ { 0xff, 0x14, 0xc5, 1, 2, 3, 4 }, 1 },		/* *x(,%rax,8) */
		{ { 0xff, 0x94, 0x24, 1, 2, 3, 4 }, 1 },		/* *x(%rsp) */
		{ { 0xff, 0x90, 0x24, 1, 2, 3, 4 }, 0 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (x86_call_before(t[i].code + X86_CALL_MAX) != t[i].is)
			printf("call %u\n", i);
		CHECK_EQ(x86_call_before(t[i].code + X86_CALL_MAX), t[i].is);
	}
}

static void test_jumps(void)
{
	static const struct {
		u8 code[6];
		unsigned int len;
		int is, by;
	} t[] = {
		{ { 0xeb, 0x10 }, 2, 1, 0x10 },
		{ { 0xeb, 0xfe }, 2, 1, -2 },
		{ { 0x74, 0x80 }, 2, 1, -128 },
		{ { 0x7f, 0x7f }, 2, 1, 127 },
		{ { 0xe2, 0xf0 }, 2, 1, -16 },
		{ { 0xe9, 0x00, 0x01, 0x00, 0x00 }, 5, 1, 256 },
		{ { 0xe9, 0xfb, 0xff, 0xff, 0xff }, 5, 1, -5 },
		{ { 0x0f, 0x85, 0xfa, 0xff, 0xff, 0xff }, 6, 1, -6 },
		{ { 0xe8, 0x00, 0x01, 0x00, 0x00 }, 5, 0, 0 },
		{ { 0x0f, 0x1f, 0x44, 0x00, 0x00 }, 5, 0, 0 },
		{ { 0x0f, 0x95, 0xc0 }, 3, 0, 0 },
		{ { 0x90 }, 1, 0, 0 },
	};
	unsigned int i;
	s32 by;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		by = 0;
		CHECK_EQ(x86_jump(t[i].code, t[i].len, &by), t[i].is);
		CHECK_EQ(by, t[i].by);
	}
}

int main(void)
{
	RUN(test_by_hand);
	RUN(test_no_bytes);
	RUN(test_random);
	RUN(test_calls);
	RUN(test_jumps);
	return unit_end();
}
