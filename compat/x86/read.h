/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_READ_H
#define COMPAT_X86_READ_H

#include "compat/facts.h"

/* ROMs and display memory are below. */
#define KC_QUICK_FIRST	0x100000UL

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
#define KC_IMAGE_START	(__START_KERNEL_map + KC_QUICK_FIRST)
#define KC_IMAGE_SPAN	((-32UL << 20) - KC_IMAGE_START)
#else
#define KC_KERNEL_START	PAGE_OFFSET
#endif

/*
 * A string instruction, instead of the kernel's seven instructions per word.  A
 * fault leaves the number of words not copied in `left'.
 */
#ifdef _ASM_EXTABLE
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
#endif

#ifdef CONFIG_X86_64
#define KC_HAS_COPY_WORDS	1

static inline void kc_copy_words(u64 *dst, const u64 *src, size_t n)
{
	__asm__ __volatile__("rep movsq" : "+c" (n), "+D" (dst), "+S" (src)
			     : : "memory");
}
#endif

#if defined(CONFIG_X86_64) && defined(_ASM_EXTABLE)
#define KC_HAS_READ_WORDS	1

static inline long kc_read_words(void *dst, u64 addr, size_t n)
{
	const void *src = (const void *)(unsigned long)addr;

	__asm__ __volatile__("1: rep movsq\n2:\n" _ASM_EXTABLE(1b, 2b)
			     : "+c" (n), "+D" (dst), "+S" (src)
			     : : "memory");
	return n;
}

#define KC_HAS_READ_VALUE	1

/* A fault leaves out the instruction that clears `left'. */
#define KC_READ_VALUE(load, type, v, addr, left)			\
	__asm__ __volatile__("1: " load "\n\txorl %0, %0\n2:\n"	\
			     _ASM_EXTABLE(1b, 2b)			\
			     : "+r" (left), "=&r" (v)			\
			     : "m" (*(const type *)(unsigned long)(addr)))

static inline long kc_read_value(u64 *v, u64 addr, size_t n)
{
	unsigned int left = 1;
	u64 got;

	if (n == 8)
		KC_READ_VALUE("movq %2, %1", u64, got, addr, left);
	else if (n == 4)
		KC_READ_VALUE("movl %2, %k1", u32, got, addr, left);
	else if (n == 1)
		KC_READ_VALUE("movzbl %2, %k1", u8, got, addr, left);
	else
		KC_READ_VALUE("movzwl %2, %k1", u16, got, addr, left);
	*v = got;
	return left;
}

#define KC_HAS_READ_NEXT	1

/*
 * A fault leaves out the instruction that replaces `to'.  "memory", so that the
 * compiler keeps nothing in registers that a false condition does not need.
 */
#define KC_READ_NEXT(load, v, to, at, by)				\
	__asm__ __volatile__("1: " load "\n\tleaq %c3(%2), %0\n2:\n"	\
			     _ASM_EXTABLE(1b, 2b)			\
			     : "+r" (to), "+&r" (v)			\
			     : "r" (at), "i" (by) : "memory")

static __always_inline const void *kc_read_next(u64 *v, size_t n,
						const void *at, const size_t by,
						const void *other)
{
	const void *to = other;

	if (n > 4)
		KC_READ_NEXT("movq (%1), %1", *v, to, at, by);
	else if (n == 4)
		KC_READ_NEXT("movl (%1), %k1", *v, to, at, by);
	else if (n == 1)
		KC_READ_NEXT("movzbl (%1), %k1", *v, to, at, by);
	else
		KC_READ_NEXT("movzwl (%1), %k1", *v, to, at, by);
	return to;
}
#endif

#endif
