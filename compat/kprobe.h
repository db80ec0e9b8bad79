/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kprobes.
 */
#ifndef COMPAT_KPROBE_H
#define COMPAT_KPROBE_H

#include <linux/kprobes.h>
#include "compat/config.h"

/*
 * Process context; sleeps.  When it returns no handler of these runs any more,
 * on any CPU.
 */
static inline void kc_unregister_kprobes(struct kprobe **kps, int n)
{
	unregister_kprobes(kps, n);
}

#endif
