/* SPDX-License-Identifier: GPL-2.0 */
/* 1eeb66a1bb97, 2.6.22. */
#include <linux/kdebug.h>
#include <linux/notifier.h>

int kc_probe(struct notifier_block *nb);
int kc_probe(struct notifier_block *nb)
{
	return register_die_notifier(nb) || unregister_die_notifier(nb) ||
	       DIE_OOPS;
}
