/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory ordering between CPUs, and between code and interrupts of its own CPU.
 * tests/shim has a user-space twin.
 *
 * On 32-bit machines a 64-bit kc_load() or kc_store() is two accesses; see
 * word64.h.
 */
#ifndef COMPAT_BARRIER_H
#define COMPAT_BARRIER_H

#include <linux/types.h>
#include <linux/compiler.h>
#include "compat/config.h"
#include "compat/machine.h"

#ifdef KC_HAVE_ASM_BARRIER
#include <asm/barrier.h>
#else
#include <asm/system.h>
#endif

#define kc_load(p)	(*(const volatile __typeof__((p)[0]) *)(p))
#define kc_store(p, v)	((void)(*(volatile __typeof__((p)[0]) *)(p) = (v)))

/* Separate barriers: smp_store_release() does not accept every width. */
#define kc_load_acquire(p) __extension__({				\
	__typeof__((p)[0]) kc_v_ = kc_load(p);				\
	kc_rmb();	/* before later loads */			\
	kc_v_;								\
})
#define kc_store_release(p, v)	do {					\
	kc_wmb();	/* after earlier accesses */		\
	kc_store(p, v);							\
} while (0)

/*
 * kc_add_own(p, n): add n to a long that only this CPU writes, for others to
 * kc_load(). A machine may do it in one instruction (KC_HAS_ADD_OWN), which the
 * compiler does not make of a kc_load() and a kc_store().
 */

/* Orders earlier stores before later loads. */
#define kc_mb()		smp_mb()
/* Orders earlier loads before later loads. */
#define kc_rmb()	smp_rmb()
#define kc_barrier()	barrier()
/* kc_wmb() orders earlier accesses before later stores. */
#include KC_MACHINE(barrier.h)

#ifndef KC_HAS_ADD_OWN
#define kc_add_own(p, n)	kc_store(p, kc_load(p) + (n))
#endif

#endif
