/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hit at the return of a function: what return_always() of body.h leaves.
 *
 * Context of all functions: any, including NMI; under ringbuf_enter().
 */
#include "arch/arch.h"
#include "compat/barrier.h"
#include "trace/hit/body.h"
#include "trace/hit/hit.h"
#include "agent/decide_run.h"	/* uses what body.h defines */

/* A decision reads no register that arch_return_regs() completes. */
static u32 return_decide(struct gtp_hit_ctx *ctx,
			 const struct gtp_tracepoint *tp,
			 const struct pt_regs *regs,
			 const struct gtp_call *call)
{
	if (tp->uses & GTP_USES_KRET_ARGS)
		regs = return_regs(tp, regs, call, &ctx->copy);
	return agent_decide_all(tp->decision, regs);
}

static void return_frame(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
			 const struct pt_regs *regs, int has_cond)
{
	ctx->tp = tp;
	ctx->regs = return_regs(tp, regs, ctx->call, &ctx->copy);
	ctx->absent = tp->absent_regs;
	if (has_cond || kc_load(&tp->dispatch) == GTP_DISPATCH_SLOW)
		gtp_hit_slow(ctx, tp, has_cond);
	else if (ringbuf_page_has(ctx->rc, tp->size))
		gtp_return_page(ctx, tp);
	else
		gtp_return_split(ctx, tp);
}

noinline int gtp_return_rest(struct gtp_hit_ctx *ctx, struct gtp_tracepoint *tp,
			     const struct pt_regs *regs, unsigned long ret_addr,
			     const struct gtp_call *call, u32 answer)
{
	ctx->handler_regs = regs;
	ctx->ret_addr = ret_addr;
	ctx->call = call;
	if (answer == RETURN_UNDECIDED)
		answer = return_decide(ctx, tp, regs, call);
	if (answer != AGENT_FALSE)
		return_frame(ctx, tp, regs,
			     tp->has_cond || answer == AGENT_UNKNOWN);
	ringbuf_leave(ctx->rc);
	return 0;
}
