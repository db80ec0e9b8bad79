/* SPDX-License-Identifier: GPL-2.0 */
/* 3a872d89baae, 2.6.19, and in RHEL 5; up to 2.6.29 no flag keeps it from the code. */
#include <linux/kprobes.h>

int kc_probe(struct kprobe *kp);
int kc_probe(struct kprobe *kp)
{
	kp->symbol_name = (char *)"_text";
	kp->offset = 0x80000001;
	return register_kprobe(kp);
}
