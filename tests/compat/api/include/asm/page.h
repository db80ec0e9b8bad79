/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_PAGE_H
#define API_ASM_PAGE_H

#include <linux/types.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#ifdef CONFIG_X86_32
#define PAGE_OFFSET	((unsigned long)(0xc0000000))
#else
#define PAGE_OFFSET	API_ANY(unsigned long)
#endif
#define __va(x)		((void *)((unsigned long)(x) + PAGE_OFFSET))
#define __pa(x)		((unsigned long)(x) - PAGE_OFFSET)

typedef struct {
#ifdef CONFIG_X86_PAE
	unsigned long long pgd;
#else
	unsigned long pgd;
#endif
} pgd_t;

typedef struct {
#ifdef CONFIG_X86_PAE
	unsigned long long pte;
#else
	unsigned long pte;
#endif
} pte_t;

static inline pte_t __pte(unsigned long long val)
{
	return API_ANY(pte_t);
}

static inline unsigned long pte_pfn(pte_t pte)
{
	return API_ANY(unsigned long);
}

#define _PAGE_PROTNONE	0x080

#ifdef CONFIG_X86_64
#define __PHYSICAL_MASK	API_ANY(unsigned long)
#define __START_KERNEL_map	0xffffffff80000000UL
#if API != API_EL5_0 && API != API_EL5
#define __START_KERNEL	(__START_KERNEL_map + (0x200000UL))
#endif
#if API >= API_EL8_1
#define __VIRTUAL_MASK_SHIFT	(47)	/* or 56 */
#elif API >= API_EL6
#define __VIRTUAL_MASK_SHIFT	47
#else
#define __VIRTUAL_MASK_SHIFT	48
#endif
#endif

static inline int get_order(unsigned long n)
{
	return n > PAGE_SIZE;
}

#endif
