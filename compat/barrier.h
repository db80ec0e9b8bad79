/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ordering between CPUs, and between code and the interrupts of its own CPU.
 * There is a twin of this for user space in tests/shim.
 *
 * On a 32-bit machine a 64-bit kc_load()/kc_store() is two accesses: word64.h.
 */
#ifndef COMPAT_BARRIER_H
#define COMPAT_BARRIER_H

#include <linux/types.h>
#include <linux/compiler.h>
#include "compat/config.h"

#ifdef KC_HAVE_ASM_BARRIER
#include <asm/barrier.h>
#else
#include <asm/system.h>
#endif

#define kc_load(p)	(*(const volatile __typeof__((p)[0]) *)(p))
#define kc_store(p, v)	((void)(*(volatile __typeof__((p)[0]) *)(p) = (v)))

/* A full barrier serves any width, which smp_store_release() does not. */
#define kc_load_acquire(p) __extension__({				\
	__typeof__((p)[0]) kc_v_ = kc_load(p);				\
	kc_rmb();	/* what is loaded next is not older */		\
	kc_v_;								\
})
#define kc_store_release(p, v)	do {					\
	kc_wmb();	/* what was stored before is not younger */	\
	kc_store(p, v);							\
} while (0)

/* Loads before it come before loads behind it. */
#define kc_rmb()	smp_rmb()
/* All before it comes before stores behind it; x86 moves no load past a store. */
#ifdef CONFIG_X86
#define kc_wmb()	smp_wmb()	/* see above */
#else
#define kc_wmb()	smp_mb()	/* see above */
#endif
#define kc_barrier()	barrier()

#endif
