/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_BARRIER_H
#define COMPAT_X86_BARRIER_H

/* The CPU does not reorder a load with a later store. */
#define kc_wmb()	smp_wmb()	/* see compat/barrier.h */

#endif
