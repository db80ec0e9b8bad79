/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace as a file for GDB's `target tfile': experiment and frames.
 *
 * The file is made as it is read. Of the lines at its start, a copy is made when
 * it is opened. Of the frames there is no copy, but of the one that is being
 * read: they are walked in order, and numbers are not needed, so neither the
 * frames that GDB looks at nor their index matter. gtp.lock is held for a
 * bounded number of frames at a time.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat/lock.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

/* GDB refuses a file with a longer line; the limit excludes the line's end. */
#define LINE_MAX_LEN	998
#define STRIDE		256	/* frames under one hold of gtp.lock */
#define END_MARK	4	/* zero bytes behind the last frame */

struct gtp_tfile {
	u64 serial;		/* `frames_serial' when it was opened */
	u8 *head;		/* for vfree() */
	u32 head_len, head_room;
	unsigned int left_out;	/* lines that were too long for GDB */
	struct ringbuf_walk *walk;	/* NULL: there are no frames */
	gtp_may_take_t may_take;	/* NULL: the frames stay in the buffer */
	/* The frame that was read last: `start' to `end', behind the head. */
	struct gtp_selected frame;
	u8 regs[ARCH_REGS_MAX];
	u32 regs_len;
	u64 start, end;
	u64 frames;		/* up to and including that one */
	struct rsp_tx line;	/* its payload is one line */
	char line_buf[LINE_MAX_LEN + 4];	/* line and framing */
};

/* Counts the times that frames were dropped or have moved. Under gtp.lock. */
static u64 frames_serial;

void gtp_tfile_outdate(void)
{
	frames_serial++;
}

/* ---- the lines before the frames ----------------------------------------- */

/* Count what does not fit: then the head is made again, with more room. */
static void head_bytes(struct gtp_tfile *t, const void *data, u32 n)
{
	if (n <= t->head_room && t->head_len <= t->head_room - n)
		memcpy(t->head + t->head_len, data, n);
	t->head_len += n;
}

static void line_begin(struct gtp_tfile *t, const char *kind)
{
	rsp_tx_begin(&t->line);
	rsp_puts(&t->line, kind);
}

static int line_fits(const struct gtp_tfile *t)
{
	return !t->line.overflow;
}

static void line_end(struct gtp_tfile *t)
{
	if (!line_fits(t)) {
		t->left_out++;
		return;
	}
	head_bytes(t, t->line_buf + 1, rsp_tx_used(&t->line));
	head_bytes(t, "\n", 1);
}

static void head_status(struct gtp_tfile *t)
{
	void (*put)(struct rsp_tx *tx, int notes) =
		t->may_take ? gtp_put_streamed : gtp_put_status;

	line_begin(t, "status ");
	put(&t->line, 1);
	if (!line_fits(t)) {
		t->left_out++;
		line_begin(t, "status ");
		put(&t->line, 0);
	}
	line_end(t);
}

/*
 * GDB refuses `collect/s' in a file, also where it has written that itself, and
 * takes none of the tracepoints behind.  Show it as `collect', with spaces in
 * place of the option and its number; the text is in hex digits.
 */
static void drop_string_option(char *line, size_t len)
{
	char *at = line, *type = NULL;
	int field;

	line[len] = '\0';
	for (field = 0; field < 5; field++) {
		at = strchr(at, ':');
		if (!at)
			return;
		at++;
		if (field == 1)
			type = at;
	}
	if (line[3] != 'Z' || strncmp(type, "cmd:0:", 6))
		return;
	/* The command may be abbreviated. */
	while ((*at == '6' || *at == '7') && at[1])
		at += 2;
	if (strncmp(at, "2f73", 4))
		return;
	memcpy(at, "2020", 4);
	for (at += 4; *at == '3' && at[1]; at += 2)
		memcpy(at, "20", 2);
}

static void head_tracepoint(struct gtp_tfile *t,
			    const struct gtp_tracepoint *tp)
{
	u32 n;

	for (n = 0; ; n++) {
		line_begin(t, "tp ");
		if (!gtp_put_piece(&t->line, tp, n))
			return;
		/* The frames are readable without the condition, if need be. */
		if (!n && !line_fits(t)) {
			t->left_out++;
			line_begin(t, "tp ");
			gtp_put_definition(&t->line, tp, 0);
		}
		if (line_fits(t))
			drop_string_option(t->line_buf + 1,
					   rsp_tx_used(&t->line));
		line_end(t);
	}
}

static void head_vars(struct gtp_tfile *t)
{
	u32 slot;

	for (slot = 0; ; slot++) {
		line_begin(t, "tsv ");
		if (!gtp_put_var(&t->line, slot))
			return;
		line_end(t);
	}
}

static void head_target(struct gtp_tfile *t, char *xml)
{
	char *at, *end;

	for (at = xml; (end = strchr(at, '\n')); at = end + 1) {
		*end = '\0';
		line_begin(t, "tdesc ");
		rsp_puts(&t->line, at);
		line_end(t);
		*end = '\n';
	}
}

static void head_make(struct gtp_tfile *t, char *xml)
{
	const struct gtp_tracepoint *tp;

	t->head_len = 0;
	t->left_out = 0;
	head_bytes(t, "\x7fTRACE0\n", 8);
	line_begin(t, "R ");
	rsp_printf(&t->line, "%x", gtp_reg_block_len());
	line_end(t);
	head_status(t);
	/* Same order as in an upload. */
	list_for_each_entry_reverse(tp, gtp_shown_tracepoints(), list) {
		head_tracepoint(t, tp);
		cond_resched();
	}
	head_vars(t);
	head_target(t, xml);
	head_bytes(t, "\n", 1);
}

/* Return 0 or -ENOMEM. */
static int head_alloc(struct gtp_tfile *t)
{
	char *xml = gtp_target_xml();
	int ret = xml ? 0 : -ENOMEM;

	/* Remarks of the status may change meanwhile. */
	while (!ret) {
		head_make(t, xml);
		if (t->head_len <= t->head_room)
			break;
		vfree(t->head);
		t->head_room = t->head_len;
		t->head = gtp_can_alloc(t->head_room) ?
			  vmalloc(t->head_room) : NULL;
		if (!t->head)
			ret = -ENOMEM;
	}
	kfree(xml);
	return ret;
}

/* ---- the frames ---------------------------------------------------------- */

static void frames_rewind(struct gtp_tfile *t)
{
	t->frame.valid = 0;
	t->start = 0;
	t->end = 0;
	t->frames = 0;
	if (t->walk)
		ringbuf_walk_begin(gtp.rb, t->walk);
}

/*
 * Copy the next frame, and take it out of the buffer. Return 0; an error of
 * may_take() or gtp_copy_ref(). A hit may have dropped it.
 */
static int frames_take(struct gtp_tfile *t)
{
	struct ringbuf_ref ref;
	unsigned int tries = 0;
	int ret;

	do {
		ret = tries++ < STRIDE ? t->may_take(t->walk) : -EAGAIN;
		if (!ret)
			ret = ringbuf_walk_next(gtp.rb, t->walk, &ref);
		if (!ret)
			ret = gtp_copy_ref(&ref, t->frames, &t->frame);
	} while (ret == -ESTALE);
	if (!ret)
		ringbuf_take(gtp.rb, ref.cpu, ref.pos, t->frame.frame.len +
			     sizeof(struct ringbuf_hdr));
	else if (ret == -ENOMEM)
		ringbuf_walk_begin(gtp.rb, t->walk);
	return ret;
}

/* Return 0, -ENOENT at the end, or another error of gtp_copy_ref(). */
static int frames_copy(struct gtp_tfile *t)
{
	struct ringbuf_ref ref;
	int ret;

	ret = t->walk ? ringbuf_walk_next(gtp.rb, t->walk, &ref) : -ENOENT;
	if (!ret)
		ret = gtp_copy_ref(&ref, t->frames, &t->frame);
	return ret;
}

static int frames_step(struct gtp_tfile *t)
{
	int ret = t->may_take ? frames_take(t) : frames_copy(t);

	if (ret)
		return ret;
	t->regs_len = gtp_reg_block(&t->frame, t->regs);
	t->start = t->end;
	t->end += frame_tfile_size(&t->frame.frame, t->regs_len);
	t->frames++;
	return 0;
}

/*
 * Copy n bytes from offset off behind the head, or fewer. Return how many; 0 at
 * the end; -EAGAIN if off is farther than the frames of one turn, or if a frame
 * cannot be taken yet; or an error of gtp_copy_ref().
 */
static ssize_t frames_read(struct gtp_tfile *t, u64 off, u8 *dst, size_t n)
{
	static const u8 end_mark[END_MARK];
	unsigned int steps = 0;
	size_t done = 0;
	int ret = 0;

	if (off < t->start)
		frames_rewind(t);
	while (done < n && !ret) {
		if (off < t->end) {
			ret = frame_tfile_read(&t->frame.frame, t->frame.num,
					       t->regs, t->regs_len,
					       off - t->start, dst + done,
					       n - done);
			done += ret;
			off += ret;
			ret = 0;
		} else {
			ret = steps++ < STRIDE ? frames_step(t) : -EAGAIN;
		}
	}
	if (ret == -ENOENT) {
		ret = 0;
		for (; done < n && off - t->end < END_MARK; off++)
			dst[done++] = end_mark[off - t->end];
	}
	return done ? done : ret;
}

/* ---- see target.h -------------------------------------------------------- */

struct gtp_tfile *gtp_tfile_new(gtp_may_take_t may_take)
{
	struct gtp_tfile *t = vmalloc(sizeof(*t));

	kc_assert_held(&gtp.lock);
	if (!t)
		return NULL;
	memset(t, 0, sizeof(*t));
	rsp_tx_init(&t->line, t->line_buf, sizeof(t->line_buf));
	t->serial = frames_serial;
	t->frame.keeps_room = 1;
	t->may_take = may_take;
	if (gtp.rb) {
		t->walk = ringbuf_walk_alloc(gtp.rb);
		if (!t->walk)
			goto fail;
	}
	if (head_alloc(t))
		goto fail;
	frames_rewind(t);
	return t;

fail:
	gtp_tfile_close(t);
	return NULL;
}

/*
 * A run that has ended by itself still has its probes, until the thread kgtp has
 * removed them. Return 0 with gtp.lock held; or -EBUSY or -ERESTARTSYS.
 */
static int lock_stopped(void)
{
	int ret;

	while (!(ret = gtp_lock()) && gtp_must_finish()) {
		gtp_unlock();
		schedule_timeout_interruptible(HZ / 100 + 1);
		if (signal_pending(current))
			return -ERESTARTSYS;
	}
	if (!ret && gtp.armed) {
		gtp_unlock();
		ret = -EBUSY;
	}
	return ret;
}

struct gtp_tfile *gtp_tfile_open(void)
{
	struct gtp_tfile *t;
	int ret = lock_stopped();

	if (ret)
		return ERR_PTR(ret);
	t = gtp_tfile_new(NULL);
	gtp_unlock();
	return t ? t : ERR_PTR(-ENOMEM);
}

void gtp_tfile_close(struct gtp_tfile *t)
{
	vfree(t->frame.copy);
	if (t->walk)
		ringbuf_walk_free(t->walk);
	vfree(t->head);
	vfree(t);
}

ssize_t gtp_tfile_part(struct gtp_tfile *t, u64 off, void *dst, size_t n)
{
	if (off >= t->head_len)
		return frames_read(t, off - t->head_len, dst, n);
	n = min_t(u64, n, t->head_len - off);
	memcpy(dst, t->head + off, n);
	return n;
}

int gtp_tfile_holds(const struct gtp_tfile *t, u64 off)
{
	return off < t->head_len + t->end;
}

struct ringbuf_walk *gtp_tfile_walk(const struct gtp_tfile *t)
{
	return t->walk;
}

ssize_t gtp_tfile_read(struct gtp_tfile *t, u64 off, void *dst, size_t n)
{
	ssize_t ret;

	do {
		cond_resched();
		ret = gtp_lock();
		if (ret)
			return ret;
		ret = t->serial == frames_serial ?
			gtp_tfile_part(t, off, dst, n) : -ESTALE;
		gtp_unlock();
	} while (ret == -EAGAIN && !signal_pending(current));
	return ret == -EAGAIN ? -ERESTARTSYS : ret;
}

s64 gtp_tfile_size(struct gtp_tfile *t)
{
	u8 none;
	ssize_t ret = gtp_tfile_read(t, ~0ULL, &none, 1);

	return ret < 0 ? ret : (s64)(t->head_len + t->end + END_MARK);
}

u64 gtp_tfile_frames(const struct gtp_tfile *t)
{
	return t->frames;
}

unsigned int gtp_tfile_left_out(const struct gtp_tfile *t)
{
	return t->left_out;
}
