/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much memory may be asked for without harm to others?
 */
#ifndef COMPAT_MEMORY_H
#define COMPAT_MEMORY_H

#include <linux/mm.h>
#include "compat/config.h"

/* Process context.  Bytes that can be had without swapping, roughly. */
static inline u64 kc_mem_available(void)
{
#ifdef KC_HAVE_SI_MEM_AVAILABLE
	long pages = si_mem_available();

	return pages > 0 ? (u64)pages << PAGE_SHIFT : 0;
#else
	struct sysinfo info;

	si_meminfo(&info);
	return ((u64)info.freeram + info.bufferram) * info.mem_unit;
#endif
}

#endif
