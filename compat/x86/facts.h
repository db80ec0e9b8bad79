/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_FACTS_H
#define COMPAT_X86_FACTS_H

#include <asm/page.h>

/*
 * An int3 in kernel code counts as an NMI in preempt_count() while it is
 * handled (0d00449c7a28: since 5.8, and in RHEL 8.5).  All kernels from 4.0 on
 * without that commit have ist_enter(), which did not count it.
 */
#ifdef KC_HAVE_IST_ENTER
#define KC_FACT_TRAP_IS_NMI	0
#else
#define KC_FACT_TRAP_IS_NMI	(LINUX_VERSION_CODE >= KERNEL_VERSION(4, 0, 0))
#endif

/*
 * Debug information describes how to unwind entry code, so GDB finds the
 * interrupted code (131484c8da97: up to 4.1).
 */
#define KC_FACT_ENTRY_HAS_CFI	(LINUX_VERSION_CODE < KERNEL_VERSION(4, 2, 0))

/*
 * Since 3.9 (66520ebc2df3) the direct map holds only RAM and the ISA range;
 * before, also holes between RAM ranges.
 */
#define KC_FACT_DIRECT_MAP_IS_RAM \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(3, 9, 0))

#ifdef CONFIG_X86_64
/*
 * Address bits within one half of the address space.  Up to 2.6.30
 * __VIRTUAL_MASK_SHIFT counts both halves: 48.
 */
#define KC_FACT_VIRTUAL_BITS \
	(__VIRTUAL_MASK_SHIFT == 48 ? 47 : __VIRTUAL_MASK_SHIFT)
#endif

/*
 * What ftrace passes with FTRACE_OPS_FL_SAVE_REGS is a pt_regs like that of a
 * probe at a function's entry: all registers, and sp is at the return address.
 * A struct ftrace_regs (since 5.11) consists of it.
 */
#ifdef CONFIG_X86_64
#define KC_FACT_FTRACE_LIKE_PROBE	1
#else
#define KC_FACT_FTRACE_LIKE_PROBE	0
#endif

#ifdef CONFIG_X86_32
/* pt_regs has the sp of kernel code that traps (3c88c692c287: since 5.3). */
#define KC_FACT_SP_SAVED	(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 3, 0))
#endif

#endif
