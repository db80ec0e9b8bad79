/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers in GDB's layout.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"

/* arch_regs, prepared for copying. */
static struct {
	u16 at[65];		/* of each in GDB's block, and of its end */
	u64 unsaved;		/* bits by index */
	/* Those of the size of a long, and the others; and their ends. */
	struct saved_reg {
		u16 at, bytes;		/* there */
		u16 from, size;		/* in struct pt_regs */
	} word[64], part[64], *words, *parts;
} layout;

static const struct frame_block *find_regs(const struct gtp_selected *s,
					   struct frame_block *b)
{
	if (s->valid && !s->gone && frame_find_regs(&s->frame, b) &&
	    b->len == sizeof(struct pt_regs))
		return b;
	return NULL;
}

/*
 * GDB takes the frame of a return for one at the function's entry, and would
 * show stale argument registers as arguments. Show the second register of the
 * return value only if the action named it. FRAME_REGS_ARGS: the arguments are
 * those of the entry.
 */
static u64 lost_at_return(u16 are)
{
	if (!(are & FRAME_REGS_RETURN) || are & FRAME_REGS_ARGS)
		return 0;
	return are & FRAME_REGS_SECOND ?
		arch_return_clobbered & ~arch_return_second :
		arch_return_clobbered;
}

/* Context: any. */
static void copy_saved(u8 *dst, const void *saved)
{
	const struct saved_reg *r;

	for (r = layout.word; r < layout.words; r++)
		memcpy(dst + r->at, saved + r->from, sizeof(long));
	for (r = layout.part; r < layout.parts; r++) {
		memset(dst + r->at, 0, r->bytes);
		memcpy(dst + r->at, saved + r->from, r->size);
	}
}

/*
 * See private.h. Without pt_regs only the pc is available. Outside of a frame it
 * is 0: a running kernel has none, but GDB refuses to connect to a target without
 * pc.
 */
u64 gtp_copy_regs(const struct gtp_selected *s, u8 *dst)
{
	struct frame_block b;
	const struct frame_block *regs = find_regs(s, &b);
	unsigned long pc = s->addr;
	u64 lost = ~0ULL;

	if (regs) {
		copy_saved(dst, regs->data);
		lost = lost_at_return(regs->num) | layout.unsaved;
	}
	memcpy(dst + layout.at[arch_pc], &pc, sizeof(pc));
	return lost & ~(1ULL << arch_pc);
}

/* __ffs64() is newer than the kernels that we support. */
static unsigned int first_bit(u64 bits)
{
	u32 low = bits;

	return low ? __ffs(low) : 32 + __ffs((u32)(bits >> 32));
}

/* The end of the registers from i on that are as lost as that one. */
static unsigned int run_end(u64 lost, unsigned int i, unsigned int end)
{
	u64 others = (lost >> i & 1 ? ~lost : lost) >> i;

	return others ? min_t(unsigned int, end, i + first_bit(others)) : end;
}

/*
 * The same for what GDB sees: a frame, whatever its thread is; or the selected
 * thread. Return 0 or -ESRCH.
 */
static int copy_shown(u8 *dst, u64 *lost)
{
	const struct gtp_selected *s = &gtp_session.selected;
	struct pt_regs regs;
	int err = s->valid || s->gone ? -EAGAIN : gtp_thread_regs(&regs);

	if (!err) {
		copy_saved(dst, &regs);
		*lost = ~arch_task_saved;
	} else if (err == -EAGAIN) {
		*lost = gtp_copy_regs(s, dst);
		err = 0;
	}
	return err;
}

static void put_regs(struct rsp_tx *tx, unsigned int i, unsigned int end)
{
	u8 *block = rsp_hex_space(tx, ARCH_REGS_MAX);
	unsigned int next;
	u64 lost;
	u32 len;

	if (!block)
		return;
	if (copy_shown(block, &lost)) {
		rsp_error(tx, MSG_THREAD_GONE, (long long)gtp_session.thread);
		return;
	}
	for (; i < end; i = next) {
		next = run_end(lost, i, end);
		len = layout.at[next] - layout.at[i];
		if (lost >> i & 1)
			rsp_put_unavailable(tx, len);
		else
			rsp_put_hex(tx, block + layout.at[i], len);
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
		gtp_refuse(tx, MSG_NO_REGISTER);
}

u32 gtp_reg_block_len(void)
{
	return layout.at[arch_nr_regs];
}

int gtp_regs_init(void)
{
	const struct arch_reg *reg = arch_regs;
	struct saved_reg *saved;
	unsigned int i;
	u32 size, at = 0;

	if (arch_nr_regs > ARRAY_SIZE(layout.word))
		return -EINVAL;
	layout.words = layout.word;
	layout.parts = layout.part;
	for (i = 0; i < arch_nr_regs; i++, reg++) {
		size = min_t(u32, reg->size, reg->bits / 8);
		layout.at[i] = at;
		if (reg->offset == ARCH_REG_UNSAVED) {
			layout.unsaved |= 1ULL << i;
		} else {
			/* A word is copied whole, and the rest not zeroed. */
			saved = size == sizeof(long) && size == reg->bits / 8 ?
				layout.words++ : layout.parts++;
			saved->at = at;
			saved->bytes = reg->bits / 8;
			saved->from = reg->offset;
			saved->size = size;
		}
		at += reg->bits / 8;
	}
	layout.at[i] = at;
	return at > ARCH_REGS_MAX ? -EINVAL : 0;
}

u32 gtp_reg_block(const struct gtp_selected *s, u8 *dst)
{
	u64 lost = gtp_copy_regs(s, dst);
	unsigned int i, next;

	for (i = 0; i < arch_nr_regs; i = next) {
		next = run_end(lost, i, arch_nr_regs);
		if (lost >> i & 1)
			memset(dst + layout.at[i], 0,
			       layout.at[next] - layout.at[i]);
	}
	return gtp_reg_block_len();
}
