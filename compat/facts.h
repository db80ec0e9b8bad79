/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What compiles alike on all kernels, but behaves differently: one fact each,
 * with the range of releases that it holds for.
 */
#ifndef COMPAT_FACTS_H
#define COMPAT_FACTS_H

#include <asm/page.h>

#ifdef CONFIG_X86_64
/*
 * Bits of an address in one half of the address space.  Up to 2.6.30
 * __VIRTUAL_MASK_SHIFT counted those of both halves: 48.
 */
#define KC_FACT_VIRTUAL_BITS \
	(__VIRTUAL_MASK_SHIFT == 48 ? 47 : __VIRTUAL_MASK_SHIFT)
#endif

#endif
