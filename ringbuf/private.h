/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files of ringbuf/: the layout, reads of another CPU's counts,
 * and arithmetic that needs no libgcc on 32-bit machines.
 */
#ifndef RINGBUF_PRIVATE_H
#define RINGBUF_PRIVATE_H

#include <linux/types.h>
#include "compat/barrier.h"
#include "compat/check.h"
#include "ringbuf/ringbuf.h"

#define RINGBUF_PAGE_MASK	(RINGBUF_PAGE_SIZE - 1)
#define RINGBUF_STRIDE		1024	/* a power of 2 */
#define RINGBUF_NO_SHARE	0x100	/* in ->depth: it has no share yet */
/* Rings of this size drop frames ahead, to the end of a page. */
#define RINGBUF_AHEAD		(16 * RINGBUF_PAGE_SIZE)

/*
 * Call after each step of a long operation.  Returns as ringbuf_yield().
 * Context: process.
 */
static inline int ringbuf_step(const char *what, u64 done)
{
	return done & (RINGBUF_STRIDE - 1) ? 0 : ringbuf_yield(what, done);
}

/*
 * An acquire.
 * Context: process; any CPU.
 */
static inline u64 ringbuf_count_get(const union ringbuf_count *c)
{
	u32 first, low, last;

	if (!RINGBUF_SPLIT_COUNTS)
		return kc_load_acquire(&c->whole);
	do {
		first = kc_load_acquire(&c->split.first);
		low = kc_load_acquire(&c->split.low);
		last = kc_load_acquire(&c->split.last);
	} while (first != last);
	return ((u64)first << 32) | low;
}

/*
 * Does not wait for the writer, which may be interrupted by code that waits for
 * us.  For counters: while the writer changes the high half, the value is one
 * that the counter is passing.  It never decreases.
 * Context: any, including NMI; any CPU.
 */
static inline u64 ringbuf_count_peek(const union ringbuf_count *c)
{
	u32 first, low, last;

	if (!RINGBUF_SPLIT_COUNTS)
		return kc_load_acquire(&c->whole);
	first = kc_load_acquire(&c->split.first);
	low = kc_load_acquire(&c->split.low);
	last = kc_load_acquire(&c->split.last);
	return ((u64)last << 32) | (first == last ? low : 0);
}

/* ---- the layout --------------------------------------------------------- */

union ringbuf_slot {
	struct ringbuf_cpu rc;
	u8 lines[(sizeof(struct ringbuf_cpu) + RINGBUF_LINE - 1) &
		 ~(RINGBUF_LINE - 1UL)];
};

struct ringbuf {
	unsigned int nr_cpus;
	int circular;
	union ringbuf_slot *slots;	/* nr_cpus of them, in slot_table */
	void *slot_table;
	u64 bytes;

	struct ringbuf_ref **index;	/* pages of entries */
	u64 index_count;
	u64 index_pages;
	u64 index_table;		/* bytes of ->index */
};

/* cpu < nr_cpus. */
static inline struct ringbuf_cpu *ringbuf_of(const struct ringbuf *rb, u32 cpu)
{
	return &rb->slots[cpu].rc;
}

static inline int ringbuf_has_share(const struct ringbuf_cpu *rc)
{
	return !(kc_load(&rc->depth) & RINGBUF_NO_SHARE);
}

/*
 * Is a writer between its first and its last access?
 * Context: any, including NMI.
 */
static inline int ringbuf_is_written(const struct ringbuf_cpu *rc)
{
	return (kc_load(&rc->depth) & ~RINGBUF_NO_SHARE) != 0;
}

/*
 * Frames dropped so far, of all that were committed.
 * Context: any, including NMI.
 */
static inline u64 ringbuf_dropped(const struct ringbuf_cpu *rc)
{
	return ringbuf_count_peek(&rc->overwritten) +
	       ringbuf_count_peek(&rc->shrunk) +
	       ringbuf_count_peek(&rc->freed);
}

/*
 * Frames that are not in the buffer any more: dropped, taken, or both.  While
 * frames are dropped it may be more than that, even more than all.
 * Context: any, including NMI.
 */
static inline u64 ringbuf_gone(const struct ringbuf_cpu *rc)
{
	u64 taken = ringbuf_count_peek(&rc->taken.frames) +
		    ringbuf_count_peek(&rc->taken.lost);

	return max_t(u64, taken, ringbuf_dropped(rc));
}

/* ---- arithmetic --------------------------------------------------------- */

/* a / b, and the remainder. */
static inline u64 ringbuf_divide(u64 a, u32 b, u32 *rem)
{
	u64 quotient = 0, r = 0;
	int bit;

	if (!RINGBUF_SPLIT_COUNTS) {
		*rem = a % b;
		return a / b;
	}
	if (!(a >> 32)) {
		*rem = (u32)a % b;
		return (u32)a / b;
	}
	for (bit = 63; bit >= 0; bit--) {
		r = (r << 1) | ((a >> bit) & 1);
		if (r >= b) {
			r -= b;
			quotient |= 1ULL << bit;
		}
	}
	*rem = r;
	return quotient;
}

/* Index of the page that holds pos. */
static inline u32 ringbuf_page_of(u64 pos, u32 nr_pages)
{
	u32 rem;

	ringbuf_divide(pos >> RINGBUF_PAGE_SHIFT, nr_pages, &rem);
	return rem;
}

/*
 * Index of the page that holds `to`, if page idx holds `from` and `to` is ahead
 * by no more than the ring's size.
 */
static inline u32 ringbuf_page_on(const struct ringbuf_cpu *rc, u32 idx,
				  u64 from, u64 to)
{
	idx += (u32)((to >> RINGBUF_PAGE_SHIFT) - (from >> RINGBUF_PAGE_SHIFT));
	return idx < rc->nr_pages ? idx : idx - rc->nr_pages;
}

/* ---- the writer: write.c -------------------------------------------------- */

/*
 * Start the next frame at pos; pages, room or limit may have changed.
 * Context: this CPU with its writer claimed, or no writer active.
 */
void ringbuf_seek(struct ringbuf_cpu *rc, u64 pos);

#endif
