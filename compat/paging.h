/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walk the page table as the CPU does.  The hardware defines its format, so it
 * is the same for all kernels: the functions are in each machine's paging.c.
 */
#ifndef COMPAT_PAGING_H
#define COMPAT_PAGING_H

#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/page.h>
#include "compat/config.h"
#include "compat/machine.h"

/* Context: process, may sleep. */
void kc_paging_init(void);
/* The table for the kernel's half; written once, at init. */
extern const void *kc_kernel_table;
/*
 * Look addr up in table, or in the one in use if table is NULL, and store the
 * physical address of its page in *at.  Takes no lock.  Returns 0; -EFAULT;
 * -EPERM if a page table is not in known RAM.  For user addresses interrupts
 * must be off, so that no table is freed meanwhile.
 * Context: any, including NMI.
 */
long kc_walk(const void *table, unsigned long addr, u64 *at);
/*
 * The same for another task's table: also what is in memory but may not be
 * accessed now (PROT_NONE, and what NUMA balancing watches).  A table that is
 * freed meanwhile may lead to any RAM.
 */
long kc_walk_user(const void *table, unsigned long addr, u64 *at);

/*
 * The physical address of the page table in use.
 * Context: any.
 */
static inline unsigned long kc_page_table(void);

#include KC_MACHINE(paging.h)

#endif
