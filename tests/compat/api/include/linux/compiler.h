/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_COMPILER_H
#define API_LINUX_COMPILER_H

#define __user
#define __kernel
#define __force
#define __iomem
#if API >= API_EL6
#define __percpu
#endif
/* Whose arguments come in another way than those of other functions, on i386. */
#ifdef CONFIG_X86_32
#define asmlinkage	__attribute__((regparm(0)))
#else
#define asmlinkage
#endif
#if defined(CONFIG_X86_32) && API == API_EL5
#define API_FASTCALL	__attribute__((regparm(3)))
#else
#define API_FASTCALL
#endif

#define __always_inline	inline __attribute__((always_inline))
#define __must_check	__attribute__((warn_unused_result))
#define noinline	__attribute__((noinline))

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define barrier()	__asm__ __volatile__("" : : : "memory")

#define API_ONCE(x)	(*(volatile __typeof__(x) *)&(x))
#if API >= API_EL6
#if API < API_EL8_1
#define ACCESS_ONCE(x)	API_ONCE(x)
#endif
#define READ_ONCE(x)	API_ONCE(x)
#define WRITE_ONCE(x, v) (API_ONCE(x) = (v))
#endif

#endif
