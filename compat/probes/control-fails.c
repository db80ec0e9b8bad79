/* SPDX-License-Identifier: GPL-2.0 */
/* Control: if this compiles, no answer of this run can be believed. */
#include <linux/module.h>
#include <linux/kprobes.h>

int kc_probe(struct kprobe *p);
int kc_probe(struct kprobe *p)
{
	return kc_no_such_function(p, p->kc_no_such_field);
}
