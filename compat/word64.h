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
#include "compat/machine.h"

/* Aligned, as a locked access to two cache lines traps on newer CPUs. */
typedef u64 __attribute__((aligned(8))) kc_word64_t;

/*
 * kc_count64(p, n): add n to a word that no other CPU writes.
 * Context: any, including NMI.
 */
#if BITS_PER_LONG == 64
#define kc_load64(p)		kc_load(p)
#define kc_store64(p, v)	kc_store(p, v)
#define kc_count64(p, n)	kc_add_own(p, n)
#else
static inline u64 kc_load64(const kc_word64_t *p);
static inline void kc_store64(kc_word64_t *p, u64 v);
#define kc_count64(p, n)	kc_store64(p, kc_load64(p) + (n))
#endif

/*
 * kc_add_own64(p, n): add n to a word that no other CPU writes, and return the
 * sum.  Only with KC_HAS_ADD_OWN64: it must be a single instruction.
 * Context: any, including NMI.
 */
#include KC_MACHINE(word64.h)

#ifndef KC_HAS_ADD_OWN64
#define KC_HAS_ADD_OWN64	0
#define kc_add_own64(p, n)	0
#endif

#endif
