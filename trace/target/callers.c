/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words in the stacks of $bt and $_ret that are no return addresses, but that
 * GDB would take for callers. They are marked in the copy of a frame.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/calls.h"
#include "trace/target/private.h"

#define WORD	sizeof(unsigned long)

/* Did the user collect that word separately? */
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

/* Bottom of a task's stack: space for pt_regs, and some padding. */
static int is_bottom(u32 words)
{
	u64 left = (u64)words * WORD - sizeof(struct pt_regs);

	return left <= 2 * sizeof(u64);
}

/*
 * Is this a return address into entry code? GDB's unwinder does not stop there:
 * it takes the first saved register above for the return address. A 0 there
 * stops it. Idle tasks have only the space for those registers.
 */
static int is_entry(const unsigned long *word, u32 words)
{
	if (arch_in_entry(*word))
		return arch_has_regs(word + 1, words - 1) &&
		       arch_after_call(*word);
	return arch_in_start(*word) && is_bottom(words - 1);
}

/* Words of a block in the copy of a frame. */
static unsigned long *words_of(struct gtp_selected *s,
			       const struct frame_block *b)
{
	return (unsigned long *)((u8 *)s->copy + (b->data - s->frame.data));
}

/*
 * Clear trampoline addresses in blocks of $_ret, and find the block of $bt, which
 * its variable follows. Return 1 or 0.
 */
static int end_rets(struct gtp_selected *s, struct frame_block *bt)
{
	const struct gtp_var *var;
	struct frame_block b;
	int found = 0, before = 0;
	u32 pos = 0;

	while (frame_next(&s->frame, &pos, &b) > 0) {
		if (b.kind == 'M' && b.num == FRAME_MEM_RET && b.len == WORD &&
		    kc_is_trampoline(*words_of(s, &b)))
			*words_of(s, &b) = 0;
		if (found)
			continue;
		var = b.kind == 'V' && before ? gtp_var_find(b.num) : NULL;
		found = var && gtp_var_is_bt(var);
		before = b.kind == 'M' && b.len;
		if (before)
			*bt = b;
	}
	return found;
}

/*
 * A trampoline's address is still here if this kernel's lists cannot be read,
 * or if the hit came while one was being changed. It is no caller.
 * Context: process, holds gtp.lock.
 */
void gtp_callers_end(struct gtp_selected *s)
{
	struct frame_block bt;
	unsigned long *word;
	u32 i, n;

	if (!end_rets(s, &bt))
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
