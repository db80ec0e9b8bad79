/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_DIV64_H
#define API_ASM_DIV64_H

/* n is changed, the remainder is returned. */
#define do_div(n, base) __extension__({					\
	u32 api_rest_ = (u64)(n) % (u32)(base);				\
	(void)((__typeof__(n) *)0 == (u64 *)0);				\
	(n) = (u64)(n) / (u32)(base);					\
	api_rest_;							\
})

#endif
