/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much memory may be asked for without harm to others?
 */
#ifndef COMPAT_MEMORY_H
#define COMPAT_MEMORY_H

#include <linux/mm.h>
#include <linux/vmstat.h>
#include "compat/config.h"

/* Process context.  Bytes that can be had without swapping, roughly. */
static inline u64 kc_mem_available(void)
{
#ifdef KC_HAVE_SI_MEM_AVAILABLE
	long pages = si_mem_available();

	return pages > 0 ? (u64)pages << PAGE_SHIFT : 0;
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
	/* Of the cache, half may well be in use. */
	return (u64)info.freeram * info.mem_unit + (pages / 2 << PAGE_SHIFT);
#endif
}

#endif
