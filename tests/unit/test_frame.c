// SPDX-License-Identifier: GPL-2.0
/* frame/: blocks, memory, variables, tfind, the tfile format, damage. */
#include <stdlib.h>
#include <linux/types.h>
#include <linux/kernel.h>
#include "frame/frame.h"
#include "tests/unit/unit.h"

/* ---- building a payload ------------------------------------------------- */

static u8 *payload;
static u32 len;

static void start(void)
{
	free(payload);
	payload = NULL;
	len = 0;
}

static void add(const void *data, u32 n)
{
	u32 padded = (n + 7) & ~7;

	payload = realloc(payload, len + padded + 1);
	memset(payload + len, 0xee, padded);
	memcpy(payload + len, data, n);
	len += padded;
}

static void add_word(u64 word)
{
	add(&word, 8);
}

static void add_regs(const void *data, u32 n)
{
	add_word(FRAME_HEAD('R', 0, n));
	add(data, n);
}

static void add_mem(u64 addr, const void *data, u32 n)
{
	add_word(FRAME_HEAD('M', 0, n));
	add_word(addr);
	add(data, n);
}

static void add_var(u16 num, s64 value)
{
	add_word(FRAME_HEAD('V', num, 8));
	add_word(value);
}

static const struct frame *frame(void)
{
	static struct frame f;

	f.data = payload;
	f.len = len;
	return &f;
}

static u64 rnd_state = 88172645463325252ULL;

static u32 rnd(u32 below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (rnd_state >> 11) % below;
}

static u8 bytes[1 << 20];	/* random */

static void fill_bytes(void)
{
	u32 i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i * 31 + (i >> 8) * 7 + (i >> 16);
}

/* ---- blocks ------------------------------------------------------------- */

static void test_empty(void)
{
	struct frame_block b;
	u32 pos = 0;
	s64 value = 42;

	start();
	CHECK_EQ(frame_next(frame(), &pos, &b), 0);
	CHECK_EQ(pos, 0);
	CHECK_EQ(frame_find_regs(frame(), &b), 0);
	CHECK_EQ(frame_find_var(frame(), 0, &value), 0);
	CHECK_EQ(value, 42);
	CHECK_EQ(frame_read_mem(frame(), 0, bytes, 10), 0);
	CHECK_EQ(frame_tfile_size(frame(), 148), 6);
}

static void test_blocks(void)
{
	struct frame_block b;
	u32 pos = 0;

	start();
	add_regs("registers", 9);
	add_mem(0xffffffff81000000ULL, "bytes", 5);
	add_var(0xffff, -5);
	add_mem(0, "", 0);
	add_regs("", 0);
	add_var(0, 1LL << 62);
	add_mem(8, bytes, 100000);

	CHECK_EQ(frame_next(frame(), &pos, &b), 1);
	CHECK_EQ(b.kind, 'R');
	CHECK_EQ(b.len, 9);
	CHECK(!memcmp(b.data, "registers", 9));
	CHECK_EQ(frame_next(frame(), &pos, &b), 1);
	CHECK_EQ(b.kind, 'M');
	CHECK_EQ(b.addr, 0xffffffff81000000ULL);
	CHECK_EQ(b.len, 5);
	CHECK(!memcmp(b.data, "bytes", 5));
	CHECK_EQ(frame_next(frame(), &pos, &b), 1);
	CHECK_EQ(b.kind, 'V');
	CHECK_EQ(b.num, 0xffff);
	CHECK_EQ(b.value, -5);
	CHECK_EQ(frame_next(frame(), &pos, &b), 1);
	CHECK_EQ(b.kind, 'M');
	CHECK_EQ(b.len, 0);
	CHECK_EQ(frame_next(frame(), &pos, &b), 1);
	CHECK_EQ(b.kind, 'R');
	CHECK_EQ(b.len, 0);
	CHECK_EQ(frame_next(frame(), &pos, &b), 1);
	CHECK_EQ(b.num, 0);
	CHECK_EQ(b.value, 1LL << 62);
	CHECK_EQ(frame_next(frame(), &pos, &b), 1);
	CHECK_EQ(b.len, 100000);
	CHECK(!memcmp(b.data, bytes, 100000));
	CHECK_EQ(frame_next(frame(), &pos, &b), 0);
	CHECK_EQ(pos, len);
	pos = len + 8;
	CHECK_EQ(frame_next(frame(), &pos, &b), -1);
}

static int next_of(u64 head, u32 more)
{
	struct frame_block b;
	u32 pos = 0, i;
	int err;

	start();
	add_word(head);
	for (i = 0; i < more; i++)
		add_word(0);
	err = frame_next(frame(), &pos, &b);
	if (err < 0)
		CHECK_EQ(pos, 0);
	return err;
}

static void test_damage(void)
{
	CHECK_EQ(next_of(FRAME_HEAD('R', 0, 8), 1), 1);
	CHECK_EQ(next_of(FRAME_HEAD('R', 0, 9), 1), -1);
	CHECK_EQ(next_of(FRAME_HEAD('R', 0, 0), 0), 1);
	CHECK_EQ(next_of(FRAME_HEAD('R', 0, 1), 0), -1);
	CHECK_EQ(next_of(FRAME_HEAD('R', 0, ~0U), 100), -1);
	CHECK_EQ(next_of(FRAME_HEAD('R', 0, ~0U - 7), 100), -1);
	CHECK_EQ(next_of(FRAME_HEAD('M', 0, 0), 0), -1);
	CHECK_EQ(next_of(FRAME_HEAD('M', 0, 0), 1), 1);
	CHECK_EQ(next_of(FRAME_HEAD('M', 0, 1), 1), -1);
	CHECK_EQ(next_of(FRAME_HEAD('M', 0, 17), 4), 1);
	CHECK_EQ(next_of(FRAME_HEAD('M', 0, 25), 4), -1);
	CHECK_EQ(next_of(FRAME_HEAD('M', 0, ~0U), 4), -1);
	CHECK_EQ(next_of(FRAME_HEAD('V', 0, 8), 1), 1);
	CHECK_EQ(next_of(FRAME_HEAD('V', 0, 8), 0), -1);
	CHECK_EQ(next_of(FRAME_HEAD('V', 0, 0), 1), -1);
	CHECK_EQ(next_of(FRAME_HEAD('V', 0, 16), 9), -1);
	CHECK_EQ(next_of(FRAME_HEAD('S', 0, 0), 1), -1);
	CHECK_EQ(next_of(FRAME_HEAD(0, 0, 0), 1), -1);
	CHECK_EQ(next_of(FRAME_HEAD('R', 0, 0) | 0x100, 1), -1);
	/* Not whole words. */
	start();
	add_var(1, 2);
	len -= 4;
	CHECK_EQ(frame_find_var(frame(), 1, (s64 *)bytes), 0);
	len -= 8;
	CHECK_EQ(frame_find_var(frame(), 1, (s64 *)bytes), 0);
	fill_bytes();
}

static void test_finding(void)
{
	struct frame_block b;
	s64 value = 0;

	start();
	add_var(1, 10);
	add_regs("first", 5);
	add_var(2, 20);
	add_var(1, -11);
	add_regs("second", 6);
	CHECK_EQ(frame_find_regs(frame(), &b), 1);
	CHECK_EQ(b.len, 5);
	CHECK(!memcmp(b.data, "first", 5));
	CHECK_EQ(frame_find_var(frame(), 1, &value), 1);
	CHECK_EQ(value, -11);
	CHECK_EQ(frame_find_var(frame(), 2, &value), 1);
	CHECK_EQ(value, 20);
	CHECK_EQ(frame_find_var(frame(), 3, &value), 0);
	/* Blocks before the damage count. */
	add_word(0);
	add_var(1, 12);
	CHECK_EQ(frame_find_regs(frame(), &b), 1);
	CHECK_EQ(frame_find_var(frame(), 1, &value), 1);
	CHECK_EQ(value, -11);
}

/* ---- memory ------------------------------------------------------------- */

static void test_memory(void)
{
	u8 got[64];

	start();
	add_mem(1000, "abcdefgh", 8);
	add_mem(1006, "GHIJ", 4);
	add_mem(1020, "xyz", 3);
	add_mem(990, "0123456789ABCDEFGHIJKLMNOPQRST", 20);
	add_mem(~0ULL - 3, "last", 4);
	memset(got, '.', sizeof(got));
	CHECK_EQ(frame_read_mem(frame(), 1000, got, 8), 8);
	CHECK(!memcmp(got, "abcdefgh.", 9));
	CHECK_EQ(frame_read_mem(frame(), 1005, got, 60), 5);
	CHECK(!memcmp(got, "fghIJfgh.", 5));
	CHECK_EQ(frame_read_mem(frame(), 988, got, 60), 0);
	CHECK_EQ(frame_read_mem(frame(), 990, got, 60), 20);
	CHECK(!memcmp(got, "0123456789abcdefghIJ", 20));
	CHECK_EQ(frame_read_mem(frame(), 1022, got, 60), 1);
	CHECK_EQ(got[0], 'z');
	CHECK_EQ(frame_read_mem(frame(), 1023, got, 60), 0);
	CHECK_EQ(frame_read_mem(frame(), 1000, got, 0), 0);
	CHECK_EQ(frame_read_mem(frame(), ~0ULL - 2, got, 60), 3);
	CHECK(!memcmp(got, "ast", 3));
}

/* Compare with a model: an array, written in reverse order. */
static void test_memory_model(void)
{
	static u8 memory[300], have[300], got[300];
	struct {
		u32 at, n, from;
	} pieces[12];
	u32 round, i, k, at, n, want;

	for (round = 0; round < 20000; round++) {
		start();
		memset(have, 0, sizeof(have));
		k = rnd(ARRAY_SIZE(pieces));
		for (i = 0; i < k; i++) {
			pieces[i].at = rnd(200);
			pieces[i].n = rnd(60);
			pieces[i].from = rnd(1000);
			add_mem(5000 + pieces[i].at, bytes + pieces[i].from,
				pieces[i].n);
			if (!rnd(4))
				add_var(rnd(9), 1);
		}
		while (k--) {
			memcpy(memory + pieces[k].at, bytes + pieces[k].from,
			       pieces[k].n);
			memset(have + pieces[k].at, 1, pieces[k].n);
		}
		at = rnd(200);
		n = rnd(100);
		for (want = 0; want < n && have[at + want];)
			want++;
		CHECK_EQ(frame_read_mem(frame(), 5000 + at, got, n), want);
		CHECK(!memcmp(got, memory + at, want));
	}
}

/* ---- tfile -------------------------------------------------------------- */

static u8 form[1 << 21], part[1 << 21];
static u32 form_len;

static void form_put(const void *data, u32 n)
{
	memcpy(form + form_len, data, n);
	form_len += n;
}

/* The whole frame in tfile format, made in the simplest way. */
static void make_form(u16 num, const u8 *regs, u32 regs_len)
{
	struct frame_block b;
	u32 pos = 0, size, done, n;
	int have_regs = 0;
	u16 n16;
	u64 addr;
	s32 num32;

	form_len = 6;
	while (frame_next(frame(), &pos, &b) > 0) {
		if (b.kind == 'R' && !have_regs++ && regs_len) {
			form_put("R", 1);
			form_put(regs, regs_len);
		} else if (b.kind == 'V') {
			num32 = b.num;
			form_put("V", 1);
			form_put(&num32, 4);
			form_put(&b.value, 8);
		} else if (b.kind == 'M') {
			for (done = 0; done < b.len; done += n) {
				n = min(b.len - done, 65535U);
				n16 = n;
				addr = b.addr + done;
				form_put("M", 1);
				form_put(&addr, 8);
				form_put(&n16, 2);
				form_put(b.data + done, n);
			}
		}
	}
	memcpy(form, &num, 2);
	size = form_len - 6;
	memcpy(form + 2, &size, 4);
}

static void check_part(u16 num, const u8 *regs, u32 regs_len, u64 off, u32 n)
{
	u32 want = off >= form_len ? 0 : min_t(u64, n, form_len - off), got;
	u8 *exact = malloc(n + !n);

	got = frame_tfile_read(frame(), num, regs, regs_len, off, exact, n);
	CHECK_EQ(got, want);
	CHECK(!memcmp(exact, form + off, min(got, want)));
	free(exact);
}

static void check_chunks(u16 num, const u8 *regs, u32 regs_len, u32 chunk)
{
	u32 off = 0, n;

	memset(part, 0x77, form_len + 10);
	for (;;) {
		n = frame_tfile_read(frame(), num, regs, regs_len, off,
				     part + off, chunk);
		off += n;
		if (n < chunk)
			break;
	}
	CHECK_EQ(off, form_len);
	CHECK(!memcmp(part, form, form_len));
	CHECK_EQ(part[form_len], 0x77);
}

static void check_form(u16 num, const u8 *regs, u32 regs_len)
{
	make_form(num, regs, regs_len);
	CHECK_EQ(frame_tfile_size(frame(), regs_len), form_len);
}

static void test_tfile_bytes(void)
{
	static const u8 want[] = {
		0x34, 0x12, 2 + 11 + 5 + 13 + 2, 0, 0, 0,
		'R', 'r', 'M', 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
		5, 0, 'b', 'y', 't', 'e', 's',
		'V', 7, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	const u8 regs = 'r';
	u32 one = 1;

	start();
	add_regs("as the kernel has them", 22);
	add_mem(0x1122334455667788ULL, "bytes", 5);
	add_mem(1, "", 0);
	add_var(7, -2);
	add_regs("again", 5);
	CHECK_EQ(frame_tfile_size(frame(), 1), sizeof(want));
	if (*(u8 *)&one != 1)
		return;		/* written for a little-endian machine */
	CHECK_EQ(frame_tfile_read(frame(), 0x1234, &regs, 1, 0, part, 1000),
		 sizeof(want));
	part[2] += 2;
	CHECK(!memcmp(part, want, sizeof(want)));
}

static void test_tfile_chunks(void)
{
	static const u32 chunks[] = { 1, 2, 3, 5, 6, 7, 11, 12, 13, 100, 1000,
				      2000, 65536, 1 << 20 };
	u32 i, off;

	start();
	add_var(1, 2);
	add_regs(bytes, 168);
	add_mem(0xffff888000001000ULL, bytes + 1, 5000);
	add_mem(77, bytes + 2, 1);
	add_var(0xabcd, 0x123456789abcdefLL);
	add_mem(5, bytes + 3, 3);
	add_regs(bytes, 168);
	check_form(3, bytes + 50, 148);
	for (i = 0; i < ARRAY_SIZE(chunks); i++)
		check_chunks(3, bytes + 50, 148, chunks[i]);
	for (off = 0; off < form_len + 20; off++) {
		check_part(3, bytes + 50, 148, off, 6);
		check_part(3, bytes + 50, 148, off, 1);
		check_part(3, bytes + 50, 148, off, 12);
		check_part(3, bytes + 50, 148, off, 2000);
		check_part(3, bytes + 50, 148, off, 0);
	}
	check_part(3, bytes + 50, 148, 1ULL << 32, 100);
	check_part(3, bytes + 50, 148, ~0ULL, 100);
	check_form(3, NULL, 0);
	check_chunks(3, NULL, 0, 7);
}

static void test_tfile_pieces(void)
{
	static const u32 lens[] = { 65534, 65535, 65536, 65537, 131069, 131070,
				    131071, 200000, 1 << 20 };
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		start();
		add_mem(0x1000, bytes, lens[i]);
		add_var(1, 1);
		check_form(0x7fff, NULL, 0);
		CHECK_EQ(form_len, 6 + 13 + lens[i] +
			 11 * ((lens[i] + 65534) / 65535));
		check_chunks(0x7fff, NULL, 0, 2000);
		check_chunks(0x7fff, NULL, 0, 65535);
		check_chunks(0x7fff, NULL, 0, 1 << 20);
		for (k = 65500; k < 65600; k++) {
			check_part(0x7fff, NULL, 0, k, 12);
			check_part(0x7fff, NULL, 0, 65535 + 11 + k, 1);
			check_part(0x7fff, NULL, 0, 0, k);
			check_part(0x7fff, NULL, 0, k - 100, 70000);
		}
	}
}

static void random_frame(u32 blocks)
{
	start();
	while (blocks--) {
		switch (rnd(5)) {
		case 0:
			add_regs(bytes + rnd(1000), rnd(200));
			break;
		case 1:
		case 2:
			add_var(rnd(4), rnd_state);
			break;
		case 3:
			add_mem(rnd(500), bytes + rnd(1000), rnd(64));
			break;
		default:
			add_mem(rnd_state, bytes + rnd(1000),
				rnd(30) ? rnd(300) : rnd(150000));
		}
	}
}

static void test_tfile_random(void)
{
	u32 round, regs_len, k;

	for (round = 0; round < 300; round++) {
		random_frame(rnd(30));
		regs_len = rnd(3) ? 148 : rnd(300);
		check_form(round + 1, bytes, regs_len);
		check_chunks(round + 1, bytes, regs_len, 500 + rnd(5000));
		for (k = 0; k < 50; k++)
			check_part(round + 1, bytes, regs_len,
				   rnd(form_len + 50), rnd(3000));
	}
}

/* ---- damaged payloads --------------------------------------------------- */

static void use_all(void)
{
	static u8 got[4096];
	struct frame_block b;
	u32 pos = 0, last, n = 0, sum = 0, i;
	s64 value;
	int err;

	do {
		last = pos;
		err = frame_next(frame(), &pos, &b);
		CHECK(err > 0 ? pos > last && pos <= len : pos == last);
		for (i = 0; err > 0 && b.data && i < b.len; i++)
			sum += b.data[i];
	} while (err > 0 && ++n < 100000);
	frame_find_regs(frame(), &b);
	frame_find_var(frame(), rnd(4), &value);
	n = frame_read_mem(frame(), rnd(600), got, rnd(sizeof(got)));
	CHECK(n <= sizeof(got));
	if (sum == 0x12345678)
		printf("what a chance\n");
	check_form(1, bytes, 148);
	check_chunks(1, bytes, 148, 1000 + rnd(3000));
	check_part(1, bytes, 148, rnd(form_len + 10), rnd(500));
}

static void test_mutations(void)
{
	u32 round, k, at;
	u64 word;
	u8 *exact;

	for (round = 0; round < 40000; round++) {
		if (round % 16 == 0)
			random_frame(rnd(12));
		for (k = rnd(4); len && k--;) {
			at = rnd(len);
			switch (rnd(4)) {
			case 0:
				payload[at] ^= 1 << rnd(8);
				break;
			case 1:
				payload[at] = rnd(256);
				break;
			case 2:
				at = at & ~7;
				word = FRAME_HEAD("RMVS"[rnd(4)], rnd(4),
						  rnd(3) ? rnd(len + 9) :
						  ~0U - rnd(20));
				memcpy(payload + at, &word,
				       min_t(u32, 8, len - at));
				break;
			default:
				len = rnd(len + 1);
				if (rnd(4))
					len &= ~7;
			}
		}
		/* Exactly as long as the payload. */
		exact = malloc(len + !len);
		if (len)
			memcpy(exact, payload, len);
		free(payload);
		payload = exact;
		use_all();
		if (unit_failed_)
			return;
	}
}

int main(void)
{
	fill_bytes();
	RUN(test_empty);
	RUN(test_blocks);
	RUN(test_damage);
	RUN(test_finding);
	RUN(test_memory);
	RUN(test_memory_model);
	RUN(test_tfile_bytes);
	RUN(test_tfile_chunks);
	RUN(test_tfile_pieces);
	RUN(test_tfile_random);
	RUN(test_mutations);
	start();
	return unit_end();
}
