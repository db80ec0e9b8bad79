/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ordering between CPUs, and between code and the interrupts of its own CPU.
 * There is a twin of this for user space in tests/shim.
 *
 * On a 32-bit machine a 64-bit kc_load()/kc_store() is two accesses.
 */
#ifndef COMPAT_BARRIER_H
#define COMPAT_BARRIER_H

#include <linux/types.h>
#include <linux/compiler.h>
#include "compat/config.h"

#ifdef KC_HAVE_SMP_STORE_RELEASE
#include <asm/barrier.h>
#else
#include <asm/system.h>
#endif

#define kc_load(p)	(*(const volatile __typeof__(*(p)) *)(p))
#define kc_store(p, v)	((void)(*(volatile __typeof__(*(p)) *)(p) = (v)))

/* A full barrier serves any width, which smp_store_release() does not. */
#define kc_load_acquire(p) __extension__({				\
	__typeof__(*(p)) kc_v_ = kc_load(p);				\
	kc_rmb();							\
	kc_v_;								\
})
#define kc_store_release(p, v)	do {					\
	kc_wmb();							\
	kc_store(p, v);							\
} while (0)

#define kc_rmb()	smp_rmb()
/* Stores before it, and loads before it where the machine moves those. */
#ifdef CONFIG_X86
#define kc_wmb()	smp_wmb()
#else
#define kc_wmb()	smp_mb()
#endif
#define kc_barrier()	barrier()

#endif
