// SPDX-License-Identifier: GPL-2.0
/*
 * Concurrent stress test of ringbuf/, for -fsanitize=address and for
 * -fsanitize=thread -Wno-tsan (TSan does not see fences, and gcc warns).
 *
 * Each thread is a CPU: it writes frames whose bytes derive from a sequence
 * number.  A reader copies frames and checks each byte, a resizer changes
 * size and mode.  In half of the rounds the reader takes the frames.  Rounds
 * also differ in how the resizer's call reaches a CPU, and in what nests:
 *
 *	polite	the CPU polls for calls between its frames; nested hits come
 *		in the middle of a frame
 *	rude	the call is a signal, like an IPI, at any time; hits come as
 *		another signal, like NMIs, also during the call
 *
 * Environment: STRESS_SECONDS, duration (default 5); STRESS_VERBOSE, print
 * statistics.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <linux/types.h>
#include <linux/kernel.h>
#include "ringbuf/ringbuf.h"
#include "compat/barrier.h"
#include "tests/unit/unit.h"

#define CPUS		3
#define SIG_NMI		SIGUSR1
#define SIG_IPI		SIGUSR2
#define MOST_WORDS	3000		/* in a frame */

#define add(p, n)	__atomic_fetch_add((p), (n), __ATOMIC_RELAXED)

static struct cpu {
	pthread_t thread;
	u32 id;
	/* Protected by the claim of this CPU's writer. */
	u64 seq;			/* frames committed */
	u64 rnd;
	u64 words[64];
	/* Counted by hits at any depth. */
	u64 hits, nested, discarded, full, too_big;
	/* A call from the resizer. */
	void (*fn)(void *arg);
	void *arg;
	int called;
	/* Used by the reader. */
	u64 pos, next, taken;
	int gap;			/* frames may be missing here */
	char lines[128];
} cpus[CPUS];

static struct ringbuf *rb;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int stop, rude, takes, circular;
static u64 seen, stale, resizes, refused, calls, indexes;
static __thread struct cpu *this_cpu;

/* ---- environment -------------------------------------------------------- */

static u64 blocks;

static void *take(size_t bytes)
{
	void *p = NULL;

	/* Make some changes of size fail half-way. */
	if (resizes % 5 == 4 && blocks % 7 == 6)
		return NULL;
	if (!posix_memalign(&p, RINGBUF_PAGE_SIZE, bytes))
		blocks++;
	return p;
}

int ringbuf_cpu_present(unsigned int cpu)
{
	return 1;
}

void *ringbuf_page_alloc(void)
{
	return take(RINGBUF_PAGE_SIZE);
}

void ringbuf_page_free(void *page)
{
	blocks--;
	free(page);
}

void *ringbuf_table_alloc(size_t bytes)
{
	void *p = take(bytes);

	return p ? memset(p, 0, bytes) : NULL;
}

void ringbuf_table_free(void *table)
{
	blocks--;
	free(table);
}

static void take_call(struct cpu *c)
{
	if (!kc_load_acquire(&c->called))
		return;
	c->fn(c->arg);
	kc_store_release(&c->called, 0);
}

int ringbuf_yield(const char *what, u64 done)
{
	return 0;
}

int ringbuf_peek(void *dst, const void *src, u32 n)
{
	memcpy(dst, src, n);
	return 0;
}

void ringbuf_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	struct cpu *c = &cpus[cpu];

	calls++;
	c->fn = fn;
	c->arg = arg;
	kc_store_release(&c->called, 1);
	if (rude)
		pthread_kill(c->thread, SIG_IPI);
	while (kc_load_acquire(&c->called))
		sched_yield();
}

/* ---- writers ------------------------------------------------------------ */

static u64 mix(u32 cpu, u64 seq, u64 i)
{
	u64 x = (seq * CPUS + cpu) * 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 31) ^ i) * 0xbf58476d1ce4e5b9ULL;
	return x ^ (x >> 29);
}

static u32 chance(u64 *state, u32 below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (*state >> 13) % below;
}

/* Claim that CPU's writer. Returns NULL if it is claimed. */
static inline struct ringbuf_cpu *claim(struct ringbuf *rb, unsigned int cpu)
{
	struct ringbuf_cpu *rc = ringbuf_writer(rb, cpu);

	return rc && ringbuf_enter(rc) ? rc : NULL;
}

static void hit(struct cpu *c);

/* Write up to n words from number i on. Returns how many; 0 if none fit. */
static u32 put_words(struct cpu *c, struct ringbuf_cpu *rc, u32 i, u32 n)
{
	u32 k, got, most = min_t(u32, n, ARRAY_SIZE(c->words));
	u64 *p;

	switch (chance(&c->rnd, 3)) {
	case 0:
		p = ringbuf_space(rc, n * 8, &got);
		if (!p)
			return 0;
		for (k = 0; k < got / 8; k++)
			p[k] = mix(c->id, c->seq, i + k);
		ringbuf_advance(rc, k * 8);
		return k;
	case 1:
		most = 1;
		/* fall through */
	default:
		for (k = 0; k < most; k++)
			c->words[k] = mix(c->id, c->seq, i + k);
		return ringbuf_append(rc, c->words, most * 8) ? 0 : most;
	}
}

static int put_frame(struct cpu *c, struct ringbuf_cpu *rc)
{
	u32 n = chance(&c->rnd, 20) ? chance(&c->rnd, 60) :
				      chance(&c->rnd, MOST_WORDS);
	u32 i, k, mark;

	for (i = 0; i < n; i += k) {
		k = put_words(c, rc, i, n - i);
		if (!k)
			return -ENOSPC;
		if (!chance(&c->rnd, 50))
			hit(c);
		/* Let others see an incomplete frame. */
		if (!chance(&c->rnd, 300))
			sched_yield();
	}
	if (n && !chance(&c->rnd, 4)) {
		mark = ringbuf_mark(rc);
		if (ringbuf_append(rc, "rubbish", 7))
			return -ENOSPC;
		ringbuf_rewind(rc, mark);
		i = chance(&c->rnd, n);
		ringbuf_patch(rc, i * 8, ~0ULL);
		ringbuf_patch(rc, i * 8, mix(c->id, c->seq, i));
	}
	return 0;
}

/* Begin a frame that grows. Returns 0 or -ENOSPC. */
static int begin(struct ringbuf_cpu *rc, u32 tag, u64 time, u64 addr)
{
	struct ringbuf_cursor c = ringbuf_reserve(rc, 0, tag, time, addr, 1);

	if (!c.hdr)
		return -ENOSPC;
	ringbuf_grow(rc, &c, 1);
	return 0;
}

static int begin_frame(struct cpu *c, struct ringbuf_cpu *rc)
{
	return begin(rc, (u32)c->seq, mix(c->id, c->seq, -1), c->seq);
}

/* Write a frame of known size directly into the ring. Returns 0 or -ENOSPC. */
static int put_sized(struct cpu *c, struct ringbuf_cpu *rc)
{
	u32 n = chance(&c->rnd, 60), i = 0, k, got;
	int split = !ringbuf_page_has(rc, n * 8) || !chance(&c->rnd, 4);
	struct ringbuf_cursor at = ringbuf_reserve(rc, n * 8, (u32)c->seq,
						   mix(c->id, c->seq, -1),
						   c->seq, split);
	u64 *p;

	if (!at.hdr)
		return -ENOSPC;
	while (i < n) {
		if (!chance(&c->rnd, 50))
			hit(c);
		if (!chance(&c->rnd, 300))
			sched_yield();
		if (chance(&c->rnd, 2)) {
			ringbuf_put_word(rc, &at, mix(c->id, c->seq, i++),
					 split);
			continue;
		}
		p = ringbuf_piece(rc, &at, n - i, &got, split);
		for (k = 0; k < got; k++)
			p[k] = mix(c->id, c->seq, i++);
	}
	ringbuf_commit(rc, &at, split);
	c->seq++;
	return 0;
}

static void hit(struct cpu *c)
{
	struct ringbuf_cpu *rc = claim(rb, c->id);

	add(&c->hits, 1);
	if (!rc) {
		add(&c->nested, 1);
		return;
	}
	if (!chance(&c->rnd, 3) && !put_sized(c, rc)) {
		ringbuf_leave(rc);
		return;
	}
	if (begin_frame(c, rc) || put_frame(c, rc)) {
		if (kc_load(&circular)) {
			ringbuf_discard_too_big(rc);
			add(&c->too_big, 1);
		} else {
			ringbuf_discard(rc);
			add(&c->full, 1);
		}
	} else if (!chance(&c->rnd, 16)) {
		ringbuf_discard(rc);
		add(&c->discarded, 1);
	} else {
		ringbuf_commit_grown(rc);
		c->seq++;
	}
	ringbuf_leave(rc);
}

static void on_nmi(int sig)
{
	int saved = errno;

	hit(this_cpu);
	errno = saved;
}

static void on_ipi(int sig)
{
	int saved = errno;

	take_call(this_cpu);
	errno = saved;
}

/* TSan delays signals, and sometimes loses one. */
static void take_lost_call(struct cpu *c)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIG_IPI);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	take_call(c);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void *writer(void *arg)
{
	struct timespec pause = { 0, 50000 };
	struct cpu *c = arg;
	sigset_t set;
	u64 full, n = 0;

	this_cpu = c;
	sigemptyset(&set);
	sigaddset(&set, SIG_NMI);
	sigaddset(&set, SIG_IPI);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	while (kc_load(&stop) < 2) {
		full = c->full;
		n++;
		hit(c);
		if (!rude)
			take_call(c);
		else if (!(n % 100))
			take_lost_call(c);
		if (!(n % 16))
			sched_yield();	/* lets signals in */
		if (c->full != full)
			nanosleep(&pause, NULL);	/* until a resize */
	}
	/* No signals are expected any more. */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return NULL;
}

/* ---- reader ------------------------------------------------------------- */

static void bad(const char *what, struct cpu *c, u64 pos)
{
	unit_failed_ = 1;
	printf("cpu %u, position %llu: %s\n", c->id, pos, what);
	abort();
}

/* Check the frame at c->pos; holds the mutex. Returns 0, -ENOENT or -ESTALE. */
static int check_frame(struct cpu *c, u64 *rnd)
{
	static u64 words[MOST_WORDS];
	struct ringbuf_hdr hdr;
	u32 len, i, half;
	int err;

	err = ringbuf_read_hdr(rb, c->id, c->pos, &hdr);
	if (err)
		return err;
	len = hdr.size - sizeof(hdr);
	if (len > sizeof(words))
		bad("too long", c, c->pos);
	if (hdr.tag != (u32)hdr.addr ||
	    hdr.time != mix(c->id, hdr.addr, -1))
		bad("header", c, c->pos);
	half = chance(rnd, len + 1);
	err = ringbuf_read(rb, c->id, c->pos, 0, words, half);
	if (!err && !chance(rnd, 8))
		sched_yield();
	if (!err)
		err = ringbuf_read(rb, c->id, c->pos, half,
				   (char *)words + half, len - half);
	if (err)
		return err;
	for (i = 0; i < len / 8; i++)
		if (words[i] != mix(c->id, hdr.addr, i))
			bad("payload", c, c->pos);
	if (hdr.addr < c->next)
		bad("seen before", c, c->pos);
	if (hdr.addr > c->next && !c->gap)
		bad("frames are missing", c, c->pos);
	c->gap = 0;
	c->next = hdr.addr + 1;
	if (takes) {
		if (!chance(rnd, 8))
			sched_yield();
		ringbuf_take(rb, c->id, c->pos, hdr.size);
		c->taken++;
	}
	c->pos += hdr.size;
	return 0;
}

static void check_live_info(void)
{
	struct ringbuf_info info;
	int cpu;

	for (cpu = -1; cpu < CPUS; cpu++) {
		ringbuf_get_info(rb, cpu, &info);
		if (info.free > info.size || info.frames > info.created ||
		    info.overwritten + info.shrunk > info.created ||
		    info.taken > info.created) {
			fprintf(stderr, "cpu %d: size %llu free %llu frames %llu created %llu overwritten %llu shrunk %llu taken %llu\n", cpu,
			       info.size, info.free, info.frames, info.created,
			       info.overwritten, info.shrunk, info.taken);
			bad("info", &cpus[max(cpu, 0)], 0);
		}
	}
}

/* While writers run, entries may be stale, but never wrong. */
static void check_index(u64 *rnd)
{
	struct ringbuf_hdr hdr;
	struct ringbuf_ref ref;
	u32 i;

	if (ringbuf_index_build(rb))
		return;
	indexes++;
	for (i = 0; i < 50 && ringbuf_index_count(rb); i++) {
		ringbuf_index_get(rb, chance(rnd, ringbuf_index_count(rb)),
				  &ref);
		if (!ringbuf_read_hdr(rb, ref.cpu, ref.pos, &hdr) &&
		    (hdr.tag != ref.tag || hdr.tag != (u32)hdr.addr))
			bad("index", &cpus[ref.cpu], ref.pos);
	}
}

static void read_some(struct cpu *c, u64 *rnd)
{
	u32 n = chance(rnd, 200);
	int err = 0;

	while (n-- && !err) {
		err = check_frame(c, rnd);
		seen += !err;
	}
	if (err == -ESTALE) {
		stale++;
		c->pos = ringbuf_first(rb, c->id);
		c->gap = 1;
	}
}

static void *reader(void *arg)
{
	u64 rnd = 0x1234567;

	while (!kc_load(&stop)) {
		pthread_mutex_lock(&mutex);
		read_some(&cpus[chance(&rnd, CPUS)], &rnd);
		check_live_info();
		if (!chance(&rnd, 20))
			check_index(&rnd);
		pthread_mutex_unlock(&mutex);
		if (!chance(&rnd, 4))
			sched_yield();
	}
	return NULL;
}

/* ---- resizer, NMIs ------------------------------------------------------ */

static void *resizer(void *arg)
{
	u64 rnd = 0x7654321, bytes = 0;
	struct ringbuf_info info;
	struct timespec pause;

	pause.tv_sec = 0;
	while (!kc_load(&stop)) {
		pthread_mutex_lock(&mutex);
		ringbuf_get_info(rb, -1, &info);
		bytes = CPUS * (u64)(chance(&rnd, 3) ? chance(&rnd, 30000) :
						chance(&rnd, 400000));
		resizes++;
		if (ringbuf_resize(rb, bytes)) {
			refused++;
			bytes = info.size;
		}
		ringbuf_get_info(rb, -1, &info);
		if (info.size != bytes)
			bad("size", &cpus[0], bytes);
		kc_store(&circular, !!chance(&rnd, 8));
		ringbuf_set_circular(rb, kc_load(&circular));
		pthread_mutex_unlock(&mutex);
		pause.tv_nsec = chance(&rnd, 2000000);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* NMIs at random times. */
static void *pest(void *arg)
{
	u64 rnd = 0x3141592;
	struct timespec pause;

	pause.tv_sec = 0;
	while (!kc_load(&stop)) {
		pthread_kill(cpus[chance(&rnd, CPUS)].thread, SIG_NMI);
		pause.tv_nsec = chance(&rnd, 60000);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* ---- a round ------------------------------------------------------------ */

/* After all threads have stopped, everything adds up. */
static void check_sums(void)
{
	u64 rnd = 1, left, taken = 0, created = 0;
	struct ringbuf_info i;
	struct cpu *c;
	u32 cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		c = &cpus[cpu];
		ringbuf_get_info(rb, cpu, &i);
		CHECK_EQ(i.created, c->seq);
		CHECK_EQ(i.nested, c->nested);
		CHECK_EQ(i.too_big, c->too_big);
		CHECK_EQ(i.created + i.nested + i.too_big + c->discarded +
			 c->full, c->hits);
		if (!takes)
			CHECK_EQ(i.frames,
				 i.created - i.overwritten - i.shrunk);
		CHECK_EQ(i.free, i.size - (ringbuf_end(rb, cpu) -
					   ringbuf_first(rb, cpu)));
		/* Only the oldest are gone. */
		c->pos = ringbuf_first(rb, cpu);
		c->next = 0;
		c->gap = 1;
		for (left = 0; !check_frame(c, &rnd); left++)
			;
		/* What is lost is exact when all is taken. */
		if (!takes)
			CHECK_EQ(left, i.frames);
		if (left)	/* a smaller share may have room for none */
			CHECK_EQ(c->next, i.created);
		CHECK_EQ(c->pos, ringbuf_end(rb, cpu));
		created += i.created;
		taken += c->taken;
		if (!getenv("STRESS_VERBOSE"))
			continue;
		printf("cpu %u: %llu hits, %llu frames, %llu overwritten, ",
		       cpu, c->hits, i.created, i.overwritten);
		printf("%llu shrunk, %llu nested, %llu too big, %llu full\n",
		       i.shrunk, i.nested, i.too_big, c->full);
	}
	if (!takes)
		return;
	CHECK(taken);
	CHECK_EQ(ringbuf_lost(rb), created - taken);
	CHECK(ringbuf_is_empty(rb));
	ringbuf_get_info(rb, -1, &i);
	CHECK_EQ(i.taken, taken);
	CHECK_EQ(i.frames, 0);
}

/* Write frames without checking them, to bring positions close to 2^32. */
static void roll_on(u32 cpu)
{
	struct ringbuf_cpu *rc;
	u32 got, k;

	while (ringbuf_end(rb, cpu) < 0xfff00000U) {
		rc = claim(rb, cpu);
		if (begin(rc, 0, 0, 0))
			bad("no room", &cpus[cpu], 0);
		for (k = 0; k < 50 && ringbuf_space(rc, 4096, &got); k++)
			ringbuf_advance(rc, got);
		ringbuf_commit_grown(rc);
		ringbuf_leave(rc);
	}
}

static struct ringbuf *new_buffer(void)
{
	u32 cpu;

	rb = ringbuf_alloc(CPUS * 300000, CPUS);
	ringbuf_set_circular(rb, 1);
	memset(cpus, 0, sizeof(cpus));
	for (cpu = 0; cpu < CPUS; cpu++) {
		roll_on(cpu);
		cpus[cpu].id = cpu;
		cpus[cpu].rnd = 88172645463325252ULL + cpu;
		cpus[cpu].pos = ringbuf_end(rb, cpu);
	}
	ringbuf_reset(rb);
	return rb;
}

static void print_work(void)
{
	printf("%llu frames read, %llu stale, %llu indexes, ", seen, stale,
	       indexes);
	printf("%llu resizes (%llu refused, %llu calls)\n", resizes, refused,
	       calls);
}

static void stress_round(double seconds)
{
	pthread_t read_thread, size_thread, pest_thread;
	struct timespec pause;
	u32 cpu;

	pause.tv_sec = seconds;
	pause.tv_nsec = (seconds - pause.tv_sec) * 1e9;
	stop = 0;
	circular = 1;
	resizes = 0;
	seen = 0;
	stale = 0;
	refused = 0;
	calls = 0;
	indexes = 0;
	rb = new_buffer();
	for (cpu = 0; cpu < CPUS; cpu++)
		pthread_create(&cpus[cpu].thread, NULL, writer, &cpus[cpu]);
	pthread_create(&read_thread, NULL, reader, NULL);
	pthread_create(&size_thread, NULL, resizer, NULL);
	if (rude)
		pthread_create(&pest_thread, NULL, pest, NULL);
	nanosleep(&pause, NULL);

	/* The resizer's calls need the writers, so it stops first. */
	kc_store(&stop, 1);
	pthread_join(read_thread, NULL);
	pthread_join(size_thread, NULL);
	if (rude)
		pthread_join(pest_thread, NULL);
	kc_store(&stop, 2);
	for (cpu = 0; cpu < CPUS; cpu++)
		pthread_join(cpus[cpu].thread, NULL);
	check_sums();
	if (getenv("STRESS_VERBOSE"))
		print_work();
	/* A reader that takes all frames may never be too late. */
	CHECK(seen && (stale || takes) && resizes > refused && refused && indexes);
	ringbuf_free(rb);
	CHECK_EQ(blocks, 0);
}

static double seconds = 5;

static void stress_polite(void)
{
	rude = 0;
	takes = 0;
	stress_round(seconds / 2);
}

static void stress_rude(void)
{
	rude = 1;
	takes = 0;
	stress_round(seconds / 2);
}

static void stress_polite_taking(void)
{
	rude = 0;
	takes = 1;
	stress_round(seconds / 2);
}

static void stress_rude_taking(void)
{
	rude = 1;
	takes = 1;
	stress_round(seconds / 2);
}

int main(void)
{
	struct sigaction sa;
	sigset_t set;

	if (getenv("STRESS_SECONDS"))
		seconds = atof(getenv("STRESS_SECONDS"));
	/* Only writers take signals; an NMI may interrupt an IPI. */
	sigemptyset(&set);
	sigaddset(&set, SIG_NMI);
	sigaddset(&set, SIG_IPI);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_nmi;
	sa.sa_mask = set;
	sigaction(SIG_NMI, &sa, NULL);
	sa.sa_handler = on_ipi;
	sigemptyset(&sa.sa_mask);
	sigaction(SIG_IPI, &sa, NULL);
	RUN(stress_polite);
	RUN(stress_rude);
	RUN(stress_polite_taking);
	RUN(stress_rude_taking);
	return unit_end();
}
