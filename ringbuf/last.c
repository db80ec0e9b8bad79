/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The newest frames, for a machine that goes down: an oops or a panic may have
 * interrupted anything, on this CPU or another, for good.
 *
 * Nothing is waited for, and nothing that is read is believed.  Memory is read
 * by ringbuf_peek(), since a change of size may be half done.  A frame that is
 * being written is behind ->committed, and so is not seen.
 *
 * Context: any, including NMI; one caller at a time.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/errno.h>
#include "ringbuf/private.h"

#define RINGBUF_TRIES		16	/* to read a count while it changes */
/* Frames that are looked at, of all CPUs: some seconds at most. */
#define RINGBUF_LOOK_MOST	(16U << 20)

/* What was read of a CPU's ring, to be used as long as ringbuf_view_holds(). */
struct ringbuf_view {
	const struct ringbuf_cpu *rc;
	void **pages;
	u32 nr_pages;
	u64 tail, end;
	/* The page that was read last. */
	u32 idx;
	const u8 *page;
	u64 page_start;		/* its position; 1: none */
};

/*
 * Unlike ringbuf_count_get(), give up: the writer may have been stopped in the
 * middle of a change.  Returns 0 or -EAGAIN.
 */
static int ringbuf_count_try(const union ringbuf_count *c, u64 *value)
{
	u32 first, low, last;
	int tries;

	if (!RINGBUF_SPLIT_COUNTS) {
		*value = kc_load_acquire(&c->whole);
		return 0;
	}
	for (tries = 0; tries < RINGBUF_TRIES; tries++) {
		first = kc_load_acquire(&c->split.first);
		low = kc_load_acquire(&c->split.low);
		last = kc_load_acquire(&c->split.last);
		if (first == last) {
			*value = ((u64)first << 32) | low;
			return 0;
		}
	}
	return -EAGAIN;
}

/* Returns 0, or -EAGAIN if the ring is being changed. */
static int ringbuf_view_open(struct ringbuf_view *v,
			     const struct ringbuf_cpu *rc)
{
	v->rc = rc;
	v->pages = kc_load(&rc->pages);
	v->nr_pages = kc_load(&rc->nr_pages);
	v->page_start = 1;
	/* In this order: frames are only added meanwhile. */
	if (ringbuf_count_try(&rc->tail, &v->tail) ||
	    ringbuf_count_try(&rc->committed, &v->end) || v->end < v->tail ||
	    (v->end & 7) || (v->tail & 7))
		return -EAGAIN;
	if (v->end == v->tail)
		return 0;
	if (!v->pages || !v->nr_pages ||
	    v->end - v->tail > (u64)v->nr_pages << RINGBUF_PAGE_SHIFT)
		return -EAGAIN;
	return 0;
}

/* Are the pages still those, and is pos not overwritten? */
static int ringbuf_view_holds(const struct ringbuf_view *v, u64 pos)
{
	u64 tail;

	kc_rmb();
	return kc_load(&v->rc->pages) == v->pages &&
	       kc_load(&v->rc->nr_pages) == v->nr_pages &&
	       !ringbuf_count_try(&v->rc->tail, &tail) && pos >= tail;
}

/* Find the page of pos.  Returns 0 or -EFAULT. */
static int ringbuf_view_turn(struct ringbuf_view *v, u64 pos)
{
	u64 start = pos & ~(u64)RINGBUF_PAGE_MASK;
	u64 ahead = (start - v->page_start) >> RINGBUF_PAGE_SHIFT;

	if (start == v->page_start)
		return 0;
	if (v->page_start != 1 && start > v->page_start && ahead < v->nr_pages) {
		v->idx += ahead;
		if (v->idx >= v->nr_pages)
			v->idx -= v->nr_pages;
	} else {
		v->idx = ringbuf_page_of(pos, v->nr_pages);
	}
	v->page_start = 1;
	if (ringbuf_peek(&v->page, &v->pages[v->idx], sizeof(v->page)) ||
	    !v->page)
		return -EFAULT;
	v->page_start = start;
	return 0;
}

/* Returns 0 or -EFAULT. */
static int ringbuf_view_read(struct ringbuf_view *v, u64 pos, void *dst,
			     u32 len)
{
	u32 chunk;

	while (len) {
		chunk = min_t(u32, len,
			      RINGBUF_PAGE_SIZE - (pos & RINGBUF_PAGE_MASK));
		if (ringbuf_view_turn(v, pos) ||
		    ringbuf_peek(dst, v->page + (pos & RINGBUF_PAGE_MASK),
				 chunk))
			return -EFAULT;
		dst = (u8 *)dst + chunk;
		pos += chunk;
		len -= chunk;
	}
	return 0;
}

/*
 * Walk all frames of a CPU, and keep the positions of the newest in the array
 * `at' as in a ring: the oldest is at[*start].  Returns how many there are.  The
 * walk ends early where a frame makes no sense: then *cut is counted up.
 */
static u64 ringbuf_view_walk(struct ringbuf_view *v, u64 *at, u32 most,
			     u32 *start, u32 *looks, u32 *cut)
{
	u64 pos = v->tail, frames = 0;
	struct ringbuf_hdr hdr;
	u32 next = 0;

	while (pos < v->end && *looks) {
		--*looks;
		/* The first word, with the size, is never split. */
		if (ringbuf_view_read(v, pos, &hdr, sizeof(u64)))
			break;
		if (!ringbuf_view_holds(v, pos)) {
			/* Overwritten: the walk begins again. */
			if (ringbuf_view_open(v, v->rc)) {
				++*cut;
				return 0;
			}
			pos = v->tail;
			frames = 0;
			next = 0;
			continue;
		}
		if (hdr.size < sizeof(hdr) || (hdr.size & 7) ||
		    hdr.size > v->end - pos)
			break;
		at[next] = pos;
		if (++next == most)
			next = 0;
		frames++;
		pos += hdr.size;
	}
	*cut += pos < v->end;
	*start = frames < most ? 0 : next;
	return frames;
}

/*
 * Put a frame in its place among the n newest of other CPUs and those of its
 * own: behind all that are not later.  The oldest goes if there are more than
 * most.  Returns how many there are now.
 */
static u32 ringbuf_last_put(struct ringbuf_last *last, u32 n, u32 most,
			    const struct ringbuf_last *frame)
{
	u32 at = n;

	while (at && last[at - 1].time > frame->time)
		at--;
	if (n < most) {
		memmove(last + at + 1, last + at, (n - at) * sizeof(*last));
		last[at] = *frame;
		return n + 1;
	}
	if (at) {
		memmove(last, last + 1, (at - 1) * sizeof(*last));
		last[at - 1] = *frame;
	}
	return n;
}

/* Returns as ringbuf_last_put(), with the frames of one CPU. */
static u32 ringbuf_last_of(struct ringbuf_view *v, u32 cpu,
			   struct ringbuf_last *last, u32 n, u64 *at, u32 most,
			   struct ringbuf_last_info *info, u32 *looks)
{
	struct ringbuf_last frame;
	struct ringbuf_hdr hdr;
	u32 i, start = 0;
	u64 frames = ringbuf_view_walk(v, at, most, &start, looks, &info->cut);

	info->frames += frames;
	memset(&frame, 0, sizeof(frame));
	frame.cpu = cpu;
	for (i = 0; i < most && i < frames; i++) {
		frame.pos = at[start];
		if (++start == most)
			start = 0;
		if (ringbuf_view_read(v, frame.pos, &hdr, sizeof(hdr)) ||
		    !ringbuf_view_holds(v, frame.pos))
			continue;
		frame.stamp = hdr.time;
		/* If the clock went back, keep the CPU's own order. */
		frame.time = max_t(u64, frame.time, hdr.time);
		frame.tag = hdr.tag;
		frame.addr = hdr.addr;
		frame.len = hdr.size - sizeof(hdr);
		n = ringbuf_last_put(last, n, most, &frame);
	}
	return n;
}

u32 ringbuf_last(struct ringbuf *rb, struct ringbuf_last *last, u64 *work,
		 u32 most, struct ringbuf_last_info *info)
{
	struct ringbuf_view v;
	u32 looks = RINGBUF_LOOK_MOST;
	u32 cpu, n = 0;

	memset(info, 0, sizeof(*info));
	for (cpu = 0; cpu < rb->nr_cpus; cpu++) {
		if (ringbuf_view_open(&v, ringbuf_of(rb, cpu)))
			info->cut++;
		else
			n = ringbuf_last_of(&v, cpu, last, n, work, most, info,
					    &looks);
	}
	return n;
}

int ringbuf_last_read(struct ringbuf *rb, const struct ringbuf_last *frame,
		      u32 off, void *dst, u32 len)
{
	struct ringbuf_view v;

	if (frame->cpu >= rb->nr_cpus || (u64)off + len > frame->len)
		return -ENOENT;
	if (ringbuf_view_open(&v, ringbuf_of(rb, frame->cpu)) ||
	    frame->pos < v.tail ||
	    frame->pos + sizeof(struct ringbuf_hdr) + frame->len > v.end ||
	    ringbuf_view_read(&v, frame->pos + sizeof(struct ringbuf_hdr) + off,
			      dst, len) ||
	    !ringbuf_view_holds(&v, frame->pos))
		return -ESTALE;
	return 0;
}
