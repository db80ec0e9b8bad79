/* SPDX-License-Identifier: GPL-2.0 */
/* de5bd88d5a5c, 2.6.30. */
#include <linux/kprobes.h>

int kc_probe(struct kprobe *kp);
int kc_probe(struct kprobe *kp)
{
	return enable_kprobe(kp) + disable_kprobe(kp);
}
