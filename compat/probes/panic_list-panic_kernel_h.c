/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 5.13. */
#include <linux/kernel.h>
#include <linux/notifier.h>

int kc_probe(struct notifier_block *nb);
int kc_probe(struct notifier_block *nb)
{
	return atomic_notifier_chain_register(&panic_notifier_list, nb) ||
	       atomic_notifier_chain_unregister(&panic_notifier_list, nb);
}
