/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_VMSTAT_H
#define API_LINUX_VMSTAT_H

#include <asm/atomic.h>

/* Since 4.8 those of files are counted by node. */
#if API < API_EL8_1
enum zone_stat_item {
#if API >= API_EL6
	NR_ACTIVE_FILE,
	NR_INACTIVE_FILE,
#endif
	NR_FILE_PAGES,
	NR_VM_ZONE_STAT_ITEMS
};

extern atomic_long_t vm_stat[NR_VM_ZONE_STAT_ITEMS];

static inline unsigned long global_page_state(enum zone_stat_item item)
{
	return atomic_long_read(&vm_stat[item]);
}
#endif

#endif
