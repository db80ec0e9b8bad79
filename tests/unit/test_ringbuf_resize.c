// SPDX-License-Identifier: GPL-2.0
/* ringbuf/, one function at a time: resizing, the index, no memory. */
#include "tests/unit/test_ringbuf_fake.h"

/* ---- resize ------------------------------------------------------------- */

/* Frames from..to, with sizes by number. */
static u32 len_of(u32 i)
{
	return (i * 2654435761U >> 20) % 300 * 8;
}

static void check_run(struct ringbuf *rb, u32 cpu, u32 from, u32 to)
{
	u64 pos = ringbuf_first(rb, cpu);

	for (; from < to; from++)
		CHECK(is_frame(rb, cpu, &pos, len_of(from), from));
	CHECK_EQ(pos, ringbuf_end(rb, cpu));
}

static void test_resize(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 50000, NCPU);
	static const u32 to[] = { 50001, 90000, 50000, 4096, 4096, 70000, 8192,
				  24, 100000, 50008, 120000, 12288, 16384 };
	struct ringbuf_info info;
	u64 had, want, total, share;
	u32 i, k, n = 0, first;

	ringbuf_set_circular(rb, 1);
	for (k = 0; k < 20 * ARRAY_SIZE(to); k++) {
		for (i = 0; i < 3 + k % 41; i++, n++)
			if (put(rb, 1, len_of(n), n, 56, 0))
				break;
		ringbuf_get_info(rb, 1, &info);
		first = info.created - info.frames;
		had = ringbuf_end(rb, 1) - ringbuf_first(rb, 1);
		share = to[k % ARRAY_SIZE(to)];
		total = NCPU * share;
		CHECK_EQ(ringbuf_resize(rb, total), 0);
		for (want = had; want > (share & ~7ULL); first++)
			want -= len_of(first) + HDR;
		CHECK_EQ(ringbuf_end(rb, 1) - ringbuf_first(rb, 1), want);
		ringbuf_get_info(rb, 1, &info);
		n = info.created;
		check_run(rb, 1, first, n);
		check_info(rb, total);
	}
	ringbuf_free(rb);
	no_leak();
}

/*
 * A ring that is full to the last word, starting anywhere in a page, moves to a
 * larger one and back.
 */
static void resize_full(u32 share, u32 from)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * (share + 3), NCPU);
	u32 a = share / 3 & ~7, b = share - a - 2 * HDR;
	struct ringbuf_info info;
	u64 pos;

	ringbuf_set_circular(rb, 1);
	if (from)
		CHECK_EQ(put(rb, 0, from - HDR, 1, 5000, 0), 0);
	CHECK_EQ(put(rb, 0, a, 2, 5000, 0), 0);
	CHECK_EQ(put(rb, 0, b, 3, 5000, 0), 0);
	CHECK_EQ(ringbuf_resize(rb, NCPU * (share + PAGE)), 0);
	CHECK_EQ(ringbuf_resize(rb, NCPU * share), 0);
	CHECK_EQ(ringbuf_resize(rb, NCPU * (share + 6)), 0);
	CHECK_EQ(ringbuf_resize(rb, NCPU * 5 * share), 0);
	CHECK_EQ(ringbuf_resize(rb, NCPU * share), 0);
	pos = ringbuf_first(rb, 0);
	CHECK_EQ(pos, from);
	CHECK(is_frame(rb, 0, &pos, a, 2));
	CHECK(is_frame(rb, 0, &pos, b, 3));
	ringbuf_get_info(rb, 0, &info);
	CHECK_EQ(info.shrunk, 0);
	CHECK_EQ(info.free, 0);
	ringbuf_free(rb);
}

static void test_resize_full(void)
{
	static const u32 shares[] = { 96, 4088, 4096, 4104, 4112, 4120, 8184,
				      8192, 8200, 8208, 8216, 16400 };
	u32 i, from;

	for (i = 0; i < ARRAY_SIZE(shares); i++)
		for (from = 0; from <= min_t(u32, shares[i], PAGE); from += 8)
			if (!from || from >= HDR)
				resize_full(shares[i], from);
	no_leak();
}

/* Write frames without checking them, then some across 2^32. */
static void test_past_4_gib(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU << 18, NCPU);
	struct ringbuf_info info;
	struct ringbuf_cpu *rc;
	u32 got, k, n = 0;

	ringbuf_set_circular(rb, 1);
	while (ringbuf_end(rb, 1) < (1ULL << 32) - 500000) {
		rc = claim(rb, 1);
		CHECK_EQ(begin(rc, 0, 0, 0), 0);
		for (k = 0; k < 50 && ringbuf_space(rc, 4096, &got); k++)
			ringbuf_advance(rc, got);
		ringbuf_commit_grown(rc);
		ringbuf_leave(rc);
	}
	ringbuf_reset(rb);
	while (ringbuf_end(rb, 1) < (1ULL << 32) + 500000) {
		CHECK_EQ(put(rb, 1, len_of(n), n, 56, n), 0);
		n++;
		if (n % 20 && (ringbuf_end(rb, 1) & 0xffffffff) > 30000)
			continue;
		ringbuf_get_info(rb, 1, &info);
		check_run(rb, 1, n - info.frames, n);
		check_info(rb, info.size * NCPU);
		got = NCPU * (50000 + n * 64 % 90000);
		CHECK_EQ(ringbuf_resize(rb, got), 0);
		ringbuf_get_info(rb, 1, &info);
		check_run(rb, 1, n - info.frames, n);
		check_info(rb, got);
	}
	CHECK_EQ(ringbuf_index_build(rb), 0);
	CHECK_EQ(ringbuf_index_count(rb), info_frames(rb));
	ringbuf_free(rb);
	no_leak();
}

/* Interrupts are not disabled for long, however much is dropped. */
static void test_shrink_in_steps(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU << 18, NCPU);
	struct ringbuf_info info;
	u64 pos;
	u32 i;

	for (i = 0; i < 5000; i++)
		CHECK_EQ(put(rb, 2, 8, i, 8, 0), 0);
	runs = 0;
	CHECK_EQ(ringbuf_resize(rb, NCPU * 10 * (HDR + 8)), 0);
	CHECK_EQ(runs, NCPU + 4990 / 256);
	ringbuf_get_info(rb, 2, &info);
	CHECK_EQ(info.shrunk, 4990);
	pos = ringbuf_first(rb, 2);
	for (i = 4990; i < 5000; i++)
		CHECK(is_frame(rb, 2, &pos, 8, i));
	check_info(rb, NCPU * 10 * (HDR + 8));
	ringbuf_free(rb);
	no_leak();
}

static struct ringbuf *writer_rb;
static u32 writer_at, writer_len;

/* A writer that adds more between two steps than one step drops. */
static void write_on(unsigned int cpu)
{
	u32 i;

	for (i = 0; cpu == 2 && runs < 500 && i < 600; i++)
		CHECK_EQ(put(writer_rb, 2, writer_len, writer_at++, 8, 0), 0);
}

/*
 * The resize ends nevertheless, and frames of all sizes that fit are accepted.
 */
static void test_shrink_under_a_writer(void)
{
	static const u32 lens[] = { 8, 400, 4000 };
	struct ringbuf_info info;
	int turns;
	u64 pos;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		writer_rb = ringbuf_alloc(NCPU << 20, NCPU);
		ringbuf_set_circular(writer_rb, 1);
		writer_at = 0;
		writer_len = 8;
		runs = 0;
		while (writer_at < 60000)
			CHECK_EQ(put(writer_rb, 2, 8, writer_at++, 8, 0), 0);
		writer_len = lens[i];
		on_run = write_on;
		CHECK_EQ(ringbuf_resize(writer_rb, NCPU * 5000), 0);
		on_run = NULL;
		/* Each step but a CPU's last one drops 256 frames or more. */
		turns = (1 << 20) / (256 * (HDR + 8)) + 1;
		CHECK(runs <= NCPU + turns);
		ringbuf_get_info(writer_rb, 2, &info);
		pos = ringbuf_first(writer_rb, 2);
		for (k = info.frames; k; k--)
			CHECK(is_frame(writer_rb, 2, &pos, writer_len,
				       writer_at - k));
		check_info(writer_rb, NCPU * 5000);
		ringbuf_free(writer_rb);
		no_leak();
	}
}

static struct ringbuf *busy_rb;
static struct ringbuf_cpu *busy_rc;

static void finish_frame(unsigned int cpu)
{
	if (cpu != 1 || !busy_rc)
		return;
	CHECK_EQ(ringbuf_append(busy_rc, buf + 40, 40), 0);
	ringbuf_commit_grown(busy_rc);
	ringbuf_leave(busy_rc);
	busy_rc = NULL;
}

/* A resize in the middle of a frame waits, and the frame is complete. */
static void test_resize_busy(void)
{
	u64 pos;

	busy_rb = ringbuf_alloc(1 << 20, NCPU);
	CHECK_EQ(put(busy_rb, 1, 4048, 1, 4048, 0), 0);
	busy_rc = claim(busy_rb, 1);
	CHECK_EQ(begin(busy_rc, 77, 0, 0xabcd0000ULL + 77), 0);
	fill(77, 80);
	CHECK_EQ(ringbuf_append(busy_rc, buf, 40), 0);
	on_run = finish_frame;
	runs = 0;
	CHECK_EQ(ringbuf_resize(busy_rb, 40000), 0);
	CHECK_EQ(runs, NCPU + 1);
	on_run = NULL;
	pos = ringbuf_first(busy_rb, 1);
	CHECK(is_frame(busy_rb, 1, &pos, 4048, 1));
	CHECK(is_frame(busy_rb, 1, &pos, 80, 77));
	check_info(busy_rb, 40000);
	ringbuf_free(busy_rb);
	no_leak();
}

static void test_cpu_comes(void)
{
	struct ringbuf_info info;
	struct ringbuf *rb;

	present = 0x5;
	rb = ringbuf_alloc(10001, NCPU);
	ringbuf_get_info(rb, 0, &info);
	CHECK_EQ(info.size, 5001);
	ringbuf_get_info(rb, 2, &info);
	CHECK_EQ(info.size, 5000);
	CHECK(!claim(rb, 1));
	CHECK(!claim(rb, 1));
	CHECK_EQ(put(rb, 2, 80, 2, 8, 0), 0);
	ringbuf_get_info(rb, 1, &info);
	CHECK_EQ(info.no_share, 2);
	CHECK_EQ(info.nested, 0);
	/* CPU 1 is added; 2 is removed, and keeps its frames. */
	present = 0x3;
	CHECK_EQ(ringbuf_resize(rb, 9000), 0);
	CHECK_EQ(put(rb, 1, 80, 1, 8, 0), 0);
	CHECK(claim(rb, 1));
	CHECK(!claim(rb, 1));
	ringbuf_get_info(rb, 1, &info);
	CHECK_EQ(info.size, 3000);
	CHECK_EQ(info.no_share, 2);
	CHECK_EQ(info.nested, 1);
	CHECK_EQ(info.frames, 1);
	ringbuf_get_info(rb, 2, &info);
	CHECK_EQ(info.size, 3000);
	CHECK_EQ(info.frames, 1);
	check_info(rb, 9000);
	ringbuf_free(rb);
	present = 0;
	rb = ringbuf_alloc(100, NCPU);
	CHECK(!claim(rb, 0));
	ringbuf_free(rb);
	present = 0xf;
	no_leak();
}

/* ---- the index ---------------------------------------------------------- */

static void test_index(void)
{
	struct ringbuf *rb = ringbuf_alloc(1 << 20, NCPU);
	static const u64 times[NCPU][6] = {
		{ 10, 20, 20, 30, 30, 90 },
		{ 5, 20, 20, 31, 95, 95 },
		{ 0, 0, 0, 0, 0, 0 },
		{ 20, 20, 20, 20, 96, 1 },	/* a clock that jumps */
	};
	/* cpu * 10 + which */
	static const u8 want[] = {
		20, 21, 22, 23, 24, 25, 10, 0, 1, 2, 11, 12,
		30, 31, 32, 33, 3, 4, 13, 5, 14, 15, 34, 35
	};
	struct ringbuf_ref ref;
	u32 cpu, i;

	CHECK_EQ(ringbuf_index_get(rb, 0, &ref), -ENOENT);
	for (cpu = 0; cpu < NCPU; cpu++)
		for (i = 0; i < 6; i++)
			CHECK_EQ(put(rb, cpu, 8 * i, cpu * 10 + i, 8,
				     times[cpu][i]), 0);
	CHECK_EQ(ringbuf_index_build(rb), 0);
	CHECK_EQ(ringbuf_index_count(rb), sizeof(want));
	for (i = 0; i < sizeof(want); i++) {
		CHECK_EQ(ringbuf_index_get(rb, i, &ref), 0);
		CHECK_EQ(ref.tag, want[i]);
		CHECK_EQ(ref.cpu, want[i] / 10);
		CHECK(is_frame(rb, ref.cpu, &ref.pos, 8 * (want[i] % 10),
			       want[i]));
	}
	CHECK_EQ(ringbuf_index_get(rb, i, &ref), -ENOENT);
	CHECK_EQ(ringbuf_index_get(rb, ~0ULL, &ref), -ENOENT);
	check_info(rb, 1 << 20);
	/* After a shrink the entries of dropped frames are stale. */
	CHECK_EQ(ringbuf_resize(rb, NCPU * (HDR + 40)), 0);
	for (i = 0; i < sizeof(want); i++) {
		struct ringbuf_hdr hdr;

		CHECK_EQ(ringbuf_index_get(rb, i, &ref), 0);
		CHECK_EQ(ringbuf_read_hdr(rb, ref.cpu, ref.pos, &hdr),
			 ref.tag % 10 == 5 ? 0 : -ESTALE);
	}
	ringbuf_index_drop(rb);
	CHECK_EQ(ringbuf_index_count(rb), 0);
	check_info(rb, NCPU * (HDR + 40));
	CHECK_EQ(ringbuf_index_build(rb), 0);
	CHECK_EQ(ringbuf_index_count(rb), 4);
	ringbuf_reset(rb);
	CHECK_EQ(ringbuf_index_count(rb), 0);
	ringbuf_free(rb);
	no_leak();
}

/* More than one page of entries, many CPUs, most of them without frames. */
static void test_index_many(void)
{
	struct ringbuf *rb;
	struct ringbuf_ref ref;
	u64 n = 0;
	u32 cpu;

	present = ~0U;
	rb = ringbuf_alloc(32 << 20, 32);
	for (n = 0; n < 100000; n++)
		CHECK_EQ(put(rb, (n * n + n) % 31, 0, n, 8, n), 0);
	CHECK_EQ(ringbuf_index_build(rb), 0);
	CHECK_EQ(ringbuf_index_count(rb), 100000);
	for (n = 0; n < 100000; n++) {
		CHECK_EQ(ringbuf_index_get(rb, n, &ref), 0);
		CHECK_EQ(ref.tag, n);
	}
	/* All at the same time: sorted by CPU, then by age. */
	ringbuf_reset(rb);
	for (n = 0; n < 10000; n++)
		CHECK_EQ(put(rb, n % 32, 0, n, 8, 7), 0);
	CHECK_EQ(ringbuf_index_build(rb), 0);
	for (n = 0, cpu = 0; n < 10000; n++) {
		CHECK_EQ(ringbuf_index_get(rb, n, &ref), 0);
		CHECK(ref.cpu == cpu || ref.cpu == cpu + 1);
		cpu = ref.cpu;
		CHECK_EQ(ref.tag % 32, cpu);
	}
	ringbuf_free(rb);
	present = 0xf;
	no_leak();
}

/* ---- no memory ---------------------------------------------------------- */

static void test_no_memory_alloc(void)
{
	struct ringbuf *rb = NULL;
	int k;

	for (k = 0; !rb; k++) {
		fail_at = allocs + k;
		rb = ringbuf_alloc(100000, NCPU);
		if (!rb)
			no_leak();
	}
	fail_at = -1;
	CHECK(k > 25);
	check_info(rb, 100000);
	ringbuf_free(rb);
	no_leak();
}

static void no_memory_resize(u64 to)
{
	struct ringbuf *rb = ringbuf_alloc(100000, NCPU);
	struct ringbuf_info before[NCPU + 1], after;
	u64 blocks, bytes;
	u32 i, cpu;
	int k, err = 1;

	ringbuf_set_circular(rb, 1);
	for (cpu = 0; cpu < NCPU; cpu++)
		for (i = 0; i < 99; i++)
			CHECK_EQ(put(rb, cpu, len_of(i), i, 64, 0), 0);
	for (k = -1; k < NCPU; k++)
		ringbuf_get_info(rb, k, &before[k + 1]);
	for (i = 0; err; i++) {
		blocks = live_blocks;
		bytes = live_bytes;
		fail_at = allocs + i;
		err = ringbuf_resize(rb, to);
		if (!err)
			break;
		CHECK_EQ(err, -ENOMEM);
		CHECK_EQ(live_blocks, blocks);
		CHECK_EQ(live_bytes, bytes);
		for (k = -1; k < NCPU; k++) {
			ringbuf_get_info(rb, k, &after);
			CHECK(!memcmp(&after, &before[k + 1], sizeof(after)));
		}
		for (cpu = 0; cpu < NCPU; cpu++)
			check_run(rb, cpu, 99 - before[cpu + 1].frames, 99);
	}
	fail_at = -1;
	CHECK(i >= NCPU + 1);
	check_info(rb, to);
	ringbuf_free(rb);
	no_leak();
}

static void test_no_memory_resize(void)
{
	no_memory_resize(200000);
	no_memory_resize(40000);
	no_memory_resize(100000);
}

/*
 * ---- long operations ------------------------------------------------------
 */

/* Building the index yields every 1024 steps, and stops if that is refused. */
static void test_give_way_index(void)
{
	struct ringbuf *rb = ringbuf_alloc(1 << 20, NCPU);
	long blocks, before;
	u32 i, k;

	for (i = 0; i < 10000; i++)
		CHECK_EQ(put(rb, i % NCPU, 0, i, 8, i), 0);
	blocks = live_blocks;
	for (k = 0; k < 9; k++) {
		refuse_way = ways + k;
		CHECK_EQ(ringbuf_index_build(rb), -EINTR);
		CHECK_EQ(live_blocks, blocks);
		CHECK_EQ(ringbuf_index_count(rb), 0);
	}
	refuse_way = -1;
	before = ways;
	CHECK_EQ(ringbuf_index_build(rb), 0);
	CHECK_EQ(ways - before, 10000 / 1024);
	CHECK_EQ(ringbuf_index_count(rb), 10000);
	check_info(rb, 1 << 20);
	ringbuf_free(rb);
	no_leak();
}

static void test_give_way_resize(void)
{
	const u64 small = 1 << 20, large = 64 << 20;
	struct ringbuf *rb = ringbuf_alloc(small, NCPU);
	long blocks, before;
	u32 i, k;

	for (i = 0; i < 99; i++)
		CHECK_EQ(put(rb, i % NCPU, 0, i, 8, i), 0);
	blocks = live_blocks;
	for (k = 0; k < 3 * NCPU; k++) {
		refuse_way = ways + k;
		CHECK_EQ(ringbuf_resize(rb, large), -EINTR);
		CHECK_EQ(live_blocks, blocks);
		check_info(rb, small);
	}
	refuse_way = -1;
	before = ways;
	CHECK_EQ(ringbuf_resize(rb, large), 0);
	CHECK_EQ(ways - before, 3 * NCPU);
	check_info(rb, large);
	CHECK_EQ(info_frames(rb), 99);
	/* Memory is freed even if the yield is refused. */
	before = ways;
	refuse_way = ways;
	CHECK_EQ(ringbuf_resize(rb, small), 0);
	CHECK(ways - before >= 3 * NCPU);
	check_info(rb, small);
	refuse_way = -1;
	CHECK_EQ(ringbuf_resize(rb, large), 0);
	refuse_way = ways;
	ringbuf_free(rb);
	refuse_way = -1;
	no_leak();
}

static void test_no_memory_index(void)
{
	struct ringbuf *rb = ringbuf_alloc(1 << 20, NCPU);
	long blocks;
	u32 i, k;

	for (i = 0; i < 5000; i++)
		CHECK_EQ(put(rb, i % NCPU, 0, i, 8, i), 0);
	blocks = live_blocks;
	for (k = 0;; k++) {
		fail_at = allocs + k;
		if (!ringbuf_index_build(rb))
			break;
		CHECK_EQ(live_blocks, blocks);
		CHECK_EQ(ringbuf_index_count(rb), 0);
		check_info(rb, 1 << 20);
	}
	fail_at = -1;
	CHECK_EQ(k, 2 + (5000 + 255) / 256);
	CHECK_EQ(ringbuf_index_count(rb), 5000);
	check_info(rb, 1 << 20);
	ringbuf_free(rb);
	no_leak();
}

int main(void)
{
	RUN(test_resize);
	RUN(test_resize_full);
	RUN(test_past_4_gib);
	RUN(test_shrink_in_steps);
	RUN(test_shrink_under_a_writer);
	RUN(test_resize_busy);
	RUN(test_cpu_comes);
	RUN(test_index);
	RUN(test_index_many);
	RUN(test_no_memory_alloc);
	RUN(test_no_memory_resize);
	RUN(test_no_memory_index);
	RUN(test_give_way_index);
	RUN(test_give_way_resize);
	return unit_end();
}
