/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands in the stack that $bt and $_ret collect, but is not where a function
 * returns to: GDB would make callers of it.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/calls.h"
#include "trace/internal.h"

#define WORD	sizeof(unsigned long)

/* ---- at a hit -------------------------------------------------------------------- */

/*
 * Any context.  buf was read from addr on, of the current task's stack.  Where the
 * kernel has replaced a return address that one is put back; of several at one
 * place the last one has it.
 */
void gtp_callers_patch(u64 addr, void *buf, u32 len)
{
	struct kc_calls at;
	struct kc_call call;
	unsigned long word;
	u64 off;

	memset(&at, 0, sizeof(at));
	while (len >= WORD && kc_calls_next(&at, &call)) {
		off = call.slot - addr;
		if (off > len - WORD)
			continue;
		memcpy(&word, (u8 *)buf + off, WORD);
		if (kc_is_trampoline(word))
			memcpy((u8 *)buf + off, &call.ret, WORD);
	}
}

/* ---- when a frame is looked at ---------------------------------------------------- */

/* The block of $bt, which its variable follows: 1, or 0. */
static int find_bt(const struct frame *f, struct frame_block *bt)
{
	struct frame_block b;
	const struct gtp_var *var;
	int found = 0;
	u32 pos = 0;

	memset(bt, 0, sizeof(*bt));
	while (!found && frame_next(f, &pos, &b) > 0) {
		var = b.kind == 'V' && bt->len ? gtp_var_find(b.num) : NULL;
		found = var && var->special &&
			var->special->collect == gtp_collect_bt;
		if (!found)
			memset(bt, 0, sizeof(*bt));
		if (b.kind == 'M')
			*bt = b;
	}
	return found;
}

/* Has the user collected that word besides? */
static int has_other(const struct frame *f, const struct frame_block *bt,
		     u64 addr)
{
	struct frame_block b;
	u32 pos = 0;

	while (frame_next(f, &pos, &b) > 0)
		if (b.kind == 'M' && b.data != bt->data &&
		    addr + WORD > b.addr && addr - b.addr < b.len)
			return 1;
	return 0;
}

/* Of a task's stack: room for registers, and some padding. */
static int is_bottom(u32 words)
{
	u64 left = (u64)words * WORD - sizeof(struct pt_regs);

	return left <= 2 * sizeof(u64);
}

/*
 * Entry code does not return as functions do, and GDB's rules for it end nowhere:
 * it takes the first of the registers above for the return address.  A 0 there is
 * an end.  Idle tasks have no registers there, but the room for them.
 */
static int is_entry(const unsigned long *word, u32 words)
{
	if (arch_in_entry(*word))
		return arch_has_regs(word + 1, words - 1) &&
		       arch_after_call(*word);
	return arch_in_start(*word) && is_bottom(words - 1);
}

/* In a frame's copy. */
static unsigned long *words_of(struct gtp_selected *s,
			       const struct frame_block *b)
{
	return (unsigned long *)((u8 *)s->copy + (b->data - s->frame.data));
}

/* The blocks of $_ret. */
static void end_rets(struct gtp_selected *s)
{
	struct frame_block b;
	u32 pos = 0;

	while (frame_next(&s->frame, &pos, &b) > 0)
		if (b.kind == 'M' && b.num == FRAME_MEM_RET && b.len == WORD &&
		    kc_is_trampoline(*words_of(s, &b)))
			*words_of(s, &b) = 0;
}

/*
 * Process context, under gtp.lock.  What is still a trampoline's address is no
 * caller: on kernels whose lists cannot be read, and where a hit came while one
 * was changed.
 */
void gtp_callers_end(struct gtp_selected *s)
{
	struct frame_block bt;
	unsigned long *word;
	u32 i, n;

	end_rets(s);
	if (!find_bt(&s->frame, &bt))
		return;
	word = words_of(s, &bt);
	n = bt.len / WORD;
	for (i = 0; i < n; i++) {
		if (kc_is_trampoline(word[i]))
			word[i] = 0;
		else if (i + 1 < n && is_entry(&word[i], n - i) &&
			 !has_other(&s->frame, &bt, bt.addr + (i + 1) * WORD))
			word[i + 1] = 0;
	}
}
