/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The writer: each CPU writes its own ring.
 *
 * Nesting is strict: a nested writer finishes before the interrupted one
 * resumes.  So ->depth needs no atomic operation, nor does a counter that only
 * one depth writes.
 *
 * Context: unless noted, this CPU, any context including NMI.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/errno.h>
#include "ringbuf/private.h"

/* Out of line, so that the caller's fast path saves no registers. */
#define RINGBUF_RARE	__attribute__((__noinline__))

/* ---- the claim ------------------------------------------------------------ */

int ringbuf_reject(struct ringbuf_cpu *rc)
{
	u32 depth = kc_load(&rc->depth);
	u32 level = min_t(u32, depth & ~RINGBUF_NO_SHARE, RINGBUF_LEVELS - 1);

	kc_store(&rc->depth, depth + 1);
	kc_barrier();
	ringbuf_count_add(&rc->nested[level], 1);
	kc_barrier();
	kc_store(&rc->depth, depth);
	return 0;
}

/* Context: any. */
struct ringbuf_cpu *ringbuf_writer(struct ringbuf *rb, unsigned int cpu)
{
	return cpu < rb->nr_cpus ? ringbuf_of(rb, cpu) : NULL;
}

/* ---- the current page --------------------------------------------------- */

/* Derive edge and bias from idx and page_end. */
static void ringbuf_set_edge(struct ringbuf_cpu *rc)
{
	u64 most = ringbuf_count_own(&rc->committed) + RINGBUF_FRAME_MAX;

	most = min_t(u64, most, rc->limit);
	rc->edge = min_t(u64, most, rc->page_end);
	rc->bias = 0;
	if (rc->nr_pages)
		rc->bias = (unsigned long)rc->pages[rc->idx] -
			   (unsigned long)(rc->page_end - RINGBUF_PAGE_SIZE);
}

/* See private.h. */
void ringbuf_seek(struct ringbuf_cpu *rc, u64 pos)
{
	rc->idx = rc->nr_pages ? ringbuf_page_of(pos, rc->nr_pages) : 0;
	rc->page_end = (pos | RINGBUF_PAGE_MASK) + 1;
	ringbuf_set_edge(rc);
}

void ringbuf_set_page(struct ringbuf_cpu *rc, u32 idx, u64 page_end)
{
	rc->idx = idx;
	rc->page_end = page_end;
	ringbuf_set_edge(rc);
}

/* pos is at the page's end. */
static void ringbuf_next_page(struct ringbuf_cpu *rc)
{
	u32 idx = rc->idx + 1;

	ringbuf_set_page(rc, idx == rc->nr_pages ? 0 : idx,
			 rc->page_end + RINGBUF_PAGE_SIZE);
}

/* Number of pages from pos, in the current frame, to page idx. */
static u32 ringbuf_pages_back(const struct ringbuf_cpu *rc, u64 pos)
{
	return (u32)((rc->page_end - 1) >> RINGBUF_PAGE_SHIFT) -
	       (u32)(pos >> RINGBUF_PAGE_SHIFT);
}

/* Index of the page that many pages before idx. */
static u32 ringbuf_idx_back(const struct ringbuf_cpu *rc, u32 pages)
{
	return rc->idx >= pages ? rc->idx - pages :
				  rc->idx + rc->nr_pages - pages;
}

/* Cut the frame back to pos. */
static void ringbuf_truncate(struct ringbuf_cpu *rc, u64 pos)
{
	u32 pages;

	rc->pos = pos;
	if (pos >= rc->page_end - RINGBUF_PAGE_SIZE)
		return;
	pages = ringbuf_pages_back(rc, pos);
	rc->idx = ringbuf_idx_back(rc, pages);
	rc->page_end -= (u64)pages << RINGBUF_PAGE_SHIFT;
	ringbuf_set_edge(rc);
}

/* ---- space -------------------------------------------------------------- */

/* Older frames may be dropped up to here: taken ones; if circular, all. */
static u64 ringbuf_droppable(const struct ringbuf_cpu *rc)
{
	if (kc_load(&rc->rb->circular))
		return ringbuf_count_own(&rc->committed);
	return ringbuf_count_peek(&rc->taken.pos);
}

/* How far the frame can grow, by dropping all frames before `most`. */
static u64 ringbuf_reach(const struct ringbuf_cpu *rc, u64 most)
{
	u64 start = ringbuf_count_own(&rc->committed);

	return min_t(u64, max_t(u64, rc->limit, most + rc->room),
		     start + RINGBUF_FRAME_MAX);
}

/*
 * Drop the oldest frames, from *tail up to `most', until the current one can grow
 * to ahead; for what is behind end, no large ones.  Returns how many.
 */
static u64 ringbuf_drop(struct ringbuf_cpu *rc, u64 *tail, u64 most, u64 end,
			u64 ahead)
{
	u64 at = *tail, next, dropped = 0;
	u32 idx = rc->tail_idx;
	const struct ringbuf_hdr *hdr;

	while (ahead - at > rc->room && at < most) {
		/*
		 * Only the header's first word, with the size, is never split.
		 */
		hdr = rc->pages[idx] + (at & RINGBUF_PAGE_MASK);
		if (end - at <= rc->room && hdr->size > RINGBUF_PAGE_SIZE)
			break;
		next = at + hdr->size;
		idx = ringbuf_page_on(rc, idx, at, next);
		at = next;
		dropped++;
	}
	rc->tail_idx = idx;
	*tail = at;
	return dropped;
}

/*
 * Drop the oldest frames until the current one can grow to end, which is within
 * ringbuf_reach() of `most'.
 *
 * A large ring drops small frames ahead, to the end of that page, so that the
 * next frames take the fast path.
 */
static void ringbuf_make_room(struct ringbuf_cpu *rc, u64 end, u64 most)
{
	u64 tail = ringbuf_count_own(&rc->tail);
	u64 taken = ringbuf_count_peek(&rc->taken.pos);
	u64 ahead = end, freed = 0, dropped;

	if (rc->room >= RINGBUF_AHEAD)
		ahead = ((end - 1) | RINGBUF_PAGE_MASK) + 1;
	if (tail < taken)
		freed = ringbuf_drop(rc, &tail, min_t(u64, taken, most), end,
				     ahead);
	dropped = ringbuf_drop(rc, &tail, most, end, ahead);
	rc->limit = tail + rc->room;
	ringbuf_set_edge(rc);
	ringbuf_count_add(&rc->freed, freed);
	ringbuf_count_add(&rc->overwritten, dropped);
	ringbuf_count_publish(&rc->tail, tail);
	/* Readers must see the new tail before they see overwritten data. */
	kc_wmb();
}

RINGBUF_RARE int ringbuf_need_more(struct ringbuf_cpu *rc, u64 end)
{
	u64 most = ringbuf_droppable(rc);

	if (end > ringbuf_reach(rc, most))
		return -ENOSPC;
	if (end > rc->limit)
		ringbuf_make_room(rc, end, most);
	return 0;
}

static inline int ringbuf_need(struct ringbuf_cpu *rc, u64 end)
{
	if (end <= rc->limit &&
	    end - ringbuf_count_own(&rc->committed) <= RINGBUF_FRAME_MAX)
		return 0;
	return ringbuf_need_more(rc, end);
}

/* ---- a frame that grows --------------------------------------------------- */

/* The caller has checked for space. */
static inline void ringbuf_append_word(struct ringbuf_cpu *rc, u64 word)
{
	if (rc->pos == rc->page_end)
		ringbuf_next_page(rc);
	*(u64 *)ringbuf_at(rc, rc->pos) = word;
	rc->pos += sizeof(word);
}

/* The caller has checked for space. */
static void ringbuf_put(struct ringbuf_cpu *rc, const u8 *data, u32 n)
{
	u32 chunk;

	while (n) {
		if (rc->pos == rc->page_end)
			ringbuf_next_page(rc);
		chunk = min_t(u64, n, rc->page_end - rc->pos);
		memcpy(ringbuf_at(rc, rc->pos), data, chunk);
		rc->pos += chunk;
		data += chunk;
		n -= chunk;
	}
}

void *ringbuf_space(struct ringbuf_cpu *rc, u32 want, u32 *got)
{
	u64 end, most;

	if (rc->pos == rc->page_end)
		ringbuf_next_page(rc);
	end = min_t(u64, rc->pos + want, rc->page_end);
	if (end > rc->edge) {
		most = ringbuf_droppable(rc);
		end = min_t(u64, end, ringbuf_reach(rc, most));
		if (end == rc->pos)
			return NULL;
		if (end > rc->limit)
			ringbuf_make_room(rc, end, most);
	}
	*got = end - rc->pos;
	return ringbuf_at(rc, rc->pos);
}

int ringbuf_fits(const struct ringbuf_cpu *rc, u64 n)
{
	return n <= ringbuf_reach(rc, ringbuf_droppable(rc)) - rc->pos;
}

int ringbuf_append(struct ringbuf_cpu *rc, const void *data, u32 n)
{
	if (ringbuf_need(rc, rc->pos + n))
		return -ENOSPC;
	ringbuf_put(rc, data, n);
	return 0;
}

int ringbuf_append_pair(struct ringbuf_cpu *rc, u64 a, u64 b)
{
	if (ringbuf_need(rc, rc->pos + 2 * sizeof(u64)))
		return -ENOSPC;
	ringbuf_append_word(rc, a);
	ringbuf_append_word(rc, b);
	return 0;
}

/*
 * The limit and the page size are multiples of 8, so the padding fits in this
 * page.
 */
void ringbuf_pad(struct ringbuf_cpu *rc)
{
	u32 n = -rc->pos & 7;

	memset(ringbuf_at(rc, rc->pos), 0, n);
	rc->pos += n;
}

void ringbuf_rewind(struct ringbuf_cpu *rc, u32 mark)
{
	ringbuf_truncate(rc, ringbuf_count_own(&rc->committed) +
				     sizeof(struct ringbuf_hdr) + mark);
}

void ringbuf_patch(struct ringbuf_cpu *rc, u32 mark, u64 word)
{
	u64 pos = ringbuf_count_own(&rc->committed) +
		  sizeof(struct ringbuf_hdr) + mark;
	u32 idx = ringbuf_idx_back(rc, ringbuf_pages_back(rc, pos));

	memcpy(rc->pages[idx] + (pos & RINGBUF_PAGE_MASK), &word, sizeof(word));
}

void ringbuf_discard(struct ringbuf_cpu *rc)
{
	/* It was never committed, so no reader has seen it. */
	ringbuf_truncate(rc, ringbuf_count_own(&rc->committed));
}

void ringbuf_discard_too_big(struct ringbuf_cpu *rc)
{
	ringbuf_count_add(&rc->too_big, 1);
	ringbuf_discard(rc);
}
