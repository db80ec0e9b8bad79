/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walk the page table as the CPU does.  The hardware defines its format, so it
 * is the same for all kernels.  In a Xen PV guest it holds machine frame
 * numbers, and nothing is found.
 */
#ifndef COMPAT_PAGING_H
#define COMPAT_PAGING_H

#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/page.h>
#include "compat/config.h"

#if defined(CONFIG_X86_64)
/* The physical address in an entry, without the encryption bit. */
#define KC_FRAME_MASK	((u64)__PHYSICAL_MASK & PAGE_MASK)
#elif defined(CONFIG_X86_PAE)
#define KC_FRAME_MASK	0x000ffffffffff000ULL
#elif defined(CONFIG_X86_32)
#define KC_FRAME_MASK	0xfffff000UL
#else
#error "compat/paging.h: this machine's page table is not known"
#endif

/* Context: process, may sleep. */
void kc_paging_init(void);
/* The table for the kernel's half; written once, at init. */
extern const void *kc_kernel_table;
/*
 * Look addr up in table, or in the one in CR3 if table is NULL, and store the
 * physical address of its page in *at.  Takes no lock.  Returns 0; -EFAULT;
 * -EPERM if a page table is not in known RAM.  For user addresses interrupts
 * must be off, so that no table is freed meanwhile.
 * Context: any, including NMI.
 */
long kc_walk(const void *table, unsigned long addr, u64 *at);

/*
 * The physical address of the page table in use.
 * Context: any.
 */
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
