/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The buffer as a whole: allocation, size, statistics.
 *
 * A change of size has two steps.  The first allocates all memory and may fail.
 * The second moves pointers on each CPU in turn and cannot fail.
 *
 * Context: unless noted, process, serialised by the caller.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/errno.h>
#include "ringbuf/private.h"

#define RINGBUF_DROP_MOST	256	/* frames, with interrupts off */

/* The change of one CPU's share; then holds what is to be freed. */
struct ringbuf_change {
	struct ringbuf_cpu *rc;
	u64 share;
	void **pages;		/* the new directory; later the old one */
	u32 nr_pages;		/* in the new directory */
	void **fresh;		/* new pages; later the unused ones */
	u32 nr_fresh;
	u32 nr_left;		/* unused pages at the start of the old one */
	int mine;		/* this CPU takes part */
	int done;
};

/* ---- shares ------------------------------------------------------------- */

/* The part of a share that frames can use. */
static u64 ringbuf_room(u64 share)
{
	return share < sizeof(struct ringbuf_hdr) ? 0 : share & ~7ULL;
}

/*
 * Pages for that many bytes, at any offset into the first page.  So a full ring
 * does not wrap into the page of its tail, and a resize can move pages one by
 * one.
 */
static u64 ringbuf_pages_for(u64 room)
{
	if (!room)
		return 0;
	return ((room + RINGBUF_PAGE_SIZE - 2 * sizeof(u64)) >>
		RINGBUF_PAGE_SHIFT) + 1;
}

static void ringbuf_share_out(struct ringbuf *rb, u64 bytes,
			      struct ringbuf_change *changes)
{
	u32 cpu, rest, takers = 0;
	u64 share;

	for (cpu = 0; cpu < rb->nr_cpus; cpu++) {
		changes[cpu].rc = ringbuf_of(rb, cpu);
		changes[cpu].mine = ringbuf_has_share(changes[cpu].rc) ||
				    ringbuf_cpu_present(cpu);
		takers += changes[cpu].mine;
	}
	if (!takers)
		return;
	share = ringbuf_divide(bytes, takers, &rest);
	for (cpu = 0; cpu < rb->nr_cpus; cpu++) {
		if (!changes[cpu].mine)
			continue;
		changes[cpu].share = share;
		if (rest) {
			changes[cpu].share++;
			rest--;
		}
	}
}

/* ---- step one: memory --------------------------------------------------- */

/* Always finishes: ignores that the requester has given up. */
static void ringbuf_free_pages(void **pages, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		ringbuf_page_free(pages[i]);
		ringbuf_step("pages of the trace buffer freed", i + 1);
	}
}

static void ringbuf_change_free(struct ringbuf_change *c)
{
	ringbuf_free_pages(c->pages, c->nr_left);
	ringbuf_free_pages(c->fresh, c->nr_fresh);
	if (c->pages)
		ringbuf_table_free(c->pages);
	if (c->fresh)
		ringbuf_table_free(c->fresh);
}

/* Returns 0, -ENOMEM or the error of ringbuf_yield(). */
static int ringbuf_change_alloc(struct ringbuf_change *c)
{
	u64 nr = ringbuf_pages_for(ringbuf_room(c->share));
	u32 more;
	int err;

	if (nr > 0x7fffffff / sizeof(void *))
		return -ENOMEM;
	c->nr_pages = nr;
	if (!nr)
		return 0;
	c->pages = ringbuf_table_alloc(nr * sizeof(void *));
	if (!c->pages)
		return -ENOMEM;
	if (nr <= c->rc->nr_pages)
		return 0;
	more = nr - c->rc->nr_pages;
	c->fresh = ringbuf_table_alloc(more * sizeof(void *));
	if (!c->fresh)
		return -ENOMEM;
	while (c->nr_fresh < more) {
		c->fresh[c->nr_fresh] = ringbuf_page_alloc();
		if (!c->fresh[c->nr_fresh])
			return -ENOMEM;
		err = ringbuf_step("pages of the trace buffer taken",
				   ++c->nr_fresh);
		if (err)
			return err;
	}
	return 0;
}

/* ---- step two: this CPU, interrupts off --------------------------------- */

/*
 * Drop the oldest frames until the rest fits in room, at most RINGBUF_DROP_MOST
 * at a time.  Returns 1 if it fits now.
 * Context: this CPU (or it is offline), interrupts off, its writer claimed.
 */
static int ringbuf_shrink(struct ringbuf_cpu *rc, u64 room)
{
	u64 end = ringbuf_count_own(&rc->committed);
	u64 tail = ringbuf_count_own(&rc->tail);
	u64 taken = ringbuf_count_peek(&rc->taken.pos);
	u64 next, dropped = 0, freed = 0;
	u32 idx = rc->tail_idx;
	const struct ringbuf_hdr *hdr;

	while (end - tail > room && dropped < RINGBUF_DROP_MOST) {
		hdr = rc->pages[idx] + (tail & RINGBUF_PAGE_MASK);
		next = tail + hdr->size;
		idx = ringbuf_page_on(rc, idx, tail, next);
		freed += tail < taken;
		tail = next;
		dropped++;
	}
	ringbuf_count_add(&rc->freed, freed);
	ringbuf_count_add(&rc->shrunk, dropped - freed);
	ringbuf_count_publish(&rc->tail, tail);
	rc->tail_idx = idx;
	return end - tail <= room;
}

/*
 * Another call follows.  Until then limit the ring to what it holds now, or a
 * busy writer would refill what each call drops.  This is still more than the
 * new share, so no frame is refused that will fit later.
 * Context: this CPU (or it is offline), interrupts off, its writer claimed.
 */
static void ringbuf_cap(struct ringbuf_cpu *rc)
{
	u64 end = ringbuf_count_own(&rc->committed);

	rc->room = end - ringbuf_count_own(&rc->tail);
	rc->limit = end;
	ringbuf_seek(rc, end);
}

/*
 * Move each page that holds frames to its new index; fill the rest of the new
 * directory with other old pages, then fresh ones.
 * Context: this CPU (or it is offline), interrupts off, its writer claimed.
 */
static void ringbuf_move_pages(struct ringbuf_cpu *rc, struct ringbuf_change *c)
{
	u64 end = ringbuf_count_own(&rc->committed);
	u64 pos = ringbuf_count_own(&rc->tail);
	u32 from = rc->tail_idx, to, i;

	to = pos < end ? ringbuf_page_of(pos, c->nr_pages) : 0;
	while (pos < end) {
		c->pages[to] = rc->pages[from];
		rc->pages[from] = NULL;
		if (++to == c->nr_pages)
			to = 0;
		if (++from == rc->nr_pages)
			from = 0;
		pos = (pos | RINGBUF_PAGE_MASK) + 1;
	}
	for (i = 0; i < rc->nr_pages; i++)
		if (rc->pages[i])
			rc->pages[c->nr_left++] = rc->pages[i];
	for (i = 0; i < c->nr_pages; i++) {
		if (c->pages[i])
			continue;
		if (c->nr_left)
			c->pages[i] = rc->pages[--c->nr_left];
		else
			c->pages[i] = c->fresh[--c->nr_fresh];
	}
}

/* Context: this CPU (or it is offline), interrupts off. */
static void ringbuf_change_apply(void *arg)
{
	struct ringbuf_change *c = arg;
	struct ringbuf_cpu *rc = c->rc;
	void **pages = rc->pages;
	u64 tail, end;
	u32 i;

	if (rc->depth && rc->depth != RINGBUF_NO_SHARE)
		return;		/* we interrupted a writer: retry */
	if (!rc->depth)
		kc_store(&rc->depth, 1);
	else
		for (i = 0; i < RINGBUF_LEVELS; i++)
			rc->no_share += ringbuf_count_own(&rc->nested[i]);
	kc_barrier();
	/* From here on hits in an NMI are lost, and counted. */
	if (!ringbuf_shrink(rc, ringbuf_room(c->share))) {
		ringbuf_cap(rc);
		goto leave;
	}
	ringbuf_move_pages(rc, c);
	tail = ringbuf_count_own(&rc->tail);
	end = ringbuf_count_own(&rc->committed);
	rc->pages = c->pages;
	rc->nr_pages = c->nr_pages;
	rc->share = c->share;
	rc->room = ringbuf_room(c->share);
	rc->limit = tail + rc->room;
	rc->tail_idx = c->nr_pages ? ringbuf_page_of(tail, c->nr_pages) : 0;
	ringbuf_seek(rc, end);
	c->pages = pages;
	c->done = 1;
leave:
	ringbuf_leave(rc);
}

/* ---- both steps --------------------------------------------------------- */

static void ringbuf_apply_all(struct ringbuf *rb,
			      struct ringbuf_change *changes, int live)
{
	struct ringbuf_change *c;
	u32 cpu;

	for (cpu = 0; cpu < rb->nr_cpus; cpu++) {
		c = &changes[cpu];
		if (!c->mine)
			continue;
		if (!live)
			ringbuf_change_apply(c);
		/* Not done: we interrupted a writer, or more frames must go. */
		while (!c->done) {
			ringbuf_run_on_cpu(cpu, ringbuf_change_apply, c);
			if (!c->done)
				ringbuf_yield("trace frames dropped",
					ringbuf_count_get(&c->rc->shrunk));
		}
	}
}

/* Returns as ringbuf_resize(). */
static int ringbuf_set_size(struct ringbuf *rb, u64 bytes, int live)
{
	struct ringbuf_change *changes;
	u32 cpu;
	int err = 0;

	changes = ringbuf_table_alloc(rb->nr_cpus * sizeof(*changes));
	if (!changes)
		return -ENOMEM;
	ringbuf_share_out(rb, bytes, changes);
	for (cpu = 0; cpu < rb->nr_cpus && !err; cpu++)
		if (changes[cpu].mine)
			err = ringbuf_change_alloc(&changes[cpu]);
	if (!err) {
		ringbuf_apply_all(rb, changes, live);
		rb->bytes = bytes;
	}
	for (cpu = 0; cpu < rb->nr_cpus; cpu++)
		ringbuf_change_free(&changes[cpu]);
	ringbuf_table_free(changes);
	return err;
}

int ringbuf_resize(struct ringbuf *rb, u64 bytes)
{
	return ringbuf_set_size(rb, bytes, 1);
}

/* Bytes for all slots, however the allocation is aligned. */
static size_t ringbuf_slot_table_size(unsigned int nr_cpus)
{
	return nr_cpus * sizeof(union ringbuf_slot) + RINGBUF_LINE;
}

struct ringbuf *ringbuf_alloc(u64 bytes, unsigned int nr_cpus)
{
	struct ringbuf *rb;
	unsigned long start;
	u32 cpu;

	/* A frame dirties one cache line here, the first. */
	BUILD_BUG_ON(offsetof(struct ringbuf_cpu, created) +
		     sizeof(union ringbuf_count) > RINGBUF_LINE / 2);
	rb = ringbuf_table_alloc(sizeof(*rb));
	if (!rb)
		return NULL;
	rb->slot_table = ringbuf_table_alloc(ringbuf_slot_table_size(nr_cpus));
	if (!rb->slot_table)
		goto free_rb;
	start = (unsigned long)rb->slot_table + RINGBUF_LINE - 1;
	rb->slots = (union ringbuf_slot *)(start & ~(RINGBUF_LINE - 1UL));
	rb->nr_cpus = nr_cpus;
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		ringbuf_of(rb, cpu)->rb = rb;
		ringbuf_of(rb, cpu)->depth = RINGBUF_NO_SHARE;
	}
	if (ringbuf_set_size(rb, bytes, 0))
		goto free_slot_table;
	return rb;

free_slot_table:
	ringbuf_table_free(rb->slot_table);
free_rb:
	ringbuf_table_free(rb);
	return NULL;
}

void ringbuf_free(struct ringbuf *rb)
{
	struct ringbuf_cpu *rc;
	u32 cpu;

	ringbuf_index_drop(rb);
	for (cpu = 0; cpu < rb->nr_cpus; cpu++) {
		rc = ringbuf_of(rb, cpu);
		ringbuf_free_pages(rc->pages, rc->nr_pages);
		if (rc->pages)
			ringbuf_table_free(rc->pages);
	}
	ringbuf_table_free(rb->slot_table);
	ringbuf_table_free(rb);
}

void ringbuf_reset(struct ringbuf *rb)
{
	struct ringbuf_cpu *rc;
	u32 cpu, i;

	ringbuf_index_drop(rb);
	for (cpu = 0; cpu < rb->nr_cpus; cpu++) {
		rc = ringbuf_of(rb, cpu);
		ringbuf_count_publish(&rc->tail,
				      ringbuf_count_own(&rc->committed));
		rc->limit = ringbuf_count_own(&rc->tail) + rc->room;
		ringbuf_seek(rc, ringbuf_count_own(&rc->tail));
		rc->tail_idx = rc->idx;
		ringbuf_count_set(&rc->created, 0);
		ringbuf_count_set(&rc->overwritten, 0);
		ringbuf_count_set(&rc->too_big, 0);
		ringbuf_count_set(&rc->shrunk, 0);
		ringbuf_count_set(&rc->freed, 0);
		ringbuf_count_set(&rc->taken.frames, 0);
		ringbuf_count_set(&rc->taken.lost, 0);
		for (i = 0; i < RINGBUF_LEVELS; i++)
			ringbuf_count_set(&rc->nested[i], 0);
		rc->no_share = 0;
	}
}

void ringbuf_set_circular(struct ringbuf *rb, int circular)
{
	kc_store(&rb->circular, circular);
}

/* ---- information -------------------------------------------------------- */

/*
 * Returns counts of frames and bytes that belong together, unless the writer
 * keeps changing them.
 * Context: any, including NMI; does not wait.
 */
static void ringbuf_used(const struct ringbuf_cpu *rc, u64 *used,
			 struct ringbuf_info *info)
{
	u64 tail, taken, end, gone;
	int tries;

	info->shrunk = ringbuf_count_peek(&rc->shrunk);
	for (tries = 0; tries < 8; tries++) {
		tail = ringbuf_count_peek(&rc->tail);
		info->overwritten = ringbuf_count_peek(&rc->overwritten);
		gone = ringbuf_gone(rc);
		taken = ringbuf_count_peek(&rc->taken.pos);
		end = ringbuf_count_peek(&rc->committed);
		info->created = ringbuf_count_peek(&rc->created);
		if (ringbuf_count_peek(&rc->tail) == tail &&
		    ringbuf_count_peek(&rc->committed) == end)
			break;
	}
	info->frames = info->created - min_t(u64, gone, info->created);
	tail = max_t(u64, tail, taken);
	*used = min_t(u64, end - tail, rc->share);
}

/* Context: any, including NMI; does not wait. */
static void ringbuf_cpu_info(const struct ringbuf_cpu *rc,
			     struct ringbuf_info *info)
{
	u64 nested = 0, used;
	u32 i;

	memset(info, 0, sizeof(*info));
	ringbuf_used(rc, &used, info);
	info->size = rc->share;
	info->free = rc->share - used;
	for (i = 0; i < RINGBUF_LEVELS; i++)
		nested += ringbuf_count_peek(&rc->nested[i]);
	info->no_share = ringbuf_has_share(rc) ? rc->no_share : nested;
	info->nested = nested - info->no_share;
	info->too_big = ringbuf_count_peek(&rc->too_big);
	info->taken = ringbuf_count_peek(&rc->taken.frames);
	info->memory = sizeof(union ringbuf_slot) +
		       rc->nr_pages * (RINGBUF_PAGE_SIZE + sizeof(void *));
}

/* Context: any, including NMI; does not wait. */
void ringbuf_get_info(struct ringbuf *rb, int cpu, struct ringbuf_info *info)
{
	struct ringbuf_info one;
	u32 i;

	memset(info, 0, sizeof(*info));
	if (cpu >= 0) {
		if ((u32)cpu < rb->nr_cpus)
			ringbuf_cpu_info(ringbuf_of(rb, cpu), info);
		return;
	}
	info->memory = sizeof(*rb) + ringbuf_slot_table_size(0) +
		       rb->index_pages * RINGBUF_PAGE_SIZE + rb->index_table;
	for (i = 0; i < rb->nr_cpus; i++) {
		ringbuf_cpu_info(ringbuf_of(rb, i), &one);
		info->size += one.size;
		info->free += one.free;
		info->frames += one.frames;
		info->created += one.created;
		info->overwritten += one.overwritten;
		info->shrunk += one.shrunk;
		info->nested += one.nested;
		info->too_big += one.too_big;
		info->taken += one.taken;
		info->no_share += one.no_share;
		info->memory += one.memory;
	}
}
