/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_BARRIER_H
#define COMPAT_X86_BARRIER_H

/* The CPU does not reorder a load with a later store. */
#define kc_wmb()	smp_wmb()	/* see compat/barrier.h */

#ifdef CONFIG_X86_64
#define KC_HAS_ADD_OWN
#define kc_add_own(p, n)						\
	__asm__ __volatile__("addq %1, %0"				\
			     : "+m" (*(p)) : "er" ((u64)(n)) : "cc")
#endif

#endif
