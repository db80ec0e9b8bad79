/* SPDX-License-Identifier: GPL-2.0 */
/* f39650de687e, 5.14. */
#include <linux/notifier.h>
#include <linux/panic_notifier.h>

int kc_probe(struct notifier_block *nb);
int kc_probe(struct notifier_block *nb)
{
	return atomic_notifier_chain_register(&panic_notifier_list, nb) ||
	       atomic_notifier_chain_unregister(&panic_notifier_list, nb);
}
