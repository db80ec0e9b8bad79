/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decode only what determines the length: prefixes, the opcode's map, the
 * addressing bytes, the size of the immediate.  Maps that still grow (0F38,
 * 0F3A, VEX, EVEX, XOP) have one layout for all of their opcodes, so unknown
 * opcodes there are accepted.
 */
#include <linux/kernel.h>
#include <linux/types.h>
#include "arch/x86_insn.h"
#include "compat/check.h"

/*
 * What follows an opcode.  Capitals: a ModRM byte, and what it requires.
 *	x	no such opcode, or a prefix
 *	- M	nothing more
 *	b B	8 bits
 *	w	16 bits
 *	e	16 and 8 bits
 *	z Z	16 or 32 bits, by the operand size
 *	D	32 bits
 *	v	16, 32 or 64 bits, by the operand size
 *	j	a branch: like z, but always 32 bits in 64-bit mode
 *	o	an address
 *	p	a segment and an address, by the operand size
 *	R	nothing more: registers only, whatever ModRM says
 *	T U	like B and Z for the group's first two, like M for the rest
 *	I	8 bits and 8 bits
 */
static const char map_one[] =
	/* 01234567   89abcdef */
	"MMMMbz--" "MMMMbz-x"	/* 00 */
	"MMMMbz--" "MMMMbz--"
	"MMMMbzx-" "MMMMbzx-"
	"MMMMbzx-" "MMMMbzx-"
	"--------" "--------"	/* 40: prefixes in 64-bit mode */
	"--------" "--------"
	"--MMxxxx" "zZbB----"
	"bbbbbbbb" "bbbbbbbb"
	"BZBBMMMM" "MMMMMMMM"	/* 80 */
	"--------" "--p-----"
	"oooo----" "bz------"
	"bbbbbbbb" "vvvvvvvv"
	"BBw-MMBZ" "e-w--b--"	/* c0 */
	"MMMMbb--" "MMMMMMMM"
	"bbbbbbbb" "jjpb----"
	"x-xx--TU" "------MM";

static const char map_0f[] =
	"MMMMx---" "--x-xM-B"	/* 00 */
	"MMMMMMMM" "MMMMMMMM"
	"RRRRRxRx" "MMMMMMMM"
	"------x-" "xxxxxxxx"
	"MMMMMMMM" "MMMMMMMM"	/* 40 */
	"MMMMMMMM" "MMMMMMMM"
	"MMMMMMMM" "MMMMMMMM"
	"BBBBMMM-" "MMxxMMMM"
	"jjjjjjjj" "jjjjjjjj"	/* 80 */
	"MMMMMMMM" "MMMMMMMM"
	"---MBMMM" "---MBMMM"
	"MMMMMMMM" "MMBMMMMM"
	"MMBMBBBM" "--------"	/* c0 */
	"MMMMMMMM" "MMMMMMMM"
	"MMMMMMMM" "MMMMMMMM"
	"MMMMMMMM" "MMMMMMMM";

/* One-byte opcodes that 64-bit mode lacks. */
static const u8 only_32[] = {
	0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f,
	0x60, 0x61, 0x82, 0x9a, 0xce, 0xd4, 0xd5, 0xd6, 0xea,
};

/* One-byte opcodes with ModRM that lack some of their group's members. */
static const struct {
	u8 op, members;		/* bit n: ModRM.reg n exists */
} groups[] = {
	{ 0x8f, 0x01 }, { 0xc6, 0x01 }, { 0xc7, 0x01 },
	{ 0xfe, 0x03 }, { 0xff, 0x7f },
};

struct insn {
	const u8 *code;
	size_t n, pos;		/* pos > n: too few bytes */
	int mode64;
	int op16;		/* prefix 66 */
	int addr;		/* prefix 67 */
	int rep;		/* the last f2 or f3 prefix */
	int lock;
	u8 rex;
	char kind;		/* a letter of the maps */
};

/* The next byte; 0 after the last one. */
static u8 insn_next(struct insn *in)
{
	u8 byte = in->pos < in->n ? in->code[in->pos] : 0;

	in->pos++;
	return byte;
}

static u8 insn_peek(const struct insn *in)
{
	return in->pos < in->n ? in->code[in->pos] : 0;
}

/* Skip the prefixes; returns the opcode's first byte. */
static u8 insn_prefixes(struct insn *in)
{
	u8 byte;

	while (in->pos < in->n) {
		byte = insn_next(in);
		switch (byte) {
		case 0x66:
			in->op16 = 1;
			break;
		case 0x67:
			in->addr = 1;
			break;
		case 0xf0:
			in->lock = 1;
			break;
		case 0xf2:
		case 0xf3:
			in->rep = byte;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
			break;
		default:
			if (!in->mode64 || (byte & 0xf0) != 0x40)
				return byte;
			in->rex = byte;
			continue;
		}
		/* REX is only valid right before the opcode. */
		in->rex = 0;
	}
	in->pos++;
	return 0;
}

/* The letter of an opcode in a VEX, EVEX or XOP map (1: 0f, 2: 0f38, ...). */
static char insn_vex_kind(int map, u8 op, int evex)
{
	switch (map) {
	case 1:
		if (op == 0x77 && !evex)
			return '-';
		return map_0f[op] == 'B' ? 'B' : 'M';
	case 2:
		return 'M';
	case 3:
	case 8:
		return 'B';
	case 5:
	case 6:
		return evex ? 'M' : 'x';
	case 9:
		return 'M';
	case 7:
	case 10:
		return 'D';
	}
	return 'x';
}

/* Does the opcode byte first begin a VEX, EVEX or XOP prefix? */
static int insn_is_vex(const struct insn *in, u8 first)
{
	switch (first) {
	case 0x62:
	case 0xc4:
	case 0xc5:
		/* LES, LDS and BOUND need memory, so ModRM.mod 11 is free. */
		return in->mode64 || (insn_peek(in) & 0xc0) == 0xc0;
	case 0x8f:
		return (insn_peek(in) & 0x1f) >= 8;
	}
	return 0;
}

/* Decode the rest of such a prefix, and the opcode. */
static void insn_vex(struct insn *in, u8 first)
{
	int map = 1;

	if (in->rex || in->op16 || in->rep || in->lock)
		map = 0;
	else if (first == 0x62)
		map = insn_peek(in) & 0x07;
	else if (first != 0xc5)
		map = insn_peek(in) & 0x1f;
	/* VEX has maps 1, 2, 3 and 7, XOP those from 8 on. */
	if (first == 0xc4 && map >= 8)
		map = 0;
	in->pos += first == 0xc5 ? 1 : first == 0x62 ? 3 : 2;
	in->kind = insn_vex_kind(map, insn_next(in), first == 0x62);
}

static void insn_opcode_0f(struct insn *in)
{
	u8 op = insn_next(in);

	switch (op) {
	case 0x38:
		insn_next(in);
		in->kind = 'M';
		break;
	case 0x3a:
		insn_next(in);
		in->kind = 'B';
		break;
	case 0x78:
		/* VMREAD; with these prefixes EXTRQ and INSERTQ. */
		in->kind = in->op16 || in->rep == 0xf2 ? 'I' : 'M';
		break;
	default:
		in->kind = map_0f[op];
	}
}

static void insn_opcode(struct insn *in)
{
	u8 op = insn_prefixes(in);
	unsigned int i;

	if (insn_is_vex(in, op)) {
		insn_vex(in, op);
		return;
	}
	if (op == 0x0f) {
		insn_opcode_0f(in);
		return;
	}
	in->kind = map_one[op];
	for (i = 0; in->mode64 && i < ARRAY_SIZE(only_32); i++)
		if (op == only_32[i])
			in->kind = 'x';
	/* XABORT and XBEGIN are c6 f8 and c7 f8. */
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (op == groups[i].op && insn_peek(in) != 0xf8 &&
		    !(groups[i].members >> (insn_peek(in) >> 3 & 7) & 1))
			in->kind = 'x';
}

/* Skip ModRM and the addressing bytes after it. */
static void insn_modrm(struct insn *in)
{
	u8 modrm = insn_next(in), mod = modrm >> 6, rm = modrm & 7;

	if (modrm >> 3 & 6) {
		if (in->kind == 'T' || in->kind == 'U')
			in->kind = 'M';
	}
	if (mod == 3 || in->kind == 'R')
		return;
	if (in->addr && !in->mode64) {
		if (mod == 1)
			in->pos += 1;
		else if (mod == 2 || rm == 6)
			in->pos += 2;
		return;
	}
	if (rm == 4)
		rm = insn_next(in) & 7;
	if (mod == 1)
		in->pos += 1;
	else if (mod == 2 || rm == 5)
		in->pos += 4;
}

static unsigned int insn_imm_len(const struct insn *in)
{
	int wide = in->rex & 8, op16 = in->op16 && !wide;

	switch (in->kind) {
	case 'b':
	case 'B':
	case 'T':
		return 1;
	case 'w':
	case 'I':
		return 2;
	case 'e':
		return 3;
	case 'z':
	case 'Z':
	case 'U':
		return op16 ? 2 : 4;
	case 'D':
		return 4;
	case 'v':
		return wide ? 8 : op16 ? 2 : 4;
	case 'j':
		return in->op16 && !in->mode64 ? 2 : 4;
	case 'o':
		return (in->mode64 ? 8 : 4) >> in->addr;
	case 'p':
		return op16 ? 4 : 6;
	}
	return 0;
}

unsigned int x86_insn_len(const u8 *code, size_t n, int mode64)
{
	struct insn in = { .code = code, .mode64 = mode64 };

	in.n = min_t(size_t, n, X86_INSN_MAX);
	insn_opcode(&in);
	if (in.kind == 'x')
		return 0;
	if (in.kind >= 'A' && in.kind <= 'Z')
		insn_modrm(&in);
	in.pos += insn_imm_len(&in);
	return in.pos <= in.n ? in.pos : 0;
}

/* ---- calls --------------------------------------------------------------- */

/* Length of an indirect call (ff /2); 0 for any other instruction. */
static unsigned int call_length(u8 modrm, u8 sib)
{
	unsigned int mod = modrm >> 6, rm = modrm & 7;
	unsigned int len = 2;

	if ((modrm >> 3 & 7) != 2)
		return 0;
	if (mod != 3 && rm == 4)
		len++;
	if (mod == 1)
		len++;
	if (mod == 2 || (mod == 0 && rm == 5) ||
	    (mod == 0 && rm == 4 && (sib & 7) == 5))
		len += 4;
	return len;
}

int x86_call_before(const u8 *end)
{
	unsigned int n;
	const u8 *p;

	if (end[-5] == 0xe8)
		return 1;
	for (n = 2; n <= X86_CALL_MAX; n++) {
		p = end - n;
		if (p[0] == 0xff && call_length(p[1], n > 2 ? p[2] : 0) == n)
			return 1;
	}
	return 0;
}

/* ---- jumps --------------------------------------------------------------- */

int x86_jump(const u8 *code, unsigned int len, s32 *by)
{
	/* jmp, jcc, loop, jcxz: 8 bits */
	if (len == 2 && (code[0] == 0xeb || (code[0] & 0xf0) == 0x70 ||
			 (code[0] & 0xfc) == 0xe0)) {
		*by = (s8)code[1];
		return 1;
	}
	/* jmp, jcc: 32 bits */
	if ((len == 5 && code[0] == 0xe9) ||
	    (len == 6 && code[0] == 0x0f && (code[1] & 0xf0) == 0x80)) {
		code += len - sizeof(*by);
		*by = code[0] | code[1] << 8 | code[2] << 16 |
		      (u32)code[3] << 24;
		return 1;
	}
	return 0;
}
