/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What compiles alike on all kernels, but behaves differently: one fact each,
 * with the range of releases that it holds for.
 */
#ifndef COMPAT_FACTS_H
#define COMPAT_FACTS_H

#include <linux/version.h>
#include <asm/page.h>
#include "compat/config.h"

/*
 * While it is handled, a trap at an int3 in kernel code counts as an NMI in
 * preempt_count (0d00449c7a28: since 5.8, and in RHEL 8.5).  ist_enter(), which did
 * not count it so, is in all kernels from 4.0 on that do not have that change.
 */
#ifdef KC_HAVE_IST_ENTER
#define KC_FACT_TRAP_IS_NMI	0
#else
#define KC_FACT_TRAP_IS_NMI	(LINUX_VERSION_CODE >= KERNEL_VERSION(4, 0, 0))
#endif

/*
 * Debug information says of entry code how it returns, so that GDB goes on to what
 * was interrupted (131484c8da97: up to 4.1).
 */
#define KC_FACT_ENTRY_HAS_CFI	(LINUX_VERSION_CODE < KERNEL_VERSION(4, 2, 0))

/*
 * The direct map has no more than RAM, and what ISA has (66520ebc2df3: since 3.9);
 * before, also what is between two pieces of RAM.
 */
#define KC_FACT_DIRECT_MAP_IS_RAM \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(3, 9, 0))

#ifdef CONFIG_X86_64
/*
 * Bits of an address in one half of the address space.  Up to 2.6.30
 * __VIRTUAL_MASK_SHIFT counted those of both halves: 48.
 */
#define KC_FACT_VIRTUAL_BITS \
	(__VIRTUAL_MASK_SHIFT == 48 ? 47 : __VIRTUAL_MASK_SHIFT)
#endif

#ifdef CONFIG_X86_32
/* When kernel code traps, its sp is in pt_regs (3c88c692c287: since 5.3). */
#define KC_FACT_SP_SAVED	(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 3, 0))
#endif

#endif
