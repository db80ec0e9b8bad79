// SPDX-License-Identifier: GPL-2.0
/*
 * ringbuf/ against a model: a list of frames and some sums per CPU.  Random
 * operations on both; they must agree after each.
 *
 *	test_ringbuf_model [operations [seed]]
 */
#include "tests/unit/test_ringbuf_fake.h"

#define CPUS	3
#define AHEAD	(16 * PAGE)	/* from here on, the rest of a page is freed in advance */

struct model_frame {
	struct model_frame *next;
	u64 pos, time, addr;
	u32 tag, len;
	u8 *data;
};

enum model_state {
	IDLE,
	CLAIMED,
	WRITING,
};

static struct model {
	struct model_frame *oldest, *newest;
	u64 share, room, end, used, stale;
	struct ringbuf_info n;		/* the counters */
	int has_share;
	enum model_state state;
	struct ringbuf_cpu *rc;
	u32 tag;			/* of the frame that is being written */
	u64 time, addr;
	u8 *data;
	u32 len;
} models[CPUS];

static struct ringbuf *rb;
static u64 size;
static int circular;
static u64 step, now, here, sized, ahead;

/* ---- random numbers ----------------------------------------------------- */

static u64 rnd_state = 1;

static u32 rnd(u32 below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (rnd_state >> 11) % below;
}

static u8 *rnd_bytes(u32 n)
{
	u32 i, start = rnd(256);

	for (i = 0; i < n; i++)
		buf[i] = start + i * 11 + (i >> 8);
	return buf;
}

static u32 rnd_len(const struct model *m)
{
	switch (rnd(16)) {
	case 0:
		return rnd(m->share + m->share / 4 + 8);
	case 1:
	case 2:
		return rnd(2 * PAGE);
	case 3:
	case 4:
	case 5:
		return rnd(600);
	case 6:
	case 7:
		return 16;
	case 8:
	case 9:
		return 8;
	default:
		return rnd(64);
	}
}

static u64 rnd_size(void)
{
	switch (rnd(8)) {
	case 0:
		return 1 + rnd(200);
	case 1:
		return 1 + rnd(CPUS * 1000);
	case 2:
		return CPUS * PAGE * (1 + rnd(8));
	case 3:
		return 1 + rnd(CPUS * 100000);
	default:
		return 1 + rnd(CPUS * 5 * PAGE);
	}
}

/* ---- model -------------------------------------------------------------- */

static void model_drop(struct model *m)
{
	struct model_frame *f = m->oldest;

	m->oldest = f->next;
	if (!m->oldest)
		m->newest = NULL;
	m->stale = f->pos;
	m->used -= HDR + f->len;
	m->n.frames--;
	free(f->data);
	free(f);
}

/* May the frame that is being written grow to this length? */
static int model_room(struct model *m, u64 len)
{
	u64 used = HDR + len, rest = -(m->end + used) % PAGE;

	if (m->used + used <= m->room)
		return 1;
	if (!circular || used > m->room)
		return 0;
	while (m->used + used > m->room) {
		model_drop(m);
		m->n.overwritten++;
	}
	while (m->room >= AHEAD && m->oldest && m->used + used + rest > m->room && HDR + m->oldest->len <= PAGE) {
		model_drop(m);
		m->n.overwritten++;
		ahead++;
	}
	return 1;
}

static void model_grow(struct model *m, const u8 *data, u32 n)
{
	m->data = realloc(m->data, m->len + n + 1);
	memcpy(m->data + m->len, data, n);
	m->len += n;
}

static void model_pad(struct model *m)
{
	static const u8 zero[8];

	model_grow(m, zero, -m->len & 7);
}

static void model_commit(struct model *m)
{
	struct model_frame *f = calloc(1, sizeof(*f));

	model_pad(m);
	f->pos = m->end;
	f->time = m->time;
	f->addr = m->addr;
	f->tag = m->tag;
	f->len = m->len;
	f->data = m->data;
	m->data = NULL;
	m->len = 0;
	if (m->newest)
		m->newest->next = f;
	else
		m->oldest = f;
	m->newest = f;
	m->end += HDR + f->len;
	m->used += HDR + f->len;
	m->n.created++;
	m->n.frames++;
}

static void model_share_out(u64 bytes)
{
	u32 cpu, takers = 0, k = 0;
	struct model *m;

	for (cpu = 0; cpu < CPUS; cpu++) {
		models[cpu].has_share |= ringbuf_cpu_present(cpu);
		takers += models[cpu].has_share;
	}
	for (cpu = 0; cpu < CPUS; cpu++) {
		m = &models[cpu];
		if (!m->has_share)
			continue;
		m->share = bytes / takers + (k++ < bytes % takers);
		m->room = m->share < HDR ? 0 : m->share & ~7ULL;
		while (m->used > m->room) {
			model_drop(m);
			m->n.shrunk++;
		}
	}
	size = bytes;
}

/* ---- comparison --------------------------------------------------------- */

static int same_frame(u32 cpu, const struct model_frame *f)
{
	struct ringbuf_hdr hdr;
	u32 off, n;

	if (ringbuf_read_hdr(rb, cpu, f->pos, &hdr) ||
	    hdr.size != HDR + f->len || hdr.tag != f->tag ||
	    hdr.time != f->time || hdr.addr != f->addr)
		return 0;
	off = rnd(f->len + 1);
	n = rnd(f->len - off + 1);
	if (ringbuf_read(rb, cpu, f->pos, off, back, n) ||
	    memcmp(back, f->data + off, n))
		return 0;
	return !ringbuf_read(rb, cpu, f->pos, 0, back, f->len) &&
	       !memcmp(back, f->data, f->len) &&
	       ringbuf_read(rb, cpu, f->pos, off, back, f->len - off + 1) ==
	       -ENOENT;
}

static void compare(u32 cpu)
{
	struct model *m = &models[cpu];
	struct ringbuf_info info;
	struct ringbuf_hdr hdr;

	ringbuf_get_info(rb, cpu, &info);
	CHECK_EQ(info.size, m->share);
	CHECK_EQ(info.free, m->share - m->used);
	CHECK_EQ(info.frames, m->n.frames);
	CHECK_EQ(info.created, m->n.created);
	CHECK_EQ(info.overwritten, m->n.overwritten);
	CHECK_EQ(info.shrunk, m->n.shrunk);
	CHECK_EQ(info.nested, m->n.nested);
	CHECK_EQ(info.too_big, m->n.too_big);
	CHECK_EQ(info.no_share, m->n.no_share);
	CHECK_EQ(ringbuf_end(rb, cpu), m->end);
	CHECK_EQ(ringbuf_first(rb, cpu), m->end - m->used);
	if (m->end)
		CHECK_EQ(ringbuf_read_hdr(rb, cpu, m->end, &hdr), -ENOENT);
	if (m->stale != ~0ULL)
		CHECK_EQ(ringbuf_read_hdr(rb, cpu, m->stale, &hdr), -ESTALE);
	if (m->newest)
		CHECK(same_frame(cpu, m->newest));
	if (m->oldest)
		CHECK(same_frame(cpu, m->oldest));
}

static void compare_all(void)
{
	struct model_frame *f;
	struct ringbuf_info info;
	u64 used = 0, frames = 0;
	u32 cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		compare(cpu);
		for (f = models[cpu].oldest; f; f = f->next)
			CHECK(same_frame(cpu, f));
		used += models[cpu].used;
		frames += models[cpu].n.frames;
	}
	ringbuf_get_info(rb, -1, &info);
	CHECK_EQ(info.size, size);
	CHECK_EQ(info.free, size - used);
	CHECK_EQ(info.frames, frames);
	CHECK_EQ(info.memory, live_bytes);
}

static void compare_index(void)
{
	struct model_frame *at[CPUS];
	struct ringbuf_ref ref;
	u64 n;
	u32 cpu, best;

	for (cpu = 0; cpu < CPUS; cpu++)
		at[cpu] = models[cpu].oldest;
	for (n = 0; !ringbuf_index_get(rb, n, &ref); n++) {
		best = CPUS;
		for (cpu = 0; cpu < CPUS; cpu++)
			if (at[cpu] && (best == CPUS ||
					at[cpu]->time < at[best]->time))
				best = cpu;
		CHECK(best < CPUS);
		if (best == CPUS)
			return;
		CHECK_EQ(ref.cpu, best);
		CHECK_EQ(ref.pos, at[best]->pos);
		CHECK_EQ(ref.tag, at[best]->tag);
		at[best] = at[best]->next;
	}
	for (cpu = 0; cpu < CPUS; cpu++)
		CHECK(!at[cpu]);
	CHECK_EQ(n, ringbuf_index_count(rb));
}

/* ---- operations on both ------------------------------------------------- */

static void do_enter(struct model *m, u32 cpu)
{
	struct ringbuf_cpu *rc = claim(rb, cpu);

	if (!m->has_share) {
		CHECK(!rc);
		m->n.no_share++;
	} else if (m->state != IDLE) {
		CHECK(!rc);
		m->n.nested++;
	} else {
		CHECK(rc);
		m->rc = rc;
		m->state = CLAIMED;
	}
}

static void do_leave(struct model *m)
{
	ringbuf_leave(m->rc);
	m->state = IDLE;
}

/* Write n bytes, word by word or as many as fit into the page. */
static void put_sized(struct model *m, struct ringbuf_cursor *c, u32 n,
		      int split)
{
	const u8 *data = rnd_bytes(n);
	u32 done, got;
	u64 word, *p;

	for (done = 0; done < n / 8; done += got) {
		got = 1;
		if (rnd(2)) {
			memcpy(&word, data + 8 * done, 8);
			ringbuf_put_word(m->rc, c, word, split);
			continue;
		}
		p = ringbuf_piece(m->rc, c, n / 8 - done, &got, split);
		CHECK_EQ(got, min_t(u32, n / 8 - done, (PAGE - (m->end + HDR + 8 * done) % PAGE) / 8));
		memcpy(p, data + 8 * done, 8 * got);
	}
}

/* At a cursor, within a page or not; then perhaps it grows. */
static void do_sized(struct model *m)
{
	u32 most = 8 * rnd(rnd(4) ? 100 : 3 * PAGE / 8);
	u32 n = rnd(2) ? most : 8 * rnd(most / 8 + 1);
	int split = !ringbuf_page_has(m->rc, most) || rnd(2);
	u32 more = rnd((most - n) / 8 + 1);
	struct ringbuf_cursor before, c = ringbuf_reserve(m->rc, most, m->tag, m->time,
						  m->addr, split);

	if (!split)
		CHECK(m->end % PAGE + HDR + most <= PAGE);
	if (!c.hdr) {
		CHECK(split && !model_room(m, most));
		return;
	}
	CHECK(model_room(m, most));
	put_sized(m, &c, n, split);
	sized++;
	if (rnd(3)) {
		CHECK_EQ(ringbuf_commit(m->rc, &c, split), HDR + n);
		model_grow(m, buf, n);
		model_commit(m);
		return;
	}
	/* What has been put since a copy of the cursor does not count. */
	before = c;
	while (more--)
		ringbuf_put_word(m->rc, &c, ~0ULL, split);
	c = before;
	ringbuf_grow(m->rc, &c, split);
	model_grow(m, buf, n);
	m->state = WRITING;
}

static void do_begin(struct model *m)
{
	int err;

	m->tag = rnd(1000);
	if (rnd(4))
		now += rnd(3);
	m->time = now;
	m->addr = rnd_state;
	if (rnd(2)) {
		do_sized(m);
		return;
	}
	err = begin(m->rc, m->tag, m->time, m->addr);

	CHECK_EQ(err, model_room(m, 0) ? 0 : -ENOSPC);
	if (!err) {
		m->state = WRITING;
		return;
	}
	if (circular && rnd(2)) {
		ringbuf_discard_too_big(m->rc);
		m->n.too_big++;
	} else {
		ringbuf_discard(m->rc);
	}
	do_leave(m);
}

static void do_discard(struct model *m)
{
	if (circular && rnd(2)) {
		ringbuf_discard_too_big(m->rc);
		m->n.too_big++;
	} else {
		ringbuf_discard(m->rc);
	}
	m->len = 0;
	m->state = CLAIMED;
}

static void do_commit(struct model *m)
{
	ringbuf_commit_grown(m->rc);
	model_commit(m);
	m->state = CLAIMED;
}

static void do_append(struct model *m)
{
	u32 n = rnd_len(m);
	u8 *data = rnd_bytes(n);
	int err = ringbuf_append(m->rc, data, n);

	CHECK_EQ(err, model_room(m, (u64)m->len + n) ? 0 : -ENOSPC);
	if (!err)
		model_grow(m, data, n);
	else if (rnd(2))
		do_discard(m);
}

/* It may refuse; otherwise the space must fit. */
static void do_space_here(struct model *m)
{
	u32 n = 8 * (1 + rnd(PAGE / 8 + 1));
	void *p = ringbuf_space_here(m->rc, n);

	if (!p)
		return;
	CHECK(model_room(m, (u64)m->len + n));
	CHECK((m->end + HDR + m->len) % PAGE + n <= PAGE);
	memcpy(p, rnd_bytes(n), n);
	if (rnd(4)) {
		ringbuf_advance(m->rc, n);
		model_grow(m, buf, n);
	}
	here++;
}

static void do_pair(struct model *m)
{
	u64 words[2] = { rnd_state, rnd_state ^ 0x5555 };
	int err;

	if (m->len % 8)
		return;
	err = ringbuf_append_pair(m->rc, words[0], words[1]);
	CHECK_EQ(err, model_room(m, (u64)m->len + 16) ? 0 : -ENOSPC);
	if (!err)
		model_grow(m, (u8 *)words, 16);
}

static void do_space(struct model *m)
{
	u32 want = 1 + rnd_len(m), got = 0, n, can = want;
	u64 most;
	void *p;

	n = PAGE - (m->end + HDR + m->len) % PAGE;
	can = min(can, n);
	most = m->room - HDR - m->len - (circular ? 0 : m->used);
	if (can > most)
		can = most;
	p = ringbuf_space(m->rc, want, &got);
	CHECK_EQ(!p, !can);
	if (!p)
		return;
	CHECK(model_room(m, m->len + can));
	CHECK_EQ(got, can);
	n = rnd(4) ? got : rnd(got + 1);
	memcpy(p, rnd_bytes(n), n);
	ringbuf_advance(m->rc, n);
	model_grow(m, buf, n);
}

static void do_rewind(struct model *m)
{
	u32 mark = rnd(m->len + 1);

	ringbuf_rewind(m->rc, mark);
	m->len = mark;
}

static void do_patch(struct model *m)
{
	u64 word = rnd_state;
	u32 mark;

	if (m->len < 8)
		return;
	mark = rnd(m->len / 8) * 8;
	ringbuf_patch(m->rc, mark, word);
	memcpy(m->data + mark, &word, 8);
}

static void do_write(struct model *m)
{
	switch (rnd(16)) {
	case 0:
	case 1:
		do_space(m);
		break;
	case 2:
		do_rewind(m);
		break;
	case 3:
		do_patch(m);
		break;
	case 4:
		ringbuf_pad(m->rc);
		model_pad(m);
		break;
	case 5:
		do_discard(m);
		break;
	case 6:
	case 7:
	case 8:
	case 9:
	case 10:
		do_commit(m);
		break;
	case 11:
		do_space_here(m);
		break;
	case 12:
		do_pair(m);
		break;
	default:
		do_append(m);
	}
	if (m->state == WRITING)
		CHECK_EQ(ringbuf_mark(m->rc), m->len);
}

/* End this CPU's frame and claim: a resize waits for the writer. */
static void finish(unsigned int cpu)
{
	struct model *m = &models[cpu];

	if (m->state == WRITING) {
		if (rnd(8))
			do_commit(m);
		else
			do_discard(m);
	}
	if (m->state == CLAIMED)
		do_leave(m);
}

static void do_resize(void)
{
	u64 to = rnd_size();
	int err;

	if (!rnd(64))
		present = 0x7;
	if (!rnd(3))
		fail_at = allocs + rnd(12);
	err = ringbuf_resize(rb, to);
	if (fail_at < 0 || fail_at >= allocs)
		CHECK_EQ(err, 0);
	else
		CHECK_EQ(err, -ENOMEM);
	fail_at = -1;
	if (!err)
		model_share_out(to);
	compare_all();
}

static void do_reset(void)
{
	struct model *m;
	u32 cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		finish(cpu);
	ringbuf_reset(rb);
	CHECK_EQ(ringbuf_index_count(rb), 0);
	for (cpu = 0; cpu < CPUS; cpu++) {
		m = &models[cpu];
		while (m->oldest)
			model_drop(m);
		memset(&m->n, 0, sizeof(m->n));
	}
	compare_all();
}

static void do_index(void)
{
	if (!rnd(4)) {
		ringbuf_index_drop(rb);
		return;
	}
	CHECK_EQ(ringbuf_index_build(rb), 0);
	compare_index();
	compare_all();
}

static void do_step(void)
{
	u32 cpu = rnd(CPUS), what = rnd(4000);
	struct model *m = &models[cpu];

	if (what < 10)
		do_resize();
	else if (what < 30)
		ringbuf_set_circular(rb, circular = rnd(3) > 0);
	else if (what < 32)
		do_index();
	else if (what == 32)
		do_reset();
	else if (what < 100 || m->state == IDLE)
		do_enter(m, cpu);
	else if (m->state == CLAIMED && rnd(8))
		do_begin(m);
	else if (m->state == CLAIMED)
		do_leave(m);
	else
		do_write(m);
	compare(cpu);
	if (step % 1000 == 0)
		compare_all();
}

static u64 steps = 1000000;

static void test_model(void)
{
	u32 cpu;

	present = 0x3;		/* CPU 2 is added later */
	on_run = finish;
	for (cpu = 0; cpu < CPUS; cpu++)
		models[cpu].stale = ~0ULL;
	rb = ringbuf_alloc(50000, CPUS);
	model_share_out(50000);
	for (step = 0; step < steps && !unit_failed_; step++)
		do_step();
	if (unit_failed_)
		printf("at step %llu\n", step);
	CHECK(here > steps / 1000);
	CHECK(sized > steps / 1000);
	CHECK(ahead > steps / 10000);
	for (cpu = 0; cpu < CPUS; cpu++) {
		finish(cpu);
		while (models[cpu].oldest)
			model_drop(&models[cpu]);
		free(models[cpu].data);
	}
	ringbuf_free(rb);
	no_leak();
}

int main(int argc, char **argv)
{
	if (argc > 1)
		steps = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		rnd_state = strtoull(argv[2], NULL, 0) * 2654435761ULL | 1;
	RUN(test_model);
	return unit_end();
}
