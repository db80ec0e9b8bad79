/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Release and version of the running kernel.
 */
#ifndef COMPAT_KERNEL_NAME_H
#define COMPAT_KERNEL_NAME_H

#include <linux/utsname.h>
#include "compat/config.h"

/*
 * `uname -r' and `uname -v', as outside of any container.
 * Context: any.
 */
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
