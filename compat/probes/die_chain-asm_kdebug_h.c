/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 2.6.21. */
#include <linux/notifier.h>
#include <asm/kdebug.h>

int kc_probe(struct notifier_block *nb);
int kc_probe(struct notifier_block *nb)
{
	return register_die_notifier(nb) || unregister_die_notifier(nb) ||
	       DIE_OOPS;
}
