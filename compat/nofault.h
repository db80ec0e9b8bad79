/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copy from memory that may not be mapped.
 */
#ifndef COMPAT_NOFAULT_H
#define COMPAT_NOFAULT_H

#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include "compat/config.h"

/*
 * Returns 0, or nonzero if any byte cannot be read.  src must be a kernel
 * address.
 * Context: any, including NMI.
 */
static inline long kc_copy_nofault(void *dst, const void *src, size_t n)
{
#if defined(KC_HAVE_COPY_FROM_KERNEL_NOFAULT)
	return copy_from_kernel_nofault(dst, src, n);
#elif defined(KC_HAVE_PROBE_KERNEL_READ)
	return probe_kernel_read(dst, (void *)src, n);
#else
	unsigned long left;

	/* Faults must not sleep; preempt_disable() may be empty. */
	inc_preempt_count();
	barrier();
	left = __copy_from_user_inatomic(dst, (const void __user *)src, n);
	barrier();
	dec_preempt_count();
	return left ? -EFAULT : 0;
#endif
}

#endif
