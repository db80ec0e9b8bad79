/* SPDX-License-Identifier: GPL-2.0 */
/* d741bf41d7c7, 5.11: a list of each task has its return probes. */
#include <linux/kprobes.h>
#include <linux/sched.h>

unsigned long kc_probe(void);
unsigned long kc_probe(void)
{
	const struct llist_node *node = current->kretprobe_instances.first;
	struct kretprobe_instance copy =
		*llist_entry(node, struct kretprobe_instance, llist);

	return copy.llist.next ? (unsigned long)copy.fp :
				 (unsigned long)copy.ret_addr;
}
