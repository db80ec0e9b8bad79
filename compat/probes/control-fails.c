/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control: if this compiles, no answer of this run can be believed.  Most
 * questions are whether a function is there, so this asks for one that is not.
 */
#include <linux/module.h>
#include <linux/kprobes.h>

int kc_probe(struct kprobe *p);
int kc_probe(struct kprobe *p)
{
	return kc_no_such_function(p);
}
