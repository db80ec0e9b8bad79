/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_KALLSYMS_H
#define API_LINUX_KALLSYMS_H

#include <linux/types.h>

struct module;

unsigned long kallsyms_lookup_name(const char *name);
#if API >= API_2_6_26
#define KSYM_NAME_LEN	128
#else
#define KSYM_NAME_LEN	127
#endif
#if API >= API_EL5
#define KSYM_SYMBOL_LEN	(KSYM_NAME_LEN + 100)

int sprint_symbol(char *text, unsigned long addr);
#endif
#if API >= API_EL6
int kallsyms_on_each_symbol(int (*fn)(void *arg, const char *name,
				      struct module *module,
				      unsigned long addr),
			    void *arg);
#endif

#endif
