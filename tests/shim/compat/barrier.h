/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat/barrier.h for user space, in terms that ThreadSanitizer understands.
 * The payload itself is copied with plain accesses: a reader may copy it while it
 * is overwritten, and then discards the copy (see the tests for TSan).
 */
#ifndef SHIM_COMPAT_BARRIER_H
#define SHIM_COMPAT_BARRIER_H

#define kc_load(p)		__atomic_load_n((p), __ATOMIC_RELAXED)
#define kc_store(p, v)		__atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define kc_add_own(p, n)	kc_store(p, kc_load(p) + (n))
#define kc_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define kc_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define kc_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define kc_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define kc_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
/* Between code and an interrupt on the same CPU. */
#define kc_barrier()		__atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif
