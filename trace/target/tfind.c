/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QTFrame: find and select trace frames.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat/lock.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"

#define FRAMES_MANY	65536		/* too many to walk quickly */
#define FRAMES_STRIDE	1024
#define FRAMES_KEPT	16384		/* bytes of a reusable copy */

static struct gtp_selected *const selected = &gtp_session.selected;

void gtp_select_none(void)
{
	vfree(selected->copy);
	memset(selected, 0, sizeof(*selected));
}

void gtp_select_drop(void)
{
	gtp_select_none();
	if (gtp.rb)
		ringbuf_index_drop(gtp.rb);
	gtp.index_ready = 0;
}

void gtp_select_moved(void)
{
	ringbuf_index_drop(gtp.rb);
	gtp.index_ready = 0;
	if (selected->valid &&
	    selected->pos < ringbuf_first(gtp.rb, selected->cpu))
		selected->gone = 1;
}

void gtp_look_begin(void)
{
	gtp_select_drop();
	gtp_session.looks = 1;
}

void gtp_look_end(void)
{
	if (gtp_session.looks && gtp.rb)
		gtp_select_moved();
	gtp_session.looks = 0;
}

/* Are there frames to look at? */
static int frames_hidden(void)
{
	return gtp.armed && !gtp_session.looks;
}

int gtp_frames_many(void)
{
	struct ringbuf_info info;

	if (frames_hidden() || !gtp.rb)
		return 0;
	ringbuf_get_info(gtp.rb, -1, &info);
	return info.frames > FRAMES_MANY;
}

static int frames_step(u64 n)
{
	return n % FRAMES_STRIDE ? 0 : gtp_progress("trace frames looked at", n);
}

/*
 * Number to search from: the one after the selected frame, in an index that may
 * be new. If that frame is gone, all others come after it. If interrupted, any
 * number will do: the search ends at once.
 */
static u64 frames_next(void)
{
	struct ringbuf_ref ref;
	u64 n;

	if (!selected->valid || selected->gone)
		return 0;
	for (n = selected->n; !ringbuf_index_get(gtp.rb, n, &ref); n--) {
		if (ref.cpu == selected->cpu && ref.pos == selected->pos)
			return n + 1;
		if (!n || frames_step(n))
			break;
	}
	for (n = 0; !ringbuf_index_get(gtp.rb, n, &ref); n++)
		if ((ref.cpu == selected->cpu && ref.pos == selected->pos) ||
		    frames_step(n + 1))
			return n + 1;
	return 0;
}

int gtp_frames_index(void)
{
	int ret = 0;

	kc_assert_held(&gtp.lock);
	if (!gtp.index_ready) {
		ret = ringbuf_index_build(gtp.rb);
		gtp.index_ready = !ret;
	}
	return ret;
}

/*
 * Find the first match from number `from' on. Return 0 and *n, -ENOENT or
 * -EINTR.
 */
static int frames_search(const struct rsp_frame *what, u64 from, u64 *n)
{
	struct ringbuf_ref ref;
	struct ringbuf_hdr hdr;
	int ret;

	for (; !ringbuf_index_get(gtp.rb, from, &ref); from++) {
		ret = frames_step(from);
		if (ret)
			return ret;
		hdr.addr = 0;
		if (what->how != RSP_FRAME_TRACEPOINT &&
		    ringbuf_read_hdr(gtp.rb, ref.cpu, ref.pos, &hdr))
			continue;
		if (rsp_frame_matches(what, ref.tag, hdr.addr)) {
			*n = from;
			return 0;
		}
	}
	return -ENOENT;
}

/*
 * Memory for the copy of a frame. Reuse that of small frames, to not allocate
 * pages for each one; free that of a large frame with it, unless keeps_room.
 */
static int frames_room(struct gtp_selected *s, u32 len)
{
	u32 room = max_t(u32, len, FRAMES_KEPT);
	void *copy;

	if (len <= s->room && (s->keeps_room || s->room == FRAMES_KEPT))
		return 0;
	copy = gtp_can_alloc(room) ? vmalloc(room) : NULL;
	if (!copy)
		return -ENOMEM;
	vfree(s->copy);
	s->copy = copy;
	s->room = room;
	return 0;
}

int gtp_copy_ref(const struct ringbuf_ref *ref, u64 n, struct gtp_selected *s)
{
	struct ringbuf_hdr hdr;
	u32 len;
	int ret;

	ret = ringbuf_read_hdr(gtp.rb, ref->cpu, ref->pos, &hdr);
	if (ret)
		return ret;
	len = hdr.size - sizeof(hdr);
	ret = frames_room(s, len);
	if (ret)
		return ret;
	s->frame.data = s->copy;
	s->frame.len = len;
	ret = ringbuf_read_part(gtp.rb, ref->cpu, ref->pos, &hdr, 0, s->copy,
				len);
	/* Fails only if a run is on. The old copy is lost then. */
	s->gone = ret && s->valid;
	if (ret)
		return ret;
	gtp_percpu_patch_frame(&s->frame);
	s->valid = 1;
	s->n = n;
	s->num = hdr.tag;
	s->cpu = ref->cpu;
	s->pos = ref->pos;
	s->addr = hdr.addr;
	gtp_callers_end(s);
	return 0;
}

int gtp_copy_frame(u64 n, struct gtp_selected *s)
{
	struct ringbuf_ref ref;
	int ret = ringbuf_index_get(gtp.rb, n, &ref);

	return ret ? ret : gtp_copy_ref(&ref, n, s);
}

/*
 * Select the frame, or the next one that matches if hits have overwritten it:
 * the oldest ones go while they are looked at.
 */
static int frames_find(const struct rsp_frame *what, struct rsp_tx *tx)
{
	u64 n = what->a, first;
	char text[80];
	int ret = 0;

	if (what->how != RSP_FRAME_NUMBER)
		ret = frames_search(what, frames_next(), &n);
	for (first = n; !ret;) {
		ret = gtp_copy_frame(n, selected);
		if (ret != -ESTALE)
			break;
		n++;
		ret = what->how == RSP_FRAME_NUMBER ? frames_step(n) :
				frames_search(what, n, &n);
	}
	if (n == first)
		return ret;
	/* The error that a reader of one frame gets. */
	if (ret)
		return ret == -ENOENT && what->how == RSP_FRAME_NUMBER ?
		       -ESTALE : ret;
	snprintf(text, sizeof(text), NOTE_FRAMES_GONE,
		 (unsigned long long)first, (unsigned long long)n - 1);
	rsp_notice(tx, text);
	return 0;
}

static void put_found(struct rsp_tx *tx)
{
	rsp_putc(tx, 'F');
	rsp_put_num(tx, selected->n);
	rsp_putc(tx, 'T');
	rsp_put_num(tx, selected->num);
}

static int frames_is_none(const struct rsp_cmd *cmd)
{
	return cmd->u.frame.how == RSP_FRAME_NUMBER &&
	       cmd->u.frame.a == RSP_FRAME_NONE;
}

int gtp_frame_takes_long(const struct rsp_cmd *cmd)
{
	if (frames_is_none(cmd) ||
	    (gtp.index_ready && cmd->u.frame.how == RSP_FRAME_NUMBER))
		return 0;
	return gtp_frames_many();
}

void gtp_serve_frame(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	int ret;

	if (frames_is_none(cmd)) {
		gtp_select_none();
		rsp_ok(tx);
		return;
	}
	if (frames_hidden()) {
		rsp_error(tx, MSG_FIND, WHY_RUNNING_LOOK);
		return;
	}
	if (!gtp.rb) {
		rsp_puts(tx, "F-1");
		return;
	}
	ret = gtp_frames_index();
	if (!ret)
		ret = frames_find(&cmd->u.frame, tx);
	if (!ret)
		put_found(tx);
	else if (ret == -ENOENT)
		rsp_puts(tx, "F-1");
	else if (ret == -ENOMEM)
		rsp_error(tx, MSG_FIND, WHY_NO_MEMORY);
	else if (ret == -EINTR)
		rsp_error(tx, MSG_FIND, WHY_INTERRUPTED);
	else
		rsp_error(tx, MSG_FIND, gtp_session.looks ? WHY_FRAMES_GONE :
							    WHY_FRAME_GONE);
}
