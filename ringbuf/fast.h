/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inline fast paths of the writer.  Included by ringbuf.h, which documents
 * them; the fields are private to ringbuf/.
 *
 * Context: unless noted, this CPU, any context including NMI.
 */
#ifndef RINGBUF_FAST_H
#define RINGBUF_FAST_H

#include <linux/types.h>
#include <linux/kernel.h>
#include "compat/barrier.h"

#define RINGBUF_LEVELS		7	/* contexts that can nest on one CPU */
#define RINGBUF_LINE		128	/* bytes: two cache lines, mostly */

/* Tests override this to run the 32-bit code on a 64-bit machine. */
#ifndef RINGBUF_SPLIT_COUNTS
#define RINGBUF_SPLIT_COUNTS	(sizeof(long) < sizeof(u64))
#endif

/* ---- counts: written by one CPU, read by all ---------------------------- */

/*
 * Split counts: the writer stores last, low, first; a reader loads first, low,
 * last.  If the reader's first and last are equal, low belongs to them.  This
 * holds while the count only grows, as it does while anyone reads it.
 */
union ringbuf_count {
	u64 whole;
	struct {
		u32 first;	/* the high half */
		u32 low;
		u32 last;	/* the high half again */
	} split;
};

/* Context: the CPU that writes it, or process while nobody does. */
static inline u64 ringbuf_count_own(const union ringbuf_count *c)
{
	if (RINGBUF_SPLIT_COUNTS)
		return ((u64)c->split.first << 32) | c->split.low;
	return c->whole;
}

/* A release: whoever reads the new value sees all earlier stores. */
static inline void ringbuf_count_publish(union ringbuf_count *c, u64 v)
{
	if (RINGBUF_SPLIT_COUNTS) {
		kc_store_release(&c->split.last, (u32)(v >> 32));
		kc_store_release(&c->split.low, (u32)v);
		kc_store_release(&c->split.first, (u32)(v >> 32));
	} else {
		kc_store_release(&c->whole, v);
	}
}

/* No ordering with other stores. */
static inline void ringbuf_count_set(union ringbuf_count *c, u64 v)
{
	if (RINGBUF_SPLIT_COUNTS)
		ringbuf_count_publish(c, v);
	else
		kc_store(&c->whole, v);
}

static inline void ringbuf_count_add(union ringbuf_count *c, u64 n)
{
	if (RINGBUF_SPLIT_COUNTS)
		ringbuf_count_set(c, ringbuf_count_own(c) + n);
	else
		kc_add_own(&c->whole, n);
}

/* ringbuf_count_publish() of the sum. */
static inline void ringbuf_count_publish_more(union ringbuf_count *c, u64 n)
{
	if (RINGBUF_SPLIT_COUNTS) {
		ringbuf_count_publish(c, ringbuf_count_own(c) + n);
	} else {
		kc_wmb();
		kc_add_own(&c->whole, n);
	}
}

/* ---- one CPU's ring ------------------------------------------------------ */

/*
 * On its own cache lines.  During a run only its CPU writes here, even to
 * resize, unless it is offline; but ->taken.
 */
struct ringbuf_cpu {
	/*
	 * Used by every frame, and all that one writes in its page: in the first
	 * cache line.
	 */
	u32 depth;		/* 0: free; 1: claimed; more: nested */
	u32 idx;		/* the current page ... */
	u64 page_end;		/* ... and its end, where pos may be */
	u64 edge;		/* pos may grow to here on the fast paths */
	unsigned long bias;	/* position + bias is its address */
	union ringbuf_count committed;	/* start of the current frame */
	union ringbuf_count created;

	/* A frame that grows. */
	u64 pos;		/* its end */
	struct ringbuf_hdr *hdr;	/* may straddle pages */

	void **pages;		/* the directory */
	u32 nr_pages;
	u32 tail_idx;		/* page that holds tail */
	struct ringbuf *rb;
	u64 room;		/* the share in whole words */
	u64 limit;		/* tail + room */
	union ringbuf_count tail;
	union ringbuf_count overwritten;
	union ringbuf_count too_big;
	union ringbuf_count shrunk;
	union ringbuf_count freed;	/* frames dropped that had been taken */
	union ringbuf_count nested[RINGBUF_LEVELS];	/* by depth */
	u64 share;		/* bytes */
	u64 no_share;		/* nested before it had a share */

	/* Written by the reader that takes frames, and no writer waits for it. */
	struct ringbuf_taken {
		union ringbuf_count pos;	/* all frames before are taken */
		union ringbuf_count frames;	/* how many */
		union ringbuf_count lost;	/* dropped before that */
	} taken __attribute__((__aligned__(RINGBUF_LINE)));
};

/* Drop frames if necessary so that the frame can grow to end: 0 or -ENOSPC. */
int ringbuf_need_more(struct ringbuf_cpu *rc, u64 end);
/* Continue in page idx. */
void ringbuf_set_page(struct ringbuf_cpu *rc, u32 idx, u64 page_end);

static inline int ringbuf_is_busy(const struct ringbuf_cpu *rc)
{
	return kc_load(&rc->depth) != 0;
}

/*
 * A nested writer that ran since ringbuf_is_busy() has finished and left depth
 * at 0.
 */
static inline void ringbuf_claim(struct ringbuf_cpu *rc)
{
	kc_store(&rc->depth, 1);
	kc_barrier();
}

static inline int ringbuf_enter(struct ringbuf_cpu *rc)
{
	if (ringbuf_is_busy(rc))
		return ringbuf_reject(rc);
	ringbuf_claim(rc);
	return 1;
}

static inline void ringbuf_leave(struct ringbuf_cpu *rc)
{
	kc_barrier();
	kc_store(&rc->depth, 0);
}

static inline u64 ringbuf_start(const struct ringbuf_cpu *rc)
{
	return ringbuf_count_own(&rc->committed);
}

static inline void *ringbuf_at(const struct ringbuf_cpu *rc, u64 pos)
{
	return (void *)((unsigned long)pos + rc->bias);
}

static inline int ringbuf_page_has(const struct ringbuf_cpu *rc, u32 n)
{
	return ringbuf_count_own(&rc->committed) + sizeof(struct ringbuf_hdr) +
	       n <= rc->edge;
}

/* ---- a frame at a cursor -------------------------------------------------- */

/*
 * Always inline: only then is `split' a constant, and the cursor in registers.
 * Within a page only hdr and at are used, so the compiler leaves out the rest.
 */
static __always_inline u64 ringbuf_cursor_pos(const struct ringbuf_cursor *c)
{
	return c->page_end - (unsigned long)((char *)c->end - (char *)c->at);
}

/* Bytes from the start of the frame, header included. */
static __always_inline unsigned long
ringbuf_cursor_size(const struct ringbuf_cpu *rc,
		    const struct ringbuf_cursor *c, int split)
{
	if (!split)
		return (char *)c->at - (char *)c->hdr;
	return ringbuf_cursor_pos(c) - ringbuf_count_own(&rc->committed);
}

static __always_inline void ringbuf_turn_page(const struct ringbuf_cpu *rc,
					      struct ringbuf_cursor *c)
{
	if (++c->idx == rc->nr_pages)
		c->idx = 0;
	c->page_end += RINGBUF_PAGE_SIZE;
	c->at = rc->pages[c->idx];
	c->end = c->at + RINGBUF_PAGE_SIZE / sizeof(u64);
}

static __always_inline void ringbuf_put_word(const struct ringbuf_cpu *rc,
					     struct ringbuf_cursor *c,
					     u64 word, int split)
{
	if (split && c->at == c->end)
		ringbuf_turn_page(rc, c);
	*c->at++ = word;
}

static __always_inline u64 *ringbuf_piece(const struct ringbuf_cpu *rc,
					  struct ringbuf_cursor *c, u32 n,
					  u32 *got, int split)
{
	u64 *piece;
	u32 left;

	if (split && c->at == c->end)
		ringbuf_turn_page(rc, c);
	piece = c->at;
	left = c->end - piece;
	*got = split && n > left ? left : n;
	c->at += *got;
	return piece;
}

/*
 * The cursor is returned, and has an initializer: kernels that initialize all
 * variables (CONFIG_INIT_STACK_ALL_ZERO) would clear it in memory otherwise.
 */
static __always_inline struct ringbuf_cursor
ringbuf_reserve(struct ringbuf_cpu *rc, u32 n, u32 tag, u64 time, u64 addr,
		int split)
{
	u64 start = ringbuf_count_own(&rc->committed);
	u64 end = start + sizeof(struct ringbuf_hdr) + n;
	struct ringbuf_cursor c = {
		NULL, ringbuf_at(rc, start), ringbuf_at(rc, rc->page_end),
		rc->page_end, rc->idx,
	};

	if (split && end > rc->limit && ringbuf_need_more(rc, end))
		return c;
	if (split && c.at == c.end)
		ringbuf_turn_page(rc, &c);
	c.hdr = (struct ringbuf_hdr *)c.at++;
	c.hdr->tag = tag;
	ringbuf_put_word(rc, &c, time, split);
	ringbuf_put_word(rc, &c, addr, split);
	return c;
}

/* Publish a frame of that size. */
static __always_inline void ringbuf_publish(struct ringbuf_cpu *rc,
					    struct ringbuf_hdr *hdr,
					    unsigned long size)
{
	hdr->size = size;
	ringbuf_count_add(&rc->created, 1);
	ringbuf_count_publish_more(&rc->committed, size);
}

static __always_inline unsigned long
ringbuf_commit(struct ringbuf_cpu *rc, const struct ringbuf_cursor *c,
	       int split)
{
	unsigned long size = ringbuf_cursor_size(rc, c, split);

	ringbuf_publish(rc, c->hdr, size);
	if (split && c->page_end != rc->page_end)
		ringbuf_set_page(rc, c->idx, c->page_end);
	return size;
}

/* ---- a frame that grows --------------------------------------------------- */

static inline void *ringbuf_space_here(const struct ringbuf_cpu *rc, u32 n)
{
	return rc->pos + n <= rc->edge ? ringbuf_at(rc, rc->pos) : NULL;
}

static inline void ringbuf_advance(struct ringbuf_cpu *rc, u32 n)
{
	rc->pos += n;
}

static inline u32 ringbuf_mark(const struct ringbuf_cpu *rc)
{
	return rc->pos - ringbuf_count_own(&rc->committed) -
	       sizeof(struct ringbuf_hdr);
}

static inline unsigned long ringbuf_commit_grown(struct ringbuf_cpu *rc)
{
	unsigned long size;

	if (rc->pos & 7)
		ringbuf_pad(rc);
	size = rc->pos - ringbuf_count_own(&rc->committed);
	ringbuf_publish(rc, rc->hdr, size);
	return size;
}

static __always_inline void ringbuf_grow(struct ringbuf_cpu *rc,
					 const struct ringbuf_cursor *c,
					 int split)
{
	rc->hdr = c->hdr;
	rc->pos = ringbuf_count_own(&rc->committed) +
		  ringbuf_cursor_size(rc, c, split);
	if (split && c->page_end != rc->page_end)
		ringbuf_set_page(rc, c->idx, c->page_end);
}

#endif
