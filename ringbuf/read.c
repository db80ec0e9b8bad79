/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readers: copy, then check that the writer has not dropped the frame.  Frame
 * numbers: an index of the frames of all CPUs, merged by time (walk.c).
 *
 * Context: unless noted, process, serialised by the caller.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/errno.h>
#include "ringbuf/private.h"

/*
 * The only access that races with the writer, by design: the copy is thrown
 * away if the frame was dropped meanwhile.  Hide it from ThreadSanitizer and
 * KCSAN.
 */
#if defined(__SANITIZE_THREAD__) || defined(__clang__)
#define RINGBUF_RACY	__attribute__((no_sanitize("thread"), __noinline__))
#else
#define RINGBUF_RACY
#endif

#define RINGBUF_COPY_WORD(dst, src)	do {				\
	u64 word_ = kc_load((const u64 *)(src));			\
	memcpy(dst, &word_, sizeof(word_));				\
} while (0)

/* All bytes are in one page. */
static RINGBUF_RACY void ringbuf_copy(u8 *dst, const u8 *src, u32 len)
{
	const u8 *end = src + len;

	for (; src < end && ((unsigned long)src & 7); src++)
		*dst++ = kc_load(src);
	for (; src + 32 <= end; src += 32, dst += 32) {
		RINGBUF_COPY_WORD(dst, src);
		RINGBUF_COPY_WORD(dst + 8, src + 8);
		RINGBUF_COPY_WORD(dst + 16, src + 16);
		RINGBUF_COPY_WORD(dst + 24, src + 24);
	}
	for (; src + 8 <= end; src += 8, dst += 8)
		RINGBUF_COPY_WORD(dst, src);
	for (; src < end; src++)
		*dst++ = kc_load(src);
}

/*
 * Copy from pos, inside the frame at `frame`.  Returns 0, or -ESTALE if the
 * frame was dropped.
 */
static int ringbuf_copy_out(const struct ringbuf_cpu *rc, u64 frame, u64 pos,
			    void *dst, u32 len)
{
	u32 idx = ringbuf_page_of(pos, rc->nr_pages);
	u32 off = pos & RINGBUF_PAGE_MASK;
	u8 *to = dst;
	u32 chunk, pages = 0;

	while (len) {
		chunk = min_t(u32, len, RINGBUF_PAGE_SIZE - off);
		ringbuf_copy(to, rc->pages[idx] + off, chunk);
		to += chunk;
		len -= chunk;
		off = 0;
		if (++idx == rc->nr_pages)
			idx = 0;
		ringbuf_step("pages of a trace frame copied", ++pages);
	}
	kc_rmb();
	return frame < ringbuf_count_get(&rc->tail) ? -ESTALE : 0;
}

u64 ringbuf_first(struct ringbuf *rb, unsigned int cpu)
{
	struct ringbuf_cpu *rc;

	if (cpu >= rb->nr_cpus)
		return 0;
	rc = ringbuf_of(rb, cpu);
	return max_t(u64, ringbuf_count_get(&rc->tail),
		     ringbuf_count_own(&rc->taken.pos));
}

u64 ringbuf_end(struct ringbuf *rb, unsigned int cpu)
{
	if (cpu >= rb->nr_cpus)
		return 0;
	return ringbuf_count_get(&ringbuf_of(rb, cpu)->committed);
}

int ringbuf_read_hdr(struct ringbuf *rb, unsigned int cpu, u64 pos,
		     struct ringbuf_hdr *hdr)
{
	u64 end = ringbuf_end(rb, cpu);
	int err;

	if (pos >= end)
		return -ENOENT;
	if (pos < ringbuf_first(rb, cpu) || (pos & 7) ||
	    end - pos < sizeof(*hdr))
		return -ESTALE;
	err = ringbuf_copy_out(ringbuf_of(rb, cpu), pos, pos,
			       hdr, sizeof(*hdr));
	if (err)
		return err;
	/* True only if pos was never the start of a frame. */
	if (hdr->size < sizeof(*hdr) || (hdr->size & 7) ||
	    hdr->size > end - pos)
		return -ESTALE;
	return 0;
}

int ringbuf_read_part(struct ringbuf *rb, unsigned int cpu, u64 pos,
		      const struct ringbuf_hdr *hdr, u32 off, void *dst,
		      u32 len)
{
	if ((u64)off + len > hdr->size - sizeof(*hdr))
		return -ENOENT;
	return ringbuf_copy_out(ringbuf_of(rb, cpu), pos,
				pos + sizeof(*hdr) + off, dst, len);
}

int ringbuf_read(struct ringbuf *rb, unsigned int cpu, u64 pos, u32 off,
		 void *dst, u32 len)
{
	struct ringbuf_hdr hdr;
	int err;

	err = ringbuf_read_hdr(rb, cpu, pos, &hdr);
	return err ? err : ringbuf_read_part(rb, cpu, pos, &hdr, off, dst, len);
}

/* ---- frames that leave the buffer ---------------------------------------- */

/*
 * What was dropped and not taken is known when all that was taken is before the
 * tail; or before the end, unless a writer is there, whose frame may be counted
 * as created and not be committed yet.
 */
static void ringbuf_count_lost(struct ringbuf_cpu *rc)
{
	u64 taken = ringbuf_count_own(&rc->taken.frames);
	u64 pos = ringbuf_count_own(&rc->taken.pos);
	u64 tail, end, dropped, created;
	int writes;

	do {
		end = ringbuf_count_get(&rc->committed);
		tail = ringbuf_count_get(&rc->tail);
		dropped = ringbuf_dropped(rc);
		created = ringbuf_count_get(&rc->created);
		kc_rmb();
		writes = ringbuf_is_written(rc);
	} while (ringbuf_count_get(&rc->tail) != tail ||
		 ringbuf_count_get(&rc->committed) != end);
	if (pos <= tail)
		ringbuf_count_set(&rc->taken.lost, dropped - taken);
	else if (pos == end && !writes)
		ringbuf_count_set(&rc->taken.lost, created - taken);
}

void ringbuf_take(struct ringbuf *rb, unsigned int cpu, u64 pos, u32 size)
{
	struct ringbuf_cpu *rc = ringbuf_of(rb, cpu);

	if (pos != ringbuf_count_own(&rc->taken.pos))
		ringbuf_count_lost(rc);
	ringbuf_count_add(&rc->taken.frames, 1);
	/* A release: the frame has been read. */
	ringbuf_count_publish(&rc->taken.pos, pos + size);
}

u64 ringbuf_lost(struct ringbuf *rb)
{
	struct ringbuf_cpu *rc;
	u64 lost = 0;
	u32 cpu;

	for (cpu = 0; cpu < rb->nr_cpus; cpu++) {
		rc = ringbuf_of(rb, cpu);
		ringbuf_count_lost(rc);
		lost += ringbuf_count_own(&rc->taken.lost);
	}
	return lost;
}

int ringbuf_is_empty(struct ringbuf *rb)
{
	u32 cpu;

	for (cpu = 0; cpu < rb->nr_cpus; cpu++)
		if (ringbuf_first(rb, cpu) < ringbuf_end(rb, cpu))
			return 0;
	return 1;
}

/* ---- frame numbers ------------------------------------------------------ */

#define RINGBUF_REF_SHIFT	(RINGBUF_PAGE_SHIFT - 4)
#define RINGBUF_REFS		(RINGBUF_PAGE_SIZE / sizeof(struct ringbuf_ref))

void ringbuf_index_drop(struct ringbuf *rb)
{
	u64 i;

	for (i = 0; i < rb->index_pages; i++) {
		ringbuf_page_free(rb->index[i]);
		ringbuf_step("pages of frame numbers freed", i + 1);
	}
	if (rb->index)
		ringbuf_table_free(rb->index);
	rb->index = NULL;
	rb->index_count = 0;
	rb->index_pages = 0;
	rb->index_table = 0;
}

static int ringbuf_index_add(struct ringbuf *rb, const struct ringbuf_ref *to)
{
	u64 n = rb->index_count;
	struct ringbuf_ref *ref;

	if (!(n & (RINGBUF_REFS - 1))) {
		ref = ringbuf_page_alloc();
		if (!ref)
			return -ENOMEM;
		rb->index[rb->index_pages++] = ref;
	}
	ref = &rb->index[n >> RINGBUF_REF_SHIFT][n & (RINGBUF_REFS - 1)];
	*ref = *to;
	rb->index_count = n + 1;
	return 0;
}

int ringbuf_index_build(struct ringbuf *rb)
{
	struct ringbuf_walk *walk;
	struct ringbuf_ref ref;
	u64 frames;
	int err = 0;

	BUILD_BUG_ON(RINGBUF_REFS != 1UL << RINGBUF_REF_SHIFT);

	ringbuf_index_drop(rb);
	walk = ringbuf_walk_alloc(rb);
	if (!walk)
		return -ENOMEM;
	frames = ringbuf_walk_begin(rb, walk);
	if (frames) {
		rb->index_table = ((frames + RINGBUF_REFS - 1) >>
				   RINGBUF_REF_SHIFT) * sizeof(*rb->index);
		rb->index = ringbuf_table_alloc(rb->index_table);
		if (!rb->index)
			err = -ENOMEM;
	}
	while (!err && rb->index_count < frames &&
	       !ringbuf_walk_next(rb, walk, &ref)) {
		err = ringbuf_index_add(rb, &ref);
		if (!err)
			err = ringbuf_step("trace frames numbered",
					   rb->index_count);
	}
	ringbuf_walk_free(walk);
	if (err)
		ringbuf_index_drop(rb);
	return err;
}

u64 ringbuf_index_count(const struct ringbuf *rb)
{
	return rb->index_count;
}

int ringbuf_index_get(const struct ringbuf *rb, u64 n, struct ringbuf_ref *ref)
{
	if (n >= rb->index_count)
		return -ENOENT;
	*ref = rb->index[n >> RINGBUF_REF_SHIFT][n & (RINGBUF_REFS - 1)];
	return 0;
}
