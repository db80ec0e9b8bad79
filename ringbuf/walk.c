/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order of frames: those of all CPUs merged by time, with a heap of the
 * CPUs' next frames.
 *
 * Context: process, serialised by the caller; writers may be active.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/errno.h>
#include "ringbuf/private.h"

/* A CPU's next frame in the merge. */
struct ringbuf_head {
	u64 time;
	u64 pos;
	u64 next;
	u64 end;
	u32 cpu;
	u32 tag;
};

struct ringbuf_walk {
	u32 n;			/* CPUs in the heap */
	u32 shares;		/* CPUs that can have frames */
	struct ringbuf_head heap[];
};

/* Returns 1, or 0 if this CPU has no more frames. */
static int ringbuf_head_next(struct ringbuf *rb, struct ringbuf_head *h)
{
	struct ringbuf_hdr hdr;
	u64 first;

	while (h->next < h->end) {
		if (!ringbuf_read_hdr(rb, h->cpu, h->next, &hdr)) {
			/* If the clock went back, keep the CPU's own order. */
			if (h->time < hdr.time)
				h->time = hdr.time;
			h->tag = hdr.tag;
			h->pos = h->next;
			h->next += hdr.size;
			return 1;
		}
		first = ringbuf_first(rb, h->cpu);
		if (first <= h->next)
			break;
		h->next = first;
	}
	return 0;
}

static int ringbuf_head_before(const struct ringbuf_head *a,
			       const struct ringbuf_head *b)
{
	return a->time < b->time || (a->time == b->time && a->cpu < b->cpu);
}

/* Restore the heap when heap[at] may be later than its children. */
static void ringbuf_heap_down(struct ringbuf_head *heap, u32 n, u32 at)
{
	struct ringbuf_head h = heap[at];
	u32 child;

	for (; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n &&
		    ringbuf_head_before(&heap[child + 1], &heap[child]))
			child++;
		if (!ringbuf_head_before(&heap[child], &h))
			break;
		heap[at] = heap[child];
	}
	heap[at] = h;
}

/*
 * Build a heap of the CPUs that have frames; *frames is an upper limit of how
 * many.
 */
static u32 ringbuf_heap_fill(struct ringbuf *rb, struct ringbuf_head *heap,
			     u64 *frames)
{
	struct ringbuf_cpu *rc;
	u64 created, gone;
	u32 cpu, i, n = 0;

	*frames = 0;
	for (cpu = 0; cpu < rb->nr_cpus; cpu++) {
		rc = ringbuf_of(rb, cpu);
		gone = ringbuf_gone(rc);
		heap[n].cpu = cpu;
		heap[n].time = 0;
		heap[n].next = ringbuf_first(rb, cpu);
		heap[n].end = ringbuf_end(rb, cpu);
		created = ringbuf_count_get(&rc->created);
		*frames += created - min_t(u64, gone, created);
		n += ringbuf_head_next(rb, &heap[n]);
	}
	for (i = n / 2; i-- > 0;)
		ringbuf_heap_down(heap, n, i);
	return n;
}

struct ringbuf_walk *ringbuf_walk_alloc(const struct ringbuf *rb)
{
	return ringbuf_table_alloc(sizeof(struct ringbuf_walk) +
				   rb->nr_cpus * sizeof(struct ringbuf_head));
}

void ringbuf_walk_free(struct ringbuf_walk *walk)
{
	ringbuf_table_free(walk);
}

u64 ringbuf_walk_begin(struct ringbuf *rb, struct ringbuf_walk *walk)
{
	u64 frames;
	u32 cpu;

	walk->shares = 0;
	for (cpu = 0; cpu < rb->nr_cpus; cpu++)
		walk->shares += ringbuf_has_share(ringbuf_of(rb, cpu));
	walk->n = ringbuf_heap_fill(rb, walk->heap, &frames);
	return walk->n ? frames : 0;
}

int ringbuf_walk_peek(const struct ringbuf_walk *walk, u64 *time, int *all)
{
	if (!walk->n)
		return -ENOENT;
	*time = walk->heap[0].time;
	*all = walk->n == walk->shares;
	return 0;
}

int ringbuf_walk_next(struct ringbuf *rb, struct ringbuf_walk *walk,
		      struct ringbuf_ref *ref)
{
	struct ringbuf_head *first = &walk->heap[0];

	if (!walk->n)
		return -ENOENT;
	ref->pos = first->pos;
	ref->cpu = first->cpu;
	ref->tag = first->tag;
	if (!ringbuf_head_next(rb, first))
		*first = walk->heap[--walk->n];
	ringbuf_heap_down(walk->heap, walk->n, 0);
	return 0;
}
