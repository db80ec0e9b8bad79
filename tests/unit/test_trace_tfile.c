/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace as a file: made as it is read, by parts of any size from any offset,
 * it is the same; and gtp.lock is held for few frames at a time.
 *
 * Built from: trace/target/tfile.c trace/target/tfind.c
 * Built from: ringbuf/read.c ringbuf/ringbuf.c ringbuf/walk.c ringbuf/write.c
 * Built from: frame/frame.c frame/tfile.c
 * Built from: rsp/packet.c rsp/reply.c rsp/scan.c rsp/parse.c
 * Built from: rsp/parse_trace.c
 */
#include "arch/arch.h"
#include "tests/unit/test_ringbuf_fake.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

#define FRAMES		3000
#define REGS		24		/* bytes of the registers in the file */
#define MOST_A_TURN	512		/* frames under one hold of gtp.lock */

struct gtp gtp;
struct gtp_hits gtp_hits;
struct gtp_session gtp_session;

/* ---- the rest of trace/, and the kernel ---------------------------------- */

static int copied;		/* frames since gtp.lock was taken */
static int most_copied;
static int must_finish;		/* so many times */
static int signalled;
static int no_memory;
static const char *notes = "";

int gtp_lock(void)
{
	if (gtp.lock.taken)
		abort();
	gtp.lock.taken = 1;
	copied = 0;
	return 0;
}

void gtp_unlock(void)
{
	gtp.lock.taken = 0;
	if (copied > most_copied)
		most_copied = copied;
}

int signal_pending(void *task)
{
	return signalled;
}

long schedule_timeout_interruptible(long jiffies)
{
	CHECK(!gtp.lock.taken);
	return 0;
}

int gtp_must_finish(void)
{
	return must_finish && must_finish--;
}

int gtp_can_alloc(u64 bytes)
{
	return !no_memory;
}

int gtp_progress(const char *what, u64 done)
{
	return 0;
}

void gtp_refuse(struct rsp_tx *tx, const char *text)
{
}

void gtp_percpu_patch_frame(struct frame *f)
{
	copied++;
}

void gtp_callers_end(struct gtp_selected *s)
{
}

u32 gtp_reg_block_len(void)
{
	return REGS;
}

u32 gtp_reg_block(const struct gtp_selected *s, u8 *dst)
{
	memset(dst, s->num, REGS);
	return REGS;
}

char *gtp_target_xml(void)
{
	return no_memory ? NULL : strdup("<!-- kgtp: -->\n<target>\n");
}

void gtp_put_status(struct rsp_tx *tx, int with_notes)
{
	rsp_puts(tx, "0;tstop::0");
	if (with_notes)
		rsp_puts(tx, notes);
}

static struct list_head tracepoints;
static struct gtp_tracepoint tps[2];
static char long_text[2000];

struct list_head *gtp_shown_tracepoints(void)
{
	return &tracepoints;
}

int gtp_put_piece(struct rsp_tx *tx, const struct gtp_tracepoint *tp, u32 n)
{
	if (n > 2)
		return 0;
	rsp_printf(tx, "T%x:%x", tp->num, n);
	/* The definition of the second one is too long with its condition. */
	if (tp->num == 2 && !n)
		rsp_puts(tx, long_text);
	return 1;
}

void gtp_put_definition(struct rsp_tx *tx, const struct gtp_tracepoint *tp,
			int with_cond)
{
	rsp_printf(tx, "T%x:short", tp->num);
}

int gtp_put_var(struct rsp_tx *tx, u32 slot)
{
	rsp_printf(tx, "%x:0:0:61", slot + 1);
	return slot < 2;
}

/* ---- the expected file --------------------------------------------------- */

static u8 want[8 << 20], have[8 << 20];
static u64 want_len;

static void expect(const void *data, u64 n)
{
	memcpy(want + want_len, data, n);
	want_len += n;
}

static const char head[] = "\x7fTRACE0\nR 18\nstatus 0;tstop::0\n"
	"tp T2:short\ntp T2:1\ntp T2:2\ntp T1:0\ntp T1:1\ntp T1:2\n"
	"tsv 1:0:0:61\ntsv 2:0:0:61\ntdesc <!-- kgtp: -->\ntdesc <target>\n\n";

/* What a frame has: all frames differ in size, some have many pages. */
static u32 mem_of(u32 n)
{
	return n % 100 == 7 ? 3 * PAGE + n : 8 + n % 300;
}

static void put_word(struct ringbuf_cpu *rc, u64 word)
{
	CHECK(!ringbuf_append(rc, &word, sizeof(word)));
}

static void write_frame(u32 n)
{
	struct ringbuf_cpu *rc = claim(gtp.rb, n * 7 % 3);
	u32 len = mem_of(n);

	CHECK(rc && !begin(rc, n & 0x7f, 1000 + n, 0x1000));
	put_word(rc, FRAME_HEAD('R', 0, 8));
	put_word(rc, n);
	fill(n, len);
	put_word(rc, FRAME_HEAD('M', 0, len));
	put_word(rc, 0xffff0000ULL + n);
	CHECK(!ringbuf_append(rc, buf, len));
	ringbuf_pad(rc);
	put_word(rc, FRAME_HEAD('V', 5, 8));
	put_word(rc, n);
	ringbuf_commit_grown(rc);
	ringbuf_leave(rc);
}

static void expect_frame(u32 n)
{
	u32 len = mem_of(n), size = 1 + REGS + 11 + len + 13;
	u64 addr = 0xffff0000ULL + n, value = n;
	u16 num = n & 0x7f, len16 = len;
	u8 regs[REGS];
	s32 var = 5;

	expect(&num, 2);
	expect(&size, 4);
	expect("R", 1);
	memset(regs, num, REGS);
	expect(regs, REGS);
	expect("M", 1);
	expect(&addr, 8);
	expect(&len16, 2);
	fill(n, len);
	expect(buf, len);
	expect("V", 1);
	expect(&var, 4);
	expect(&value, 8);
}

static void begin_trace(u32 frames)
{
	u32 n;

	memset(&gtp, 0, sizeof(gtp));
	memset(long_text, 'x', sizeof(long_text) - 1);
	INIT_LIST_HEAD(&tracepoints);
	for (n = 0; n < 2; n++) {
		tps[n].num = n + 1;
		list_add_tail(&tps[n].list, &tracepoints);
	}
	gtp.rb = ringbuf_alloc(16 << 20, 3);
	want_len = 0;
	expect(head, sizeof(head) - 1);
	for (n = 0; n < frames; n++) {
		write_frame(n);
		expect_frame(n);
	}
	expect("\0\0\0", 4);
}

static void end_trace(void)
{
	ringbuf_free(gtp.rb);
	CHECK(!gtp.lock.taken);
	no_leak();
}

/* Read up to n bytes from off, in parts. Return how many. */
static u64 read_all(struct gtp_tfile *t, u64 off, u64 n, u64 part)
{
	u64 done = 0;
	ssize_t got = 1;

	while (done < n && got > 0) {
		got = gtp_tfile_read(t, off + done, have + done,
				     n - done < part ? n - done : part);
		CHECK(got >= 0);
		done += got;
	}
	return done;
}

/* ------------------------------------------------------------------------- */

static void test_parts(void)
{
	static const u64 parts[] = { 1, 7, 4096, 32768, sizeof(have) };
	struct gtp_tfile *t;
	unsigned int i;

	begin_trace(FRAMES);
	t = gtp_tfile_open();
	CHECK(!IS_ERR(t));
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		memset(have, 0x5a, want_len);
		CHECK_EQ(read_all(t, 0, sizeof(have), parts[i]), want_len);
		CHECK(!memcmp(have, want, want_len));
		CHECK_EQ(gtp_tfile_frames(t), FRAMES);
	}
	/* The condition of a tracepoint. */
	CHECK_EQ(gtp_tfile_left_out(t), 1);
	gtp_tfile_close(t);
	end_trace();
}

static void test_seeks(void)
{
	struct gtp_tfile *t, *other;
	u32 seed = 1, i;
	u64 off, n;

	begin_trace(FRAMES);
	t = gtp_tfile_open();
	other = gtp_tfile_open();
	most_copied = 0;
	CHECK_EQ(gtp_tfile_size(t), want_len);
	for (i = 0; i < 60; i++) {
		seed = seed * 1103515245 + 12345;
		off = (seed >> 4) % want_len;
		n = (seed >> 8) % 70000;
		if (n > want_len - off)
			n = want_len - off;
		CHECK_EQ(read_all(t, off, n, 5000), n);
		CHECK(!memcmp(have, want + off, n));
		/* One that is read on meanwhile keeps its place. */
		CHECK_EQ(read_all(other, 100 * i, 100, 64), 100);
		CHECK(!memcmp(have, want + 100 * i, 100));
	}
	CHECK_EQ(read_all(t, want_len - 1, 10, 10), 1);
	CHECK_EQ(read_all(t, want_len, 10, 10), 0);
	CHECK_EQ(read_all(t, want_len + 1000, 10, 10), 0);
	CHECK(most_copied > 1 && most_copied <= MOST_A_TURN);
	/* A long way to the end can be interrupted. */
	signalled = 1;
	CHECK_EQ(read_all(t, sizeof(head) - 1, 10, 10), 10);
	CHECK_EQ(gtp_tfile_size(t), -ERESTARTSYS);
	signalled = 0;
	CHECK_EQ(gtp_tfile_size(t), want_len);
	gtp_tfile_close(t);
	gtp_tfile_close(other);
	end_trace();
}

static void test_stale(void)
{
	struct gtp_tfile *t, *later;
	u8 byte;

	begin_trace(10);
	t = gtp_tfile_open();
	CHECK_EQ(gtp_tfile_read(t, 1, &byte, 1), 1);
	gtp_tfile_outdate();
	CHECK_EQ(gtp_tfile_read(t, 1, &byte, 1), -ESTALE);
	CHECK_EQ(gtp_tfile_read(t, want_len - 1, &byte, 1), -ESTALE);
	CHECK_EQ(gtp_tfile_size(t), -ESTALE);
	later = gtp_tfile_open();
	CHECK_EQ(read_all(later, 0, sizeof(have), 999), want_len);
	gtp_tfile_close(later);
	gtp_tfile_close(t);
	end_trace();
}

static void test_running(void)
{
	struct gtp_tfile *t;

	begin_trace(0);
	gtp.armed = 1;
	CHECK_EQ(PTR_ERR(gtp_tfile_open()), -EBUSY);
	CHECK(!gtp.lock.taken);
	/* It has ended by itself, and is about to be finished. */
	gtp.armed = 0;
	must_finish = 3;
	t = gtp_tfile_open();
	CHECK(!IS_ERR(t) && !must_finish);
	gtp_tfile_close(t);
	must_finish = 3;
	signalled = 1;
	CHECK_EQ(PTR_ERR(gtp_tfile_open()), -ERESTARTSYS);
	signalled = 0;
	must_finish = 0;
	end_trace();
}

static void test_no_frames(void)
{
	struct gtp_tfile *t;

	begin_trace(0);
	t = gtp_tfile_open();
	CHECK_EQ(read_all(t, 0, sizeof(have), 50), want_len);
	CHECK(!memcmp(have, want, want_len));
	gtp_tfile_close(t);
	/* Before the first run there is no buffer. */
	ringbuf_free(gtp.rb);
	gtp.rb = NULL;
	t = gtp_tfile_open();
	CHECK_EQ(read_all(t, 0, sizeof(have), 50), want_len);
	CHECK(!memcmp(have, want, want_len));
	gtp_tfile_close(t);
	no_leak();
}

static void test_no_memory(void)
{
	begin_trace(10);
	no_memory = 1;
	CHECK_EQ(PTR_ERR(gtp_tfile_open()), -ENOMEM);
	no_memory = 0;
	fail_at = allocs;
	CHECK_EQ(PTR_ERR(gtp_tfile_open()), -ENOMEM);
	fail_at = -1;
	end_trace();
}

/* Notes that make the status too long are left out, and it stays. */
static void test_long_notes(void)
{
	struct gtp_tfile *t;

	begin_trace(1);
	notes = long_text;
	t = gtp_tfile_open();
	CHECK_EQ(read_all(t, 0, sizeof(have), 50), want_len);
	CHECK(!memcmp(have, want, want_len));
	CHECK_EQ(gtp_tfile_left_out(t), 2);
	gtp_tfile_close(t);
	notes = "";
	end_trace();
}

int main(void)
{
	RUN(test_parts);
	RUN(test_seeks);
	RUN(test_stale);
	RUN(test_running);
	RUN(test_no_frames);
	RUN(test_no_memory);
	RUN(test_long_notes);
	return unit_end();
}
