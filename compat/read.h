/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading kernel memory that may not be there.
 */
#ifndef COMPAT_READ_H
#define COMPAT_READ_H

#include <linux/uaccess.h>
#include "compat/config.h"

/*
 * Any context incl. NMI; does not sleep.  0, or a negative errno if any byte
 * cannot be read (dst is then undefined).  User addresses are refused.
 */
static inline long kc_read_kernel(void *dst, const void *src, size_t n)
{
#ifdef KC_HAVE_COPY_FROM_KERNEL_NOFAULT
	return copy_from_kernel_nofault(dst, src, n);
#else
	return probe_kernel_read(dst, (void *)src, n);
#endif
}

#endif
