/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers in GDB's layout.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "trace/target/private.h"

/*
 * GDB takes the frame of a return for one at the function's entry, and would
 * show stale argument registers as arguments. Show the second register of the
 * return value only if the action named it.
 */
static int is_lost(unsigned int i, const struct frame_block *regs)
{
	u32 lost = arch_return_clobbered;

	if (!(regs->num & FRAME_REGS_RETURN))
		return 0;
	if (regs->num & FRAME_REGS_SECOND)
		lost &= ~arch_return_second;
	return i < 32 && lost & 1U << i;
}

/*
 * Where register i is, or NULL if unavailable. Without pt_regs (NULL) only the
 * pc is available. Outside of a frame it is 0: a running kernel has none, but
 * GDB refuses to connect to a target without pc.
 */
static const u8 *find_reg(unsigned int i, const struct frame_block *regs,
			  const unsigned long *pc)
{
	if (i == arch_pc)
		return (const u8 *)pc;
	if (!regs || arch_regs[i].offset == ARCH_REG_UNSAVED || is_lost(i, regs))
		return NULL;
	return regs->data + arch_regs[i].offset;
}

/* Copy to zeroed memory in GDB's layout. Return the length there. */
static u32 copy_reg(unsigned int i, const u8 *from, u8 *dst)
{
	u32 bytes = arch_regs[i].bits / 8;

	if (from)
		memcpy(dst, from, min_t(u32, arch_regs[i].size, bytes));
	return bytes;
}

/* Return b, or NULL if the frame has no registers. */
static const struct frame_block *regs_of(const struct gtp_selected *s,
					 struct frame_block *b)
{
	if (s->valid && !s->gone && frame_find_regs(&s->frame, b) &&
	    b->len == sizeof(struct pt_regs))
		return b;
	return NULL;
}

/* Put registers [i, end), in runs of available and unavailable ones. */
static void put_regs(struct rsp_tx *tx, unsigned int i, unsigned int end)
{
	struct frame_block b;
	const struct frame_block *regs = regs_of(&gtp_session.selected, &b);
	unsigned long pc = gtp_session.selected.addr;
	u8 run[ARCH_REGS_MAX];
	const u8 *from;
	u32 n;

	while (i < end) {
		memset(run, 0, sizeof(run));
		for (n = 0; i < end && (from = find_reg(i, regs, &pc)); i++)
			n += copy_reg(i, from, run + n);
		rsp_put_hex(tx, run, n);
		for (n = 0; i < end && !find_reg(i, regs, &pc); i++)
			n += arch_regs[i].bits / 8;
		rsp_put_unavailable(tx, n);
	}
}

void gtp_serve_regs(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	put_regs(tx, 0, arch_nr_regs);
}

void gtp_serve_reg(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	u64 num = cmd->u.reg.num;

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
	unsigned long pc = s->addr;
	unsigned int i;
	u32 len = 0;

	memset(dst, 0, ARCH_REGS_MAX);
	for (i = 0; i < arch_nr_regs; i++)
		len += copy_reg(i, find_reg(i, regs, &pc), dst + len);
	return len;
}
