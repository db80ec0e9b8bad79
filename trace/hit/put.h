/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Put the actions of a frame at the ring's cursor; included by hit.c only. The
 * functions exist twice: with split = 0 for a frame that fits into the current
 * page.
 *
 * Context of all functions: any, including NMI; under ringbuf_enter().
 */
#ifndef HIT_PUT_H
#define HIT_PUT_H

#include <linux/kernel.h>

#include "arch/arch.h"
#include "compat/calls.h"
#include "compat/read.h"
#include "compat/stack.h"
#include "trace/hit/body.h"

/*
 * Add to this CPU's value of a variable (own), or to a shared one (word). Only
 * this CPU changes its value, and a nested hit is lost: that needs no lock.
 */
static inline void hit_sum(kc_word64_t __percpu *own, kc_word64_t *word, u64 n)
{
	if (!own) {
		gtp_hit_add_shared(word, n);
		return;
	}
	kc_count64(kc_this_cpu(own), n);
}

static inline void hit_add(const struct gtp_action *act)
{
	hit_sum(act->own, act->word, act->off);
}

/* Address of a block; not for GTP_BASE_BY_NUMBER. */
static inline u64 hit_addr(const struct gtp_action *act,
			   const struct pt_regs *regs)
{
	u64 addr = act->off;

	if (act->base_at >= 0)
		addr += *(const unsigned long *)((const char *)regs +
						 act->base_at);
	return addr;
}

/*
 * Functions that put something return 0; or nonzero if that needs the general
 * functions. Then part of it may have been put.
 */

/* The last n bytes of a block, less than a word. */
static noinline int hit_put_tail(u64 *p, u64 addr, u32 n)
{
	*p = 0;
	return kc_read_there(p, addr, n) != 0;
}

/* Put n words. */
static __always_inline int hit_put_words(struct ringbuf_cpu *rc,
					 struct ringbuf_cursor *c, u64 addr,
					 u32 n, int split)
{
	u32 got;
	u64 *p;

	do {
		p = ringbuf_piece(rc, c, n, &got, split);
		if (kc_read_words(p, addr, got))
			return 1;
		addr += got * sizeof(u64);
		n -= got;
	} while (split && n);
	return 0;
}

/* Put an M block of len bytes; is: FRAME_MEM_*, or 0. */
static __always_inline int hit_put_bytes(struct ringbuf_cpu *rc,
					 struct ringbuf_cursor *c, u16 is,
					 u64 addr, u32 len, int split)
{
	u32 tail = len % sizeof(u64), got;
	u64 *p;

	ringbuf_put_word(rc, c, FRAME_HEAD('M', is, len), split);
	ringbuf_put_word(rc, c, addr, split);
	if (hit_put_words(rc, c, addr, len / sizeof(u64), split))
		return 1;
	if (likely(!tail))
		return 0;
	p = ringbuf_piece(rc, c, 1, &got, split);
	return hit_put_tail(p, addr + len - tail, tail);
}

/*
 * At a return: is part of that memory the word at sp, where the kernel has
 * replaced the return address?
 */
static inline int hit_is_replaced(unsigned long sp, u64 addr, u32 len)
{
	return addr + len - 1 - sp < (u64)len + sizeof(long) - 1;
}

static __always_inline int hit_put_memory(struct ringbuf_cpu *rc,
					  struct ringbuf_cursor *c, u16 is,
					  u64 addr, u32 len, int split)
{
	return !kc_is_quick(addr, len) ||
	       hit_put_bytes(rc, c, is, addr, len, split);
}

static __always_inline void hit_put_var(struct ringbuf_cpu *rc,
					struct ringbuf_cursor *c, u64 head,
					u64 value, int split)
{
	ringbuf_put_word(rc, c, head, split);
	ringbuf_put_word(rc, c, value, split);
}

/* The stack of a task in which no return address has been replaced. */
static __always_inline int hit_put_bt(struct ringbuf_cpu *rc,
				      struct ringbuf_cursor *c,
				      const struct gtp_action *act,
				      const struct pt_regs *regs, int split)
{
	unsigned long sp = arch_stack_pointer(regs);
	u32 n = min_t(u32, act->len / sizeof(u64), kc_task_words_left(sp));

	if (!n || kc_calls_replaced())
		return 1;
	ringbuf_put_word(rc, c, FRAME_HEAD('M', 0, n * sizeof(u64)), split);
	ringbuf_put_word(rc, c, sp, split);
	if (hit_put_words(rc, c, sp, n, split))
		return 1;
	hit_put_var(rc, c, act->head, act->len, split);
	return 0;
}

/*
 * The value of a variable of that kind. from: where it is (GTP_QUICK_WORD,
 * GTP_QUICK_OWN), or what returns it (GTP_QUICK_CALL, GTP_QUICK_CLAIM). Each of
 * the first comparisons finds two kinds.
 */
static __always_inline u64 hit_simple_value(u8 kind, unsigned long from)
{
	if (kind == GTP_QUICK_CPU)
		return raw_smp_processor_id();
	if (kind == GTP_QUICK_TASK)
		return (unsigned long)current;
	if (kind < GTP_QUICK_TASK)
		return current->pid;
	if (kind == GTP_QUICK_OWN)
		return kc_load64(kc_this_cpu((__force kc_word64_t __percpu *)
					     from));
	return kc_load64((kc_word64_t *)from);
}

static __always_inline u64 hit_value(u8 kind, unsigned long from)
{
	struct gtp_hit_ctx *ctx;

	if (kind < GTP_QUICK_CPU)
		return kc_clock();
	if (kind <= GTP_QUICK_OWN)
		return hit_simple_value(kind, from);
	ctx = kc_this_cpu(gtp_hits.hit_ctx);
	if (kind == GTP_QUICK_KRET_NS)
		return ctx->call->ns;
	return ((u64 (*)(struct gtp_hit_ctx *))from)(ctx);
}

/* ---- agent_act() -------------------------------------------------------- */

struct agent_out {
	struct ringbuf_cpu *rc;
	struct ringbuf_cursor *c;
	const struct pt_regs *at_return;	/* NULL: it is none */
	int split;
};

static __always_inline int hit_needs_patch(const struct agent_out *out,
					   u64 addr, u32 len)
{
	return out->at_return &&
	       hit_is_replaced(arch_stack_pointer(out->at_return), addr, len);
}

static __always_inline int agent_act_load(const struct agent_out *out, u64 *v,
					  u64 addr, u32 size)
{
	return hit_needs_patch(out, addr, size) ||
	       agent_quick_load(v, addr, size);
}

/* A value of so many bytes, as a word that begins with them in memory. */
static inline u64 hit_in_memory(u64 v, u32 size)
{
	return KC_BIG_ENDIAN ? v << (64 - 8 * size) : v;
}

static __always_inline int agent_put_word(struct agent_out *out, u64 *v,
					  u64 addr, u32 size)
{
	if (agent_act_load(out, v, addr, size))
		return 1;
	ringbuf_put_word(out->rc, out->c,
			 FRAME_HEAD('M', 0, size),
			 out->split);
	ringbuf_put_word(out->rc, out->c, addr, out->split);
	ringbuf_put_word(out->rc, out->c, hit_in_memory(*v, size),
			 out->split);
	return 0;
}

static __always_inline int agent_put_block(struct agent_out *out, u64 addr,
					   u64 len)
{
	return hit_needs_patch(out, addr, len) ||
	       hit_put_memory(out->rc, out->c, 0, addr, len, out->split);
}

#define ONES	0x0101010101010101ULL

/*
 * How many bytes of the word come up to its first NUL, and at most n? Zero the
 * others. The first byte has the lowest bits.
 */
static inline u32 hit_string_part(u64 *word, u32 n, int *ends)
{
	u64 nul = (*word - ONES) & ~*word & (ONES << 7);
	u64 part = (nul & -nul) << 1;	/* what is above the first NUL */

	if (n < sizeof(u64) && (!part || part > 1ULL << (8 * n)))
		part = 1ULL << (8 * n);
	*ends = nul || n < sizeof(u64);
	part -= 1;
	*word &= part;
	return ((part & ONES) * ONES) >> 56;
}

/*
 * By words, so it reads past the NUL, up to max: all of that is certainly RAM.
 */
static __always_inline int agent_put_string(struct agent_out *out, u64 addr,
					    u64 max)
{
	u64 *head, word;
	u32 len = 0, got;
	int ends = 0;

	if (KC_BIG_ENDIAN || !kc_is_quick(addr, GTP_WHOLE(max)) ||
	    hit_needs_patch(out, addr, max))
		return 1;
	head = ringbuf_piece(out->rc, out->c, 1, &got, out->split);
	ringbuf_put_word(out->rc, out->c, addr, out->split);
	while (!ends && len < max) {
		if (kc_read_value(&word, addr + len, sizeof(word)))
			return 1;
		len += hit_string_part(&word, min_t(u64, max - len, 8), &ends);
		ringbuf_put_word(out->rc, out->c, word, out->split);
	}
	*head = FRAME_HEAD('M', 0, len);
	return 0;
}

/* Of the steps of variables, run/compile.c has replaced the slot. */
static __always_inline void agent_put_var(struct agent_out *out,
					  const struct agent_step *s)
{
	hit_put_var(out->rc, out->c, s->mask,
		    hit_value(s->size, s->imm), out->split);
}

static inline void agent_set_var(const struct agent_step *s, u64 v)
{
	kc_word64_t *word = (kc_word64_t *)(unsigned long)s->imm;

	if (s->size == GTP_QUICK_OWN)
		word = kc_this_cpu((__force kc_word64_t __percpu *)word);
	kc_store64(word, v);
}

static inline void agent_sum_var(const struct agent_step *s, u64 v)
{
	kc_word64_t *word = (kc_word64_t *)(unsigned long)s->imm;

	if (s->size == GTP_QUICK_OWN)
		hit_sum((__force kc_word64_t __percpu *)word, NULL, v);
	else
		hit_sum(NULL, word, v);
}

#include "agent/act_run.h"

/* ---- actions at the cursor ---------------------------------------------- */

/*
 * Not inline, and with a copy of the cursor, which stays in registers for the
 * other actions; in ctx, since one on the stack makes kernels check that. Within
 * a page it is no more than at: return the next one, or NULL.
 */
static noinline u64 *hit_put_steps(struct gtp_hit_ctx *ctx, u64 *at,
				   const struct agent_step *step,
				   const struct pt_regs *regs)
{
	struct ringbuf_cursor c = { NULL, at, NULL, 0, 0 };
	struct agent_out out = { ctx->rc, &c, NULL, 0 };

	return agent_act(step, regs, ctx->stack, &out) ? NULL : c.at;
}

/* The same across pages, and at a return. */
static noinline int hit_split_steps(struct gtp_hit_ctx *ctx,
				    struct ringbuf_cursor *c,
				    const struct agent_step *step,
				    const struct pt_regs *regs, int at_return)
{
	struct agent_out out = { ctx->rc, c, at_return ? regs : NULL, 1 };

	return agent_act(step, regs, ctx->stack, &out);
}

static __always_inline int hit_steps(struct gtp_hit_ctx *ctx,
				     struct ringbuf_cursor *c,
				     const struct agent_step *step,
				     const struct pt_regs *regs, int at_return,
				     int split)
{
	u64 *at;

	if (!split && !at_return) {
		at = hit_put_steps(ctx, c->at, step, regs);
		if (at)
			c->at = at;
		return !at;
	}
	ctx->cursor = *c;
	if (hit_split_steps(ctx, &ctx->cursor, step, regs, at_return))
		return 1;
	*c = ctx->cursor;
	return 0;
}

static __always_inline int hit_put_action(struct gtp_hit_ctx *ctx,
					  struct ringbuf_cursor *c,
					  const struct gtp_action *act,
					  const struct pt_regs *regs,
					  int at_return, int split)
{
	struct ringbuf_cpu *rc = ctx->rc;
	u64 addr;

	/* The compiler makes a tree of comparisons. */
	switch (act->kind) {
	case GTP_ACT_QUICK:
		hit_put_var(rc, c, act->head,
			    hit_value(act->quick, act->from), split);
		return 0;
	case GTP_ACT_ADD:
		hit_add(act);
		return 0;
	case GTP_ACT_STEPS:
		return hit_steps(ctx, c, act->steps, regs, at_return, split);
	case GTP_ACT_MEMORY:
		addr = hit_addr(act, regs);
		if (at_return && hit_is_replaced(arch_stack_pointer(regs),
						 addr, act->len))
			return 1;
		return hit_put_memory(rc, c, 0, addr, act->len, split);
	case GTP_ACT_BT:
		return hit_put_bt(rc, c, act, regs, split);
	default:		/* GTP_ACT_RET */
		return kc_calls_replaced() ||
		       hit_put_memory(rc, c, FRAME_MEM_RET,
				      hit_addr(act, regs), act->len, split);
	}
}

#endif
