/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/string.h>
#include "compat/config.h"
#include "compat/symbols.h"

#ifdef KC_HAVE_KALLSYMS_LOOKUP_NAME

unsigned long kc_symbol(const char *name)
{
	return kallsyms_lookup_name(name);
}

#else

/*
 * kallsyms_lookup_name() is not exported since 5.7 (0bd476e6c671); to call it
 * by an address found otherwise is a fault where IBT is on, since its endbr is
 * erased at boot.  But register_kprobe() looks the name up, whether or not it
 * then allows a probe there, and a disabled probe changes no code.
 */
unsigned long kc_symbol(const char *name)
{
	struct kprobe kp;

	memset(&kp, 0, sizeof(kp));
	kp.symbol_name = name;
	kp.flags = KPROBE_FLAG_DISABLED;
	if (!register_kprobe(&kp))
		unregister_kprobe(&kp);
	return (unsigned long)kp.addr;
}

#endif
