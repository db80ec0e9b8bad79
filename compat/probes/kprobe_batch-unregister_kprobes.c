/* SPDX-License-Identifier: GPL-2.0 */
/* 9861668f747e, 2.6.26: many probes, one grace period. */
#include <linux/kprobes.h>

void kc_probe(struct kprobe **kps, struct kretprobe **rps, int n);
void kc_probe(struct kprobe **kps, struct kretprobe **rps, int n)
{
	unregister_kprobes(kps, n);
	unregister_kretprobes(rps, n);
}
