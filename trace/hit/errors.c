/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hits failed to read or compute. Counted by tracepoint, and by action in
 * a small per-CPU table that only its CPU writes. run/errors.c reports them.
 *
 * Context of all functions: any, under ringbuf_enter().
 */
#include "compat/barrier.h"
#include "compat/clock.h"
#include "trace/hit/hit.h"

/* Errors in the data of an expression, not in the expression itself. */
static int is_passing(enum agent_error err)
{
	return err == AGENT_E_REG || err == AGENT_E_MEMORY ||
	       err == AGENT_E_DEVICE || err == AGENT_E_DIV_ZERO ||
	       err == AGENT_E_TOO_BIG;
}

static int is_entry(const struct gtp_error *e, const struct gtp_tracepoint *tp,
		    u32 where, enum agent_error err)
{
	return e->tp == tp && e->where == where && e->err == err;
}

struct gtp_error *gtp_error_find(struct gtp_hit_ctx *ctx,
				 struct gtp_tracepoint *tp, u32 where,
				 enum agent_error err)
{
	u32 at = tp->num * 7 + where, i;
	struct gtp_error *e;

	for (i = 0; i < GTP_ERRORS; i++) {
		e = &ctx->errors[(at + i) % GTP_ERRORS];
		if (!kc_load_acquire(&e->tp) || is_entry(e, tp, where, err))
			return e;
	}
	return NULL;
}

static void note(struct gtp_hit_ctx *ctx, u32 where, enum agent_error err)
{
	struct gtp_count *count = kc_this_cpu(ctx->tp->count);
	struct gtp_error *e = gtp_error_find(ctx, ctx->tp, where, err);
	u64 now = kc_clock();

	kc_store64(&count->errors, count->errors + 1);
	if (!e) {
		kc_store64(&ctx->errors_unlisted, ctx->errors_unlisted + 1);
		return;
	}
	if (!e->tp) {
		e->where = where;
		e->err = err;
		e->count = 0;
		e->first = ctx->fault;
		e->first_time = now;
	}
	kc_store64(&e->last, ctx->fault);
	kc_store64(&e->last_time, now);
	kc_store64(&e->count, e->count + 1);
	kc_store_release(&e->tp, ctx->tp);
}

enum agent_error gtp_hit_error(struct gtp_hit_ctx *ctx, u32 where,
			       enum agent_error err)
{
	if (!is_passing(err) || kc_load(&gtp.stop_on_error))
		return err;
	note(ctx, where, err);
	return AGENT_OK;
}
