/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel lockdown: may even root not read kernel memory?
 */
#ifndef COMPAT_LOCKDOWN_H
#define COMPAT_LOCKDOWN_H

#include "compat/config.h"

#ifdef KC_HAVE_SECURITY_LOCKED_DOWN
#include <linux/security.h>
#endif

/*
 * Returns 0 or a negative errno.
 * Context: process.
 */
static inline int kc_locked_down(void)
{
#ifdef KC_HAVE_SECURITY_LOCKED_DOWN
	return security_locked_down(LOCKDOWN_KCORE);
#else
	return 0;
#endif
}

#endif
