/* SPDX-License-Identifier: GPL-2.0 */
/* 73f9b911faa7, 5.18: a call's data may be rethook's; pt_regs has its address. */
#include <linux/kprobes.h>

unsigned long kc_probe(struct kretprobe_instance *ri);
unsigned long kc_probe(struct kretprobe_instance *ri)
{
	struct kretprobe *rp = get_kretprobe(ri);

	return register_kretprobe(rp) ? 0 : get_kretprobe_retaddr(ri);
}
