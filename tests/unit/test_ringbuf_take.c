// SPDX-License-Identifier: GPL-2.0
/* ringbuf/: frames that leave the buffer once they are read, and those that are lost before. */
#include "tests/unit/test_ringbuf_fake.h"

#define LEN	40
#define SIZE	(LEN + HDR)

static u64 now;

static u64 lost_to(const struct ringbuf_info *info)
{
	return info->overwritten + info->shrunk;
}

/* Take the next frame of a walk that begins now. Return its tag, or -1. */
static int take_next(struct ringbuf *rb)
{
	struct ringbuf_walk *walk = ringbuf_walk_alloc(rb);
	struct ringbuf_ref ref;
	struct ringbuf_hdr hdr;
	int tag = -1;

	ringbuf_walk_begin(rb, walk);
	if (!ringbuf_walk_next(rb, walk, &ref)) {
		CHECK_EQ(ringbuf_read_hdr(rb, ref.cpu, ref.pos, &hdr), 0);
		ringbuf_take(rb, ref.cpu, ref.pos, hdr.size);
		/* No reader finds it. */
		CHECK_EQ(ringbuf_read_hdr(rb, ref.cpu, ref.pos, &hdr), -ESTALE);
		tag = ref.tag;
	}
	ringbuf_walk_free(walk);
	return tag;
}

/* A buffer that is not circular is full, but for what was taken. */
static void test_room(void)
{
	struct ringbuf *rb;
	struct ringbuf_info info;
	u32 room, n, got;

	present = 1;
	for (room = 3; room < 3000; room = room * 3 / 2 + 1) {
		rb = ringbuf_alloc(room * SIZE, 1);
		for (n = 0; n < room; n++)
			CHECK_EQ(put(rb, 0, LEN, n, 8 + n % 90, ++now), 0);
		CHECK_EQ(put(rb, 0, LEN, n, 8, ++now), -ENOSPC);
		for (got = 0; got < 3 * room; got++) {
			CHECK_EQ(take_next(rb), got);
			CHECK_EQ(info_frames(rb), room - 1);
			/* One more, and no other is dropped for it. */
			CHECK_EQ(put(rb, 0, LEN, n, 8 + n % 90, ++now), 0);
			n++;
			CHECK_EQ(put(rb, 0, LEN, n, 8, ++now), -ENOSPC);
		}
		while (take_next(rb) >= 0)
			got++;
		CHECK_EQ(got, n);
		CHECK(ringbuf_is_empty(rb));
		ringbuf_get_info(rb, -1, &info);
		CHECK_EQ(info.taken, n);
		CHECK_EQ(info.free, room * SIZE);
		CHECK_EQ(lost_to(&info), 0);
		CHECK_EQ(ringbuf_lost(rb), 0);
		/* A frame of that size that grows piece by piece. */
		CHECK_EQ(put(rb, 0, (room - 1) * SIZE + LEN, 1, 24, ++now), 0);
		ringbuf_free(rb);
	}
	present = 0xf;
	no_leak();
}

/* What is overwritten is lost if it was not taken. */
static void test_lost(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 10 * SIZE, NCPU);
	struct ringbuf_info info;
	u32 i, n = 0, got = 0, seed = 5;
	int tag, last = -1;

	ringbuf_set_circular(rb, 1);
	for (i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & (i < 10000 ? 1 : 7)) {
			CHECK_EQ(put(rb, (seed >> 20) % NCPU, LEN, n++, 24, ++now), 0);
			continue;
		}
		tag = take_next(rb);
		if (tag >= 0) {
			CHECK(tag > last);
			last = tag;
			got++;
		}
		ringbuf_get_info(rb, -1, &info);
		CHECK_EQ(info.taken, got);
		CHECK_EQ(ringbuf_lost(rb), lost_to(&info));
		CHECK_EQ(info.frames + got + ringbuf_lost(rb), n);
		if (!(i % 1000)) {
			CHECK_EQ(ringbuf_resize(rb, NCPU * SIZE *
						(1 + (seed >> 8) % 20)), 0);
			ringbuf_set_circular(rb, seed >> 9 & 1);
			ringbuf_set_circular(rb, 1);
		}
	}
	CHECK(got > 1000 && ringbuf_lost(rb) > 1000);
	/* A new run counts anew. */
	ringbuf_reset(rb);
	ringbuf_get_info(rb, -1, &info);
	CHECK_EQ(info.taken + info.frames + ringbuf_lost(rb), 0);
	CHECK(ringbuf_is_empty(rb));
	CHECK_EQ(put(rb, 1, LEN, n, 24, ++now), 0);
	CHECK_EQ(info_frames(rb), 1);
	CHECK_EQ(take_next(rb), n);
	ringbuf_free(rb);
	no_leak();
}

/* A frame that is dropped while it is read is taken or lost, not both. */
static void test_dropped_while_read(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 3 * SIZE, NCPU);
	u32 n;

	ringbuf_set_circular(rb, 1);
	for (n = 0; n < 3; n++)
		CHECK_EQ(put(rb, 2, LEN, n, 24, ++now), 0);
	/* The reader has copied number 0; three hits come; then it takes it. */
	for (; n < 6; n++)
		CHECK_EQ(put(rb, 2, LEN, n, 24, ++now), 0);
	ringbuf_take(rb, 2, 0, SIZE);
	CHECK_EQ(ringbuf_lost(rb), 2);
	CHECK_EQ(info_frames(rb), 3);
	for (n = 3; n < 6; n++)
		CHECK_EQ(take_next(rb), n);
	CHECK_EQ(ringbuf_lost(rb), 2);
	/* The same with the last frame there is. */
	for (n = 6; n < 9; n++)
		CHECK_EQ(put(rb, 2, LEN, n, 24, ++now), 0);
	CHECK_EQ(take_next(rb), 6);
	CHECK_EQ(take_next(rb), 7);
	for (; n < 11; n++)
		CHECK_EQ(put(rb, 2, LEN, n, 24, ++now), 0);
	for (n = 8; n < 11; n++)
		CHECK_EQ(take_next(rb), n);
	CHECK_EQ(ringbuf_lost(rb), 2);
	CHECK_EQ(info_frames(rb), 0);
	ringbuf_free(rb);
	no_leak();
}

static void test_peek(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 1000, NCPU);
	struct ringbuf_walk *walk = ringbuf_walk_alloc(rb);
	struct ringbuf_ref ref;
	u64 time;
	u32 cpu;
	int all;

	ringbuf_walk_begin(rb, walk);
	CHECK_EQ(ringbuf_walk_peek(walk, &time, &all), -ENOENT);
	for (cpu = 0; cpu < NCPU; cpu++) {
		CHECK_EQ(put(rb, cpu, LEN, cpu, 24, 100 - cpu), 0);
		ringbuf_walk_begin(rb, walk);
		CHECK_EQ(ringbuf_walk_peek(walk, &time, &all), 0);
		CHECK_EQ(time, 100 - cpu);
		CHECK_EQ(all, cpu == NCPU - 1);
	}
	CHECK_EQ(ringbuf_walk_next(rb, walk, &ref), 0);
	CHECK_EQ(ref.tag, NCPU - 1);
	/* That CPU has no later one. */
	CHECK_EQ(ringbuf_walk_peek(walk, &time, &all), 0);
	CHECK(time == 100 - (NCPU - 2) && !all);
	ringbuf_walk_free(walk);
	ringbuf_free(rb);
	/* One that has no share cannot have any. */
	present = 3;
	rb = ringbuf_alloc(NCPU * 1000, NCPU);
	walk = ringbuf_walk_alloc(rb);
	for (cpu = 0; cpu < 2; cpu++)
		CHECK_EQ(put(rb, cpu, LEN, cpu, 24, 1), 0);
	ringbuf_walk_begin(rb, walk);
	CHECK(!ringbuf_walk_peek(walk, &time, &all) && all);
	ringbuf_walk_free(walk);
	ringbuf_free(rb);
	present = 0xf;
	no_leak();
}

/* An index keeps its numbers, and what was taken is gone. */
static void test_index(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 1000, NCPU);
	struct ringbuf_ref ref;
	struct ringbuf_hdr hdr;
	u32 n;

	for (n = 0; n < 8; n++)
		CHECK_EQ(put(rb, n % NCPU, LEN, n, 24, ++now), 0);
	CHECK_EQ(ringbuf_index_build(rb), 0);
	for (n = 0; n < 3; n++)
		CHECK_EQ(take_next(rb), n);
	for (n = 0; n < 8; n++) {
		CHECK_EQ(ringbuf_index_get(rb, n, &ref), 0);
		CHECK_EQ(ringbuf_read_hdr(rb, ref.cpu, ref.pos, &hdr),
			 n < 3 ? -ESTALE : 0);
	}
	CHECK_EQ(ringbuf_index_build(rb), 0);
	CHECK_EQ(ringbuf_index_count(rb), 5);
	ringbuf_free(rb);
	no_leak();
}

int main(void)
{
	RUN(test_room);
	RUN(test_lost);
	RUN(test_dropped_while_read);
	RUN(test_peek);
	RUN(test_index);
	return unit_end();
}
