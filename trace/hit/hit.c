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

/*
 * A per-CPU variable needs no lock: only this CPU changes it, and a nested hit
 * is lost.
 * Context: any, under ringbuf_enter().
 */
static inline void hit_add(const struct gtp_action *act)
{
	kc_word64_t *word;

	if (!act->own) {
		gtp_hit_add_shared(act->word, act->off);
		return;
	}
	word = kc_this_cpu(act->own);
	kc_store64(word, kc_load64(word) + act->off);
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
	if (kc_load(&gtp_hits.circular)) {
		ringbuf_discard_too_big(ctx->rc);
		return;
	}
	ringbuf_discard(ctx->rc);
	gtp_end_run(GTP_FULL, ctx->tp, AGENT_OK, 0, 0);
}

static __always_inline int hit_reserve(struct gtp_hit_ctx *ctx,
				       const struct gtp_tracepoint *tp,
				       u64 time, u16 regs_are, int split)
{
	struct ringbuf_cpu *rc = ctx->rc;
	struct ringbuf_cursor c = ringbuf_reserve(rc, tp->regs, tp->num, time,
						  tp->addr, split);

	if (split && !c.hdr)
		return -1;
	if (tp->regs)
		hit_put_regs(rc, &c, regs_are, ctx->regs, split);
	ringbuf_grow(rc, &c, 0, split);
	return 0;
}

static noinline int hit_begin_split(struct gtp_hit_ctx *ctx,
				    const struct gtp_tracepoint *tp, u64 time,
				    u16 regs_are)
{
	return hit_reserve(ctx, tp, time, regs_are, 1);
}

/*
 * Begin a frame that grows, with registers if tp wants any. Return 0, or -1 if
 * it does not fit.
 */
static int hit_begin(struct gtp_hit_ctx *ctx, const struct gtp_tracepoint *tp,
		     u64 time, u16 regs_are)
{
	if (!ringbuf_page_has(ctx->rc, tp->regs))
		return hit_begin_split(ctx, tp, time, regs_are);
	return hit_reserve(ctx, tp, time, regs_are, 0);
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

	if (!hit_begin(ctx, tp, hit_time(), 0))
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
	if (!hit_begin(ctx, tp, ctx->time, tp->regs_are))
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

/* Resets the print state at its end, so that other hits need not. */
static noinline void hit_slow(struct gtp_hit_ctx *ctx,
			      struct gtp_tracepoint *tp, unsigned long ret_addr,
			      int has_cond)
{
	int cooked = kc_load(&gtp_hits.uses) & GTP_USES_COOKED;
	enum agent_error err = AGENT_OK;

	if (cooked)
		hit_clock_begin(ctx);
	ctx->ret_addr = ret_addr;
	if (tp->kind_flags & PROBE_AT_RETURN)
		ctx->regs = arch_return_regs(ctx->handler_regs, &ctx->copy);
	ctx->has_wall = 0;
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

/* Releases the claim. */
noinline int gtp_hit_rest(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		 struct pt_regs *regs)
{
	hit_set(ctx, tp, regs);
	if (kc_load(&tp->dispatch) == GTP_DISPATCH_SLOW)
		hit_slow(ctx, tp, 0, tp->has_cond);
	else
		hit_frame(ctx, tp);
	ringbuf_leave(ctx->rc);
	return 0;
}

/*
 * Put an M block of n words; is: FRAME_MEM_*, or 0. Return 0; or, if a word
 * cannot be read, 1 plus the number of words put so far.
 */
static __always_inline u32 hit_put_words(struct ringbuf_cpu *rc,
					 struct ringbuf_cursor *c, u16 is,
					 u64 addr, u32 n, int split)
{
	u32 done = 0, got;
	u64 *p;

	ringbuf_put_word(rc, c, FRAME_HEAD('M', is, n * sizeof(u64)), split);
	ringbuf_put_word(rc, c, addr, split);
	do {
		p = ringbuf_piece(rc, c, n - done, &got, split);
		if (kc_read_words(p, addr + done * sizeof(u64), got))
			return 1 + 2 + done + got;
		done += got;
	} while (split && done < n);
	return 0;
}

/* The same. Return 1, with nothing put, if this needs the general functions. */
static __always_inline u32 hit_put_memory(struct ringbuf_cpu *rc,
					  struct ringbuf_cursor *c,
					  const struct gtp_action *act,
					  const struct pt_regs *regs, u16 is,
					  int split)
{
	u64 addr = hit_addr(act, regs);

	if (!kc_is_quick(addr, act->len))
		return 1;
	return hit_put_words(rc, c, is, addr, act->len / sizeof(u64), split);
}

static __always_inline void hit_put_var(struct ringbuf_cpu *rc,
					struct ringbuf_cursor *c,
					const struct gtp_action *act, u64 value,
					int split)
{
	ringbuf_put_word(rc, c, act->head, split);
	ringbuf_put_word(rc, c, value, split);
}

/*
 * Like hit_put_memory(), for the stack of a task in which no return address has
 * been replaced.
 */
static __always_inline u32 hit_put_bt(struct ringbuf_cpu *rc,
				      struct ringbuf_cursor *c,
				      const struct gtp_action *act,
				      const struct pt_regs *regs, int split)
{
	unsigned long sp = arch_stack_pointer(regs);
	u32 n = min_t(u32, act->len / sizeof(u64), kc_task_words_left(sp));
	u32 undo = n && !kc_calls_replaced() ?
		   hit_put_words(rc, c, 0, sp, n, split) : 1;

	if (!undo)
		hit_put_var(rc, c, act, act->len, split);
	return undo;
}

static inline u64 hit_quick(const struct gtp_special *special)
{
	return special->quick == GTP_QUICK_CALL ?
		special->get(NULL) : agent_quick_value(special->quick);
}

/* Returns like hit_put_memory(). */
static __always_inline u32 hit_put_action(struct ringbuf_cpu *rc,
					  struct ringbuf_cursor *c,
					  const struct gtp_action *act,
					  const struct pt_regs *regs, int split)
{
	if (act->kind == GTP_ACT_BT)
		return hit_put_bt(rc, c, act, regs, split);
	if (act->kind == GTP_ACT_MEMORY)
		return hit_put_memory(rc, c, act, regs, 0, split);
	if (act->kind == GTP_ACT_RET)
		return kc_calls_replaced() ? 1 :
		       hit_put_memory(rc, c, act, regs, FRAME_MEM_RET, split);
	if (act->kind == GTP_ACT_ADD)
		hit_add(act);
	else if (act->kind == GTP_ACT_QUICK)
		hit_put_var(rc, c, act, hit_quick(act->var->special), split);
	else
		hit_put_var(rc, c, act,
			    kc_load64(act->own ? kc_this_cpu(act->own) :
						 act->word), split);
	return 0;
}

/*
 * Put registers and the leading actions of fixed size straight into the ring.
 * Append the rest action by action. Releases the claim.
 */
static __always_inline int hit_put(struct gtp_hit_ctx *ctx,
				   struct gtp_tracepoint *tp,
				   struct pt_regs *regs, int split)
{
	const struct pt_regs *at = arch_hit_regs(regs, &ctx->copy);
	const struct gtp_action *act = tp->acts;
	struct ringbuf_cpu *rc = ctx->rc;
	struct ringbuf_cursor c = ringbuf_reserve(rc, tp->size, tp->num,
						  hit_time(), tp->addr, split);
	u32 undo = 0;

	if (split && !c.hdr)
		return gtp_hit_rest(ctx, tp, regs);
	if (tp->regs)
		hit_put_regs(rc, &c, 0, at, split);
	for (; act != tp->fixed_end; act++) {
		undo = hit_put_action(rc, &c, act, at, split);
		if (undo)
			break;
	}
	if (unlikely(act != tp->acts_end)) {
		hit_set(ctx, tp, regs);
		ringbuf_grow(rc, &c, undo ? undo - 1 : 0, split);
		hit_end(ctx, tp, hit_actions(ctx, tp, act));
	} else {
		hit_count(tp, ringbuf_commit(rc, &c, split));
	}
	ringbuf_leave(rc);
	return 0;
}

/* The frame fits into this page. Releases the claim. */
noinline int gtp_hit_page(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		 struct pt_regs *regs)
{
	return hit_put(ctx, tp, regs, 0);
}

/* The same for a frame that may cross pages. */
noinline int gtp_hit_split(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
		  struct pt_regs *regs)
{
	return hit_put(ctx, tp, regs, 1);
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
	hit_slow(ctx, tp, 0, 1);
	ringbuf_leave(ctx->rc);
	return 0;
}

void gtp_return_hit(struct gtp_tracepoint *tp, struct pt_regs *regs,
		    unsigned long ret_addr)
{
	struct gtp_hit_ctx *ctx;

	if (!hit_is_on(tp))
		return;
	ctx = kc_this_cpu(gtp_hits.hit_ctx);
	if (!ringbuf_enter(ctx->rc))
		return;
	ctx->tp = tp;
	ctx->handler_regs = regs;
	ctx->absent = arch_return_clobbered;
	if (tp->regs_are & FRAME_REGS_SECOND)
		ctx->absent &= ~arch_return_second;
	hit_slow(ctx, tp, ret_addr, tp->has_cond);
	ringbuf_leave(ctx->rc);
}
