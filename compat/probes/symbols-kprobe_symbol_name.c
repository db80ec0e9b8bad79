/* SPDX-License-Identifier: GPL-2.0 */
/* 3a872d89baae, 2.6.19; KPROBE_FLAG_DISABLED: de5bd88d5a5c, 2.6.30. */
#include <linux/kprobes.h>

int kc_probe(struct kprobe *kp);
int kc_probe(struct kprobe *kp)
{
	kp->symbol_name = "_text";
	kp->flags = KPROBE_FLAG_DISABLED;
	return register_kprobe(kp);
}
