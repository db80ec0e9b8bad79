/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_WORD64_H
#define COMPAT_X86_WORD64_H

#ifdef CONFIG_X86_64

/* A single instruction, which no interrupt can split. */
#define KC_HAS_ADD_OWN64	1
static inline u64 kc_add_own64(kc_word64_t *p, u64 n)
{
	u64 old = n;

	__asm__ __volatile__("xaddq %0, %1" : "+r" (old), "+m" (*p) : : "cc");
	return old + n;
}

#else

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

/* Replaces a zero by a zero, for an atomic load. */
static inline u64 kc_load64(const kc_word64_t *p)
{
	return kc_swap64((kc_word64_t *)p, 0, 0);
}

static inline void kc_store64(kc_word64_t *p, u64 v)
{
	u64 old, seen = *p;

	do {
		old = seen;
		seen = kc_swap64(p, old, v);
	} while (seen != old);
}

#endif

#endif
