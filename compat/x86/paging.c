/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In a Xen PV guest the page table holds machine frame numbers, and nothing is
 * found.
 */
#include <linux/errno.h>
#include "compat/paging.h"
#include "compat/read.h"
#include "compat/symbols.h"

#if defined(CONFIG_X86_64) || defined(CONFIG_X86_PAE)
typedef u64 entry_t;
#define LEVEL_BITS	9
#else
typedef u32 entry_t;
#define LEVEL_BITS	10
#endif

#define PRESENT		1
#define LEAF		0x80	/* in upper levels */
#define CR4_LA57	(1UL << 12)

const void *kc_kernel_table;	/* NULL: use CR3 */
static unsigned int levels;

/*
 * Only init_mm's page table always has all of the kernel's half; the others are
 * filled in on first use.
 */
void kc_paging_init(void)
{
	unsigned long init_mm = kc_symbol("init_mm");
#ifdef CONFIG_X86_64
	unsigned long cr4;
#endif

	kc_kernel_table = init_mm ? ((struct mm_struct *)init_mm)->pgd : NULL;
#if defined(CONFIG_X86_64)
	__asm__ __volatile__("mov %%cr4, %0" : "=r" (cr4));
	levels = cr4 & CR4_LA57 ? 5 : 4;
#else
	levels = LEVEL_BITS == 9 ? 3 : 2;
#endif
}

/*
 * What stands for an entry that no access may use.  From 4.18 on (6b28baca9b1f)
 * its address is inverted, so that the CPU does not speculate with it.
 */
static entry_t hidden(entry_t entry)
{
	return ((u64)pte_pfn(__pte(entry)) << PAGE_SHIFT) | PRESENT | LEAF;
}

static __always_inline long walk(const void *root, unsigned long addr, u64 *at,
				 const int user)
{
	unsigned int shift = PAGE_SHIFT + LEVEL_BITS * (levels - 1);
	const entry_t *table = root ? root : __va(kc_page_table());
	unsigned long i;
	entry_t entry;

	for (;; shift -= LEVEL_BITS) {
		i = addr >> shift & ((1UL << LEVEL_BITS) - 1);
		/* The table may be freed meanwhile, ... */
		if (kc_copy_bulk(&entry, table + i, sizeof(entry)))
			return -EFAULT;
		if (user && !(entry & PRESENT) && entry & _PAGE_PROTNONE)
			entry = hidden(entry);
		if (!(entry & PRESENT))
			return -EFAULT;
		if (shift == PAGE_SHIFT || entry & LEAF)
			break;
		/* ... and reused for anything. */
		if (!kc_is_ram(entry & KC_FRAME_MASK))
			return -EPERM;
#ifdef CONFIG_HIGHMEM
		if (user && (entry & KC_FRAME_MASK) >=
		    (unsigned long)high_memory - PAGE_OFFSET)
			return -ENXIO;
#endif
		table = __va((unsigned long)(entry & KC_FRAME_MASK));
	}
	*at = (entry & KC_FRAME_MASK) >> shift << shift;
	*at += addr & ((1UL << shift) - 1) & PAGE_MASK;
	return 0;
}

long kc_walk(const void *table, unsigned long addr, u64 *at)
{
	return walk(table, addr, at, 0);
}

long kc_walk_user(const void *table, unsigned long addr, u64 *at)
{
#ifdef CONFIG_X86_64
	/* Bits that the walk would ignore. */
	if (addr >> (PAGE_SHIFT + LEVEL_BITS * levels - 1))
#else
	if (addr >= PAGE_OFFSET)
#endif
		return -EFAULT;
	return walk(table, addr, at, 1);
}
