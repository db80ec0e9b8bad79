/* SPDX-License-Identifier: GPL-2.0 */
/*
 * qTBuffer: all frames in sequence, in GDB's trace file format (tsave).
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "trace/base/messages.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

#define BUFFER_STRIDE	256	/* frames */

static struct gtp_buffer_at *const at = &gtp_session.buffer_at;

void gtp_buffer_drop(void)
{
	vfree(at->s.copy);
	memset(at, 0, sizeof(*at));
}

/*
 * With many frames: if they are not numbered yet, or off is not near the last
 * read.
 */
int gtp_buffer_takes_long(const struct rsp_cmd *cmd)
{
	u64 off = cmd->u.mem.addr;

	if (!gtp_frames_many())
		return 0;
	if (!gtp.index_ready)
		return 1;
	if (!at->s.valid || off < at->start)
		return off != 0;
	return off > at->end + 2 * GTP_PACKET_SIZE;
}

/*
 * Move to the frame at off. Return 0, -EINTR or an error of gtp_copy_frame().
 */
static int buffer_seek(u64 off)
{
	u64 n = 0, start = 0;
	int ret;

	if (at->s.valid && off >= at->start) {
		n = at->s.n;
		start = at->start;
	}
	while (!at->s.valid || off < at->start || off >= at->end) {
		if (at->s.valid && off >= at->end) {
			n = at->s.n + 1;
			start = at->end;
		}
		ret = n % BUFFER_STRIDE ? 0 :
			gtp_progress("trace frames read", n);
		if (!ret)
			ret = gtp_copy_frame(n, &at->s);
		if (ret)
			return ret;
		at->regs_len = gtp_reg_block(&at->s, at->regs);
		at->start = start;
		at->end = start + frame_tfile_size(&at->s.frame, at->regs_len);
	}
	return 0;
}

static u32 buffer_read(u64 off, u8 *dst, u32 n)
{
	return frame_tfile_read(&at->s.frame, at->s.num, at->regs, at->regs_len,
				off - at->start, dst, n);
}

void gtp_serve_buffer(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	u64 off = cmd->u.mem.addr, len = cmd->u.mem.len;
	void *part;
	int ret = 0;
	u32 n;

	if (gtp.armed) {
		rsp_error(tx, MSG_READ, WHY_RUNNING);
		return;
	}
	if (gtp.rb)
		ret = gtp_frames_index();
	while (gtp.rb && !ret && len && rsp_tx_room(tx) >= 2) {
		ret = buffer_seek(off);
		if (ret)
			break;
		n = min_t(u64, len, rsp_tx_room(tx) / 2);
		part = rsp_hex_space(tx, n);
		n = buffer_read(off, part, n);
		rsp_put_hex(tx, part, n);
		off += n;
		len -= n;
	}
	/* GDB also asks once past the last frame. */
	if (rsp_tx_used(tx))
		return;
	gtp_buffer_drop();
	if (!ret || ret == -ENOENT)
		rsp_putc(tx, 'l');
	else if (ret == -ENOMEM)
		rsp_error(tx, MSG_READ, WHY_NO_MEMORY);
	else if (ret == -EINTR)
		rsp_error(tx, MSG_READ, WHY_INTERRUPTED);
	else
		rsp_error(tx, MSG_READ, WHY_FRAME_GONE);
}
