// SPDX-License-Identifier: GPL-2.0
/* ringbuf/, one function at a time: sizes, writing, reading. */
#include "tests/unit/test_ringbuf_fake.h"

/* ---- sizes -------------------------------------------------------------- */

static void test_sizes(void)
{
	static const u64 sizes[] = { 1, 2, 4, 5, 23, 96, 97, 99, 4095, 4096,
				     16384, 16385, 100000, 1048576, 5242880 };
	struct ringbuf_info one, last;
	struct ringbuf *rb;
	u32 i;
	int cpu;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		rb = ringbuf_alloc(sizes[i], NCPU);
		check_info(rb, sizes[i]);
		ringbuf_get_info(rb, 0, &last);
		for (cpu = 1; cpu < NCPU; cpu++) {
			ringbuf_get_info(rb, cpu, &one);
			CHECK(one.size <= last.size);
			CHECK(one.size + 1 >= last.size);
			last = one;
		}
		ringbuf_get_info(rb, NCPU, &one);
		CHECK_EQ(one.size, 0);
		ringbuf_free(rb);
		no_leak();
	}
	CHECK(!ringbuf_alloc(~0ULL, NCPU));
	CHECK(!ringbuf_alloc(1ULL << 62, 1));
	no_leak();
}

static void test_four_bytes(void)
{
	struct ringbuf *rb = ringbuf_alloc(4, NCPU);
	struct ringbuf_info info;
	int circular;
	u32 cpu;

	for (circular = 0; circular < 2; circular++) {
		ringbuf_set_circular(rb, circular);
		for (cpu = 0; cpu < NCPU; cpu++)
			CHECK_EQ(put(rb, cpu, 0, 1, 8, 0), -ENOSPC);
	}
	ringbuf_get_info(rb, -1, &info);
	CHECK_EQ(info.size, 4);
	CHECK_EQ(info.free, 4);
	CHECK_EQ(info.created, 0);
	check_info(rb, 4);
	CHECK_EQ(ringbuf_index_build(rb), 0);
	CHECK_EQ(ringbuf_index_count(rb), 0);
	/* From nothing to something and back. */
	CHECK_EQ(ringbuf_resize(rb, 4096), 0);
	CHECK_EQ(put(rb, 2, 64, 7, 8, 0), 0);
	CHECK_EQ(put(rb, 2, 64, 8, 8, 0), 0);
	check_info(rb, 4096);
	CHECK_EQ(ringbuf_resize(rb, 4), 0);
	check_info(rb, 4);
	ringbuf_get_info(rb, 2, &info);
	CHECK_EQ(info.shrunk, 2);
	CHECK_EQ(put(rb, 2, 0, 1, 8, 0), -ENOSPC);
	CHECK_EQ(ringbuf_resize(rb, 4096), 0);
	CHECK_EQ(put(rb, 2, 64, 9, 8, 0), 0);
	check_info(rb, 4096);
	ringbuf_free(rb);
	no_leak();
}

static void test_size_exact(void)
{
	struct ringbuf *rb;
	u32 share, fits;

	present = 1;
	for (share = 24; share < 5000; share += share < 200 ? 1 : 61) {
		rb = ringbuf_alloc(share, 1);
		/* One frame that fills the share, and one with a word more. */
		fits = (share & ~7) - HDR;
		CHECK_EQ(put(rb, 0, fits + 8, 1, 5000, 0), -ENOSPC);
		CHECK_EQ(put(rb, 0, fits, 1, 5000, 0), 0);
		CHECK_EQ(put(rb, 0, 0, 1, 5000, 0), -ENOSPC);
		CHECK_EQ(info_frames(rb), 1);
		ringbuf_set_circular(rb, 1);
		CHECK_EQ(put(rb, 0, fits, 2, 24, 0), 0);
		CHECK_EQ(put(rb, 0, fits, 3, 1, 0), 0);
		CHECK_EQ(info_frames(rb), 1);
		check_info(rb, share);
		ringbuf_free(rb);
	}
	present = 0xf;
	no_leak();
}

/* ---- seams -------------------------------------------------------------- */

/* First a frame that leaves `left` bytes in its page, then one across pages. */
static void seam(u32 left, u32 len, u32 step)
{
	struct ringbuf *rb = ringbuf_alloc(1 << 20, NCPU);
	u32 before = PAGE - left - HDR, i, off;
	u64 pos = 0, second;
	u8 *to;

	CHECK_EQ(put(rb, 1, before, 1, 4096, 0), 0);
	CHECK_EQ(put(rb, 1, len, 2, step, 0), 0);
	CHECK_EQ(put(rb, 1, 40, 3, 8, 0), 0);
	CHECK(is_frame(rb, 1, &pos, before, 1));
	second = pos;
	CHECK(is_frame(rb, 1, &pos, len, 2));
	CHECK(is_frame(rb, 1, &pos, 40, 3));
	fill(2, len);
	for (off = 0; off <= len; off += 1 + len / 97) {
		i = len - off < 23 ? len - off : 23;
		to = back + off % 5;
		CHECK_EQ(ringbuf_read(rb, 1, second, off, to, i), 0);
		CHECK(!memcmp(buf + off, to, i));
	}
	CHECK_EQ(ringbuf_read(rb, 1, second, len, back, 1), -ENOENT);
	CHECK_EQ(ringbuf_read(rb, 1, second, len + 1, back, 0), -ENOENT);
	CHECK_EQ(ringbuf_read(rb, 1, second, ~0U, back, ~0U), -ENOENT);
	CHECK_EQ(ringbuf_read(rb, 1, second, ~0U, back, 1), -ENOENT);
	check_info(rb, 1 << 20);
	ringbuf_free(rb);
	no_leak();
}

static void test_seams(void)
{
	static const u32 lens[] = { 0, 8, 16, 4048, 4064, 4072, 4080, 4088,
				    4096, 8192, 12288, 65536 };
	static const u32 steps[] = { 1, 8, 13, 4096, 1 << 20 };
	u32 left, i, j;

	for (left = 0; left <= 64; left += 8)
		for (i = 0; i < ARRAY_SIZE(lens); i++)
			for (j = 0; j < ARRAY_SIZE(steps); j++)
				if (lens[i] / steps[j] < 9000)
					seam(left, lens[i], steps[j]);
}

static void test_one_mib(void)
{
	struct ringbuf *rb = ringbuf_alloc(6 << 20, 1);
	u64 pos = 0;
	u32 i;

	CHECK_EQ(put(rb, 0, 100, 1, 100, 0), 0);
	CHECK_EQ(put(rb, 0, 1 << 20, 2, 1 << 20, 0), 0);
	CHECK_EQ(put(rb, 0, 1 << 20, 3, 8, 0), 0);
	CHECK_EQ(put(rb, 0, 100000, 4, 65535, 0), 0);
	pos = HDR + 104;
	CHECK(is_frame(rb, 0, &pos, 1 << 20, 2));
	CHECK(is_frame(rb, 0, &pos, 1 << 20, 3));
	CHECK(is_frame(rb, 0, &pos, 100000, 4));
	ringbuf_set_circular(rb, 1);
	for (i = 5; i < 40; i++)
		CHECK_EQ(put(rb, 0, (2 << 20) - 8 * i, i, 1 << 20, 0), 0);
	pos = ringbuf_first(rb, 0);
	CHECK(is_frame(rb, 0, &pos, (2 << 20) - 8 * 37, 37));
	CHECK(is_frame(rb, 0, &pos, (2 << 20) - 8 * 38, 38));
	CHECK(is_frame(rb, 0, &pos, (2 << 20) - 8 * 39, 39));
	check_info(rb, 6 << 20);
	ringbuf_free(rb);
	no_leak();
}

/* All pages are one, so that a frame's length can exceed an int. */
static void test_frame_max(void)
{
	struct ringbuf_cpu *rc;
	struct ringbuf *rb;
	u32 n;
	int circular;

	present = 1;
	alias = calloc(1, PAGE);
	rb = ringbuf_alloc(5ULL << 30, 1);
	for (circular = 0; circular < 2; circular++) {
		ringbuf_set_circular(rb, circular);
		rc = claim(rb, 0);
		CHECK_EQ(begin(rc, 1, 2, 3), 0);
		for (n = 0; n < RINGBUF_FRAME_MAX - HDR; n += 4096) {
			u32 got;

			if (!ringbuf_space(rc, 4096, &got))
				break;
			if (got > RINGBUF_FRAME_MAX - HDR - n)
				break;
			ringbuf_advance(rc, got);
			n += got - 4096;
		}
		CHECK_EQ(n, RINGBUF_FRAME_MAX - HDR);
		CHECK_EQ(ringbuf_append(rc, buf, 1), -ENOSPC);
		CHECK(!ringbuf_space(rc, 1, &n));
		ringbuf_commit_grown(rc);
		ringbuf_leave(rc);
		CHECK_EQ(info_frames(rb), circular + 1);
	}
	ringbuf_free(rb);
	free(alias);
	alias = NULL;
	present = 0xf;
	no_leak();
}

/* ---- full buffers, linear and circular ---------------------------------- */

static void test_linear_full(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 10 * (HDR + 40) + 39, NCPU);
	u64 pos = 0;
	u32 i;

	for (i = 0; i < 10; i++)
		CHECK_EQ(put(rb, 3, 40, i, 8, 0), 0);
	CHECK_EQ(put(rb, 3, 0, 99, 8, 0), -ENOSPC);
	CHECK_EQ(put(rb, 3, 40, 99, 8, 0), -ENOSPC);
	CHECK_EQ(put(rb, 2, 40, 99, 8, 0), 0);
	for (i = 0; i < 10; i++)
		CHECK(is_frame(rb, 3, &pos, 40, i));
	check_info(rb, NCPU * 10 * (HDR + 40) + 39);
	ringbuf_free(rb);
	no_leak();
}

static void test_circular(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 10 * (HDR + 40), NCPU);
	struct ringbuf_info info;
	u64 pos, old, share = 10 * (HDR + 40);
	struct ringbuf_hdr hdr;
	u32 i, k;

	ringbuf_set_circular(rb, 1);
	for (i = 0; i < 1000; i++) {
		old = ringbuf_first(rb, 0);
		CHECK_EQ(put(rb, 0, 40, i, 8, 0), 0);
		ringbuf_get_info(rb, 0, &info);
		CHECK_EQ(info.created, i + 1);
		CHECK_EQ(info.frames, i < 10 ? i + 1 : 10);
		CHECK_EQ(info.overwritten, i < 10 ? 0 : i - 9);
		if (i >= 10) {
			CHECK_EQ(ringbuf_read_hdr(rb, 0, old, &hdr), -ESTALE);
			CHECK_EQ(ringbuf_read(rb, 0, old, 0, back, 8), -ESTALE);
		}
	}
	pos = ringbuf_first(rb, 0);
	for (k = 990; k < 1000; k++)
		CHECK(is_frame(rb, 0, &pos, 40, k));
	CHECK_EQ(ringbuf_read_hdr(rb, 0, pos, &hdr), -ENOENT);
	CHECK_EQ(ringbuf_read_hdr(rb, 0, pos + 8, &hdr), -ENOENT);
	CHECK_EQ(ringbuf_read_hdr(rb, NCPU, 0, &hdr), -ENOENT);
	/* One as large as two and a half: three are overwritten. */
	CHECK_EQ(put(rb, 0, 2 * (HDR + 40) + 16, 5000, 8, 0), 0);
	CHECK_EQ(ringbuf_end(rb, 0) - ringbuf_first(rb, 0),
		 share - 3 * (HDR + 40) + 2 * (HDR + 40) + 16 + HDR);
	check_info(rb, NCPU * share);
	ringbuf_free(rb);
	no_leak();
}

static void test_too_big(void)
{
	u64 share = 8000, size = NCPU * share;
	struct ringbuf *rb = ringbuf_alloc(size, NCPU);
	struct ringbuf_info info;
	struct ringbuf_cpu *rc;
	u32 i;

	ringbuf_set_circular(rb, 1);
	for (i = 0; i < 100; i++)
		CHECK_EQ(put(rb, 0, 56, i, 8, 0), 0);
	/* Known at once to be too big: nothing is overwritten. */
	rc = claim(rb, 0);
	CHECK_EQ(begin(rc, 1, 2, 3), 0);
	CHECK_EQ(ringbuf_append(rc, buf, share), -ENOSPC);
	CHECK_EQ(ringbuf_append(rc, buf, share - HDR + 1), -ENOSPC);
	CHECK_EQ(ringbuf_mark(rc), 0);
	ringbuf_discard_too_big(rc);
	ringbuf_leave(rc);
	ringbuf_get_info(rb, 0, &info);
	CHECK_EQ(info.frames, 99);	/* overwritten by the begun frame's header */
	CHECK_EQ(info.too_big, 1);
	/* Found too big only at the end: all are overwritten, and stay lost. */
	CHECK_EQ(put(rb, 0, share, 1, 8, 0), -ENOSPC);
	ringbuf_get_info(rb, 0, &info);
	CHECK_EQ(info.frames, 0);
	CHECK_EQ(info.overwritten, 100);
	CHECK_EQ(info.free, share);
	CHECK_EQ(put(rb, 0, share - HDR, 1, 8, 0), 0);
	check_info(rb, size);
	ringbuf_reset(rb);
	ringbuf_get_info(rb, 0, &info);
	CHECK_EQ(info.too_big, 0);
	check_info(rb, size);
	ringbuf_free(rb);
	no_leak();
}

static void test_space(void)
{
	struct ringbuf *rb = ringbuf_alloc(10000, 1);
	struct ringbuf_cpu *rc;
	u32 got = 0;

	rc = claim(rb, 0);
	CHECK_EQ(begin(rc, 1, 2, 3), 0);
	CHECK(ringbuf_space(rc, 100, &got));
	CHECK_EQ(got, 100);
	ringbuf_advance(rc, 3);
	CHECK(ringbuf_space(rc, ~0U, &got));
	CHECK_EQ(got, PAGE - HDR - 3);
	ringbuf_advance(rc, got);
	CHECK(ringbuf_space(rc, 5000, &got));
	CHECK_EQ(got, PAGE);
	ringbuf_advance(rc, 0);
	ringbuf_advance(rc, got);
	/* Linear: the remaining space is returned. */
	CHECK(ringbuf_space(rc, 5000, &got));
	CHECK_EQ(got, 10000 - 2 * PAGE);
	ringbuf_advance(rc, got);
	CHECK(!ringbuf_space(rc, 1, &got));
	ringbuf_discard(rc);

	/* Circular: only as many frames as needed are overwritten. */
	ringbuf_leave(rc);
	ringbuf_set_circular(rb, 1);
	CHECK_EQ(put(rb, 0, 4000, 1, 4000, 0), 0);
	CHECK_EQ(put(rb, 0, 4000, 2, 4000, 0), 0);
	rc = claim(rb, 0);
	CHECK_EQ(begin(rc, 1, 2, 3), 0);
	CHECK(ringbuf_space(rc, 100, &got));
	CHECK_EQ(got, 100);
	CHECK_EQ(info_frames(rb), 2);
	while (ringbuf_space(rc, 4000, &got))
		ringbuf_advance(rc, got);
	CHECK_EQ(ringbuf_mark(rc), 10000 - HDR);
	CHECK_EQ(info_frames(rb), 0);
	ringbuf_commit_grown(rc);
	ringbuf_leave(rc);
	CHECK_EQ(info_frames(rb), 1);
	ringbuf_free(rb);
	no_leak();
}

/* ---- the frame that is being written ------------------------------------ */

static void test_discard(void)
{
	struct ringbuf *rb = ringbuf_alloc(1 << 18, NCPU);
	struct ringbuf_cpu *rc;
	u64 pos = 0;
	u32 i;

	for (i = 0; i < 50; i++) {
		rc = claim(rb, 0);
		CHECK_EQ(begin(rc, 1, 2, 3), 0);
		CHECK_EQ(ringbuf_append(rc, buf, 199 * i), 0);
		ringbuf_discard(rc);
		CHECK_EQ(begin(rc, 1, 2, 3), 0);
		CHECK_EQ(ringbuf_append(rc, buf, 3), 0);
		ringbuf_discard(rc);
		ringbuf_leave(rc);
		CHECK_EQ(info_frames(rb), i);
		CHECK_EQ(put(rb, 0, 8 * i, i, 16, 0), 0);
	}
	for (i = 0; i < 50; i++)
		CHECK(is_frame(rb, 0, &pos, 8 * i, i));
	check_info(rb, 1 << 18);
	ringbuf_free(rb);
	no_leak();
}

static void test_pad(void)
{
	static const u8 zero[8];
	struct ringbuf *rb = ringbuf_alloc(1 << 16, NCPU);
	struct ringbuf_cpu *rc;
	struct ringbuf_hdr hdr;
	u32 n, explicit;
	u64 pos;

	ringbuf_set_circular(rb, 1);
	for (n = 0; n < 5000; n++) {
		for (explicit = 0; explicit < 2; explicit++) {
			rc = claim(rb, 0);
			pos = ringbuf_end(rb, 0);
			CHECK_EQ(begin(rc, 1, 2, 3), 0);
			CHECK_EQ(ringbuf_append(rc, buf, n % 33), 0);
			if (explicit)
				ringbuf_pad(rc);
			ringbuf_commit_grown(rc);
			ringbuf_leave(rc);
			CHECK_EQ(ringbuf_read_hdr(rb, 0, pos, &hdr), 0);
			CHECK_EQ(hdr.size, HDR + ((n % 33 + 7) & ~7));
			CHECK_EQ(hdr.tag, 1);
			CHECK_EQ(hdr.time, 2);
			CHECK_EQ(hdr.addr, 3);
			CHECK_EQ(ringbuf_read(rb, 0, pos, 0, back,
					      hdr.size - HDR), 0);
			CHECK(!memcmp(back + n % 33, zero,
				      hdr.size - HDR - n % 33));
		}
	}
	check_info(rb, 1 << 16);
	ringbuf_free(rb);
	no_leak();
}

/* Across page edges at any position in the frame, and across the ring's end. */
static void test_rewind_patch(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 20000, NCPU);
	u32 round, at, mark, len = 9000;
	struct ringbuf_cpu *rc;
	u64 pos, word;

	ringbuf_set_circular(rb, 1);
	for (round = 0; round < 400; round++) {
		pos = ringbuf_end(rb, 0);
		rc = claim(rb, 0);
		CHECK_EQ(begin(rc, 1, 2, 3), 0);
		fill(round, len);
		at = round * 8 % 4096;
		CHECK_EQ(ringbuf_append(rc, buf, at), 0);
		mark = ringbuf_mark(rc);
		CHECK_EQ(mark, at);
		CHECK_EQ(ringbuf_append(rc, buf + 1, 4100 + round % 7), 0);
		ringbuf_rewind(rc, mark);
		CHECK_EQ(ringbuf_mark(rc), mark);
		CHECK_EQ(ringbuf_append(rc, buf + at, len - at), 0);
		for (mark = 0; mark < len; mark += 8) {
			memcpy(&word, buf + mark, 8);
			ringbuf_patch(rc, mark, ~word);
			ringbuf_patch(rc, mark, word + 1);
			word++;
			memcpy(buf + mark, &word, 8);
		}
		CHECK_EQ(ringbuf_mark(rc), len);
		ringbuf_rewind(rc, len);
		ringbuf_commit_grown(rc);
		ringbuf_leave(rc);
		CHECK_EQ(ringbuf_read(rb, 0, pos, 0, back, len), 0);
		CHECK(!memcmp(buf, back, len));
		CHECK_EQ(put(rb, 0, 8 * (round % 11), 5, 8, 0), 0);
	}
	check_info(rb, NCPU * 20000);
	ringbuf_free(rb);
	no_leak();
}

static void test_nested(void)
{
	struct ringbuf *rb = ringbuf_alloc(1 << 16, NCPU);
	struct ringbuf_info info;
	struct ringbuf_cpu *rc;
	u64 pos = 0;
	u32 i;

	for (i = 0; i < 10; i++) {
		fill(i, 80);
		rc = claim(rb, 1);
		CHECK(rc);
		CHECK(!claim(rb, 1));
		CHECK_EQ(begin(rc, i, 0, 0xabcd0000ULL + i), 0);
		CHECK(!claim(rb, 1));
		CHECK_EQ(ringbuf_append(rc, buf, 80), 0);
		CHECK(!claim(rb, 1));
		ringbuf_commit_grown(rc);
		CHECK(!claim(rb, 1));
		/* Another CPU is independent. */
		CHECK_EQ(put(rb, 2, 8, 1, 8, 0), 0);
		ringbuf_leave(rc);
	}
	ringbuf_get_info(rb, 1, &info);
	CHECK_EQ(info.nested, 40);
	CHECK_EQ(info.created, 10);
	ringbuf_get_info(rb, -1, &info);
	CHECK_EQ(info.nested, 40);
	for (i = 0; i < 10; i++)
		CHECK(is_frame(rb, 1, &pos, 80, i));
	CHECK(!claim(rb, NCPU));
	CHECK(!claim(rb, ~0U));
	ringbuf_free(rb);
	no_leak();
}

/* ---- reading stale positions -------------------------------------------- */

static void test_stale(void)
{
	struct ringbuf *rb = ringbuf_alloc(NCPU * 30000, NCPU);
	struct ringbuf_hdr hdr;
	u64 pos, end;
	int err;
	u32 i;

	memset(buf, 0, sizeof(buf));
	for (i = 0; i < 20; i++)
		CHECK_EQ(put(rb, 0, 8 * i, i, 8, 0), 0);
	end = ringbuf_end(rb, 0);
	/* Any position does no harm, and gives a frame or an error. */
	for (pos = 0; pos < end + 64; pos++) {
		err = ringbuf_read_hdr(rb, 0, pos, &hdr);
		CHECK(err == 0 || err == -ESTALE || err == -ENOENT);
		if (!err)
			CHECK(pos + hdr.size <= end);
		err = ringbuf_read(rb, 0, pos, 0, back, 100);
		CHECK(err == 0 || err == -ESTALE || err == -ENOENT);
	}
	ringbuf_reset(rb);
	CHECK_EQ(info_frames(rb), 0);
	CHECK_EQ(ringbuf_read_hdr(rb, 0, 0, &hdr), -ESTALE);
	CHECK_EQ(put(rb, 0, 8, 1, 8, 0), 0);
	CHECK_EQ(ringbuf_read_hdr(rb, 0, 0, &hdr), -ESTALE);
	CHECK_EQ(ringbuf_read_hdr(rb, 0, ringbuf_first(rb, 0), &hdr), 0);
	check_info(rb, NCPU * 30000);
	ringbuf_free(rb);
	no_leak();
}

int main(void)
{
	RUN(test_sizes);
	RUN(test_four_bytes);
	RUN(test_size_exact);
	RUN(test_seams);
	RUN(test_one_mib);
	RUN(test_frame_max);
	RUN(test_linear_full);
	RUN(test_circular);
	RUN(test_too_big);
	RUN(test_space);
	RUN(test_discard);
	RUN(test_pad);
	RUN(test_rewind_patch);
	RUN(test_nested);
	RUN(test_stale);
	return unit_end();
}
