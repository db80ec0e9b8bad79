/* SPDX-License-Identifier: GPL-2.0 */
/* Control: if this does not compile, the tree or the compiler is at fault. */
#include <linux/module.h>
#include <linux/kprobes.h>

int kc_probe(struct kprobe *p);
int kc_probe(struct kprobe *p)
{
	return register_kprobe(p);
}
