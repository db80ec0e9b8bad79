/* SPDX-License-Identifier: GPL-2.0 */
/* Until 5.14 (ec6aba3d2be1). */
#include <linux/kprobes.h>

int kc_probe(struct kprobe *kp, struct pt_regs *regs);
int kc_probe(struct kprobe *kp, struct pt_regs *regs)
{
	return kp->fault_handler && kp->fault_handler(kp, regs, 14);
}
