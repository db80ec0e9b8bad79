/* SPDX-License-Identifier: GPL-2.0 */
/* d741bf41d7c7, 5.11: whose a call is is asked for. */
#include <linux/kprobes.h>

unsigned long kc_probe(struct kretprobe_instance *ri);
unsigned long kc_probe(struct kretprobe_instance *ri)
{
	struct kretprobe *rp = get_kretprobe(ri);

	return register_kretprobe(rp) ? 0 : (unsigned long)ri->ret_addr;
}
