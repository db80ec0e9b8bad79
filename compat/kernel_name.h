/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the running kernel calls itself.
 */
#ifndef COMPAT_KERNEL_NAME_H
#define COMPAT_KERNEL_NAME_H

#include <linux/utsname.h>
#include "compat/config.h"

/* Any context.  As `uname -r' and `uname -v', outside of any container. */
static inline const char *kc_release(void)
{
#ifdef KC_HAVE_INIT_UTSNAME
	return init_utsname()->release;
#else
	return system_utsname.release;
#endif
}

static inline const char *kc_version(void)
{
#ifdef KC_HAVE_INIT_UTSNAME
	return init_utsname()->version;
#else
	return system_utsname.version;
#endif
}

#endif
