/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contents of a trace frame.
 *
 * A frame's payload is a list of blocks, each a multiple of 8 bytes, in the
 * machine's byte order:
 *
 *	R  head, registers as the kernel saved them
 *	M  head, u64 address, bytes
 *	V  head, s64 value
 *
 * head: bits 0-7 the letter; 16-31 the variable's number (V), FRAME_REGS_ (R)
 * or FRAME_MEM_ flags (M); 32-63 the number of data bytes that follow (without
 * address and padding).
 *
 * Readers work on a contiguous copy of the payload and trust nothing in it.
 *
 * Context: any.
 */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H

#include <linux/types.h>

#define FRAME_HEAD(kind, num, len) \
	((u64)(u8)(kind) | ((u64)(u16)(num) << 16) | ((u64)(u32)(len) << 32))

#define FRAME_REGS_RETURN	1	/* registers at a function's return */
#define FRAME_REGS_SECOND	2	/* value's second register is valid */
#define FRAME_REGS_ARGS		4	/* argument registers of the entry */
#define FRAME_MEM_RET		1	/* the return address ($_ret) */

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
 * Read the block at *pos (start with 0) and advance *pos.  Returns 1; 0 at the
 * end; -1 if the payload is damaged: stop there.
 */
int frame_next(const struct frame *f, u32 *pos, struct frame_block *b);

/* Find the first R block: 1 or 0. */
int frame_find_regs(const struct frame *f, struct frame_block *b);
/* Find the last V block of that variable: 1 or 0. */
int frame_find_var(const struct frame *f, u16 num, s64 *value);
/*
 * Read collected memory from addr on, across blocks, into dst.  Where blocks
 * overlap, the first collected wins.  Returns the number of bytes (0..n)
 * available without a gap.
 */
u32 frame_read_mem(const struct frame *f, u64 addr, void *dst, u32 n);

/* ---- the trace file format ("tfile"), as GDB's qTBuffer and tsave use it -- */

/* Size of a frame in that format, with regs_len bytes of registers. */
u64 frame_tfile_size(const struct frame *f, u32 regs_len);
/*
 * Write bytes [off, off + n) of that form to dst. regs: the registers as in
 * GDB's `g' packet (regs_len bytes), written in place of the R block's data.
 * An M block over 65535 bytes is split.  Returns the number of bytes written.
 */
u32 frame_tfile_read(const struct frame *f, u16 num, const u8 *regs,
		     u32 regs_len, u64 off, void *dst, u32 n);

/* ---- values as text --------------------------------------------------------- */

/* The numbers of $printk_format. */
enum frame_show {
	FRAME_SHOW_AUTO,	/* 1, 2, 4 or 8 bytes: unsigned; else: bytes */
	FRAME_SHOW_SIGNED,
	FRAME_SHOW_UNSIGNED,
	FRAME_SHOW_HEX,
	FRAME_SHOW_STRING,	/* in quotes, up to a NUL */
	FRAME_SHOW_BYTES,
};

/*
 * cut: the data was truncated.  Output that does not fit in size (1 or more) is
 * dropped.
 */
void frame_show(char *dst, u32 size, enum frame_show how, const u8 *data,
		u32 len, int cut);

#endif
