/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_DIV64_H
#define API_ASM_DIV64_H

#ifdef CONFIG_X86_32
/* A division of 64 bits is a function that no kernel has. */
#define API_DIV(n, base)	((u32)(n) / (base))
#define API_REST(n, base)	((u32)(n) % (base))
#else
#define API_DIV(n, base)	((u64)(n) / (base))
#define API_REST(n, base)	((u64)(n) % (base))
#endif

/* n is changed, the remainder is returned. */
#define do_div(n, base) __extension__({					\
	u32 api_rest_ = API_REST(n, (u32)(base));				\
	(void)((__typeof__(n) *)0 == (u64 *)0);				\
	(n) = API_DIV(n, (u32)(base));					\
	api_rest_;							\
})

#endif
