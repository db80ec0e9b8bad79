/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace as a file: made as it is read, by parts of any size from any offset,
 * it is the same; and gtp.lock is held for few frames at a time. The trace as a
 * stream: such files, in order and without a hole, whatever happens to the run.
 *
 * Built from: trace/target/tfile.c trace/target/tfind.c trace/target/pipe.c
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
unsigned long jiffies;

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

void gtp_put_streamed(struct rsp_tx *tx, int with_notes)
{
	gtp_put_status(tx, with_notes);
}

static int moved;

void gtp_buffer_drop(void)
{
	moved++;
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

/* ---- the stream ----------------------------------------------------------- */

#define NOW	(gtp_hits.sequence)	/* of hits */

static u64 have_len;

/* Append what there is, by parts. Return how the last read has ended. */
static ssize_t stream_read(size_t part)
{
	ssize_t got;

	do {
		got = gtp_pipe_read(have + have_len, part);
		if (got > 0)
			have_len += got;
	} while (got > 0);
	CHECK(have_len < sizeof(have));
	return got;
}

/* So many jiffies later; the thread kgtp looks meanwhile. */
static void pass(unsigned long ticks)
{
	jiffies += ticks;
	gtp_pipe_poll();
}

static void expect_begin(void)
{
	want_len = 0;
	have_len = 0;
	expect(head, sizeof(head) - 1);
}

static void expect_so_far(void)
{
	CHECK_EQ(have_len, want_len);
	CHECK(!memcmp(have, want, want_len));
}

static void expect_end(void)
{
	expect("\0\0\0", 4);
	expect_so_far();
}

/* A run is on, and the stream is open. */
static void begin_stream(void)
{
	begin_trace(0);
	expect_begin();
	gtp_hits.clock = GTP_CLOCK_COUNTS;
	NOW = 500;
	CHECK_EQ(gtp_pipe_open(), 0);
	gtp_pipe_cut();
	gtp.armed = 1;
}

static void end_stream(void)
{
	gtp_pipe_close();
	CHECK(!gtp_pipe_ready());
	gtp.armed = 0;
	end_trace();
}

static void test_stream_parts(void)
{
	static const size_t parts[] = { 1, 7, 4096, 65536, 1 << 20 };
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		begin_stream();
		most_copied = 0;
		for (n = 0; n < FRAMES; n++) {
			write_frame(n);
			expect_frame(n);
			if (n % 500 == 499) {
				NOW = 1000 + n;
				pass(HZ / 10);
				pass(HZ / 10);
				CHECK_EQ(stream_read(parts[i]), -EAGAIN);
				CHECK(!gtp_pipe_ready());
				expect_so_far();
				CHECK(ringbuf_is_empty(gtp.rb));
			}
		}
		CHECK(most_copied && most_copied <= MOST_A_TURN);
		gtp.armed = 0;
		gtp_pipe_poll();
		CHECK(gtp_pipe_ready());
		CHECK_EQ(stream_read(parts[i]), 0);
		expect_end();
		CHECK_EQ(stream_read(parts[i]), -EAGAIN);
		end_stream();
	}
}

/* A frame is out when no CPU can have an earlier one any more. */
static void test_stream_order(void)
{
	begin_stream();
	CHECK(gtp_pipe_open() == -EBUSY && !gtp.lock.taken);
	CHECK_EQ(stream_read(100), -EAGAIN);
	expect_so_far();
	/* Two CPUs of three; then one of them is later. */
	write_frame(0);
	write_frame(1);
	CHECK_EQ(stream_read(100), -EAGAIN);
	write_frame(2);
	CHECK_EQ(stream_read(100), -EAGAIN);
	expect_frame(0);
	expect_so_far();
	/* A hit that began before now, and ends late. */
	NOW = 1009;
	pass(HZ / 10);
	CHECK_EQ(stream_read(100), -EAGAIN);
	expect_so_far();
	NOW = 1100;
	pass(HZ / 10);
	CHECK(gtp_pipe_ready());
	CHECK_EQ(stream_read(100), -EAGAIN);
	expect_frame(1);
	expect_frame(2);
	expect_so_far();
	write_frame(200);
	pass(HZ / 10 - 1);
	CHECK(!gtp_pipe_ready());
	CHECK_EQ(stream_read(100), -EAGAIN);
	expect_so_far();
	/* All is out at the end. */
	gtp_pipe_wait.tasks = 1;
	gtp.armed = 0;
	gtp_pipe_poll();
	CHECK(gtp_pipe_ready() && !gtp_pipe_wait.tasks);
	CHECK_EQ(stream_read(100), 0);
	expect_frame(200);
	expect_end();
	end_stream();
}

/* A definition that changes: its lines come before its frames, once. */
static void test_stream_redefined(void)
{
	begin_stream();
	write_frame(7);
	NOW = 2000;
	pass(HZ / 10);
	pass(HZ / 10);
	/* In a frame. */
	have_len += gtp_pipe_read(have, sizeof(head) - 1);
	have_len += gtp_pipe_read(have + have_len, 50);
	write_frame(8);
	gtp_pipe_redefine();
	CHECK_EQ(stream_read(100), -EAGAIN);
	expect_frame(7);
	expect_so_far();
	jiffies += HZ / 10;
	gtp_pipe_redefine();
	pass(HZ / 10);
	CHECK(!gtp_pipe_ready());
	CHECK_EQ(stream_read(100), -EAGAIN);
	pass(HZ / 10 + 1);
	CHECK(gtp_pipe_ready());
	CHECK_EQ(stream_read(100), 0);
	expect_end();
	/* The next file begins at once. */
	CHECK(gtp_pipe_ready());
	expect_begin();
	expect_frame(8);
	CHECK_EQ(stream_read(100), -EAGAIN);
	expect_so_far();
	/* Redefined, and then the run ends. */
	write_frame(9);
	gtp_pipe_redefine();
	gtp.armed = 0;
	CHECK_EQ(stream_read(100), 0);
	expect_end();
	expect_begin();
	expect_frame(9);
	CHECK_EQ(stream_read(100), 0);
	expect_end();
	CHECK_EQ(stream_read(100), -EAGAIN);
	end_stream();
}

/* A new run drops the frames that are not read: but not the one that is. */
static void test_stream_cut(void)
{
	struct ringbuf_info info;

	begin_stream();
	write_frame(7);
	write_frame(8);
	write_frame(9);
	gtp.armed = 0;
	have_len += gtp_pipe_read(have, sizeof(head) - 1);
	have_len += gtp_pipe_read(have + have_len, 5000);
	/* Others look at frames of this run. */
	CHECK(moved);
	gtp_pipe_cut();
	ringbuf_reset(gtp.rb);
	gtp.armed = 1;
	CHECK(gtp_pipe_ready());
	CHECK_EQ(stream_read(100), 0);
	expect_frame(7);
	expect_end();
	ringbuf_get_info(gtp.rb, -1, &info);
	CHECK_EQ(gtp_pipe_lost(&info), 2);
	write_frame(10);
	gtp.armed = 0;
	expect_begin();
	expect_frame(10);
	CHECK_EQ(stream_read(100), 0);
	expect_end();
	gtp_pipe_close();
	/* What is left goes to the next reader, or to GDB. */
	write_frame(11);
	write_frame(12);
	CHECK_EQ(gtp_pipe_open(), 0);
	ringbuf_get_info(gtp.rb, -1, &info);
	CHECK_EQ(gtp_pipe_lost(&info), 0);
	CHECK(gtp_pipe_ready());
	expect_begin();
	expect_frame(11);
	have_len += gtp_pipe_read(have, sizeof(head) - 1);
	have_len += gtp_pipe_read(have + have_len, want_len - have_len);
	expect_so_far();
	gtp_pipe_close();
	CHECK_EQ(gtp_pipe_open(), 0);
	expect_begin();
	expect_frame(12);
	CHECK_EQ(stream_read(100), 0);
	expect_end();
	end_stream();
}

/* Without memory for the lines, or for a frame, nothing is lost. */
static void test_stream_no_memory(void)
{
	u8 byte;

	begin_stream();
	no_memory = 1;
	CHECK_EQ(gtp_pipe_read(&byte, 1), -ENOMEM);
	no_memory = 0;
	CHECK_EQ(stream_read(100), -EAGAIN);
	expect_so_far();
	write_frame(107);
	write_frame(108);
	gtp.armed = 0;
	no_memory = 1;
	CHECK_EQ(stream_read(100), -ENOMEM);
	CHECK_EQ(stream_read(100), -ENOMEM);
	no_memory = 0;
	CHECK_EQ(stream_read(100), 0);
	expect_frame(107);
	expect_frame(108);
	expect_end();
	end_stream();
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
	RUN(test_stream_parts);
	RUN(test_stream_order);
	RUN(test_stream_redefined);
	RUN(test_stream_cut);
	RUN(test_stream_no_memory);
	return unit_end();
}
