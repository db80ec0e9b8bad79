/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>
#include "compat/config.h"
#include "compat/symbols.h"

#ifdef KC_HAVE_KALLSYMS_LOOKUP_NAME

int kc_symbols_init(void)
{
	return 0;
}

unsigned long kc_symbol(const char *name)
{
	return kallsyms_lookup_name(name);
}

#else

static unsigned long (*kc_lookup)(const char *name);

/*
 * Not exported since 5.7 (0bd476e6c671).  A kprobe tells where it is; where
 * functions start with an endbr, the kprobe is a few bytes behind the entry,
 * and sprint_symbol() tells how many ("name+0x4/0x80").
 */
int kc_symbols_init(void)
{
	char text[KSYM_SYMBOL_LEN];
	struct kprobe kp;
	unsigned long addr;
	unsigned long off;
	char *plus;
	int ret;

	memset(&kp, 0, sizeof(kp));
	kp.symbol_name = "kallsyms_lookup_name";
	ret = register_kprobe(&kp);
	if (ret)
		return ret;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);

	sprint_symbol(text, addr);
	plus = strchr(text, '+');
	if (!plus || sscanf(plus + 1, "0x%lx", &off) != 1)
		return -ENOENT;
	kc_lookup = (unsigned long (*)(const char *name))(addr - off);
	return 0;
}

unsigned long kc_symbol(const char *name)
{
	return kc_lookup(name);
}

#endif
