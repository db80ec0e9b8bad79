/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading kernel memory that may not be there.
 */
#ifndef COMPAT_READ_H
#define COMPAT_READ_H

#include <linux/errno.h>
#include <linux/uaccess.h>
#include <asm/page.h>
#include "compat/config.h"

#ifdef CONFIG_X86_64
/*
 * The kernel's half of what the page tables can map.  5.10 goes by what the CPU
 * could do instead, and warns when the access then is a general protection
 * fault; kernels before 5.8 (98a23609b103) read user memory here.
 */
#define KC_KERNEL_START	(~0UL << __VIRTUAL_MASK_SHIFT)
#else
#define KC_KERNEL_START	0UL
#endif

/*
 * Any context incl. NMI; does not sleep.  0, or a negative errno if any byte
 * cannot be read (dst is then undefined).  User addresses are refused.
 */
static inline long kc_read_kernel(void *dst, const void *src, size_t n)
{
	if ((unsigned long)src < KC_KERNEL_START)
		return -EFAULT;
#ifdef KC_HAVE_COPY_FROM_KERNEL_NOFAULT
	return copy_from_kernel_nofault(dst, src, n);
#else
	return probe_kernel_read(dst, (void *)src, n);
#endif
}

#endif
