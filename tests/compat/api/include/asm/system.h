/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_SYSTEM_H
#define API_ASM_SYSTEM_H

#if API >= API_EL7
#error "there is no asm/system.h any more"
#endif
#define cmpxchg(p, old, new)	__sync_val_compare_and_swap(p, old, new)
#define xchg(p, v)		__sync_lock_test_and_set(p, v)

#if API < API_EL6 && (defined(CONFIG_X86_32) || API >= API_2_6_26)
#define set_base(ldt, base)	((void)(ldt), (void)(base))
#endif

#if defined(CONFIG_X86_64) && (API == API_2_6_18 || API == API_EL5_0)
#define SAVE_CONTEXT	"" "pushq"
#elif defined(CONFIG_X86_64)
#define SAVE_CONTEXT	"" "pushf"
#endif

#define mb()		__asm__ __volatile__("mfence" : : : "memory")
#define rmb()		__asm__ __volatile__("lfence" : : : "memory")
#define wmb()		__asm__ __volatile__("sfence" : : : "memory")
#define smp_mb()	mb()
#define smp_rmb()	barrier()
#define smp_wmb()	barrier()

#endif
