/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hit path: from a probe that fired to a frame in the trace buffer.
 *
 * It runs in any context, including NMI, with preemption off and possibly any
 * lock held. Nothing here sleeps or allocates, and the only lock is
 * gtp_hits.var_lock. docs/design.md lists all calls and why they are safe.
 * Functions that take ctx or rc run under ringbuf_enter().
 *
 * Most hits need only hit_always() of body.h, or gtp_hit_page(), which put a
 * frame of known size straight into the ring. Other functions append to a frame
 * action by action.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/calls.h"
#include "compat/clock.h"
#include "compat/read.h"
#include "compat/stack.h"
#include "trace/hit/body.h"
#include "trace/hit/hit.h"
#include "trace/hit/put.h"

void gtp_end_run(enum gtp_reason reason, const struct gtp_tracepoint *tp,
		 enum agent_error err, int in_cond, u64 addr)
{
	if (cmpxchg(&gtp.stopping, 0, 1))
		return;
	gtp.stop_cause.reason = reason;
	gtp.stop_cause.num = tp ? tp->num : 0;
	gtp.stop_cause.err = err;
	gtp.stop_cause.in_cond = in_cond;
	gtp.stop_cause.addr = addr;
	kc_store_release(&gtp_hits.running, 0);
}

/*
 * During a run no tracepoint leaves the list, and one that joins is complete.
 */
enum agent_error gtp_hit_switch(u64 num, int on)
{
	struct gtp_tracepoint *tp;
	int found = !num;

	gtp_each_in_run(tp, &gtp.tracepoints) {
		if (num && tp->num != num)
			continue;
		/* A store would take the line from all CPUs that hit it. */
		if (kc_load(&tp->enabled) != on)
			kc_store(&tp->enabled, on);
		found = 1;
	}
	return found ? AGENT_OK : AGENT_E_BAD_TRACEPOINT;
}

/* ---- actions ----------------------------------------------------------- */

/*
 * Under ringbuf_enter(), so that no nested hit spins on a lock that its own CPU
 * holds. Interrupts are off: a handler could wait for a lock whose owner is
 * spinning here on another CPU, waiting for this one.
 * Context: any, under ringbuf_enter().
 */
#define hit_lock_vars(flags)	do {		\
	raw_local_irq_save(flags);		\
	while (cmpxchg(&gtp_hits.var_lock, 0, 1))	\
		cpu_relax();			\
} while (0)

#define hit_unlock_vars(flags)	do {		\
	kc_store_release(&gtp_hits.var_lock, 0);	\
	raw_local_irq_restore(flags);		\
} while (0)

/* An expression that fails must set no variable, so set them at the end. */
static noinline enum agent_error hit_run_early(struct gtp_hit_ctx *ctx,
					       const struct agent_prog *prog)
{
	enum agent_error err;

	ctx->nr_sets = 0;
	ctx->deferring = 1;
	err = agent_run(prog, ctx, ctx->stack, &ctx->result);
	ctx->deferring = 0;
	return err ? err : gtp_put_sets(ctx);
}

static noinline enum agent_error hit_run(struct gtp_hit_ctx *ctx,
					 const struct agent_prog *prog)
{
	enum agent_error err;
	int early = prog->sets_early || (prog->reads_late && ctx->absent);
	unsigned long flags;

	if (!prog->rmw_var && !early)
		return agent_run(prog, ctx, ctx->stack, &ctx->result);
	if (!prog->rmw_var)
		return hit_run_early(ctx, prog);
	hit_lock_vars(flags);
	if (early)
		err = hit_run_early(ctx, prog);
	else
		err = agent_run(prog, ctx, ctx->stack, &ctx->result);
	hit_unlock_vars(flags);
	return err;
}

/* Context: any, under ringbuf_enter(). */
u64 gtp_hit_add_shared(kc_word64_t *word, u64 n)
{
	unsigned long flags;
	u64 sum;

	hit_lock_vars(flags);
	sum = kc_load64(word) + n;
	kc_store64(word, sum);
	hit_unlock_vars(flags);
	return sum;
}

static enum agent_error hit_block_addr(struct gtp_hit_ctx *ctx,
				       const struct gtp_action *act, u64 *addr)
{
	enum agent_error err = AGENT_OK;

	*addr = 0;
	if (act->base_at != GTP_BASE_NONE)
		err = agent_target_reg(ctx, act->basereg, addr);
	*addr += act->off;
	return err;
}

static enum agent_error hit_action(struct gtp_hit_ctx *ctx,
				   const struct gtp_action *act)
{
	enum agent_error err;
	u64 addr;

	switch (act->kind) {
	case GTP_ACT_EXPR:
	case GTP_ACT_STEPS:
		return hit_run(ctx, &act->prog);
	case GTP_ACT_ADD:
		hit_add(act);
		return AGENT_OK;
	case GTP_ACT_MEMORY:
		err = hit_block_addr(ctx, act, &addr);
		return err ? err : agent_target_trace(ctx, addr, act->len);
	case GTP_ACT_RET:
		err = hit_block_addr(ctx, act, &addr);
		return err ? err : gtp_collect_ret(ctx, addr);
	default:
		return gtp_collect_var(ctx, act->var);
	}
}

/*
 * Run the actions from act on, without printing. One that fails is left out of
 * the frame, and the next one runs.
 */
static enum agent_error hit_actions(struct gtp_hit_ctx *ctx,
				    const struct gtp_tracepoint *tp,
				    const struct gtp_action *act)
{
	enum agent_error err = AGENT_OK;

	for (; act != tp->acts_end && !err; act++) {
		err = hit_action(ctx, act);
		if (unlikely(err))
			err = gtp_hit_error(ctx, act - tp->acts + 1, err);
	}
	return err;
}

/* The same for all actions, where some may print. */
static enum agent_error hit_actions_print(struct gtp_hit_ctx *ctx,
					  const struct gtp_tracepoint *tp)
{
	const struct gtp_action *act;
	enum agent_error err = AGENT_OK;

	for (act = tp->acts; act != tp->acts_end && !err; act++) {
		err = hit_action(ctx, act);
		if (!err && ctx->printed_value.kind)
			err = gtp_print_collected(ctx, act->name);
		if (!err)
			continue;
		/* A value that cannot be printed makes no frame either. */
		ctx->printed |= ctx->print_level < GTP_LEVEL_FRAME;
		ctx->printed_value.kind = GTP_PRINT_NONE;
		err = gtp_hit_error(ctx, act - tp->acts + 1, err);
	}
	return err;
}

/* ---- a frame ----------------------------------------------------------- */

static noinline u64 hit_time_slow(void)
{
	return gtp_hits.clock == GTP_CLOCK_COUNTS ?
	       kc_sequence_next(&gtp_hits.sequence) : kc_clock();
}

/* Time that orders frames. */
static inline u64 hit_time(void)
{
	return likely(gtp_hits.clock == GTP_CLOCK_CYCLES) ? kc_cycles() :
						       hit_time_slow();
}

/* The frame does not fit: count a loss, or end the run. */
static noinline void hit_no_room(struct gtp_hit_ctx *ctx)
{
	ctx->wall_at = GTP_NO_WALL;	/* the next frame starts here, too */
	if (kc_load(&gtp_hits.circular)) {
		ringbuf_discard_too_big(ctx->rc);
		return;
	}
	ringbuf_discard(ctx->rc);
	gtp_end_run(GTP_FULL, ctx->tp, AGENT_OK, 0, 0);
}

static __always_inline int hit_reserve(struct gtp_hit_ctx *ctx,
				       const struct gtp_tracepoint *tp,
				       u64 time, int split)
{
	struct ringbuf_cpu *rc = ctx->rc;
	struct ringbuf_cursor c = ringbuf_reserve(rc, tp->regs, tp->num, time,
						  tp->addr, split);

	if (split && !c.hdr)
		return -1;
	if (tp->regs)
		hit_put_regs(rc, &c, tp->regs_head, ctx->regs, split);
	ringbuf_grow(rc, &c, split);
	return 0;
}

static noinline int hit_begin_split(struct gtp_hit_ctx *ctx,
				    const struct gtp_tracepoint *tp, u64 time)
{
	return hit_reserve(ctx, tp, time, 1);
}

/*
 * Begin a frame that grows, with registers if tp wants any. Return 0, or -1 if
 * it does not fit.
 */
static int hit_begin(struct gtp_hit_ctx *ctx, const struct gtp_tracepoint *tp,
		     u64 time)
{
	if (!ringbuf_page_has(ctx->rc, tp->regs))
		return hit_begin_split(ctx, tp, time);
	return hit_reserve(ctx, tp, time, 0);
}

/* Discard a hit that was printed and has only registers; else commit it. */
static void hit_keep(struct gtp_hit_ctx *ctx)
{
	if (ctx->printed && ringbuf_mark(ctx->rc) == ctx->tp->regs) {
		ringbuf_discard(ctx->rc);
		hit_count(ctx->tp, 0);
	} else {
		hit_count(ctx->tp, ringbuf_commit_grown(ctx->rc));
	}
}

/* An error ends the run. Keep what the frame has so far. */
static noinline void hit_failed(struct gtp_hit_ctx *ctx, enum agent_error err)
{
	if (err == AGENT_E_NO_ROOM) {
		hit_no_room(ctx);
		return;
	}
	hit_keep(ctx);
	gtp_end_run(GTP_ERROR, ctx->tp, err, 0, ctx->fault);
}

static inline void hit_end(struct gtp_hit_ctx *ctx,
			   const struct gtp_tracepoint *tp,
			   enum agent_error err)
{
	if (err)
		hit_failed(ctx, err);
	else
		hit_count(tp, ringbuf_commit_grown(ctx->rc));
}

static void hit_frame(struct gtp_hit_ctx *ctx, const struct gtp_tracepoint *tp)
{
	enum agent_error err = AGENT_E_NO_ROOM;

	if (!hit_begin(ctx, tp, hit_time()))
		err = hit_actions(ctx, tp, tp->acts);
	hit_end(ctx, tp, err);
}

/* ---- the slow path ----------------------------------------------------- */

/* A hit that may print, and then makes no frame. */
static void hit_frame_slow(struct gtp_hit_ctx *ctx,
			   const struct gtp_tracepoint *tp)
{
	enum agent_error err = AGENT_E_NO_ROOM;

	ctx->time = hit_time();
	if (!hit_begin(ctx, tp, ctx->time))
		err = hit_actions_print(ctx, tp);
	if (err)
		hit_failed(ctx, err);
	else
		hit_keep(ctx);
}

static void hit_pass(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp)
{
	u32 passed;

	if (!tp->pass) {
		hit_frame_slow(ctx, tp);
		return;
	}
	passed = atomic_inc_return(&tp->passed);
	if (passed > tp->pass)
		return;
	hit_frame_slow(ctx, tp);
	if (passed == tp->pass)
		gtp_end_run(GTP_PASSCOUNT, tp, AGENT_OK, 0, 0);
}

/*
 * Measure the time spent in hits, for the cooked clocks ($cooked_clock): called
 * first and last in a hit.
 */
static noinline void hit_clock_begin(struct gtp_hit_ctx *ctx)
{
	ctx->entered_clock = kc_clock();
	ctx->entered_cycles = kc_cycles();
}

static noinline void hit_clock_end(struct gtp_hit_ctx *ctx)
{
	kc_store64(&ctx->spent_clock,
		   ctx->spent_clock + kc_clock() - ctx->entered_clock);
	kc_store64(&ctx->spent_cycles,
		   ctx->spent_cycles + kc_cycles() - ctx->entered_cycles);
}

/* Resets the state for printing at its end, so that other hits need not. */
noinline void gtp_hit_slow(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
			   int has_cond)
{
	int cooked = kc_load(&gtp_hits.uses) & GTP_USES_COOKED;
	enum agent_error err = AGENT_OK;

	if (cooked)
		hit_clock_begin(ctx);
	ctx->print_format = FRAME_SHOW_AUTO;
	ctx->print_tmp = 0;
	ctx->dumped = 0;
	if (tp->uses & GTP_USES_PRINT)
		ctx->time = hit_time();	/* for a condition that prints */
	ctx->result = 1;
	if (has_cond)
		err = hit_run(ctx, &tp->cond);
	if (err) {
		ctx->result = 0;
		err = gtp_hit_error(ctx, GTP_IN_COND, err);
	}
	if (err)
		gtp_end_run(GTP_ERROR, tp, err, 1, ctx->fault);
	else if (ctx->result)
		hit_pass(ctx, tp);
	ctx->print_level = GTP_LEVEL_FRAME;
	ctx->printed_value.kind = GTP_PRINT_NONE;
	ctx->printed = 0;
	ctx->wall_at = GTP_NO_WALL;
	if (cooked)
		hit_clock_end(ctx);
}

/* ---- a hit ------------------------------------------------------------- */

static void hit_set(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		    struct pt_regs *regs)
{
	ctx->tp = tp;
	ctx->handler_regs = regs;
	ctx->regs = arch_hit_regs(regs, &ctx->copy);
	ctx->absent = 0;
}

/* The slow path, and frames that fit nowhere. Releases the claim. */
static noinline int hit_general(struct gtp_hit_ctx *ctx,
				struct gtp_tracepoint *tp,
				struct pt_regs *regs)
{
	hit_set(ctx, tp, regs);
	if (kc_load(&tp->dispatch) == GTP_DISPATCH_SLOW)
		gtp_hit_slow(ctx, tp, tp->has_cond);
	else
		hit_frame(ctx, tp);
	ringbuf_leave(ctx->rc);
	return 0;
}

/*
 * Put registers and the leading actions of known size straight into the ring.
 * Append the rest action by action. At a return ctx is set, and at are its
 * registers; elsewhere ctx is set only if it is needed, and the claim released.
 */
static __always_inline int hit_put(struct gtp_hit_ctx *ctx,
				   struct gtp_tracepoint *tp,
				   struct pt_regs *regs,
				   const struct pt_regs *at, int at_return,
				   int split)
{
	const struct gtp_action *act = tp->acts;
	struct ringbuf_cpu *rc = ctx->rc;
	struct ringbuf_cursor c = ringbuf_reserve(rc, tp->size, tp->num,
						  hit_time(), tp->addr, split);
	struct ringbuf_cursor before = c;

	if (split && !c.hdr && at_return) {
		hit_frame(ctx, tp);
		return 0;
	}
	if (split && !c.hdr)
		return hit_general(ctx, tp, regs);
	if (tp->regs)
		hit_put_regs(rc, &c, tp->regs_head, at, split);
	for (; act != tp->fixed_end; act++) {
		before = c;
		if (hit_put_action(ctx, &c, act, at, at_return, split))
			break;
	}
	if (unlikely(act != tp->acts_end)) {
		if (act == tp->fixed_end)
			before = c;
		if (!at_return)
			hit_set(ctx, tp, regs);
		ringbuf_grow(rc, &before, split);
		hit_end(ctx, tp, hit_actions(ctx, tp, act));
	} else {
		hit_count(tp, ringbuf_commit(rc, &c, split));
	}
	if (!at_return)
		ringbuf_leave(rc);
	return 0;
}

/* The frame fits into this page. Releases the claim. */
noinline int gtp_hit_page(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		 struct pt_regs *regs)
{
	return hit_put(ctx, tp, regs, arch_hit_regs(regs, &ctx->copy), 0, 0);
}

/* The same for a frame that may cross pages. */
static noinline int hit_split(struct gtp_hit_ctx *ctx,
			      struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return hit_put(ctx, tp, regs, arch_hit_regs(regs, &ctx->copy), 0, 1);
}

/*
 * As hit_put_plain(), and variables. Calls nothing, since the clock is known:
 * no registers need saving.
 */
static __always_inline int hit_put_values(struct gtp_hit_ctx *ctx,
					  struct gtp_tracepoint *tp,
					  struct pt_regs *regs, u64 clock)
{
	const struct gtp_action *act = tp->acts;
	struct ringbuf_cpu *rc = ctx->rc;
	struct ringbuf_cursor c = ringbuf_reserve(rc, tp->size, tp->num,
						  kc_cycles(), tp->addr, 0);

	if (likely(tp->regs))
		hit_put_regs(rc, &c, tp->regs_head,
			     arch_hit_regs(regs, &ctx->copy), 0);
	do
		hit_put_var(rc, &c, act->head,
			    act->quick < GTP_QUICK_CPU ? clock :
			    hit_simple_value(act->quick, act->from), 0);
	while (++act != tp->acts_end);
	hit_count(tp, ringbuf_commit(rc, &c, 0));
	ringbuf_leave(rc);
	return 0;
}

/* Releases the claim. */
noinline int gtp_hit_values(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
			    struct pt_regs *regs)
{
	return hit_put_values(ctx, tp, regs, 0);
}

/* The same with the clock: one sample for the frame. */
noinline int gtp_hit_clock(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
			   struct pt_regs *regs)
{
	return hit_put_values(ctx, tp, regs, kc_clock());
}

/* Tail calls. */
noinline int gtp_hit_rest(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		 struct pt_regs *regs)
{
	return kc_load(&tp->dispatch) == GTP_DISPATCH_SLOW ?
	       hit_general(ctx, tp, regs) : hit_split(ctx, tp, regs);
}

/* The same two at a return. */
noinline void gtp_return_page(struct gtp_hit_ctx *ctx,
			      struct gtp_tracepoint *tp)
{
	hit_put(ctx, tp, NULL, ctx->regs, 1, 0);
}

noinline void gtp_return_split(struct gtp_hit_ctx *ctx,
			       struct gtp_tracepoint *tp)
{
	hit_put(ctx, tp, NULL, ctx->regs, 1, 1);
}

noinline int gtp_hit_unknown(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	struct gtp_hit_ctx *ctx;

	if (!hit_is_on(tp))
		return 0;
	ctx = kc_this_cpu(gtp_hits.hit_ctx);
	if (!ringbuf_enter(ctx->rc))
		return 0;
	hit_set(ctx, tp, regs);
	gtp_hit_slow(ctx, tp, 1);
	ringbuf_leave(ctx->rc);
	return 0;
}
