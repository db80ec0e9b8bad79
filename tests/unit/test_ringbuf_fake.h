/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests of ringbuf/: an environment that counts, fails and interferes; and
 * frames whose bytes identify them.
 */
#ifndef TESTS_UNIT_TEST_RINGBUF_FAKE_H
#define TESTS_UNIT_TEST_RINGBUF_FAKE_H

#include <errno.h>
#include <stdlib.h>
#include <linux/types.h>
#include <linux/kernel.h>
#include "ringbuf/ringbuf.h"
#include "tests/unit/unit.h"

#define HDR	sizeof(struct ringbuf_hdr)
#define PAGE	RINGBUF_PAGE_SIZE
#define NCPU	4

/* ---- environment -------------------------------------------------------- */

static unsigned int present = 0xf;	/* mask */
static u64 live_bytes;			/* of pages and tables */
static long live_blocks;
static long allocs;			/* so far */
static long fail_at = -1;		/* this one fails (-1: none) */
static void *alias;			/* if set: the only page */
static void (*run_how)(void (*fn)(void *arg), void *arg);
static void (*on_run)(unsigned int cpu);
static int runs;

int ringbuf_cpu_present(unsigned int cpu)
{
	return (present >> cpu) & 1;
}

/* Before each block; a list, by which ringbuf_peek() knows what is there. */
struct block {
	struct block *next, *prev;
	size_t bytes;
	size_t pad;
};

static struct block blocks = { &blocks, &blocks, 0, 0 };

static inline void *take(size_t bytes, int fill)
{
	struct block *b;

	if (allocs++ == fail_at)
		return NULL;
	b = malloc(sizeof(*b) + bytes);
	b->bytes = bytes;
	memset(b + 1, fill, bytes);
	b->prev = &blocks;
	b->next = blocks.next;
	b->next->prev = b;
	blocks.next = b;
	live_bytes += bytes;
	live_blocks++;
	return b + 1;
}

static inline void give(void *block)
{
	struct block *b = (struct block *)block - 1;

	b->prev->next = b->next;
	b->next->prev = b->prev;
	live_bytes -= b->bytes;
	live_blocks--;
	free(b);
}

void *ringbuf_page_alloc(void)
{
	return alias ? alias : take(PAGE, 0xa5);
}

void ringbuf_page_free(void *page)
{
	if (page != alias)
		give(page);
}

void *ringbuf_table_alloc(size_t bytes)
{
	return take(bytes, 0);
}

void ringbuf_table_free(void *table)
{
	give(table);
}

/* Fails where there is no block. */
int ringbuf_peek(void *dst, const void *src, u32 n)
{
	const struct block *b;
	const u8 *at = src, *from;

	for (b = blocks.next; b != &blocks; b = b->next) {
		from = (const u8 *)(b + 1);
		if (at >= from && n <= b->bytes &&
		    (size_t)(at - from) <= b->bytes - n) {
			memcpy(dst, src, n);
			return 0;
		}
	}
	return -EFAULT;
}

static long ways;			/* yields so far */
static long refuse_way = -1;		/* this one is refused (-1: none) */

int ringbuf_yield(const char *what, u64 done)
{
	CHECK(what[0]);
	return ways++ == refuse_way ? -EINTR : 0;
}

void ringbuf_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	runs++;
	if (run_how)
		run_how(fn, arg);
	else
		fn(arg);
	if (on_run)
		on_run(cpu);
}

/* ---- helpers ------------------------------------------------------------ */

static inline u8 pattern(u32 seed, u32 i)
{
	return seed * 37 + i * 7 + (i >> 8) * 3 + (i >> 16);
}

static u8 buf[3 << 20], back[3 << 20];

static inline void fill(u32 seed, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		buf[i] = pattern(seed, i);
}

/* Claim that CPU's writer. Returns NULL if it is claimed. */
static inline struct ringbuf_cpu *claim(struct ringbuf *rb, unsigned int cpu)
{
	struct ringbuf_cpu *rc = ringbuf_writer(rb, cpu);

	return rc && ringbuf_enter(rc) ? rc : NULL;
}

/* Begin a frame that grows. Returns 0 or -ENOSPC. */
static inline int begin(struct ringbuf_cpu *rc, u32 tag, u64 time, u64 addr)
{
	struct ringbuf_cursor c = ringbuf_reserve(rc, 0, tag, time, addr, 1);

	if (!c.hdr)
		return -ENOSPC;
	ringbuf_grow(rc, &c, 1);
	return 0;
}

/* Write a frame of len bytes (a multiple of 8), appended in pieces of step. */
static inline int put(struct ringbuf *rb, unsigned int cpu, u32 len, u32 seed,
		      u32 step, u64 time)
{
	struct ringbuf_cpu *rc = claim(rb, cpu);
	u32 done, n;
	int err;

	if (!rc)
		return -EBUSY;
	fill(seed, len);
	err = begin(rc, seed, time, 0xabcd0000ULL + seed);
	for (done = 0; !err && done < len; done += n) {
		n = len - done < step ? len - done : step;
		err = ringbuf_append(rc, buf + done, n);
	}
	if (err)
		ringbuf_discard(rc);
	else
		ringbuf_commit_grown(rc);
	ringbuf_leave(rc);
	return err;
}

/* Whether the frame at *pos is that one; if so, advance to the next. */
static inline int is_frame(struct ringbuf *rb, unsigned int cpu, u64 *pos,
			   u32 len, u32 seed)
{
	struct ringbuf_hdr hdr;

	if (ringbuf_read_hdr(rb, cpu, *pos, &hdr))
		return 0;
	if (hdr.size != len + HDR || hdr.tag != seed ||
	    hdr.addr != 0xabcd0000ULL + seed)
		return 0;
	fill(seed, len);
	memset(back, 0x5a, len);
	if (ringbuf_read(rb, cpu, *pos, 0, back, len) || memcmp(buf, back, len))
		return 0;
	*pos += hdr.size;
	return 1;
}

static inline u64 info_frames(struct ringbuf *rb)
{
	struct ringbuf_info i;

	ringbuf_get_info(rb, -1, &i);
	return i.frames;
}

/* Check all information on a buffer while nothing is writing. */
static inline void check_info(struct ringbuf *rb, u64 size)
{
	struct ringbuf_info all, one;
	u64 used = 0, bytes = 0, frames = 0, memory = 0, pos;
	struct ringbuf_hdr hdr;
	int cpu;

	ringbuf_get_info(rb, -1, &all);
	CHECK_EQ(all.size, size);
	for (cpu = 0; cpu < NCPU; cpu++) {
		ringbuf_get_info(rb, cpu, &one);
		pos = ringbuf_first(rb, cpu);
		used += ringbuf_end(rb, cpu) - pos;
		while (!ringbuf_read_hdr(rb, cpu, pos, &hdr)) {
			pos += hdr.size;
			frames++;
		}
		CHECK_EQ(pos, ringbuf_end(rb, cpu));
		CHECK_EQ(one.free, one.size - (pos - ringbuf_first(rb, cpu)));
		CHECK_EQ(one.frames,
			 one.created - one.overwritten - one.shrunk);
		bytes += one.size;
		memory += one.memory;
	}
	CHECK_EQ(bytes, size);
	CHECK_EQ(all.free, size - used);
	CHECK_EQ(all.frames, frames);
	CHECK_EQ(all.created - all.overwritten - all.shrunk, frames);
	CHECK_EQ(all.memory, live_bytes);
	CHECK(memory < all.memory);
}

static inline void no_leak(void)
{
	CHECK_EQ(live_blocks, 0);
	CHECK_EQ(live_bytes, 0);
}

#endif
