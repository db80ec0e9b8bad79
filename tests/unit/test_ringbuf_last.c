// SPDX-License-Identifier: GPL-2.0
/*
 * The newest frames of a ring whose writers were stopped anywhere, or whose
 * memory is not what it should be.  test_ringbuf_nmi.c looks between any two
 * instructions of a writer.
 */
#include "tests/unit/test_ringbuf_fake.h"

#define MOST	8

static struct ringbuf *rb;
static struct ringbuf_last last[MOST];
static u64 work[MOST];
static struct ringbuf_last_info info;

static u32 look(u32 most)
{
	memset(last, 0xee, sizeof(last));
	memset(work, 0xee, sizeof(work));
	memset(&info, 0xee, sizeof(info));
	return ringbuf_last(rb, last, work, most, &info);
}

/* Check that frame i is number seed of that CPU, of len bytes. */
static void is(u32 i, u32 cpu, u32 seed, u32 len)
{
	static u8 data[40000];

	CHECK_EQ(last[i].cpu, cpu);
	CHECK_EQ(last[i].tag, seed);
	CHECK_EQ(last[i].addr, 0xabcd0000ULL + seed);
	CHECK_EQ(last[i].len, len);
	CHECK_EQ(ringbuf_last_read(rb, &last[i], 0, data, len), 0);
	fill(seed, len);
	CHECK(!memcmp(data, buf, len));
	CHECK_EQ(ringbuf_last_read(rb, &last[i], len / 2, data, len - len / 2),
		 0);
	CHECK(!memcmp(data, buf + len / 2, len - len / 2));
	CHECK_EQ(ringbuf_last_read(rb, &last[i], len, data, 1), -ENOENT);
}

static void put_ok(u32 cpu, u32 seed, u32 len, u64 time)
{
	CHECK_EQ(put(rb, cpu, len, seed, 100, time), 0);
}

static void test_none(void)
{
	rb = ringbuf_alloc(4 * 3 * PAGE, NCPU);
	CHECK_EQ(look(MOST), 0);
	CHECK_EQ(info.frames, 0);
	ringbuf_free(rb);
	/* CPUs without a share. */
	present = 2;
	rb = ringbuf_alloc(3 * PAGE, NCPU);
	CHECK_EQ(look(MOST), 0);
	put_ok(1, 5, 64, 1);
	CHECK_EQ(look(MOST), 1);
	is(0, 1, 5, 64);
	present = 0xf;
	ringbuf_free(rb);
	no_leak();
}

/* Merged by time; those of one CPU in its order, also if its clock goes back. */
static void test_order(void)
{
	u32 i;

	rb = ringbuf_alloc(4 * 3 * PAGE, NCPU);
	put_ok(2, 1, 64, 10);
	put_ok(2, 2, 0, 30);
	put_ok(0, 3, 8, 20);
	put_ok(0, 4, 8, 40);
	put_ok(3, 5, 800, 30);
	put_ok(2, 6, 16, 25);		/* went back */
	CHECK_EQ(look(MOST), 6);
	CHECK_EQ(info.frames, 6);
	is(0, 2, 1, 64);
	is(1, 0, 3, 8);
	is(2, 2, 2, 0);
	is(3, 2, 6, 16);
	is(4, 3, 5, 800);
	is(5, 0, 4, 8);
	CHECK_EQ(last[3].stamp, 25);
	CHECK_EQ(last[3].time, 30);
	/* Fewer are the newest of these. */
	CHECK_EQ(look(3), 3);
	CHECK_EQ(info.frames, 6);
	is(0, 2, 6, 16);
	is(1, 3, 5, 800);
	is(2, 0, 4, 8);
	CHECK_EQ(look(1), 1);
	is(0, 0, 4, 8);
	/* Many of one CPU, that wrap, and one old one of another. */
	ringbuf_set_circular(rb, 1);
	put_ok(1, 7, 8, 50);
	for (i = 100; i < 1100; i++)
		put_ok(0, i, 8 * (i % 9), i);
	CHECK_EQ(look(MOST), MOST);
	CHECK(info.frames > 100 && info.frames < 500);
	for (i = 0; i < MOST; i++)
		is(i, 0, 1100 - MOST + i, 8 * ((1100 - MOST + i) % 9));
	ringbuf_free(rb);
	no_leak();
}

/* Frames of several pages; one that is being written is not there. */
static void test_half_written(void)
{
	struct ringbuf_cpu *rc;
	struct ringbuf_cursor c;
	u32 n;

	present = 1;
	rb = ringbuf_alloc(16 * PAGE, 1);
	ringbuf_set_circular(rb, 1);
	put_ok(0, 1, 3 * PAGE, 1);
	put_ok(0, 2, 64, 2);
	rc = claim(rb, 0);
	/* At a cursor. */
	c = ringbuf_reserve(rc, 512, 9, 3, 4, 1);
	CHECK(c.hdr != NULL);
	for (n = 0; n < 40; n++) {
		ringbuf_put_word(rc, &c, 40, 1);
		CHECK_EQ(look(MOST), 2);
		is(0, 0, 1, 3 * PAGE);
		is(1, 0, 2, 64);
	}
	/* Growing, over pages, until it has dropped all others. */
	ringbuf_grow(rc, &c, 1);
	fill(9, PAGE);
	for (n = 0; !ringbuf_append(rc, buf, 1000); n++) {
		CHECK(look(MOST) <= 2);
		CHECK_EQ(info.cut, 0);
		if (info.frames)
			is(info.frames - 1, 0, 2, 64);
	}
	CHECK(n > 20);
	CHECK(info.frames < 2);
	ringbuf_discard(rc);
	ringbuf_leave(rc);
	n = look(MOST);
	CHECK_EQ(n, info.frames);
	put_ok(0, 3, 5000, 4);
	CHECK_EQ(look(MOST), n + 1);
	is(n, 0, 3, 5000);
	present = 0xf;
	ringbuf_free(rb);
	no_leak();
}

/* A frame that was overwritten since it was found is not read. */
static void test_overwritten(void)
{
	u32 i;
	u8 byte;

	present = 1;
	rb = ringbuf_alloc(3 * PAGE, 1);
	ringbuf_set_circular(rb, 1);
	for (i = 0; i < 10; i++)
		put_ok(0, i, 800, i);
	CHECK_EQ(look(MOST), MOST);
	for (; i < 25; i++)
		put_ok(0, i, 800, i);
	for (i = 0; i < MOST; i++)
		CHECK_EQ(ringbuf_last_read(rb, &last[i], 0, &byte, 1), -ESTALE);
	last[0].cpu = 1;
	CHECK_EQ(ringbuf_last_read(rb, &last[0], 0, &byte, 1), -ENOENT);
	present = 0xf;
	ringbuf_free(rb);
	no_leak();
}

/* What is damaged ends the walk of its CPU, and no other. */
static void test_damaged(void)
{
	static const u32 sizes[] = { 0, 8, 25, 0x7ffffff8, 0xffffffff };
	struct ringbuf_hdr *hdr;
	struct ringbuf_cpu *rc;
	void *page, **pages;
	u32 i, nr;

	rb = ringbuf_alloc(4 * 4 * PAGE, NCPU);
	put_ok(1, 1, 64, 1);
	put_ok(1, 2, 3000, 2);
	put_ok(1, 3, 2000, 4);
	put_ok(3, 4, 8, 3);
	rc = ringbuf_writer(rb, 1);
	hdr = rc->pages[0] + HDR + 64;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		hdr->size = sizes[i];
		CHECK_EQ(look(MOST), 2);
		CHECK_EQ(info.cut, 1);
		is(0, 1, 1, 64);
		is(1, 3, 4, 8);
	}
	hdr->size = HDR + 3000;
	CHECK_EQ(look(MOST), 4);
	CHECK_EQ(info.cut, 0);
	/* A page that is not there: while pages move, or never. */
	page = rc->pages[1];
	rc->pages[1] = NULL;
	CHECK_EQ(look(MOST), 4);
	CHECK_EQ(ringbuf_last_read(rb, &last[3], 0, buf, 2000), -ESTALE);
	rc->pages[1] = (void *)8;
	CHECK_EQ(look(MOST), 4);
	CHECK_EQ(ringbuf_last_read(rb, &last[3], 0, buf, 2000), -ESTALE);
	rc->pages[1] = page;
	page = rc->pages[0];
	rc->pages[0] = NULL;
	CHECK_EQ(look(MOST), 1);
	CHECK_EQ(info.cut, 1);
	is(0, 3, 4, 8);
	rc->pages[0] = page;
	/* The directory and its size do not belong together. */
	pages = rc->pages;
	nr = rc->nr_pages;
	rc->pages = NULL;
	CHECK_EQ(look(MOST), 1);
	rc->pages = pages;
	rc->nr_pages = 0;
	CHECK_EQ(look(MOST), 1);
	rc->nr_pages = 1;
	CHECK_EQ(look(MOST), 1);
	rc->nr_pages = nr;
	CHECK_EQ(look(MOST), 4);
	ringbuf_free(rb);
	no_leak();
}

/* A count of two halves, stopped in the middle of its change: no waiting. */
static void test_torn_count(void)
{
	struct ringbuf_cpu *rc;

	if (!RINGBUF_SPLIT_COUNTS)
		return;
	rb = ringbuf_alloc(4 * 4 * PAGE, NCPU);
	put_ok(1, 1, 64, 1);
	put_ok(3, 4, 8, 3);
	rc = ringbuf_writer(rb, 1);
	rc->committed.split.last++;
	CHECK_EQ(look(MOST), 1);
	CHECK_EQ(info.cut, 1);
	is(0, 3, 4, 8);
	rc->committed.split.last--;
	rc->tail.split.last++;
	CHECK_EQ(look(MOST), 1);
	rc->tail.split.last--;
	CHECK_EQ(look(MOST), 2);
	ringbuf_free(rb);
	no_leak();
}

int main(void)
{
	RUN(test_none);
	RUN(test_order);
	RUN(test_half_written);
	RUN(test_overwritten);
	RUN(test_damaged);
	RUN(test_torn_count);
	return unit_end();
}
