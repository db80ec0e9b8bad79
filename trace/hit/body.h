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

/* A frame that fits into the current page. Releases the claim. */
int gtp_hit_page(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		 struct pt_regs *regs);
/* The same, with only variables; with the clock among them. */
int gtp_hit_values(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		   struct pt_regs *regs);
int gtp_hit_clock(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		  struct pt_regs *regs);
/* One that may cross pages, and the slow path. Releases the claim. */
int gtp_hit_rest(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		 struct pt_regs *regs);
/* Add n to a shared variable. Return the sum. Needs the claim. */
u64 gtp_hit_add_shared(kc_word64_t *word, u64 n);
/*
 * The same two at a return, and the slow path (has_cond: run the condition), all
 * with ctx set. The claim stays.
 */
void gtp_return_page(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp);
void gtp_return_split(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp);
void gtp_hit_slow(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		  int has_cond);

/* A hit whose decision is AGENT_UNKNOWN: run the condition. */
int gtp_hit_unknown(struct gtp_tracepoint *tp, struct pt_regs *regs);

/* ---- return.c ---------------------------------------------------------- */

/* What return_always() leaves. Releases the claim. */
int gtp_return_rest(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		    const struct pt_regs *regs, unsigned long ret_addr,
		    const struct gtp_call *call, u32 answer);

/* ---- decisions --------------------------------------------------------- */

static inline int agent_quick_load(u64 *v, u64 addr, u32 size)
{
	return !kc_is_quick(addr, size) || kc_read_value(v, addr, size);
}

static __always_inline const struct agent_step *
agent_load_step(u64 *v, const struct agent_step *s,
		const struct agent_step *other)
{
	return likely(kc_is_direct_word(*v)) ?
	       kc_read_next(v, s->size, s, sizeof(*s), other) : other;
}

static inline u64 agent_quick_value(u8 kind)
{
	if (kind == GTP_QUICK_TASK)
		return (unsigned long)current;
	if (kind == GTP_QUICK_PID)
		return current->pid;
	if (kind == GTP_QUICK_KRET_NS)
		return kc_this_cpu(gtp_hits.hit_ctx)->call->ns;
	return raw_smp_processor_id();
}

static inline u64 agent_quick_var(u32 slot)
{
	struct gtp_var *var = gtp_vars.var[slot];

	/* GTP_QUICK_CALL, or one that is as quick */
	if (var->special)
		return var->special->get(NULL);
	return kc_load64(gtp_var_word(var));
}

#include "agent/steps_run.h"

/* ---- a hit ------------------------------------------------------------- */

/*
 * Put the head of an R block that fits into this page. If pt_regs ends in half a
 * word, zero the rest. Return where pt_regs goes.
 */
static __always_inline struct pt_regs *
hit_space_for_regs(struct ringbuf_cpu *rc, struct ringbuf_cursor *c, u64 head)
{
	u32 got;
	u64 *p = ringbuf_piece(rc, c, GTP_REGS_BLOCK / sizeof(u64), &got, 0);

	p[0] = head;
	if (sizeof(struct pt_regs) % sizeof(u64))
		p[GTP_REGS_BLOCK / sizeof(u64) - 1] = 0;
	return (struct pt_regs *)(p + 1);
}

/* Put the R block. */
static __always_inline void hit_put_regs(struct ringbuf_cpu *rc,
					 struct ringbuf_cursor *c, u64 head,
					 const struct pt_regs *regs, int split)
{
	const u64 *from = (const u64 *)regs;
	u32 got, left = sizeof(*regs) / sizeof(u64);
	u64 last = 0;
	u64 *p;

	if (!split) {
		*hit_space_for_regs(rc, c, head) = *regs;
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

	kc_count64(&count->hits, 1);
	kc_count64(&count->bytes, size);
}

/* Is this the session's own process, or the printing thread? */
static inline int hit_is_left_out(const struct gtp_tracepoint *tp)
{
	const struct task_struct *task = current;

	/* Nearly all hits end here. */
	if (likely(!(kc_load(&gtp_hits.left_out) & HIT_BIT(task->tgid))))
		return 0;
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
 * Add to tp->counter. Return 1, or 0 if the hit does not count.
 *
 * One instruction changes the variable, and only if no interrupted hit has
 * claimed this CPU. So nobody on this CPU is between reading and writing it,
 * and a nested hit finishes before this one resumes: no claim is needed.
 */
static __always_inline int hit_add_own(const struct gtp_tracepoint *tp, u64 *sum)
{
	struct ringbuf_cpu *rc;

	if (!hit_is_on(tp))
		return 0;
	rc = kc_this_cpu(gtp_hits.hit_ctx)->rc;
	if (ringbuf_is_busy(rc)) {
		/* Not its 0: then the caller would keep registers for it. */
		ringbuf_reject(rc);
		return 0;
	}
	*sum = kc_add_own64(kc_this_cpu(tp->counter), tp->add);
	return 1;
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
		hit_put_regs(rc, &c, tp->regs_head,
			     arch_hit_regs(regs, &ctx->copy), 0);
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
	if (unlikely(!ringbuf_page_has(rc, kc_load(&tp->quick_size))))
		return gtp_hit_rest(ctx, tp, regs);
	dispatch = kc_load(&tp->dispatch);
	if (likely(dispatch == GTP_DISPATCH_PLAIN)) {
		hit_put_plain(ctx, rc, tp, regs);
		ringbuf_leave(rc);
		return 0;
	}
	if (dispatch == GTP_DISPATCH_CLOCK)
		return gtp_hit_clock(ctx, tp, regs);
	return dispatch > GTP_DISPATCH_CLOCK ?
	       gtp_hit_page(ctx, tp, regs) : gtp_hit_values(ctx, tp, regs);
}

/* ---- at the return of a function --------------------------------------- */

/* Registers are always a copy: the kernel's trampoline leaves some to us. */
static inline const struct pt_regs *
return_regs(const struct gtp_tracepoint *tp, const struct pt_regs *regs,
	    const struct gtp_call *call, struct pt_regs *copy)
{
	arch_return_regs(regs, copy);
	if (call && tp->uses & GTP_USES_KRET_ARGS)
		arch_put_args(copy, call->args);
	return copy;
}

static __always_inline void return_put_plain(struct ringbuf_cpu *rc,
					     const struct gtp_tracepoint *tp,
					     const struct pt_regs *regs,
					     const struct gtp_call *call)
{
	struct ringbuf_cursor c = ringbuf_reserve(rc, tp->size, tp->num,
						  kc_cycles(), tp->addr, 0);

	if (likely(tp->regs))
		return_regs(tp, regs, call,
			    hit_space_for_regs(rc, &c, tp->regs_head));
	hit_count(tp, ringbuf_commit(rc, &c, 0));
}

/* As the answer of a decision: not made yet, as it may need the claim. */
#define RETURN_UNDECIDED	0

/*
 * hit_always() for a return to ret_addr. call is NULL if nothing is kept.
 * answer: AGENT_TRUE also where there is no decision.
 */
static __always_inline int return_always(struct gtp_tracepoint *tp,
					 const struct pt_regs *regs,
					 unsigned long ret_addr,
					 const struct gtp_call *call,
					 u32 answer)
{
	struct gtp_hit_ctx *ctx;
	struct ringbuf_cpu *rc;

	if (!hit_is_on(tp))
		return 0;
	ctx = kc_this_cpu(gtp_hits.hit_ctx);
	rc = ctx->rc;
	if (ringbuf_is_busy(rc))
		return ringbuf_reject(rc);
	ringbuf_claim(rc);
	if (answer == RETURN_UNDECIDED && !tp->decision)
		answer = AGENT_TRUE;
	if (answer != AGENT_TRUE ||
	    !ringbuf_page_has(rc, kc_load(&tp->quick_size)))
		return gtp_return_rest(ctx, tp, regs, ret_addr, call, answer);
	return_put_plain(rc, tp, regs, call);
	ringbuf_leave(rc);
	return 0;
}

#endif
