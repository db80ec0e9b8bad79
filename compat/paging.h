/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page table, as the CPU sees it.  Its format is the hardware's, the same for
 * all kernels.  In a guest of Xen's that is paravirtualised it holds numbers of
 * the machine's: there nothing is found.
 */
#ifndef COMPAT_PAGING_H
#define COMPAT_PAGING_H

#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/page.h>
#include "compat/config.h"

#if defined(CONFIG_X86_64)
/* The frame's address in an entry; without the bit of encrypted memory. */
#define KC_FRAME_MASK	((u64)__PHYSICAL_MASK & PAGE_MASK)
#elif defined(CONFIG_X86_PAE)
#define KC_FRAME_MASK	0x000ffffffffff000ULL
#elif defined(CONFIG_X86_32)
#define KC_FRAME_MASK	0xfffff000UL
#else
#error "compat/paging.h: this machine's page table is not known"
#endif

/* Process context; sleeps. */
void kc_paging_init(void);
/* The table for addresses of the kernel's half; written once, at init. */
extern const void *kc_kernel_table;
/*
 * Any context incl. NMI; takes no lock.  Where that address is in physical memory,
 * by that table, or by the one that is in use if it is NULL: 0; -EFAULT; -EPERM if a
 * table is not in RAM that we know of.  Of a user's half interrupts are off, so that
 * no table goes meanwhile.
 */
long kc_walk(const void *table, unsigned long addr, u64 *at);

/* Any context.  The page table that is in use. */
static inline unsigned long kc_page_table(void)
{
	unsigned long cr3;

	__asm__ __volatile__("mov %%cr3, %0" : "=r" (cr3));
#ifdef CONFIG_X86_PAE
	return cr3 & ~0x1fUL;	/* four entries, not a page */
#else
	return cr3 & KC_FRAME_MASK;
#endif
}

#endif
