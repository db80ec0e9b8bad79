/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 64-bit words that one CPU writes while others read.  A reader sees the old or
 * the new value, never half of each.
 */
#ifndef COMPAT_WORD64_H
#define COMPAT_WORD64_H

#include <linux/kernel.h>
#include <linux/types.h>
#include "compat/barrier.h"

/* Aligned, as a locked access to two cache lines traps on newer CPUs. */
typedef u64 __attribute__((aligned(8))) kc_word64_t;

#if BITS_PER_LONG == 64

#define kc_load64(p)		kc_load(p)
#define kc_store64(p, v)	kc_store(p, v)

#ifdef CONFIG_X86_64
/*
 * Add n to a word that no other CPU writes, and return the sum.  A single
 * instruction, which no interrupt can split.
 * Context: any, including NMI.
 */
#define KC_HAS_ADD_OWN64	1
static inline u64 kc_add_own64(kc_word64_t *p, u64 n)
{
	u64 old = n;

	__asm__ __volatile__("xaddq %0, %1" : "+r" (old), "+m" (*p) : : "cc");
	return old + n;
}
#endif

#elif defined(CONFIG_X86_32)

/*
 * cmpxchg for 64 bits.
 * Context: any, including NMI.
 */
static inline u64 kc_swap64(kc_word64_t *p, u64 from, u64 to)
{
	__asm__ __volatile__("lock; cmpxchg8b %1"
			     : "+A" (from), "+m" (*p)
			     : "b" ((u32)to), "c" ((u32)(to >> 32))
			     : "memory", "cc");
	return from;
}

/*
 * Replaces a zero by a zero, for an atomic load.
 * Context: any, including NMI.
 */
static inline u64 kc_load64(const kc_word64_t *p)
{
	return kc_swap64((kc_word64_t *)p, 0, 0);
}

/* Context: any, including NMI. */
static inline void kc_store64(kc_word64_t *p, u64 v)
{
	u64 old, seen = *p;

	do {
		old = seen;
		seen = kc_swap64(p, old, v);
	} while (seen != old);
}

#else
#error "compat/word64.h: this machine's way is not known"
#endif

#ifndef KC_HAS_ADD_OWN64
#define KC_HAS_ADD_OWN64	0
#define kc_add_own64(p, n)	0
#endif

#endif
