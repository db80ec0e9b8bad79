/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 5.10: the calls of a task stand in a list. */
#include <linux/list.h>
#include <linux/kprobes.h>

unsigned long kc_probe(struct kretprobe_instance *ri);
unsigned long kc_probe(struct kretprobe_instance *ri)
{
	struct kretprobe *rp = ri->rp;
	struct task_struct *task = ri->task;

	ri = hlist_entry(ri->hlist.next, struct kretprobe_instance, hlist);
	if (ri->task != task || register_kretprobe(rp))
		return 0;
	return (unsigned long)ri->ret_addr;
}
