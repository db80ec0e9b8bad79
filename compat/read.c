/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/types.h>
#include "compat/read.h"

u64 kc_kernel_start, kc_kernel_span;

void kc_read_init(void)
{
	kc_kernel_start = KC_KERNEL_START;
#ifdef KC_VSYSCALL
	kc_kernel_span = KC_VSYSCALL - KC_KERNEL_START;
#else
	kc_kernel_span = ~0UL - KC_KERNEL_START;
#endif
}

int kc_is_kernel_edge(u64 addr, size_t n)
{
	if ((unsigned long)(addr + n - 1) < addr)
		return 0;
#ifdef KC_VSYSCALL
	if (addr < KC_VSYSCALL + PAGE_SIZE && addr + n > KC_VSYSCALL)
		return 0;
#endif
	return addr >= KC_KERNEL_START;
}
