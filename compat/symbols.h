/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel symbols that modules cannot link to.
 */
#ifndef COMPAT_SYMBOLS_H
#define COMPAT_SYMBOLS_H

#include <linux/module.h>	/* for kallsyms.h of 2.6.32 */
#include <linux/kallsyms.h>
#include "compat/config.h"

#ifdef KC_HAVE_SPRINT_SYMBOL
#define KC_PLACE_LEN	KSYM_SYMBOL_LEN
#else
#define KC_PLACE_LEN	(KSYM_NAME_LEN + 100)
#endif

/* The symbol that an address belongs to. */
struct kc_place {
	unsigned long start, size;
	char text[KC_PLACE_LEN];	/* "vfs_read+0x3/0x2a0 [module]" */
};

/*
 * The address of a kernel symbol, or 0.
 * Context: process, may sleep.
 */
unsigned long kc_symbol(const char *name);

/*
 * Returns 0, or -ENOENT with an empty text.
 * Context: process, may sleep.
 */
int kc_symbol_at(unsigned long addr, struct kc_place *place);

#endif
