/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_UACCESS_H
#define API_LINUX_UACCESS_H

#include <linux/preempt.h>
#include <asm/uaccess.h>

#if API >= API_EL5
static inline void pagefault_disable(void)
{
	barrier();
}

static inline void pagefault_enable(void)
{
	barrier();
}
#endif

#if API >= API_EL8_1
unsigned long _copy_from_user(void *to, const void __user *from,
			      unsigned long n);
unsigned long _copy_to_user(void __user *to, const void *from, unsigned long n);

static inline unsigned long __must_check
copy_from_user(void *to, const void __user *from, unsigned long n)
{
	return _copy_from_user(to, from, n);
}

static inline unsigned long __must_check
copy_to_user(void __user *to, const void *from, unsigned long n)
{
	return _copy_to_user(to, from, n);
}
#endif

#if API >= API_EL7
long probe_kernel_read(void *to, const void *from, size_t n);
#elif API >= API_2_6_26
long probe_kernel_read(void *to, void *from, size_t n);
#endif

#endif
