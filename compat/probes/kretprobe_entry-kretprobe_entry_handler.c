/* SPDX-License-Identifier: GPL-2.0 */
/* f47cd9b553aa, 2.6.25: a handler at the entry, and data of each call. */
#include <linux/kprobes.h>

void *kc_probe(struct kretprobe *rp, struct kretprobe_instance *ri,
	       kretprobe_handler_t handler);
void *kc_probe(struct kretprobe *rp, struct kretprobe_instance *ri,
	       kretprobe_handler_t handler)
{
	rp->entry_handler = handler;
	rp->data_size = sizeof(long);
	return ri->data;
}
