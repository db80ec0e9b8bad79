/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is inside a trace frame, and how frames are told apart.
 *
 * A frame's payload is a list of blocks, each a multiple of 8 bytes, in the
 * byte order of the machine:
 *
 *	R  head, registers as the kernel saved them
 *	M  head, u64 address, bytes
 *	V  head, s64 value
 *
 * head: bits 0-7 the letter, 16-31 the variable's number (V) or what the
 * registers (R) or the memory (M) are, 32-63 the bytes of data that follow
 * (without address and padding).
 *
 * Reading works on a contiguous copy of the payload; nothing in it is trusted.
 */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H

#include <linux/types.h>

#define FRAME_HEAD(kind, num, len) \
	((u64)(u8)(kind) | ((u64)(u16)(num) << 16) | ((u64)(u32)(len) << 32))

#define FRAME_REGS_RETURN	1	/* as a function returned */
#define FRAME_REGS_SECOND	2	/* and the value's second register counts */
#define FRAME_MEM_RET		1	/* where a function returns to */

struct frame_block {
	char kind;		/* 'R', 'M' or 'V' */
	u16 num;		/* V; R: FRAME_REGS_; M: FRAME_MEM_ */
	u64 addr;		/* M */
	s64 value;		/* V */
	const u8 *data;		/* R, M */
	u32 len;		/* bytes of data */
};

/* A payload to walk. */
struct frame {
	const u8 *data;		/* 8-byte aligned */
	u32 len;
};

/*
 * The block at *pos (start with 0), which then moves on.  1, 0 at the end, -1
 * if the payload is damaged (stop there).
 */
int frame_next(const struct frame *f, u32 *pos, struct frame_block *b);

/* The first R block: 1 or 0. */
int frame_find_regs(const struct frame *f, struct frame_block *b);
/* The last V block of that variable: 1 or 0. */
int frame_find_var(const struct frame *f, u16 num, s64 *value);
/*
 * Bytes of collected memory from addr on, across blocks, into dst.  Where
 * blocks overlap the first one collected counts.  Returns how many bytes (0..n)
 * could be had without a gap.
 */
u32 frame_read_mem(const struct frame *f, u64 addr, void *dst, u32 n);

/* ---- tfind --------------------------------------------------------------- */

enum frame_how {
	FRAME_BY_PC,		/* addr == a */
	FRAME_BY_TRACEPOINT,	/* num == a */
	FRAME_IN_RANGE,		/* a <= addr <= b */
	FRAME_OUTSIDE,		/* not so */
};

int frame_matches(enum frame_how how, u64 a, u64 b, u32 num, u64 addr);

/* ---- the trace file format ("tfile"), as GDB's qTBuffer and tsave use it -- */

/* Bytes that a frame takes there, if its R block is regs_len bytes there. */
u64 frame_tfile_size(const struct frame *f, u32 regs_len);
/*
 * Write bytes [off, off + n) of that form into dst.  regs: the register block
 * as GDB's `g' has it (regs_len bytes), in place of the R block's data.
 * M blocks over 65535 bytes become several.  Returns the bytes written.
 */
u32 frame_tfile_read(const struct frame *f, u16 num, const u8 *regs,
		     u32 regs_len, u64 off, void *dst, u32 n);

/* ---- values as text --------------------------------------------------------- */

/* The numbers of $printk_format. */
enum frame_show {
	FRAME_SHOW_AUTO,	/* of 1, 2, 4 or 8 bytes as below, others as bytes */
	FRAME_SHOW_SIGNED,
	FRAME_SHOW_UNSIGNED,
	FRAME_SHOW_HEX,
	FRAME_SHOW_STRING,	/* in quotes, up to a NUL */
	FRAME_SHOW_BYTES,
};

/* cut: there was more of it.  What does not fit in size (1 or more) is left out. */
void frame_show(char *dst, u32 size, enum frame_show how, const u8 *data,
		u32 len, int cut);

#endif
