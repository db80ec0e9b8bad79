/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading kernel memory that may not be there.
 */
#ifndef COMPAT_READ_H
#define COMPAT_READ_H

#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <asm/page.h>
#include "compat/config.h"
#include "compat/facts.h"

#ifdef CONFIG_X86_64
/*
 * The kernel's half of what the page tables can map.  5.10 goes by what the CPU
 * could do instead, and warns when the access then is a general protection
 * fault; kernels before 5.8 (98a23609b103) read user memory here.
 */
#define KC_KERNEL_START	(~0UL << KC_FACT_VIRTUAL_BITS)
/*
 * User memory in the kernel's half: with SMAP, kernels before 6.8
 * (32019c659ecf) oops on a no-fault read of it.
 */
#define KC_VSYSCALL	(-10UL << 20)
#elif defined(CONFIG_X86_32)
#define KC_KERNEL_START	PAGE_OFFSET
#else
#define KC_KERNEL_START	0UL
#endif

/*
 * Any context incl. NMI; does not sleep.  0, or not if any byte could not be
 * read.  src is an address of the kernel's.
 */
static inline long kc_copy_nofault(void *dst, const void *src, size_t n)
{
#if defined(KC_HAVE_COPY_FROM_KERNEL_NOFAULT)
	return copy_from_kernel_nofault(dst, src, n);
#elif defined(KC_HAVE_PROBE_KERNEL_READ)
	return probe_kernel_read(dst, (void *)src, n);
#else
	unsigned long left;

	/* So that no fault waits for a page (preempt_disable() may be nothing). */
	inc_preempt_count();
	barrier();
	left = __copy_from_user_inatomic(dst, (const void __user *)src, n);
	barrier();
	dec_preempt_count();
	return left ? -EFAULT : 0;
#endif
}

/*
 * The same for many bytes, in one instruction a word where there is one (the
 * kernel's own takes seven).  A fault leaves what was not copied in `left'; it
 * is of a kernel address, so that no fault waits for a page.  Words only: what
 * is read by one access elsewhere must not be torn here.
 */
#if defined(CONFIG_X86) && defined(_ASM_EXTABLE)
#define KC_BULK		64

static inline long kc_copy_bulk(void *dst, const void *src, size_t n)
{
	size_t left = n / sizeof(long);

#ifdef CONFIG_X86_64
	__asm__ __volatile__("1: rep movsq\n2:\n" _ASM_EXTABLE(1b, 2b)
			     : "+c" (left), "+D" (dst), "+S" (src)
			     : : "memory");
#else
	__asm__ __volatile__("1: rep movsl\n2:\n" _ASM_EXTABLE(1b, 2b)
			     : "+c" (left), "+D" (dst), "+S" (src)
			     : : "memory");
#endif
	if (left)
		return -EFAULT;
	n %= sizeof(long);
	return n ? kc_copy_nofault(dst, src, n) : 0;
}
#else
#define KC_BULK		(~(size_t)0)
#define kc_copy_bulk	kc_copy_nofault
#endif

/*
 * Any context.  Words that are there, in one instruction each where there is
 * one.
 */
static inline void kc_copy_words(u64 *dst, const u64 *src, size_t n)
{
#ifdef CONFIG_X86_64
	__asm__ __volatile__("rep movsq" : "+c" (n), "+D" (dst), "+S" (src)
			     : : "memory");
#else
	while (n--)
		*dst++ = *src++;
#endif
}

/*
 * Any context incl. NMI; does not sleep.  Words of the kernel's own memory, as
 * kc_is_kernel() says: 0, or not if one could not be read.
 */
static inline long kc_read_words(void *dst, u64 addr, size_t n)
{
#if defined(CONFIG_X86_64) && defined(_ASM_EXTABLE)
	const void *src = (const void *)(unsigned long)addr;

	__asm__ __volatile__("1: rep movsq\n2:\n" _ASM_EXTABLE(1b, 2b)
			     : "+c" (n), "+D" (dst), "+S" (src)
			     : : "memory");
	return n;
#else
	return kc_copy_bulk(dst, (const void *)(unsigned long)addr,
			    n * sizeof(u64));
#endif
}

/* Below the vsyscall page: where that begins, and how much it is. */
extern u64 kc_kernel_start, kc_kernel_span;
/* Once, before the others. */
void kc_read_init(void);
/* Any context.  As below, where those do not say yes. */
int kc_is_kernel_edge(u64 addr, size_t n);

/*
 * Any context.  n: 1 to 1 GiB.  Nor is it anywhere else that a 32-bit machine
 * would go round to.  Surely: there is more that the other says yes to.
 */
static inline int kc_is_surely_kernel(u64 addr, size_t n)
{
	return addr - kc_kernel_start <= kc_kernel_span - n &&
	       (sizeof(long) == sizeof(u64) || n <= kc_kernel_span);
}

static inline int kc_is_kernel(u64 addr, size_t n)
{
	return kc_is_surely_kernel(addr, n) || kc_is_kernel_edge(addr, n);
}

/* As below, of what kc_is_kernel() has said yes to. */
static inline long kc_read_there(void *dst, u64 addr, size_t n)
{
	if (n >= KC_BULK)
		return kc_copy_bulk(dst, (const void *)(unsigned long)addr, n);
	return kc_copy_nofault(dst, (const void *)(unsigned long)addr, n);
}

/*
 * Any context incl. NMI; does not sleep.  0, or a negative errno if any byte
 * cannot be read (dst is then undefined).  User addresses are refused.
 */
static inline long kc_read_kernel(void *dst, u64 addr, size_t n)
{
	return kc_is_kernel(addr, n) ? kc_read_there(dst, addr, n) : -EFAULT;
}

#endif
