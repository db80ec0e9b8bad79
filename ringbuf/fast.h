/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of the writer is inline: the ways that nearly all frames go.  For
 * ringbuf.h, which says what they do; the fields are ringbuf's own.
 */
#ifndef RINGBUF_FAST_H
#define RINGBUF_FAST_H

#include <linux/types.h>
#include "compat/barrier.h"

#define RINGBUF_LEVELS		7	/* contexts that nest on one CPU */

/* A test can have the 32-bit way on a 64-bit machine. */
#ifndef RINGBUF_SPLIT_COUNTS
#define RINGBUF_SPLIT_COUNTS	(sizeof(long) < sizeof(u64))
#endif

/* ---- counts: written by one CPU, read by all ---------------------------- */

/*
 * Split counts: the writer stores last, low, first; a reader loads first, low,
 * last.  If its first and last are equal then low belongs to them.  That holds
 * as long as the count only grows, which is so while anyone reads it.
 */
union ringbuf_count {
	u64 whole;
	struct {
		u32 first;	/* the high half */
		u32 low;
		u32 last;	/* the high half again */
	} split;
};

/* The CPU that writes it, or process context while nobody does. */
static inline u64 ringbuf_count_own(const union ringbuf_count *c)
{
	if (RINGBUF_SPLIT_COUNTS)
		return ((u64)c->split.first << 32) | c->split.low;
	return c->whole;
}

/*
 * The CPU that writes it, any context incl. NMI: what was stored before is
 * visible to whoever reads the new value.
 */
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

/* The CPU that writes it, any context incl. NMI: no order to other stores. */
static inline void ringbuf_count_set(union ringbuf_count *c, u64 v)
{
	if (RINGBUF_SPLIT_COUNTS)
		ringbuf_count_publish(c, v);
	else
		kc_store(&c->whole, v);
}

/* The CPU that writes it, any context incl. NMI. */
static inline void ringbuf_count_add(union ringbuf_count *c, u64 n)
{
	ringbuf_count_set(c, ringbuf_count_own(c) + n);
}

/* ---- one CPU's ring ------------------------------------------------------ */

/*
 * On cache lines of its own; while a run goes on only its CPU writes here,
 * resizing included.
 */
struct ringbuf_cpu {
	/* Each frame needs these. */
	u32 depth;		/* 0: free; 1: claimed; more: nested */
	u32 idx;		/* the page that the next byte goes into, unless ... */
	u64 page_end;		/* ... it is here, behind that page */
	u64 edge;		/* pos may go up to here without more ado */
	u64 pos;		/* how far the frame has got */
	unsigned long bias;	/* position + bias is its place in memory */
	struct ringbuf_hdr *hdr;	/* of the frame, its first word */
	union ringbuf_count committed;	/* where the frame begins */
	union ringbuf_count created;

	void **pages;		/* the directory */
	u32 nr_pages;
	u32 tail_idx;		/* the page that tail is in */
	struct ringbuf *rb;
	u64 room;		/* for frames: the share in whole words */
	u64 limit;		/* tail + room */
	union ringbuf_count tail;
	union ringbuf_count overwritten;
	union ringbuf_count too_big;
	union ringbuf_count shrunk;
	union ringbuf_count nested[RINGBUF_LEVELS];	/* by depth */
	u64 share;		/* bytes */
	u64 no_share;		/* how many of nested came before it had one */
};

/* This CPU, any context incl. NMI; does not sleep.  pos is at the page's end. */
void ringbuf_next_page(struct ringbuf_cpu *rc);

/* This CPU, any context incl. NMI; does not sleep. */
static inline int ringbuf_is_busy(const struct ringbuf_cpu *rc)
{
	return kc_load(&rc->depth) != 0;
}

/*
 * This CPU, any context incl. NMI; does not sleep.  Who came in between since it
 * was not busy is gone again, and has left a 0.
 */
static inline void ringbuf_claim(struct ringbuf_cpu *rc)
{
	kc_store(&rc->depth, 1);
	kc_barrier();
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline int ringbuf_enter(struct ringbuf_cpu *rc)
{
	if (ringbuf_is_busy(rc))
		return ringbuf_turn_away(rc);
	ringbuf_claim(rc);
	return 1;
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline void ringbuf_leave(struct ringbuf_cpu *rc)
{
	kc_barrier();
	kc_store(&rc->depth, 0);
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline void *ringbuf_at(const struct ringbuf_cpu *rc, u64 pos)
{
	return (void *)((unsigned long)pos + rc->bias);
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline int ringbuf_open(struct ringbuf_cpu *rc, u32 n, u32 tag,
			       u64 time, u64 addr, void **payload)
{
	u64 start = ringbuf_count_own(&rc->committed);
	struct ringbuf_hdr *hdr;

	if (start + sizeof(*hdr) + n > rc->edge)
		return 0;
	hdr = ringbuf_at(rc, start);
	hdr->tag = tag;
	hdr->time = time;
	hdr->addr = addr;
	*payload = hdr + 1;
	return 1;
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline void ringbuf_shut(struct ringbuf_cpu *rc, u32 n, void *payload)
{
	struct ringbuf_hdr *hdr = (struct ringbuf_hdr *)payload - 1;
	u32 size = sizeof(*hdr) + n;

	hdr->size = size;
	ringbuf_count_add(&rc->created, 1);
	ringbuf_count_publish(&rc->committed,
			      ringbuf_count_own(&rc->committed) + size);
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline int ringbuf_begin_taking(struct ringbuf_cpu *rc, u32 n, u32 tag,
				       u64 time, u64 addr, void **payload)
{
	if (!ringbuf_open(rc, n, tag, time, addr, payload))
		return 0;
	rc->hdr = (struct ringbuf_hdr *)*payload - 1;
	rc->pos = ringbuf_count_own(&rc->committed) + sizeof(*rc->hdr) + n;
	return 1;
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline void *ringbuf_take(struct ringbuf_cpu *rc, u32 n)
{
	u64 pos = rc->pos;

	if (pos + n > rc->edge)
		return NULL;
	rc->pos = pos + n;
	return ringbuf_at(rc, pos);
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline int ringbuf_has_room(const struct ringbuf_cpu *rc, u32 n)
{
	return rc->pos + n <= rc->limit &&
	       rc->pos - ringbuf_count_own(&rc->committed) + n <=
	       RINGBUF_FRAME_MAX;
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline void *ringbuf_piece(struct ringbuf_cpu *rc, u32 n, u32 *got)
{
	u64 pos = rc->pos;
	u64 left = rc->page_end - pos;

	if (!left) {
		ringbuf_next_page(rc);
		left = RINGBUF_PAGE_SIZE;
	}
	*got = n < left ? n : (u32)left;
	rc->pos = pos + *got;
	return ringbuf_at(rc, pos);
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline void ringbuf_give_back(struct ringbuf_cpu *rc, u32 n)
{
	rc->pos -= n;
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline void ringbuf_advance(struct ringbuf_cpu *rc, u32 n)
{
	rc->pos += n;
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline u32 ringbuf_mark(const struct ringbuf_cpu *rc)
{
	return rc->pos - ringbuf_count_own(&rc->committed) -
	       sizeof(struct ringbuf_hdr);
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline u32 ringbuf_commit(struct ringbuf_cpu *rc)
{
	u64 end = rc->pos;
	u32 size;

	if (end & 7) {
		ringbuf_pad(rc);
		end = rc->pos;
	}
	size = end - ringbuf_count_own(&rc->committed);
	rc->hdr->size = size;
	ringbuf_count_add(&rc->created, 1);
	ringbuf_count_publish(&rc->committed, end);
	return size;
}

#endif
