/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_KALLSYMS_H
#define API_LINUX_KALLSYMS_H

#include <linux/types.h>

struct module;

unsigned long kallsyms_lookup_name(const char *name);
#if API >= API_EL6
int kallsyms_on_each_symbol(int (*fn)(void *arg, const char *name,
				      struct module *module,
				      unsigned long addr),
			    void *arg);
#endif

#endif
