/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers as GDB has them.  All process context, under gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "trace/internal.h"

/*
 * GDB takes the frame of a return for one of the function's entry, and would
 * show as arguments what is left in their registers.
 */
static int is_lost(unsigned int i, const struct frame_block *regs)
{
	return regs->num == FRAME_REGS_RETURN && i < 32 &&
	       arch_return_lost & 1U << i;
}

/*
 * One register as GDB has it, from a struct pt_regs or without (NULL), over
 * zeros.  0 if it is not available.  Outside of a frame the pc is 0: a running
 * kernel has none, but GDB refuses to connect to a target whose pc is not
 * available.
 */
static int get_reg(unsigned int i, const struct frame_block *regs, u64 pc,
		   u8 *dst)
{
	const struct arch_reg *reg = &arch_regs[i];
	unsigned int bytes = reg->bits / 8;
	unsigned long word = pc;

	if (i == arch_pc)
		memcpy(dst, &word, bytes);
	else if (regs && reg->offset != ARCH_REG_UNSAVED && !is_lost(i, regs))
		memcpy(dst, regs->data + reg->offset,
		       min_t(u32, reg->size, bytes));
	else
		return 0;
	return 1;
}

/* *b, or NULL if it has none. */
static const struct frame_block *regs_of(const struct gtp_selected *s,
					 struct frame_block *b)
{
	if (s->valid && !s->gone && frame_find_regs(&s->frame, b) &&
	    b->len == sizeof(struct pt_regs))
		return b;
	return NULL;
}

/* Registers from one on, to before another. */
static void put_regs(struct rsp_tx *tx, unsigned int i, unsigned int end)
{
	struct frame_block b;
	const struct frame_block *regs = regs_of(&gtp_selected, &b);
	u8 values[ARCH_REGS_MAX];
	u32 got = 0, put = 0;	/* bytes of values, and how many tx has */
	u32 lost = 0;		/* bytes that are not available, behind those */

	memset(values, 0, sizeof(values));
	for (; i < end; i++) {
		if (get_reg(i, regs, gtp_selected.addr, values + got)) {
			rsp_put_unavailable(tx, lost);
			lost = 0;
			got += arch_regs[i].bits / 8;
		} else {
			rsp_put_hex(tx, values + put, got - put);
			put = got;
			lost += arch_regs[i].bits / 8;
		}
	}
	rsp_put_hex(tx, values + put, got - put);
	rsp_put_unavailable(tx, lost);
}

void gtp_put_regs(struct rsp_tx *tx)
{
	put_regs(tx, 0, arch_nr_regs);
}

void gtp_put_reg(u64 num, struct rsp_tx *tx)
{
	if (num < arch_nr_regs)
		put_regs(tx, num, num + 1);
	else
		rsp_error_num(tx, 1);
}

u32 gtp_reg_block_len(void)
{
	u32 len = 0;
	unsigned int i;

	for (i = 0; i < arch_nr_regs; i++)
		len += arch_regs[i].bits / 8;
	return len;
}

u32 gtp_reg_block(const struct gtp_selected *s, u8 *dst)
{
	struct frame_block b;
	const struct frame_block *regs = regs_of(s, &b);
	unsigned int i;
	u32 len = 0;

	memset(dst, 0, ARCH_REGS_MAX);
	for (i = 0; i < arch_nr_regs; i++) {
		get_reg(i, regs, s->addr, dst + len);
		len += arch_regs[i].bits / 8;
	}
	return len;
}
