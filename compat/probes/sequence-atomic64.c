/* SPDX-License-Identifier: GPL-2.0 */
/* 64-bit machines always; x86-32 since 2.6.32 (1a3b1d89eded). */
#include <linux/types.h>
#include <linux/mutex.h>	/* and with it atomic.h, wherever that is */

u64 kc_probe(atomic64_t *a);
u64 kc_probe(atomic64_t *a)
{
	atomic64_set(a, 0);
	return atomic64_inc_return(a);
}
