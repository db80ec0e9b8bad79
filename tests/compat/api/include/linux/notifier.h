/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_NOTIFIER_H
#define API_LINUX_NOTIFIER_H

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action,
			     void *data);
	struct notifier_block *next;
	int priority;
};

struct atomic_notifier_head {
	int api_unused;
};

int atomic_notifier_chain_register(struct atomic_notifier_head *head,
				   struct notifier_block *nb);
int atomic_notifier_chain_unregister(struct atomic_notifier_head *head,
				     struct notifier_block *nb);

#define NOTIFY_DONE	0x0000

#endif
