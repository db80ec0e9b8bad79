/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first part of a hit, inlined into the handlers of probe/.
 *
 * Context of all functions: any, including NMI; preemption off.
 */
#ifndef HIT_BODY_H
#define HIT_BODY_H

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/read.h"
#include "trace/hit/hit.h"

/* ---- hit.c ------------------------------------------------------------- */

/* The slow path, and frames that fit nowhere. Releases the claim. */
int gtp_hit_rest(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		 struct pt_regs *regs);
/* A frame that fits into the current page. Releases the claim. */
int gtp_hit_page(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		 struct pt_regs *regs);
/* The same for a frame that may cross pages. */
int gtp_hit_split(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		  struct pt_regs *regs);
/* Add n to a shared variable. Return the sum. Needs the claim. */
u64 gtp_hit_add_shared(kc_word64_t *word, u64 n);
/* A hit at the return of a function, to ret_addr. */
void gtp_return_hit(struct gtp_tracepoint *tp, struct pt_regs *regs,
		    unsigned long ret_addr);

/* A hit whose decision is AGENT_UNKNOWN: run the condition. */
int gtp_hit_unknown(struct gtp_tracepoint *tp, struct pt_regs *regs);

/* ---- decisions --------------------------------------------------------- */

static inline int agent_quick_load(u64 *v, u64 addr, u32 size)
{
	return !kc_is_quick(addr, size) || kc_read_value(v, addr, size);
}

static inline int agent_direct_load(u64 *v, u64 addr, u32 size)
{
	return !kc_is_direct(addr, size) || kc_read_value(v, addr, size);
}

static inline u64 agent_quick_value(u8 kind)
{
	if (kind == GTP_QUICK_PID)
		return current->pid;
	if (kind == GTP_QUICK_TASK)
		return (unsigned long)current;
	return raw_smp_processor_id();
}

static inline u64 agent_quick_var(u32 slot)
{
	return kc_load64(gtp_var_word(gtp_vars.var[slot]));
}

#include "agent/decide_run.h"

/* ---- a hit ------------------------------------------------------------- */

/*
 * Put the R block; are: FRAME_REGS_*. If pt_regs ends in half a word, zero the
 * rest.
 */
static __always_inline void hit_put_regs(struct ringbuf_cpu *rc,
					 struct ringbuf_cursor *c, u16 are,
					 const struct pt_regs *regs, int split)
{
	u64 head = FRAME_HEAD('R', are, sizeof(*regs));
	const u64 *from = (const u64 *)regs;
	u32 got, left = sizeof(*regs) / sizeof(u64);
	u64 last = 0;
	u64 *p;

	if (!split) {
		p = ringbuf_piece(rc, c, GTP_REGS_BLOCK / sizeof(u64), &got, 0);
		p[0] = head;
		if (sizeof(*regs) % sizeof(u64))
			p[GTP_REGS_BLOCK / sizeof(u64) - 1] = 0;
		*(struct pt_regs *)(p + 1) = *regs;
		return;
	}
	ringbuf_put_word(rc, c, head, 1);
	for (; left; left -= got, from += got) {
		p = ringbuf_piece(rc, c, left, &got, 1);
		kc_copy_words(p, from, got);
	}
	if (sizeof(*regs) % sizeof(u64)) {
		memcpy(&last, from, sizeof(*regs) % sizeof(u64));
		ringbuf_put_word(rc, c, last, 1);
	}
}

static inline void hit_count(const struct gtp_tracepoint *tp,
			     unsigned long size)
{
	struct gtp_count *count = kc_this_cpu(tp->count);

	kc_store64(&count->hits, count->hits + 1);
	kc_store64(&count->bytes, count->bytes + size);
}

/* Is this the session's own process, or the printing thread? */
static inline int hit_is_left_out(const struct gtp_tracepoint *tp)
{
	const struct task_struct *task = current;

	if (unlikely(task->tgid == kc_load(&gtp_hits.self) ||
		     task->tgid == kc_load(&gtp_hits.peer)))
		return !kc_load(&gtp_hits.self_trace) &&
		       !(tp->uses & GTP_USES_SELF);
	return kc_load(&gtp_hits.printer) == task;
}

/* Does this hit count? */
static inline int hit_is_on(const struct gtp_tracepoint *tp)
{
	return kc_load_acquire(&gtp_hits.running) && kc_load(&tp->enabled) &&
	       !hit_is_left_out(tp);
}

/* A frame that has at most registers, and fits into this page. */
static __always_inline void hit_put_plain(struct gtp_hit_ctx *ctx,
					  struct ringbuf_cpu *rc,
					  const struct gtp_tracepoint *tp,
					  struct pt_regs *regs)
{
	struct ringbuf_cursor c = ringbuf_reserve(rc, tp->size, tp->num,
						  kc_cycles(), tp->addr, 0);

	if (tp->regs)
		hit_put_regs(rc, &c, 0, arch_hit_regs(regs, &ctx->copy), 0);
	hit_count(tp, ringbuf_commit(rc, &c, 0));
}

/*
 * All calls are tail calls, so no registers need saving. Inline, since most
 * hits are of a probe with one tracepoint without prefilter.
 */
static __always_inline int hit_always(struct gtp_tracepoint *tp,
				      struct pt_regs *regs)
{
	struct ringbuf_cpu *rc;
	struct gtp_hit_ctx *ctx;
	enum gtp_dispatch dispatch;

	if (!hit_is_on(tp))
		return 0;
	ctx = kc_this_cpu(gtp_hits.hit_ctx);
	rc = ctx->rc;
	if (ringbuf_is_busy(rc))
		return ringbuf_reject(rc);
	ringbuf_claim(rc);
	dispatch = kc_load(&tp->dispatch);
	if (dispatch == GTP_DISPATCH_SLOW)
		return gtp_hit_rest(ctx, tp, regs);
	if (!ringbuf_page_has(rc, tp->size))
		return gtp_hit_split(ctx, tp, regs);
	if (dispatch == GTP_DISPATCH_ACTIONS)
		return gtp_hit_page(ctx, tp, regs);
	hit_put_plain(ctx, rc, tp, regs);
	ringbuf_leave(rc);
	return 0;
}

#endif
