/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_UACCESS_H
#define API_ASM_UACCESS_H

#include <linux/types.h>
#include <asm/processor.h>

#define KERNEL_DS	((mm_segment_t) { (-1UL) })
#define get_fs()	API_ANY(mm_segment_t)
#define set_fs(fs)	((void)(fs))

#if API >= API_EL8_1
unsigned long __must_check clear_user(void __user *to, unsigned long n);
unsigned long __must_check copy_user_generic_unrolled(void *to,
						      const void *from,
						      unsigned int n);

static inline unsigned long __must_check
raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	return copy_user_generic_unrolled(to, from, n);
}
#elif API >= API_EL7
unsigned long __must_check _copy_from_user(void *to, const void __user *from,
					   unsigned int n);
unsigned long __must_check _copy_to_user(void __user *to, const void *from,
					 unsigned int n);
unsigned long __must_check clear_user(void __user *to, unsigned long n);

static inline unsigned long __must_check
copy_from_user(void *to, const void __user *from, unsigned long n)
{
	return _copy_from_user(to, from, n);
}
#elif defined(CONFIG_X86_32)
unsigned long __must_check copy_from_user(void *to, const void __user *from,
					  unsigned long n);
unsigned long __must_check copy_to_user(void __user *to, const void *from,
					unsigned long n);
unsigned long __must_check clear_user(void __user *to, unsigned long n);
#elif API >= API_2_6_26
unsigned long __must_check copy_from_user(void *to, const void __user *from,
					  unsigned int n);
unsigned long __must_check copy_to_user(void __user *to, const void *from,
					unsigned int n);
unsigned long __must_check clear_user(void __user *to, unsigned long n);
#else
unsigned long copy_from_user(void *to, const void __user *from, unsigned int n);
unsigned long copy_to_user(void __user *to, const void *from, unsigned int n);
unsigned long clear_user(void __user *to, unsigned long n);
#endif

#if API >= API_EL8_1
/* The others are in linux/uaccess.h. */
#elif API >= API_EL7
unsigned long __must_check copy_user_generic_unrolled(void *to,
						      const void *from,
						      unsigned int n);

static inline int __must_check
__copy_from_user_inatomic(void *to, const void __user *from, unsigned int n)
{
	return copy_user_generic_unrolled(to, from, n);
}
#elif defined(CONFIG_X86_32)
unsigned long __must_check __copy_from_user_ll_nozero(void *to,
						      const void __user *from,
						      unsigned long n);

static inline unsigned long
__copy_from_user_inatomic(void *to, const void __user *from, unsigned long n)
{
	return __copy_from_user_ll_nozero(to, from, n);
}
#elif API >= API_2_6_26
long __must_check __copy_from_user_inatomic(void *to, const void __user *from,
					    unsigned int n);
#else
unsigned long copy_user_generic(void *to, const void *from, unsigned int n);

static inline int __copy_from_user_inatomic(void *to, const void __user *from,
					    unsigned int n)
{
	return copy_user_generic(to, from, n);
}
#endif

#if API == API_4_4
static inline unsigned long __must_check
copy_to_user(void __user *to, const void *from, unsigned long n)
{
	return _copy_to_user(to, from, n);
}
#elif API == API_EL7
static inline int __must_check
copy_to_user(void __user *to, const void *from, unsigned int n)
{
	return _copy_to_user(to, from, n);
}
#endif

#endif
