/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random programs of the forms that GDB makes of C: conditions, and what
 * `collect' and `teval' do.
 */
#ifndef TEST_AGENT_PROGRAMS_H
#define TEST_AGENT_PROGRAMS_H

#include <stdio.h>
#include <linux/types.h>

/* Of the test's target. */
static u64 address(void);
static u32 any_reg(void);
static u32 any_var(void);
static u32 var_to_set(void);

static u64 seed = 0x1234567887654321ULL;

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
	static const u8 bits[] = { 0, 0, 3, 7, 8, 15, 16, 31, 32, 63 };
	u64 v = rnd(6) ? 1ULL << bits[rnd(sizeof(bits))] :
			 ((u64)rnd(~0U) << 32 | rnd(~0U));

	return (rnd(2) ? v : -v) + rnd(3) - 1;
}

/* ---- programs ----------------------------------------------------------- */

static u8 code[2048];
static u32 len;
static int flat;		/* without jumps */

/* From hex, with spaces between; returns how many bytes. */
static u32 read_hex(const char *hex)
{
	unsigned int v;
	u32 n;

	for (n = 0; sscanf(hex, "%2x", &v) == 1; hex += 2) {
		code[n++] = (u8)v;
		while (hex[2] == ' ')
			hex++;
	}
	return n;
}

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
		put(any_reg(), 2);
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
	switch (rnd(depth ? (flat ? 8 : 9) : 4)) {
	case 0:
		put_const(edge());
		break;
	case 1:
	case 2:
		put(0x26, 1);
		put(any_reg(), 2);
		break;
	case 3:
		put(0x2c, 1);
		put(any_var(), 2);
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

/* ---- actions ------------------------------------------------------------- */

static void put_add(u64 n)
{
	put_const(n);
	put(2, 1);
}

/* a->b->c: the block of each pointer, then that of the last member. */
static void put_chain(void)
{
	static const u16 size[] = { 1, 2, 4, 8, 8, 8, 3, 12, 16, 40, 0 };
	u32 links = rnd(5), n;

	put_pointer(0);
	while (links--) {
		put(0x0d08, 2);			/* trace_quick 8 */
		put(0x1a, 1);
		if (rnd(4))
			put_add(rnd(40));
	}
	n = size[rnd(sizeof(size) / sizeof(size[0]))];
	if (rnd(2)) {
		put_const(n);
		put(0x0c, 1);
		return;
	}
	put(0x0d, 1);
	put(n, 1);
	if (rnd(2)) {
		put(0x17 + rnd(4), 1);
		if (rnd(2))
			put_ext();
	}
	put(0x29, 1);
}

static void put_string(void)
{
	put_pointer(rnd(2));
	put_const(rnd(4) ? rnd(40) : rnd(3) * 1000);
	put(0x2f, 1);
}

static void put_var(void)
{
	u32 num = any_var(), is_read = rnd(2);

	if (is_read) {
		put(0x2c, 1);
		put(num, 2);
	}
	put(0x2e, 1);
	put(num, 2);
	if (is_read)
		put(0x29, 1);
}

static void put_set(void)
{
	u32 num = var_to_set(), by = rnd(3);

	if (by < 2) {			/* $x = $x + value, either way round */
		put(0x2c, 1);
		put(num, 2);
	}
	put_value(rnd(4));
	if (by == 1)
		put(0x2b, 1);
	if (by < 2)
		put(rnd(8) ? 2 : 3, 1);
	if (!rnd(4))
		put_ext();
	put(0x2d, 1);
	put(num, 2);
	put(rnd(8) ? 0x29 : 0x28, 1);
}

static void put_statement(void)
{
	switch (rnd(8)) {
	case 0:
	case 1:
	case 2:
		put_chain();
		break;
	case 3:
		put_string();
		break;
	case 4:
		put_var();
		break;
	case 5:
	case 6:
		put_set();
		break;
	default:
		put_value(rnd(4));
		if (rnd(4))
			put(0x29, 1);
		break;
	}
}

#endif
