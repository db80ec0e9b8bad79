// SPDX-License-Identifier: GPL-2.0
/*
 * arch/arch.h: _text from _stext, for kernels whose symbol table has only
 * functions.
 */
#include "arch/arch.h"
#include "tests/unit/unit.h"

#define MIB	0x100000UL

static void test_known(void)
{
	/* RHEL 5 i686, as linked and moved by 12 MiB; _stext = _text + 0x2a0. */
	CHECK_EQ(arch_text_below(0xc04002a0, 4 * MIB), 0xc0400000);
	CHECK_EQ(arch_text_below(0xc10002a0, 4 * MIB), 0xc1000000);
	/* It is the first of all. */
	CHECK_EQ(arch_text_below(0xc1000000, 16 * MIB), 0xc1000000);
	CHECK_EQ(arch_text_below(0xc100ffff, 16 * MIB), 0xc1000000);
}

/* A possibly wrong address is worse than none. */
static void test_not_known(void)
{
	CHECK_EQ(arch_text_below(0xc0102000, 0x2000), 0);
	CHECK_EQ(arch_text_below(0xc01002a0, 0x10000), 0);
	CHECK_EQ(arch_text_below(0xc1010000, 16 * MIB), 0);
	CHECK_EQ(arch_text_below(0xc0500000, 4 * MIB), 0);
	CHECK_EQ(arch_text_below(0, 0), 0);
}

int main(void)
{
	RUN(test_known);
	RUN(test_not_known);
	return unit_end();
}
