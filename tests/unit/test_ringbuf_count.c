/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The 32-bit variants.  A count in halves, while one CPU writes and another
 * reads: all interleavings of their accesses.  And division.
 */
#include <stdlib.h>
#include <linux/types.h>
#include <linux/kernel.h>
#include "compat/barrier.h"
#include "tests/unit/unit.h"

/* The writer's stores are queued here, and done between the reader's loads. */
static struct {
	u32 *at;
	u32 value;
} stores[8];
static int nr_stores, done;
static int when[3], loads;	/* stores done before each load of the reader */

static void store(u32 *at, u32 value)
{
	stores[nr_stores].at = at;
	stores[nr_stores++].value = value;
}

static void step(int to)
{
	for (; done < to; done++)
		*stores[done].at = stores[done].value;
}

static u32 load(const u32 *at)
{
	step(loads < 3 ? when[loads] : nr_stores);
	if (++loads > 100) {
		printf("a reader that never ends\n");
		exit(1);
	}
	return *at;
}

#undef kc_load_acquire
#undef kc_store_release
#define kc_load_acquire(p)	load((const u32 *)(const void *)(p))
#define kc_store_release(p, v)	store((u32 *)(void *)(p), (v))
#define RINGBUF_SPLIT_COUNTS	1
#include "ringbuf/private.h"
#include "tests/unit/test_ringbuf_fake.h"	/* what ringbuf/ links with */

static const u64 values[][2] = {
	{ 0, 1 },
	{ 7, 0xffffffffULL },
	{ 0xffffffffULL, 0x100000000ULL },
	{ 0xfffffff8ULL, 0x100000010ULL },
	{ 0x1fffffff8ULL, 0x200000000ULL },
	{ 0x5fffffff8ULL, 0x700000005ULL },
	{ 0x500000003ULL, 0x5fffffff8ULL },
};

static void set(union ringbuf_count *c, u64 v)
{
	nr_stores = 0;
	done = 0;
	ringbuf_count_publish(c, v);
	step(nr_stores);
	CHECK_EQ(ringbuf_count_own(c), v);
}

/* One reader against one writer, for each pair of values and each interleaving. */
static void each_way(u64 (*get)(const union ringbuf_count *c), int exact)
{
	union ringbuf_count c;
	u64 from, to, got;
	unsigned int v;
	int i, j, k, ways = 0;

	for (v = 0; v < ARRAY_SIZE(values); v++)
		for (i = 0; i <= 3; i++)
			for (j = i; j <= 3; j++)
				for (k = j; k <= 3; k++, ways++) {
					from = values[v][0];
					to = values[v][1];
					set(&c, from);
					nr_stores = 0;
					done = 0;
					loads = 0;
					when[0] = i;
					when[1] = j;
					when[2] = k;
					ringbuf_count_publish(&c, to);
					CHECK_EQ(nr_stores, 3);
					got = get(&c);
					CHECK(got >= from && got <= to);
					if (exact)
						CHECK(got == from || got == to);
				}
	CHECK_EQ(ways, 7 * 20);
}

static void a_value_is_old_or_new(void)
{
	each_way(ringbuf_count_get, 1);
}

/*
 * It takes three loads, whatever the writer does, and returns a value between
 * the old one and the new one.
 */
static void a_glance_does_not_wait(void)
{
	each_way(ringbuf_count_peek, 0);
	CHECK_EQ(loads, 3);
}

/* Compare with the compiler's own division. */
static void division(void)
{
	static const u64 as[] = {
		0, 1, 7, 0xffffffffULL, 0x100000000ULL, 0x100000001ULL,
		0x123456789abcdefULL, 0x8000000000000000ULL, ~0ULL
	};
	static const u32 bs[] = { 1, 2, 3, 7, 4096, 65537, 0x80000000U, ~0U };
	unsigned int i, j;
	u64 a, q;
	u32 rem;
	int k;

	for (i = 0; i < ARRAY_SIZE(as); i++)
		for (j = 0; j < ARRAY_SIZE(bs); j++)
			for (k = -2; k <= 2; k++) {
				a = as[i] + k;
				q = ringbuf_divide(a, bs[j], &rem);
				CHECK_EQ(q, a / bs[j]);
				CHECK_EQ(rem, a % bs[j]);
			}
}

int main(void)
{
	RUN(division);
	RUN(a_value_is_old_or_new);
	RUN(a_glance_does_not_wait);
	return unit_end();
}
