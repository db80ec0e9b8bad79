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

#include "arch/arch.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

#define BUFFER_STRIDE	256	/* frames */

/* Position of the last reply: GDB reads from start to end. Under gtp.lock. */
static struct {
	struct gtp_selected s;
	u8 regs[ARCH_REGS_MAX];
	u32 regs_len;
	u64 start, end;		/* offsets of this frame in the file */
} buffer_at;

void gtp_buffer_drop(void)
{
	vfree(buffer_at.s.copy);
	memset(&buffer_at, 0, sizeof(buffer_at));
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
	if (!buffer_at.s.valid || off < buffer_at.start)
		return off != 0;
	return off > buffer_at.end + 2 * GTP_PACKET_SIZE;
}

/*
 * Move to the frame at off. Return 0, -EINTR or an error of gtp_copy_frame().
 */
static int buffer_seek(u64 off)
{
	u64 n = 0, start = 0;
	int ret;

	if (buffer_at.s.valid && off >= buffer_at.start) {
		n = buffer_at.s.n;
		start = buffer_at.start;
	}
	while (!buffer_at.s.valid || off < buffer_at.start ||
	       off >= buffer_at.end) {
		if (buffer_at.s.valid && off >= buffer_at.end) {
			n = buffer_at.s.n + 1;
			start = buffer_at.end;
		}
		ret = n % BUFFER_STRIDE ? 0 :
			gtp_progress("trace frames read", n);
		if (!ret)
			ret = gtp_copy_frame(n, &buffer_at.s);
		if (ret)
			return ret;
		buffer_at.regs_len = gtp_reg_block(&buffer_at.s, buffer_at.regs);
		buffer_at.start = start;
		buffer_at.end = start + frame_tfile_size(&buffer_at.s.frame,
							 buffer_at.regs_len);
	}
	return 0;
}

static u32 buffer_read(u64 off, u8 *dst, u32 n)
{
	return frame_tfile_read(&buffer_at.s.frame, buffer_at.s.num,
				buffer_at.regs, buffer_at.regs_len,
				off - buffer_at.start, dst, n);
}

void gtp_serve_buffer(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	u64 off = cmd->u.mem.addr, len = cmd->u.mem.len;
	u8 part[512];
	int ret = 0;
	u32 n;

	if (gtp.armed) {
		rsp_error(tx, "the trace is running");
		return;
	}
	if (gtp.rb)
		ret = gtp_frames_index();
	while (gtp.rb && !ret && len && rsp_tx_room(tx) >= 2) {
		ret = buffer_seek(off);
		if (ret)
			break;
		n = min_t(u64, len, min_t(u64, sizeof(part), rsp_tx_room(tx) / 2));
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
		rsp_error(tx, "no memory to read the trace frames");
	else if (ret == -EINTR)
		rsp_error(tx, "interrupted");
	else
		rsp_error(tx, GTP_FRAME_GONE);
}
