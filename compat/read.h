/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read kernel memory that may not be mapped.
 */
#ifndef COMPAT_READ_H
#define COMPAT_READ_H

#include <asm/page.h>
#include "compat/machine.h"
#include "compat/nofault.h"
#include "compat/stack.h"

/*
 * A machine has these:
 *
 * KC_KERNEL_START: where the kernel's half of the address space starts.
 * KC_VSYSCALL: if there is one, a page of user memory in that half.
 * KC_QUICK_FIRST: the first physical address whose place in the direct map is
 * never a device's; that map starts at PAGE_OFFSET, with the address 0.
 * KC_IMAGE_START, KC_IMAGE_SPAN: addresses of the kernel image and modules, if
 * they are elsewhere than the direct map and never a device's.
 *
 * KC_BIG_ENDIAN: 1 if the first byte of a word has the highest bits.
 *
 * It may have faster ways than the loops below, for any context, including NMI:
 *
 * KC_BULK, kc_copy_bulk(): kc_copy_nofault() for KC_BULK bytes or more.  It
 * copies by words: what others access at once must not be torn.  A fault on a
 * kernel address never sleeps.
 * KC_HAS_COPY_WORDS, kc_copy_words(): copy n words that are mapped.
 * KC_HAS_READ_WORDS, kc_read_words(): read n words that kc_is_quick() accepts.
 * Returns 0, or nonzero if one cannot be read.
 * KC_HAS_READ_VALUE, kc_read_value(): set *v to the 1, 2, 4 or 8 bytes at an
 * address that kc_is_quick() accepts, with zeros above.  Returns likewise.
 * KC_HAS_READ_NEXT, kc_read_next(): the same, but the address is in *v.  Returns
 * the pointer `at' plus the constant `by', or `other' if it cannot be read; then
 * *v is undefined.
 */
#include KC_MACHINE(read.h)

#ifndef KC_BIG_ENDIAN
#define KC_BIG_ENDIAN	0
#endif

#ifndef KC_BULK
#define KC_BULK		(~(size_t)0)
#define kc_copy_bulk	kc_copy_nofault
#endif

#ifndef KC_HAS_COPY_WORDS
static inline void kc_copy_words(u64 *dst, const u64 *src, size_t n)
{
	while (n--)
		*dst++ = *src++;
}
#endif

#ifndef KC_HAS_READ_WORDS
static inline long kc_read_words(void *dst, u64 addr, size_t n)
{
	return kc_copy_bulk(dst, (const void *)(unsigned long)addr,
			    n * sizeof(u64));
}
#endif

#ifndef KC_HAS_READ_VALUE
static inline long kc_read_value(u64 *v, u64 addr, size_t n)
{
	const void *src = (const void *)(unsigned long)addr;
	union {
		u8 v8;
		u16 v16;
		u32 v32;
		u64 v64;
	} m;

	if (kc_copy_nofault(&m, src, n))
		return -EFAULT;
	*v = n == 8 ? m.v64 : n == 4 ? m.v32 : n == 2 ? m.v16 : m.v8;
	return 0;
}
#endif

#ifndef KC_HAS_READ_NEXT
static inline const void *kc_read_next(u64 *v, size_t n, const void *at,
				       size_t by, const void *other)
{
	return kc_read_value(v, *v, n) ? other : (const char *)at + by;
}
#endif

/*
 * Kernel memory is read in three steps.  kc_is_quick() accepts, in a few
 * instructions, what is certainly RAM: the direct map, the image and modules,
 * the current task's stack.  For the rest kc_check_kernel() walks the page
 * table and accepts only RAM, so device registers are not read.  Then the copy
 * follows.
 */

/* Part of the direct map, above the ISA range, with nothing but RAM. */
extern u64 kc_ram_start, kc_ram_span;
extern u64 kc_word_span;	/* kc_ram_span less 8 bytes */
/* Other parts, each smaller; unused ones have size 0. */
#define KC_MORE_RAM	2
extern struct kc_span {
	u64 start, size;
} kc_more_ram[KC_MORE_RAM];
/* The user allows reads of devices. */
extern int kc_reads_devices;

/* The largest n for kc_is_quick(). */
#define KC_QUICK_MAX	(1UL << 20)

/* Is it in that part of the direct map?  n: 1 to KC_QUICK_MAX. */
static inline int kc_is_direct(u64 addr, size_t n)
{
	return addr - kc_ram_start <= kc_ram_span - n;
}

/* Are 8 bytes? */
static inline int kc_is_direct_word(u64 addr)
{
	return addr - kc_ram_start <= kc_word_span;
}

static inline int kc_is_within(const struct kc_span *s, u64 addr, size_t n)
{
	addr -= s->start;
	return addr < s->size && n <= s->size - addr;
}

/*
 * n: 1 to KC_QUICK_MAX.
 * Context: any, preemption off.
 */
static inline int kc_is_quick(u64 addr, size_t n)
{
	if (likely(kc_is_direct(addr, n)))
		return 1;
#ifdef KC_IMAGE_START
	if (addr - KC_IMAGE_START <= KC_IMAGE_SPAN - n)
		return 1;
#endif
	return kc_is_on_stack(addr, n) ||
	       kc_is_within(&kc_more_ram[0], addr, n) ||
	       kc_is_within(&kc_more_ram[1], addr, n);
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
