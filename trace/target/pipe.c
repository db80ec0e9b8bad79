/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace as a stream: files as those of tfile.c, one after the other, whose
 * frames leave the buffer as they are read, while the run goes on.
 *
 * A file ends with its run, or before a change of what its first lines say: a
 * tracepoint that joins the run. The next one has those lines anew.
 *
 * Frames come in the order of their hits, which hits on different CPUs do not
 * end in. So a frame waits until all CPUs have a later one, or until a hit that
 * was earlier would have to be slower than ORDER. No handler can wake a reader
 * (it may have hit in the scheduler): the thread kgtp does, ten times a second.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/lock.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

#define ORDER		(HZ / 10)	/* in jiffies */
/* A definition that changes often changes again: its sources follow it. */
#define SETTLES		(HZ / 5)

/* Under gtp.lock, but `ready', which is also read without. */
static struct {
	int open;
	struct gtp_tfile *tfile;	/* NULL: between two files */
	u64 at;				/* offset in it */
	int cut;			/* its frames are gone */
	int redefined;			/* its lines are out of date ... */
	unsigned long redefined_at;	/* ... since then, in jiffies */
	/* Times of frames, read at different jiffies. */
	u64 now, before;
	unsigned long now_at;
	int ready;
	u64 dropped;			/* unread frames, by new runs */
} stream;

DECLARE_WAIT_QUEUE_HEAD(gtp_pipe_wait);

/* ---- order ---------------------------------------------------------------- */

/* The time of a hit, now. */
static u64 pipe_time(void)
{
	switch (gtp_hits.clock) {
	case GTP_CLOCK_CYCLES:
		return kc_cycles();
	case GTP_CLOCK_NS:
		return kc_clock();
	default:
		return kc_sequence_next(&gtp_hits.sequence);
	}
}

/* Frames of hits before stream.before are in order: that is ORDER ago, or more. */
static void pipe_turn(void)
{
	if (time_before(jiffies, stream.now_at + ORDER))
		return;
	stream.before = stream.now;
	stream.now = pipe_time();
	stream.now_at = jiffies;
}

/* ---- files ----------------------------------------------------------------- */

static int pipe_unsettled(void)
{
	return stream.redefined && gtp.armed &&
	       time_before(jiffies, stream.redefined_at + SETTLES);
}

/* Is there a run, or are there frames left of one? */
static int pipe_may_begin(void)
{
	if (gtp.armed)
		return !pipe_unsettled();
	return gtp.rb && !ringbuf_is_empty(gtp.rb);
}

/* See gtp_may_take_t. Without frames there is no walk. */
static int pipe_may_take(struct ringbuf_walk *walk)
{
	int all, begun, ret;
	u64 time;

	if (stream.cut)
		return -ENOENT;
	if (stream.redefined)
		return pipe_unsettled() ? -EAGAIN : -ENOENT;
	for (begun = 0; ; begun = 1) {
		ret = walk ? ringbuf_walk_peek(walk, &time, &all) : -ENOENT;
		if (!ret && (!gtp.armed || all || time <= stream.before))
			return 0;
		if (!walk || begun)
			return gtp.armed ? -EAGAIN : -ENOENT;
		ringbuf_walk_begin(gtp.rb, walk);
	}
}

static void pipe_end(void)
{
	if (stream.tfile)
		gtp_tfile_close(stream.tfile);
	stream.tfile = NULL;
	stream.at = 0;
	stream.cut = 0;
}

static int pipe_begin(void)
{
	stream.redefined = 0;
	stream.tfile = gtp_tfile_new(pipe_may_take);
	return stream.tfile ? 0 : -ENOMEM;
}

static int pipe_is_ready(void)
{
	if (!stream.tfile)
		return pipe_may_begin();
	return gtp_tfile_holds(stream.tfile, stream.at) ||
	       pipe_may_take(gtp_tfile_walk(stream.tfile)) != -EAGAIN;
}

static void pipe_tell(void)
{
	kc_store(&stream.ready, pipe_is_ready());
	kc_mb();	/* for gtp_pipe_ready() of those who queue themselves */
	if (stream.ready && waitqueue_active(&gtp_pipe_wait))
		wake_up_interruptible(&gtp_pipe_wait);
}

/* Others may be looking at the frames of a run that has ended. */
static void pipe_taken(void)
{
	gtp_buffer_drop();
	gtp_select_moved();
	gtp_tfile_outdate();
}

static ssize_t pipe_read(void *dst, size_t n)
{
	ssize_t ret;

	if (!stream.tfile) {
		ret = pipe_may_begin() ? pipe_begin() : -EAGAIN;
		if (ret)
			return ret;
	}
	ret = gtp_tfile_part(stream.tfile, stream.at, dst, n);
	if (ret > 0)
		stream.at += ret;
	else if (!ret)
		pipe_end();
	if (ret > 0 && !gtp.armed)
		pipe_taken();
	return ret;
}

/* ---- asked by the run: see run/run.h --------------------------------------- */

void gtp_pipe_poll(void)
{
	if (!stream.open)
		return;
	pipe_turn();
	pipe_tell();
}

void gtp_pipe_redefine(void)
{
	if (!stream.tfile || !gtp.armed)
		return;
	stream.redefined = 1;
	stream.redefined_at = jiffies;
}

/* The frames are about to be dropped: what is read of the file stays whole. */
void gtp_pipe_cut(void)
{
	struct ringbuf_info info;

	stream.before = 0;
	stream.now = 0;
	stream.now_at = jiffies;
	stream.cut = stream.tfile != NULL;
	if (!stream.open)
		return;
	if (gtp.rb) {
		ringbuf_get_info(gtp.rb, -1, &info);
		stream.dropped += info.frames;
	}
	pipe_tell();
}

u64 gtp_pipe_lost(const struct ringbuf_info *info)
{
	if (!gtp.rb || (!stream.open && !info->taken))
		return 0;
	return ringbuf_lost(gtp.rb) + stream.dropped;
}

/* ---- see target.h; these take gtp.lock ------------------------------------- */

int gtp_pipe_open(void)
{
	int ret = gtp_lock();

	if (ret)
		return ret;
	if (stream.open) {
		ret = -EBUSY;
	} else {
		stream.open = 1;
		stream.redefined = 0;
		stream.dropped = 0;
		pipe_turn();
		pipe_tell();
	}
	gtp_unlock();
	return ret;
}

void gtp_pipe_close(void)
{
	mutex_lock(&gtp.lock);
	pipe_end();
	stream.open = 0;
	kc_store(&stream.ready, 0);
	mutex_unlock(&gtp.lock);
}

int gtp_pipe_ready(void)
{
	return kc_load(&stream.ready);
}

ssize_t gtp_pipe_read(void *dst, size_t n)
{
	ssize_t ret = gtp_lock();

	if (ret)
		return ret;
	pipe_turn();
	ret = pipe_read(dst, n);
	pipe_tell();
	gtp_unlock();
	return ret;
}
