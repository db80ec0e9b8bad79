/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_KDEBUG_H
#define API_LINUX_KDEBUG_H

#if API < API_2_6_26
#error "newer than this release"
#endif

#include <asm/kdebug.h>

int register_die_notifier(struct notifier_block *nb);
int unregister_die_notifier(struct notifier_block *nb);

#endif
