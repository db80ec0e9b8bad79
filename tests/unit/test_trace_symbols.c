/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Symbols of addresses on kernels without sprint_symbol(), as vanilla 2.6.18:
 * each look-up of a name there goes through all symbols.
 */
#define CONFIG_X86			1
#define KC_HAVE_KALLSYMS_LOOKUP_NAME	1

#include "tests/unit/unit.h"
#include "compat/symbols.c"

static unsigned int names;	/* looked up */

static const char *lookup_address(unsigned long addr, unsigned long *size,
				  unsigned long *offset, char **module,
				  char *name)
{
	if (addr < 0x1000)
		return NULL;
	*size = 0x100;
	*offset = addr & 0xff;
	return strcpy(name, "vfs_read");
}

unsigned long kallsyms_lookup_name(const char *name)
{
	names++;
	return strcmp(name, "kallsyms_lookup") ? 0 :
						 (unsigned long)lookup_address;
}

static void test_name_is_looked_up_once(void)
{
	struct kc_place place;
	unsigned long addr;

	for (addr = 0x1000; addr < 0x2000; addr += 4) {
		CHECK_EQ(kc_symbol_at(addr, &place), 0);
		CHECK_EQ(place.start, addr & ~0xffUL);
		CHECK_EQ(place.size, 0x100);
	}
	CHECK_STR(place.text, "vfs_read+0xfc/0x100");
	CHECK_EQ(kc_symbol_at(4, &place), -ENOENT);
	CHECK_STR(place.text, "");
	CHECK_EQ(names, 1);
}

int main(void)
{
	RUN(test_name_is_looked_up_once);
	return unit_end();
}
