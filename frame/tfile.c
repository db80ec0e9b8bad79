/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A frame in GDB's trace file format: s16 tracepoint, u32 size of the rest,
 * then 'R' registers, 'M' u64 address u16 length bytes, 'V' s32 number s64
 * value.
 *
 * Only the first R block is written, an empty M block is left out, and a
 * damaged payload ends where the damage begins.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "frame/frame.h"

#define TFILE_HDR	(sizeof(s16) + sizeof(u32))
#define TFILE_M_HDR	(1 + sizeof(u64) + sizeof(u16))
#define TFILE_V		(1 + sizeof(s32) + sizeof(s64))
#define TFILE_M_MOST	65535U

/* The part of the output that the caller asked for. */
struct frame_window {
	u64 at;		/* output produced so far */
	u64 off;	/* start of the part */
	u64 end;
	u8 *dst;	/* the byte at off goes here */
};

static u64 frame_m_size(u32 len)
{
	u32 pieces = len / TFILE_M_MOST + !!(len % TFILE_M_MOST);

	return (u64)pieces * TFILE_M_HDR + len;
}

u64 frame_tfile_size(const struct frame *f, u32 regs_len)
{
	struct frame_block b;
	u64 size = TFILE_HDR;
	u32 pos = 0;
	int have_regs = 0;

	while (frame_next(f, &pos, &b) > 0) {
		if (b.kind == 'M')
			size += frame_m_size(b.len);
		else if (b.kind == 'V')
			size += TFILE_V;
		else if (!have_regs++)
			size += regs_len ? 1 + (u64)regs_len : 0;
	}
	return size;
}

/* Produce len bytes of output; copy those inside the window. */
static void frame_put(struct frame_window *w, const void *src, u32 len)
{
	u64 from = max(w->at, w->off);
	u64 to = min(w->at + len, w->end);

	if (from < to)
		memcpy(w->dst + (from - w->off),
		       (const u8 *)src + (from - w->at), to - from);
	w->at += len;
}

static void frame_put_mem(struct frame_window *w, const struct frame_block *b)
{
	u8 head[TFILE_M_HDR];
	u32 done, len;
	u64 addr;
	u16 len16;

	for (done = 0; done < b->len && w->at < w->end; done += len) {
		len = min(b->len - done, TFILE_M_MOST);
		if (w->at + TFILE_M_HDR + len <= w->off) {
			w->at += TFILE_M_HDR + len;
			continue;
		}
		addr = b->addr + done;
		len16 = len;
		head[0] = 'M';
		memcpy(head + 1, &addr, sizeof(addr));
		memcpy(head + 1 + sizeof(addr), &len16, sizeof(len16));
		frame_put(w, head, sizeof(head));
		frame_put(w, b->data + done, len);
	}
}

static void frame_put_var(struct frame_window *w, const struct frame_block *b)
{
	u8 form[TFILE_V];
	s32 num = b->num;

	form[0] = 'V';
	memcpy(form + 1, &num, sizeof(num));
	memcpy(form + 1 + sizeof(num), &b->value, sizeof(b->value));
	frame_put(w, form, sizeof(form));
}

static void frame_put_hdr(struct frame_window *w, u16 num, u64 size)
{
	u8 hdr[TFILE_HDR];
	u32 size32 = size - TFILE_HDR;

	memcpy(hdr, &num, sizeof(num));
	memcpy(hdr + sizeof(num), &size32, sizeof(size32));
	frame_put(w, hdr, sizeof(hdr));
}

u32 frame_tfile_read(const struct frame *f, u16 num, const u8 *regs,
		     u32 regs_len, u64 off, void *dst, u32 n)
{
	struct frame_window w;
	struct frame_block b;
	u32 pos = 0;
	int have_regs = 0;

	w.at = 0;
	w.off = off;
	w.end = off + n;
	w.dst = dst;
	if (off < TFILE_HDR)
		frame_put_hdr(&w, num, frame_tfile_size(f, regs_len));
	else
		w.at = TFILE_HDR;

	while (w.at < w.end && frame_next(f, &pos, &b) > 0) {
		if (b.kind == 'M') {
			frame_put_mem(&w, &b);
		} else if (b.kind == 'V') {
			frame_put_var(&w, &b);
		} else if (!have_regs++ && regs_len) {
			frame_put(&w, "R", 1);
			frame_put(&w, regs, regs_len);
		}
	}
	if (w.at <= off)
		return 0;
	return min(w.at, w.end) - off;
}
