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
#ifdef KC_HAVE_UNREGISTER_KPROBES
	unregister_kprobes(kps, n);
#else
	int i;

	for (i = 0; i < n; i++)
		unregister_kprobe(kps[i]);
#endif
}

/*
 * Do this kernel's kprobes refuse a place in the middle of an instruction?
 * Since 2.6.33 (b46b3d70c9c0) and in RHEL 6: they decode what is before it, and
 * the decoder's header came with that.
 */
#ifdef KC_HAVE_ASM_INSN
#define kc_kprobes_check_insn()	1
#else
#define kc_kprobes_check_insn()	0
#endif

#endif
