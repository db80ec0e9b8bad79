/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_PAGING_H
#define COMPAT_X86_PAGING_H

#if defined(CONFIG_X86_64)
/* The physical address in an entry, without the encryption bit. */
#define KC_FRAME_MASK	((u64)__PHYSICAL_MASK & PAGE_MASK)
#elif defined(CONFIG_X86_PAE)
#define KC_FRAME_MASK	0x000ffffffffff000ULL
#else
#define KC_FRAME_MASK	0xfffff000UL
#endif

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
