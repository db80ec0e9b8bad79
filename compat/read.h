/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read kernel memory that may not be mapped.
 */
#ifndef COMPAT_READ_H
#define COMPAT_READ_H

#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <asm/page.h>
#include "compat/config.h"
#include "compat/facts.h"
#include "compat/stack.h"

/* ROMs and display memory are below. */
#define KC_ISA_END	0x100000UL

#ifdef CONFIG_X86_64
/*
 * The kernel's half of what the page tables can map.  The reader of 5.10 goes
 * by what the CPU supports instead, and warns when an access then causes a
 * general protection fault; before 5.8 (98a23609b103) it also reads user
 * memory.
 */
#define KC_KERNEL_START	(~0UL << KC_FACT_VIRTUAL_BITS)
/*
 * User memory in the kernel's half.  With SMAP kernels before 6.8
 * (32019c659ecf) oops on a no-fault read of it.
 */
#define KC_VSYSCALL	(-10UL << 20)
/*
 * Kernel image and modules.  Kernels before 4.5 or so map the ISA range below;
 * above are fixed mappings, some of devices.
 */
#define KC_IMAGE_START	(__START_KERNEL_map + KC_ISA_END)
#define KC_IMAGE_SPAN	((-32UL << 20) - KC_IMAGE_START)
#elif defined(CONFIG_X86_32)
#define KC_KERNEL_START	PAGE_OFFSET
#else
#define KC_KERNEL_START	0UL
#endif

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

/*
 * kc_copy_nofault() for many bytes: a string instruction where possible,
 * instead of the kernel's seven instructions per word.  A fault leaves the
 * number of words not copied in `left'; on a kernel address it never sleeps.
 * Copy by words: what others access at once must not be torn here.
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
 * Copy words that are mapped, by a string instruction where possible.
 * Context: any.
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
 * Read n words that kc_is_quick() accepts.  Returns 0, or nonzero if one cannot
 * be read.
 * Context: any, including NMI.
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

/*
 * Kernel memory is read in three steps.  kc_is_quick() accepts, in a few
 * instructions, what is certainly RAM: the direct map, the image and modules,
 * the current task's stack.  For the rest kc_check_kernel() walks the page
 * table and accepts only RAM, so device registers are not read.  Then the copy
 * follows.
 */

/* Part of the direct map, above the ISA range, with nothing but RAM. */
extern u64 kc_ram_start, kc_ram_span;
/* The user allows reads of devices. */
extern int kc_reads_devices;

/* The largest n for kc_is_quick(). */
#define KC_QUICK_MAX	(1UL << 20)

/*
 * n: 1 to KC_QUICK_MAX.
 * Context: any, preemption off.
 */
static inline int kc_is_quick(u64 addr, size_t n)
{
	if (likely(addr - kc_ram_start <= kc_ram_span - n))
		return 1;
#ifdef KC_IMAGE_START
	if (addr - KC_IMAGE_START <= KC_IMAGE_SPAN - n)
		return 1;
#endif
	return kc_is_on_stack(addr, n);
}

/*
 * Is all of it in the kernel's half and not vsyscall, mapped or not?
 * Context: any.
 */
int kc_is_kernel(u64 addr, size_t n);
/*
 * Returns 0 if the range may be read; -EFAULT if it is not kernel memory or not
 * mapped; -EPERM if it is a device's.
 * Context: any, including NMI.
 */
long kc_check_kernel(u64 addr, size_t n);

/* The same, but never accepts devices. */
long kc_check_ram(u64 addr, size_t n);
/*
 * kc_check_kernel() for user memory, by the page table in use.  Keep interrupts
 * off until the memory has been read.
 */
long kc_check_user(u64 addr, size_t n);
/*
 * Does /proc/iomem call this physical address System RAM?
 * Context: any.
 */
int kc_is_ram(u64 at);

/* kc_read_kernel() after its checks. */
static inline long kc_read_there(void *dst, u64 addr, size_t n)
{
	if (n >= KC_BULK)
		return kc_copy_bulk(dst, (const void *)(unsigned long)addr, n);
	return kc_copy_nofault(dst, (const void *)(unsigned long)addr, n);
}

/*
 * Read n bytes, at most KC_QUICK_MAX.  Returns 0, or a negative errno if any
 * byte cannot be read (dst is then undefined): -EPERM because of a device.
 * Refuses user addresses.
 * Context: any, including NMI.
 */
static inline long kc_read_kernel(void *dst, u64 addr, size_t n)
{
	long err = kc_is_quick(addr, n) ? 0 : kc_check_kernel(addr, n);

	return err ? err : kc_read_there(dst, addr, n);
}

/*
 * Call once, before the other functions.
 * Context: process, may sleep.
 */
void kc_read_init(void);
/*
 * Scan again: memory may have been added or removed.
 * Context: process, no hit in progress.
 */
void kc_read_update(void);

#endif
