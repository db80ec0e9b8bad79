/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limit allocations, so that other processes do not meet the OOM killer.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "compat/memory.h"
#include "trace/base/base.h"

/*
 * Memory left to others: an eighth of it, but no more than they need at once.
 */
#define MEMORY_MARGIN	(256ULL << 20)
/* Totals below this do not matter to others. */
#define MEMORY_SMALL	(1ULL << 20)
/*
 * A buffer takes one in this many bytes for pointers to its pages; twice, to
 * grow.
 */
#define MEMORY_TABLES	(RINGBUF_PAGE_SIZE / (2 * sizeof(void *)))

u64 gtp_alloc_max(void)
{
	u64 margin = min_t(u64, kc_mem_total() >> 3, MEMORY_MARGIN);
	u64 there = kc_mem_available();

	if (there <= margin)
		return 0;
	there -= margin;
	return there - there / MEMORY_TABLES;
}

int gtp_can_grow(u64 more, u64 total)
{
	return more <= (total <= MEMORY_SMALL ? kc_mem_available() :
						gtp_alloc_max());
}

int gtp_can_alloc(u64 bytes)
{
	return gtp_can_grow(bytes, bytes);
}

/* ---- definitions ------------------------------------------------------- */

/* Size with the approximate overhead of kmalloc(). */
#define ROUNDED(bytes)	((bytes) + (bytes) / 4 + 64)

/*
 * Bytes of definitions; limit up to which no check is needed. Under gtp.lock.
 */
static u64 defined, granted = MEMORY_SMALL;

void gtp_define_none(void)
{
	defined = 0;
	granted = MEMORY_SMALL;
}

/* Checking takes longer than defining, so check once per MEMORY_SMALL bytes. */
int gtp_can_define(size_t bytes)
{
	u64 sum = defined + ROUNDED(bytes);

	if (sum > granted) {
		if (!gtp_can_grow(ROUNDED(bytes) + MEMORY_SMALL,
				  sum + MEMORY_SMALL))
			return 0;
		granted = sum + MEMORY_SMALL;
	}
	defined = sum;
	return 1;
}

void *gtp_define_alloc(size_t bytes)
{
	return gtp_can_define(bytes) ? kzalloc(bytes, GFP_KERNEL) : NULL;
}
