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
#include "compat/stack.h"

/* Below it are ROMs and the memory of a display. */
#define KC_ISA_END	0x100000UL

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
/*
 * The kernel's image and modules: below it kernels before 4.5 or so map what ISA
 * has; above it are fixed mappings, of devices, too.
 */
#define KC_IMAGE_START	(__START_KERNEL_map + KC_ISA_END)
#define KC_IMAGE_SPAN	((-32UL << 20) - KC_IMAGE_START)
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
 * Any context incl. NMI; does not sleep.  Words of what kc_is_quick() has said
 * yes to: 0, or not if one could not be read.
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
 * Memory of the kernel's, in three steps.  kc_is_quick() says yes to what is RAM
 * for sure, in a few instructions: the direct map, the image and modules, the
 * current task's stack.  For all else kc_check_kernel() walks the page table: it
 * is read if its pages are RAM, so that a device's registers are not.
 */

/* In the direct map, behind what ISA has, there is nothing but RAM. */
extern u64 kc_ram_start, kc_ram_span;
/* Set by the user: devices may be read. */
extern int kc_reads_devices;

/* The most bytes that kc_is_quick() may be asked about. */
#define KC_QUICK_MAX	(1UL << 20)

/* Any context, preemption off.  n: 1 to KC_QUICK_MAX. */
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

/* Any context.  Addresses of the kernel's half, of whatever is there. */
int kc_is_kernel(u64 addr, size_t n);
/*
 * Any context incl. NMI; does not sleep.  0: it may be read; -EFAULT: it is not
 * the kernel's, or not there; -EPERM: it is a device's.
 */
long kc_check_kernel(u64 addr, size_t n);

/* The same, whatever the user has allowed. */
long kc_check_ram(u64 addr, size_t n);
/*
 * The same of user memory, by the page table that is in use.  Interrupts are off
 * until it has been read.
 */
long kc_check_user(u64 addr, size_t n);
/* Any context.  Is that physical address in what /proc/iomem calls System RAM? */
int kc_is_ram(u64 at);

/* As below, of what may be read. */
static inline long kc_read_there(void *dst, u64 addr, size_t n)
{
	if (n >= KC_BULK)
		return kc_copy_bulk(dst, (const void *)(unsigned long)addr, n);
	return kc_copy_nofault(dst, (const void *)(unsigned long)addr, n);
}

/*
 * Any context incl. NMI; does not sleep.  n: up to KC_QUICK_MAX.  0, or a negative
 * errno if any byte cannot be read (dst is then undefined), -EPERM if that is
 * because of a device.  User addresses are refused.
 */
static inline long kc_read_kernel(void *dst, u64 addr, size_t n)
{
	long err = kc_is_quick(addr, n) ? 0 : kc_check_kernel(addr, n);

	return err ? err : kc_read_there(dst, addr, n);
}

/* Process context; sleeps.  Once, before the others. */
void kc_read_init(void);
/*
 * Process context; no hit is under way.  Memory may have come or gone since.
 */
void kc_read_update(void);

#endif
