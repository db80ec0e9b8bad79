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
/*
 * User memory in the kernel's half: with SMAP, kernels before 6.8
 * (32019c659ecf) oops on a no-fault read of it.
 */
#define KC_VSYSCALL	(-10UL << 20)
#else
#define KC_KERNEL_START	0UL
#endif

static inline int kc_is_kernel(const void *p, size_t n)
{
	unsigned long addr = (unsigned long)p;

#ifdef KC_VSYSCALL
	if (addr < KC_VSYSCALL + PAGE_SIZE && addr + n > KC_VSYSCALL)
		return 0;
#endif
	return addr >= KC_KERNEL_START;
}

/*
 * Any context incl. NMI; does not sleep.  0, or a negative errno if any byte
 * cannot be read (dst is then undefined).  User addresses are refused.
 */
static inline long kc_read_kernel(void *dst, const void *src, size_t n)
{
	if (!kc_is_kernel(src, n))
		return -EFAULT;
#ifdef KC_HAVE_COPY_FROM_KERNEL_NOFAULT
	return copy_from_kernel_nofault(dst, src, n);
#else
	return probe_kernel_read(dst, (void *)src, n);
#endif
}

#endif
