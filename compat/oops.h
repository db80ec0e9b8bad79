/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Oopses and panics.
 */
#ifndef COMPAT_OOPS_H
#define COMPAT_OOPS_H

#include "compat/config.h"

#if (defined(KC_HAVE_PANIC_NOTIFIER_H) || defined(KC_HAVE_PANIC_KERNEL_H)) && \
	(defined(KC_HAVE_KDEBUG_H) || defined(KC_HAVE_ASM_KDEBUG_H))
#define KC_HAS_OOPS	1
#else
#define KC_HAS_OOPS	0
#endif

/*
 * Call fn at each oops, behind its report, and at each panic, with "oops" or
 * "panic".  An oops may become a panic: then it is called twice.  In an oops
 * other CPUs run; in a panic they have been stopped, wherever they were, and fn
 * is not called if the kernel starts a crash kernel first (kdump without
 * crash_kexec_post_notifiers).  One watcher at a time.  Without KC_HAS_OOPS fn
 * is never called.
 * Context: process, may sleep.  That of fn: any, including NMI; the interrupted
 * code may hold any lock.
 */
typedef void (*kc_oops_fn_t)(const char *what);
void kc_watch_oopses(kc_oops_fn_t fn);
/* When this returns, no fn runs, and none will. */
void kc_unwatch_oopses(void);

#endif
