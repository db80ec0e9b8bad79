/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QTFrame, and the registers of the frame that it has selected.  All process
 * context, under gtp.lock.
 */
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "trace/internal.h"

struct gtp_selected gtp_selected;

void gtp_select_none(void)
{
	vfree(gtp_selected.copy);
	memset(&gtp_selected, 0, sizeof(gtp_selected));
}

void gtp_frames_drop(void)
{
	gtp_select_none();
	if (gtp.rb)
		ringbuf_index_drop(gtp.rb);
	gtp.index_ready = 0;
}

/* 0 or -ENOMEM. */
static int frames_index(void)
{
	int ret = 0;

	if (!gtp.index_ready) {
		ret = ringbuf_index_build(gtp.rb);
		gtp.index_ready = !ret;
	}
	return ret;
}

/* The first frame from number `from` on that fits: 0 and *n, or -ENOENT. */
static int frames_search(enum frame_how how, u64 a, u64 b, u64 from, u64 *n)
{
	struct ringbuf_ref ref;
	struct ringbuf_hdr hdr;

	for (; !ringbuf_index_get(gtp.rb, from, &ref); from++) {
		hdr.addr = 0;
		if (how != FRAME_BY_TRACEPOINT &&
		    ringbuf_read_hdr(gtp.rb, ref.cpu, ref.pos, &hdr))
			continue;
		if (frame_matches(how, a, b, ref.tag, hdr.addr)) {
			*n = from;
			return 0;
		}
	}
	return -ENOENT;
}

/* 0, -ENOENT, -ESTALE or -ENOMEM; on an error the selection stays. */
static int frames_select(u64 n)
{
	struct gtp_selected s;
	struct ringbuf_ref ref;
	struct ringbuf_hdr hdr;
	int ret;

	memset(&s, 0, sizeof(s));
	ret = ringbuf_index_get(gtp.rb, n, &ref);
	if (!ret)
		ret = ringbuf_read_hdr(gtp.rb, ref.cpu, ref.pos, &hdr);
	if (ret)
		return ret;
	s.frame.len = hdr.size - sizeof(hdr);
	s.copy = vmalloc(s.frame.len + 1);
	if (!s.copy)
		return -ENOMEM;
	ret = ringbuf_read(gtp.rb, ref.cpu, ref.pos, 0, s.copy, s.frame.len);
	if (ret) {
		vfree(s.copy);
		return ret;
	}
	s.frame.data = s.copy;
	s.valid = 1;
	s.n = n;
	s.num = hdr.tag;
	s.cpu = ref.cpu;
	s.addr = hdr.addr;
	gtp_select_none();
	gtp_selected = s;
	return 0;
}

static int frames_find(const struct rsp_cmd *cmd)
{
	u64 from = gtp_selected.valid ? gtp_selected.n + 1 : 0;
	u64 a = cmd->u.frame.a;
	u64 b = cmd->u.frame.b;
	u64 n = a;
	int ret = 0;

	switch (cmd->u.frame.how) {
	case RSP_FRAME_NUMBER:
		break;
	case RSP_FRAME_PC:
		ret = frames_search(FRAME_BY_PC, a, b, from, &n);
		break;
	case RSP_FRAME_TRACEPOINT:
		ret = frames_search(FRAME_BY_TRACEPOINT, a, b, from, &n);
		break;
	case RSP_FRAME_RANGE:
		ret = frames_search(FRAME_IN_RANGE, a, b, from, &n);
		break;
	case RSP_FRAME_OUTSIDE:
		ret = frames_search(FRAME_OUTSIDE, a, b, from, &n);
		break;
	}
	return ret ? ret : frames_select(n);
}

void gtp_serve_frame(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	int ret;

	if (cmd->u.frame.how == RSP_FRAME_NUMBER &&
	    cmd->u.frame.a == RSP_FRAME_NONE) {
		gtp_select_none();
		rsp_ok(tx);
		return;
	}
	gtp_settle();
	if (gtp.armed) {
		rsp_error(tx, "the trace is running");
		return;
	}
	if (!gtp.rb) {
		rsp_puts(tx, "F-1");
		return;
	}
	ret = frames_index();
	if (!ret)
		ret = frames_find(cmd);
	if (!ret)
		rsp_printf(tx, "F%llxT%x", (unsigned long long)gtp_selected.n,
			   gtp_selected.num);
	else if (ret == -ENOENT)
		rsp_puts(tx, "F-1");
	else if (ret == -ENOMEM)
		rsp_error(tx, "no memory to look at the trace frames");
	else
		rsp_error(tx, "that trace frame is no longer in the buffer");
}

/* ---- registers ---------------------------------------------------------------- */

/* One register, from a struct pt_regs or without (NULL). */
static void put_reg(struct rsp_tx *tx, unsigned int i, const u8 *regs)
{
	static const u8 zeros[16];
	const struct arch_reg *reg = &arch_regs[i];
	unsigned int bytes = reg->bits / 8;
	unsigned long pc = gtp_selected.addr;
	unsigned int n;

	/*
	 * Without a frame it is 0: a running kernel has no pc, but GDB refuses
	 * to connect to a target that has none.
	 */
	if (i == arch_pc) {
		rsp_put_hex(tx, &pc, bytes);
	} else if (regs && reg->offset != ARCH_REG_UNSAVED) {
		n = reg->size < bytes ? reg->size : bytes;
		rsp_put_hex(tx, regs + reg->offset, n);
		rsp_put_hex(tx, zeros, bytes - n);
	} else {
		rsp_put_unavailable(tx, bytes);
	}
}

static const u8 *frame_regs(void)
{
	struct frame_block b;

	if (gtp_selected.valid && frame_find_regs(&gtp_selected.frame, &b) &&
	    b.len == sizeof(struct pt_regs))
		return b.data;
	return NULL;
}

void gtp_put_regs(struct rsp_tx *tx)
{
	const u8 *regs = frame_regs();
	unsigned int i;

	for (i = 0; i < arch_nr_regs; i++)
		put_reg(tx, i, regs);
}

void gtp_put_reg(u64 num, struct rsp_tx *tx)
{
	if (num < arch_nr_regs)
		put_reg(tx, num, frame_regs());
	else
		rsp_error_num(tx, 1);
}
