/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 64-bit division for every kernel: 32-bit ones lack __divdi3 and friends, and
 * do_div() is unsigned with a 32-bit divisor.  On 64-bit machines the CPU
 * divides and the compiler drops the rest.
 *
 * Context: any, including NMI.
 */
#include <linux/types.h>

#include "agent/ops.h"

#define SIGN_BIT 0x8000000000000000ULL

/* b is not 0. */
static u64 div_rem(u64 a, u64 b, u64 *rem)
{
	u64 quotient = 0, rest = 0;
	int i;

	if (!(a >> 32) && !(b >> 32)) {
		*rem = (u32)a % (u32)b;
		return (u32)a / (u32)b;
	}

	for (i = 63; i >= 0; i--) {
		u64 out = rest & SIGN_BIT;

		rest = rest << 1 | (a >> i & 1);
		if (out || rest >= b) {
			rest -= b;
			quotient |= 1ULL << i;
		}
	}
	*rem = rest;
	return quotient;
}

u64 agent_div_unsigned(u64 a, u64 b)
{
	u64 rem;

	if (sizeof(long) == 8)
		return a / b;
	return div_rem(a, b, &rem);
}

u64 agent_rem_unsigned(u64 a, u64 b)
{
	u64 rem;

	if (sizeof(long) == 8)
		return a % b;
	div_rem(a, b, &rem);
	return rem;
}

static u64 magnitude(u64 v)
{
	return v & SIGN_BIT ? 0 - v : v;
}

/*
 * Rounds towards 0.  The smallest number divided by -1 is itself: dividing
 * magnitudes cannot trap.
 */
u64 agent_div_signed(u64 a, u64 b)
{
	u64 q = agent_div_unsigned(magnitude(a), magnitude(b));

	return (a ^ b) & SIGN_BIT ? 0 - q : q;
}

/* Has the sign of the dividend. */
u64 agent_rem_signed(u64 a, u64 b)
{
	u64 r = agent_rem_unsigned(magnitude(a), magnitude(b));

	return a & SIGN_BIT ? 0 - r : r;
}
