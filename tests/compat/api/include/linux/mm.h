/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_MM_H
#define API_LINUX_MM_H

#include <linux/gfp.h>
#include <linux/types.h>
#include <asm/page.h>

struct sysinfo {
	unsigned long totalram;
	unsigned long freeram;
	unsigned long sharedram;
	unsigned long bufferram;
	unsigned int mem_unit;
};

extern void *high_memory;

struct page {
	unsigned long flags;
};

/* Of memory models that need no export. */
#define pfn_valid(pfn)	((pfn) < API_ANY(unsigned long))
#define pfn_to_page(pfn)	(API_ANY(struct page *) + (pfn))

#if API >= API_EL6
static inline int PageHWPoison(struct page *page)
{
	return API_ANY(int);
}
#endif

void si_meminfo(struct sysinfo *info);
#if API == API_EL7 || API >= API_EL8_1
long si_mem_available(void);
#endif

#endif
