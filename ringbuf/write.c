/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The writer: one CPU writes its own ring, in any context.
 *
 * Nesting is strict: who comes in between is gone before the one below goes on.
 * So ->depth needs no atomic operation, and neither does a counter that only
 * one depth writes.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/errno.h>
#include "ringbuf/private.h"

/* Out of the way: what is left of its caller needs no registers saved. */
#define RINGBUF_RARE	__attribute__((__noinline__))

/* This CPU, any context incl. NMI; does not sleep. */
static struct ringbuf_cpu *ringbuf_turn_away(struct ringbuf_cpu *rc, u32 depth)
{
	u32 level = min_t(u32, depth & ~RINGBUF_NO_SHARE, RINGBUF_LEVELS - 1);

	ringbuf_count_add(&rc->nested[level], 1);
	kc_barrier();
	kc_store(&rc->depth, depth);
	return NULL;
}

/* This CPU, any context incl. NMI; does not sleep. */
struct ringbuf_cpu *ringbuf_enter(struct ringbuf *rb, unsigned int cpu)
{
	struct ringbuf_cpu *rc;
	u32 depth;

	if (cpu >= rb->nr_cpus)
		return NULL;
	rc = ringbuf_of(rb, cpu);
	depth = kc_load(&rc->depth);
	kc_store(&rc->depth, depth + 1);
	kc_barrier();
	return depth ? ringbuf_turn_away(rc, depth) : rc;
}

/* This CPU, any context incl. NMI; does not sleep. */
void ringbuf_leave(struct ringbuf_cpu *rc)
{
	kc_barrier();
	kc_store(&rc->depth, 0);
}

/*
 * This CPU, any context incl. NMI; does not sleep.  How far the frame can get
 * at most.
 */
static u64 ringbuf_reach(const struct ringbuf_frame *f)
{
	const struct ringbuf_cpu *rc = f->rc;

	if (!kc_load(&rc->rb->circular))
		return f->limit;
	return f->start + min_t(u64, rc->room, RINGBUF_FRAME_MAX);
}

/*
 * This CPU, any context incl. NMI; does not sleep.  Drop the oldest frames
 * until the new one can go up to end, which is within its reach: at the latest
 * there is room when no other frame is left.
 */
static void ringbuf_make_room(struct ringbuf_frame *f, u64 end)
{
	struct ringbuf_cpu *rc = f->rc;
	u64 tail = ringbuf_count_own(&rc->tail);
	u64 next, dropped = 0;
	u32 idx = rc->tail_idx;
	const struct ringbuf_hdr *hdr;

	while (end - tail > rc->room) {
		/* The size is in the first word, which no page edge splits. */
		hdr = rc->pages[idx] + (tail & RINGBUF_PAGE_MASK);
		next = tail + hdr->size;
		idx = ringbuf_page_on(rc, idx, tail, next);
		tail = next;
		dropped++;
	}
	rc->tail_idx = idx;
	rc->limit = tail + rc->room;
	f->limit = min_t(u64, rc->limit, f->start + RINGBUF_FRAME_MAX);
	ringbuf_count_add(&rc->overwritten, dropped);
	ringbuf_count_publish(&rc->tail, tail);
	/* Readers see that the frames are gone before they see them spoilt. */
	kc_wmb();
}

/* This CPU, any context incl. NMI; does not sleep. */
static int ringbuf_more(struct ringbuf_frame *f, u64 end)
{
	if (end > ringbuf_reach(f))
		return -ENOSPC;
	ringbuf_make_room(f, end);
	return 0;
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline void ringbuf_next_page(struct ringbuf_frame *f)
{
	const struct ringbuf_cpu *rc = f->rc;

	if (++f->idx == rc->nr_pages)
		f->idx = 0;
	f->page = rc->pages[f->idx];
}

/* This CPU, any context incl. NMI; does not sleep. */
static inline int ringbuf_begin_page(struct ringbuf_frame *f)
{
	const struct ringbuf_cpu *rc = f->rc;

	f->idx = rc->idx;
	f->page = rc->pages[f->idx];
	if ((f->start & RINGBUF_PAGE_MASK) + sizeof(struct ringbuf_hdr) >=
	    RINGBUF_PAGE_SIZE)
		ringbuf_next_page(f);
	return 0;
}

/* This CPU, any context incl. NMI; does not sleep. */
static RINGBUF_RARE int ringbuf_begin_more(struct ringbuf_frame *f)
{
	if (ringbuf_more(f, f->pos))
		return -ENOSPC;
	return ringbuf_begin_page(f);
}

/* This CPU, any context incl. NMI; does not sleep. */
int ringbuf_begin(struct ringbuf_cpu *rc, struct ringbuf_frame *f)
{
	u64 start = ringbuf_count_own(&rc->committed);
	u64 pos = start + sizeof(struct ringbuf_hdr);

	f->rc = rc;
	f->start = start;
	f->pos = pos;
	f->limit = min_t(u64, rc->limit, start + RINGBUF_FRAME_MAX);
	if (pos > f->limit)
		return ringbuf_begin_more(f);
	return ringbuf_begin_page(f);
}

/* This CPU, any context incl. NMI; does not sleep. */
void *ringbuf_space(struct ringbuf_frame *f, u32 want, u32 *got)
{
	u32 off = f->pos & RINGBUF_PAGE_MASK;
	u64 end = f->pos + min_t(u32, want, RINGBUF_PAGE_SIZE - off);

	if (end > f->limit) {
		end = min_t(u64, end, ringbuf_reach(f));
		if (end == f->pos)
			return NULL;
		if (end > f->limit)
			ringbuf_make_room(f, end);
	}
	*got = end - f->pos;
	return f->page + off;
}

/* This CPU, any context incl. NMI; does not sleep. */
int ringbuf_fits(const struct ringbuf_frame *f, u64 n)
{
	return n <= ringbuf_reach(f) - f->pos;
}

/* This CPU, any context incl. NMI; does not sleep. */
void ringbuf_advance(struct ringbuf_frame *f, u32 n)
{
	u32 off = f->pos & RINGBUF_PAGE_MASK;

	f->pos += n;
	if (off + n == RINGBUF_PAGE_SIZE)
		ringbuf_next_page(f);
}

/* This CPU, any context incl. NMI; does not sleep. */
static void ringbuf_append_bytes(struct ringbuf_frame *f, const u8 *data, u32 n)
{
	u32 off = f->pos & RINGBUF_PAGE_MASK;
	u32 chunk = RINGBUF_PAGE_SIZE - off;

	f->pos += n;
	while (n >= chunk) {
		memcpy(f->page + off, data, chunk);
		ringbuf_next_page(f);
		data += chunk;
		n -= chunk;
		off = 0;
		chunk = RINGBUF_PAGE_SIZE;
	}
	if (n)
		memcpy(f->page + off, data, n);
}

/*
 * This CPU, any context incl. NMI; does not sleep.  Most are a few words: block
 * heads, addresses, values.
 */
int ringbuf_append(struct ringbuf_frame *f, const void *data, u32 n)
{
	u64 end = f->pos + n;
	u32 off = f->pos & RINGBUF_PAGE_MASK;
	u8 *to;

	if (end > f->limit && ringbuf_more(f, end))
		return -ENOSPC;
	to = f->page + off;
	if (n == 16 && off < RINGBUF_PAGE_SIZE - 16) {
		memcpy(to, data, 16);
		f->pos = end;
	} else if (n == 8 && off < RINGBUF_PAGE_SIZE - 8) {
		memcpy(to, data, 8);
		f->pos = end;
	} else {
		ringbuf_append_bytes(f, data, n);
	}
	return 0;
}

/*
 * This CPU, any context incl. NMI; does not sleep.  The limit is a multiple of
 * 8 and so is the page size: there is room, in this page.
 */
int ringbuf_pad(struct ringbuf_frame *f)
{
	u32 n = -f->pos & 7;

	if (n) {
		memset(f->page + (f->pos & RINGBUF_PAGE_MASK), 0, n);
		ringbuf_advance(f, n);
	}
	return 0;
}

/* This CPU, any context incl. NMI; does not sleep. */
u32 ringbuf_mark(const struct ringbuf_frame *f)
{
	return f->pos - f->start - sizeof(struct ringbuf_hdr);
}

/* This CPU, any context incl. NMI; does not sleep. */
void ringbuf_rewind(struct ringbuf_frame *f, u32 mark)
{
	const struct ringbuf_cpu *rc = f->rc;

	f->pos = f->start + sizeof(struct ringbuf_hdr) + mark;
	f->idx = ringbuf_page_on(rc, rc->idx, f->start, f->pos);
	f->page = rc->pages[f->idx];
}

/* This CPU, any context incl. NMI; does not sleep. */
static void ringbuf_put_word(struct ringbuf_frame *f, u64 pos, u64 word)
{
	const struct ringbuf_cpu *rc = f->rc;
	u32 idx = ringbuf_page_on(rc, rc->idx, f->start, pos);

	memcpy(rc->pages[idx] + (pos & RINGBUF_PAGE_MASK), &word, sizeof(word));
}

/* This CPU, any context incl. NMI; does not sleep. */
void ringbuf_patch(struct ringbuf_frame *f, u32 mark, u64 word)
{
	ringbuf_put_word(f, f->start + sizeof(struct ringbuf_hdr) + mark, word);
}

/* This CPU, any context incl. NMI; does not sleep.  A page edge is in it. */
static RINGBUF_RARE void ringbuf_put_hdr(struct ringbuf_frame *f, u32 tag,
					 u64 time, u64 addr)
{
	union {
		struct ringbuf_hdr hdr;
		u64 words[sizeof(struct ringbuf_hdr) / sizeof(u64)];
	} u;
	u32 i;

	u.hdr.size = f->pos - f->start;
	u.hdr.tag = tag;
	u.hdr.time = time;
	u.hdr.addr = addr;
	for (i = 0; i < ARRAY_SIZE(u.words); i++)
		ringbuf_put_word(f, f->start + i * sizeof(u64), u.words[i]);
}

/* This CPU, any context incl. NMI; does not sleep. */
void ringbuf_commit(struct ringbuf_frame *f, u32 tag, u64 time, u64 addr)
{
	struct ringbuf_cpu *rc = f->rc;
	u32 off = f->start & RINGBUF_PAGE_MASK;
	struct ringbuf_hdr *hdr;

	if (f->pos & 7)
		ringbuf_pad(f);
	if (off > RINGBUF_PAGE_SIZE - sizeof(*hdr)) {
		ringbuf_put_hdr(f, tag, time, addr);
	} else {
		hdr = rc->pages[rc->idx] + off;
		hdr->size = f->pos - f->start;
		hdr->tag = tag;
		hdr->time = time;
		hdr->addr = addr;
	}
	rc->idx = f->idx;
	ringbuf_count_add(&rc->created, 1);
	ringbuf_count_publish(&rc->committed, f->pos);
}

/* This CPU, any context incl. NMI; does not sleep. */
void ringbuf_discard(struct ringbuf_frame *f)
{
	f->pos = f->start;	/* nobody has seen it */
}

/* This CPU, any context incl. NMI; does not sleep. */
void ringbuf_discard_too_big(struct ringbuf_frame *f)
{
	ringbuf_count_add(&f->rc->too_big, 1);
	ringbuf_discard(f);
}
