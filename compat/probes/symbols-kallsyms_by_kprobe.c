/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 0bd476e6c671, 5.7: no longer exported.  kprobe.symbol_name (3a872d89baae,
 * 2.6.24) finds it.
 */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>

int kc_probe(struct kprobe *kp, char *buf);
int kc_probe(struct kprobe *kp, char *buf)
{
	kp->symbol_name = "kallsyms_lookup_name";
	return sprint_symbol(buf, (unsigned long)kp->addr);
}
