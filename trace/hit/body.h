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

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/clock.h"
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

/* ---- a hit ------------------------------------------------------------- */

/* Fill the R block. If pt_regs ends in half a word, zero the rest. */
static inline void hit_fill_regs(u64 *p, const struct pt_regs *regs, u64 head)
{
	p[0] = head;
	if (sizeof(*regs) % sizeof(u64))
		p[GTP_REGS_BLOCK / sizeof(u64) - 1] = 0;
	*(struct pt_regs *)(p + 1) = *regs;
}

static inline void hit_count(const struct gtp_tracepoint *tp, u32 size)
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
	void *p;
	u32 len;

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
	len = tp->regs;
	p = ringbuf_open(rc, tp->num, kc_cycles(), tp->addr);
	if (len)
		hit_fill_regs(p, arch_hit_regs(regs, &ctx->copy),
			      FRAME_HEAD('R', 0, sizeof(*regs)));
	ringbuf_shut(rc, len, p);
	hit_count(tp, sizeof(struct ringbuf_hdr) + len);
	ringbuf_leave(rc);
	return 0;
}

#endif
