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

void si_meminfo(struct sysinfo *info);
#if API == API_EL7 || API >= API_EL8_1
long si_mem_available(void);
#endif

#endif
