/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_KDEBUG_H
#define API_ASM_KDEBUG_H

#include <linux/notifier.h>

enum die_val {
	DIE_OOPS = 1,
};

#if API < API_2_6_26
int register_die_notifier(struct notifier_block *nb);
int unregister_die_notifier(struct notifier_block *nb);
#endif

#endif
