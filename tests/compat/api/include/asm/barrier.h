/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_BARRIER_H
#define API_ASM_BARRIER_H

#if API < API_EL7
#error "barriers are in asm/system.h"
#endif
#define mb()		__asm__ __volatile__("mfence" : : : "memory")
#define rmb()		__asm__ __volatile__("lfence" : : : "memory")
#define wmb()		__asm__ __volatile__("sfence" : : : "memory")
#define smp_mb()	mb()
#define smp_rmb()	barrier()
#define smp_wmb()	barrier()

#define smp_store_release(p, v)	do { barrier(); *(p) = (v); } while (0)
#define smp_load_acquire(p) __extension__({				\
	__typeof__(*(p)) api_v_ = *(p);					\
	barrier();							\
	api_v_;								\
})

#endif
