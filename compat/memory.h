/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much memory can be allocated without harm to others.
 */
#ifndef COMPAT_MEMORY_H
#define COMPAT_MEMORY_H

#include <linux/mm.h>
#include <linux/vmstat.h>
#include "compat/config.h"

/*
 * Limit bytes to the free memory below high memory, roughly.
 * Context: process.
 */
static inline u64 kc_mem_low(u64 bytes)
{
#ifdef CONFIG_HIGHMEM
	struct sysinfo info;
	u64 low;

	si_meminfo(&info);
	low = (u64)(info.freeram - info.freehigh) * info.mem_unit;
	return min(bytes, low);
#else
	return bytes;
#endif
}

/*
 * Total memory in bytes, without high memory.
 * Context: process.
 */
static inline u64 kc_mem_total(void)
{
	struct sysinfo info;
	u64 pages;

	si_meminfo(&info);
	pages = info.totalram;
#ifdef CONFIG_HIGHMEM
	pages -= info.totalhigh;
#endif
	return pages * info.mem_unit;
}

/*
 * Bytes that the kernel can allocate without swapping, roughly.
 * Context: process.
 */
static inline u64 kc_mem_available(void)
{
#ifdef KC_HAVE_SI_MEM_AVAILABLE
	long pages = si_mem_available();

	return pages > 0 ? kc_mem_low((u64)pages << PAGE_SHIFT) : 0;
#else
	struct sysinfo info;
	u64 pages;

	si_meminfo(&info);
#ifdef KC_HAVE_LRU_FILE
	pages = global_page_state(NR_ACTIVE_FILE) +
		global_page_state(NR_INACTIVE_FILE);
#else
	pages = global_page_state(NR_FILE_PAGES);
#endif
	/* Assume that half of the page cache is in use. */
	return kc_mem_low((u64)info.freeram * info.mem_unit +
			  (pages / 2 << PAGE_SHIFT));
#endif
}

#endif
