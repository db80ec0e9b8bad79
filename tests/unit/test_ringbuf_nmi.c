// SPDX-License-Identifier: GPL-2.0
/*
 * ringbuf/ and NMIs: the code is single-stepped, with a hit, or a look at the
 * newest frames as after an oops, between any two instructions.  Machines other than x86-64 rely on stress_ringbuf.c.
 *
 *	test_ringbuf_nmi [all]		all: at each instruction in turn, slow
 */
#define _GNU_SOURCE
#include <signal.h>
#include <ucontext.h>
#include "tests/unit/test_ringbuf_fake.h"

static struct ringbuf *rb;
static u64 hits, seq, nested, full;

/* The test's own counts must be exact, too. */
static void add(u64 *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

/* A frame of some words, all equal to its number. */
static void hit(void)
{
	struct ringbuf_cpu *rc = claim(rb, 0);
	u64 words[24];
	u32 i, n = seq % ARRAY_SIZE(words);
	int err;

	add(&hits);
	if (!rc) {
		add(&nested);
		return;
	}
	for (i = 0; i < n; i++)
		words[i] = seq;
	err = begin(rc, n, seq, seq);
	if (err || ringbuf_append(rc, words, 8) ||
	    ringbuf_append(rc, words, n * 8)) {
		ringbuf_discard(rc);
		add(&full);
	} else {
		ringbuf_commit_grown(rc);
		seq++;
	}
	ringbuf_leave(rc);
}

/* Check all frames, oldest to newest, for completeness. */
static void check_all(void)
{
	struct ringbuf_info info;
	struct ringbuf_hdr hdr;
	u64 pos = ringbuf_first(rb, 0), words[25];
	u64 next;
	u32 i;

	ringbuf_get_info(rb, 0, &info);
	CHECK_EQ(info.created, seq);
	CHECK_EQ(info.nested, nested);
	CHECK_EQ(info.created + info.nested + full, hits);
	next = info.overwritten + info.shrunk;
	while (!ringbuf_read_hdr(rb, 0, pos, &hdr)) {
		CHECK_EQ(hdr.time, next);
		CHECK_EQ(hdr.size, HDR + 8 + 8 * hdr.tag);
		if (unit_failed_)
			return;
		CHECK_EQ(ringbuf_read(rb, 0, pos, 0, words, hdr.size - HDR), 0);
		for (i = 1; i <= hdr.tag; i++)
			CHECK_EQ(words[i], hdr.time);
		pos += hdr.size;
		next++;
	}
	CHECK_EQ(pos, ringbuf_end(rb, 0));
	CHECK_EQ(next, seq);
	CHECK_EQ(info.free, info.size - (pos - ringbuf_first(rb, 0)));
}

#ifdef __x86_64__

#define TRAP_FLAG	0x100

static int stepping;
static long steps;	/* so far */
static long at;		/* where to hit; -1: everywhere */

/* What comes between the instructions. */
static void (*between)(void) = hit;

static void on_trap(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;

	if (!stepping) {
		uc->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
		return;
	}
	uc->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
	if (steps++ == at || at < 0)
		between();
}

/*
 * Single-step fn, with a hit before instruction k. Returns the approximate
 * number of instructions.
 */
static long step_through(void (*fn)(void), long k)
{
	steps = 0;
	at = k;
	stepping = 1;
	raise(SIGTRAP);		/* its handler sets the flag */
	fn();
	stepping = 0;
	raise(SIGTRAP);
	return steps;
}

static int all;

static void each_step(void (*fn)(void))
{
	long k, n = 1;

	for (k = 0; k < n && !unit_failed_; k += all ? 1 : 11) {
		n = step_through(fn, k);
		check_all();
	}
	/* A hit at each of them. */
	step_through(fn, -1);
	check_all();
}

static void new_buffer(void)
{
	present = 1;
	hits = 0;
	seq = 0;
	nested = 0;
	full = 0;
	rb = ringbuf_alloc(9000, 1);
	ringbuf_set_circular(rb, 1);
	while (seq < 500)
		hit();
	check_all();
}

static void old_buffer(void)
{
	ringbuf_free(rb);
	no_leak();
}

static void test_hit_in_hit(void)
{
	new_buffer();
	each_step(hit);
	CHECK(nested > 100);
	old_buffer();
}

static void turned_away(void)
{
	hit();
	hit();
}

/* Two levels of nesting: no count may be lost. */
static void test_hit_in_nested_hit(void)
{
	struct ringbuf_cpu *rc;

	new_buffer();
	rc = claim(rb, 0);
	each_step(turned_away);
	ringbuf_leave(rc);
	CHECK(nested > 100);
	check_all();
	old_buffer();
}

static struct {
	void (*fn)(void *arg);
	void *arg;
} call;

static void make_call(void)
{
	call.fn(call.arg);
}

static long call_at, call_steps;

static void step_call(void (*fn)(void *arg), void *arg)
{
	call.fn = fn;
	call.arg = arg;
	call_steps = step_through(make_call, call_at);
}

static void resize_steps(const u64 *sizes, u32 n)
{
	u32 i;

	new_buffer();
	run_how = step_call;
	call_steps = 1;
	for (call_at = -1; call_at < call_steps && !unit_failed_;
	     call_at += all ? 1 : 1 + call_at / 4) {
		for (i = 0; i < n; i++) {
			CHECK_EQ(ringbuf_resize(rb, sizes[i]), 0);
			check_all();
		}
		while (seq % 100)
			hit();
	}
	run_how = NULL;
	CHECK(nested > n * 10);
	old_buffer();
}

static void test_hit_in_resize(void)
{
	static const u64 up_down[] = { 30000, 9000 };
	static const u64 small[] = { 500, 4096, 100, 8192, 1, 9000 };

	resize_steps(up_down, ARRAY_SIZE(up_down));
	resize_steps(small, ARRAY_SIZE(small));
}

static u64 looks, cut;

/*
 * As after an oops: whatever was interrupted, the frames that are found are
 * whole and in order, and the newest ones unless a change of size is on.
 */
static void look(void)
{
	static struct ringbuf_last last[10];
	static u64 work[ARRAY_SIZE(last)];
	struct ringbuf_last_info info;
	u64 words[25], next = 0;
	u32 i, j, n;

	n = ringbuf_last(rb, last, work, ARRAY_SIZE(last), &info);
	looks++;
	cut += info.cut;
	CHECK_EQ(n, min_t(u64, info.frames, ARRAY_SIZE(last)));
	for (i = 0; i < n && !unit_failed_; i++) {
		CHECK_EQ(last[i].time, last[i].stamp);
		CHECK_EQ(last[i].time, i ? next : last[0].time);
		CHECK_EQ(last[i].addr, last[i].time);
		CHECK_EQ(last[i].len, 8 + 8 * last[i].tag);
		if (ringbuf_last_read(rb, &last[i], 0, words, last[i].len)) {
			/* Its second page has moved. */
			CHECK(info.cut && i == n - 1);
			break;
		}
		for (j = 1; j <= last[i].tag && !unit_failed_; j++)
			CHECK_EQ(words[j], last[i].time);
		next = last[i].time + 1;
	}
	/* A frame may be committed, and not counted yet by the test. */
	CHECK(info.cut || !n || next == seq || next == seq + 1);
}

static void test_look_in_hit(void)
{
	u64 before;
	int i;

	new_buffer();
	between = look;
	looks = 0;
	cut = 0;
	/* Frames of each size, some of which drop others. */
	for (i = 0; i < 60 && !unit_failed_; i++) {
		before = seq;
		step_through(hit, -1);
		CHECK_EQ(seq, before + 1);
	}
	check_all();
	CHECK(looks > 10000);
	CHECK_EQ(cut, 0);
	between = hit;
	old_buffer();
}

static void test_look_in_resize(void)
{
	static const u64 sizes[] = { 30000, 9000, 2000, 8192, 300, 9000 };
	u32 i;

	new_buffer();
	between = look;
	run_how = step_call;
	call_at = -1;
	looks = 0;
	cut = 0;
	for (i = 0; i < ARRAY_SIZE(sizes) && !unit_failed_; i++) {
		CHECK_EQ(ringbuf_resize(rb, sizes[i]), 0);
		check_all();
	}
	CHECK(looks > 1000);
	/* While pages move they cannot be walked. */
	CHECK(cut && cut < looks);
	run_how = NULL;
	between = hit;
	old_buffer();
}

int main(int argc, char **argv)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_trap;
	sa.sa_flags = SA_SIGINFO;
	sigaction(SIGTRAP, &sa, NULL);
	all = argc > 1;
	RUN(test_hit_in_hit);
	RUN(test_hit_in_nested_hit);
	RUN(test_hit_in_resize);
	RUN(test_look_in_hit);
	RUN(test_look_in_resize);
	return unit_end();
}

#else

static void test_hit(void)
{
	rb = ringbuf_alloc(9000, 1);
	hit();
	check_all();
	ringbuf_free(rb);
}

int main(void)
{
	RUN(test_hit);
	return unit_end();
}

#endif
