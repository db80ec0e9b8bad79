/* SPDX-License-Identifier: GPL-2.0 */
/* 47933ad41a86, 3.14. */
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

unsigned long kc_probe(unsigned long *a);
unsigned long kc_probe(unsigned long *a)
{
	smp_store_release(a, 1);
	return smp_load_acquire(a) + READ_ONCE(*a);
}
