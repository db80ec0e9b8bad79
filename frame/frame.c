/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read the contents of a trace frame.  A probe filled this memory, so validate
 * all of it.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "frame/frame.h"

#define FRAME_WORD		8
#define FRAME_HEAD_KIND		0xff
#define FRAME_HEAD_UNUSED	0xff00

static u64 frame_word(const struct frame *f, u32 pos)
{
	u64 word;

	memcpy(&word, f->data + pos, sizeof(word));
	return word;
}

/* Do len bytes of data, and their padding, fit at pos? */
static int frame_has(const struct frame *f, u32 pos, u32 len)
{
	return (((u64)len + FRAME_WORD - 1) & ~7ULL) <= f->len - pos;
}

int frame_next(const struct frame *f, u32 *pos, struct frame_block *b)
{
	u32 at = *pos;
	u64 head;

	if (at == f->len)
		return 0;
	if (at > f->len || f->len - at < FRAME_WORD)
		return -1;
	head = frame_word(f, at);
	at += FRAME_WORD;
	memset(b, 0, sizeof(*b));
	b->kind = head & FRAME_HEAD_KIND;
	b->num = head >> 16;
	b->len = head >> 32;
	if (head & FRAME_HEAD_UNUSED)
		return -1;

	switch (b->kind) {
	case 'M':
		if (f->len - at < FRAME_WORD)
			return -1;
		b->addr = frame_word(f, at);
		at += FRAME_WORD;
		break;
	case 'V':
		if (b->len != FRAME_WORD)
			return -1;
		break;
	case 'R':
		break;
	default:
		return -1;
	}
	if (!frame_has(f, at, b->len))
		return -1;
	if (b->kind == 'V') {
		b->value = frame_word(f, at);
		b->len = 0;
		at += FRAME_WORD;
	} else {
		b->data = f->data + at;
		at += (b->len + FRAME_WORD - 1) & ~7U;
	}
	*pos = at;
	return 1;
}

int frame_find_regs(const struct frame *f, struct frame_block *b)
{
	u32 pos = 0;

	while (frame_next(f, &pos, b) > 0)
		if (b->kind == 'R')
			return 1;
	return 0;
}

int frame_find_var(const struct frame *f, u16 num, s64 *value)
{
	struct frame_block b;
	u32 pos = 0;
	int found = 0;

	while (frame_next(f, &pos, &b) > 0) {
		if (b.kind == 'V' && b.num == num) {
			*value = b.value;
			found = 1;
		}
	}
	return found;
}

/*
 * Find the first block that holds addr.  Returns how many bytes at *from to
 * use: at most n, and none that an earlier block holds; 0 if no block holds
 * addr.
 */
static u32 frame_find_mem(const struct frame *f, u64 addr, u32 n,
			  const u8 **from)
{
	struct frame_block b;
	u64 off, ahead, most = n;
	u32 pos = 0;

	while (frame_next(f, &pos, &b) > 0) {
		if (b.kind != 'M' || !b.len)
			continue;
		off = addr - b.addr;
		if (off < b.len) {
			*from = b.data + off;
			return min_t(u64, most, b.len - off);
		}
		ahead = b.addr - addr;
		most = min_t(u64, most, ahead);
	}
	return 0;
}

u32 frame_read_mem(const struct frame *f, u64 addr, void *dst, u32 n)
{
	const u8 *from;
	u32 done = 0, len;

	while (done < n) {
		len = frame_find_mem(f, addr + done, n - done, &from);
		if (!len)
			break;
		memcpy((u8 *)dst + done, from, len);
		done += len;
	}
	return done;
}
