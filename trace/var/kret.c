/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Returns of functions. `teval $kret=N' puts a tracepoint at the return of its
 * function, and `teval $kret_args=1' gives it the arguments of the entry: no
 * values, they only mark the tracepoint for probe/kretprobe.c. $kret_ns is the
 * time since the entry, $kret_2 the second register of the returned value.
 *
 * Context of the functions: any, including NMI. ctx is NULL if GDB asks outside
 * of a hit; otherwise it is that of a return.
 */
#include <linux/kernel.h>

#include "arch/arch.h"
#include "trace/var/private.h"

static u64 get_nothing(struct gtp_hit_ctx *ctx)
{
	return 0;
}

/* Never called: an action that sets it is not run at a hit. */
static enum agent_error put_nothing(struct gtp_hit_ctx *ctx, u64 val)
{
	return AGENT_E_TARGET;
}

static u64 get_kret_ns(struct gtp_hit_ctx *ctx)
{
	return ctx ? ctx->call->ns : 0;
}

static u64 get_kret_2(struct gtp_hit_ctx *ctx)
{
	return ctx ? arch_second_result(ctx->handler_regs) : 0;
}

static const struct gtp_special marks[] = {
	{ GTP_SPECIAL(kret), .get = get_nothing, .put = put_nothing,
	  .uses = GTP_USES_KRET },
	{ GTP_SPECIAL(kret_args), .get = get_nothing,
	  .put = put_nothing, .uses = GTP_USES_KRET_ARGS },
};

static const struct gtp_special specials[] = {
	{ GTP_SPECIAL(kret_ns), .get = get_kret_ns,
	  .quick = GTP_QUICK_KRET_NS, .uses = GTP_USES_KRET_NS },
	{ GTP_SPECIAL(kret_2), .get = get_kret_2,
	  .uses = GTP_USES_KRET_2 },
};

const struct var_group gtp_kret_marks = {
	.vars = marks,
	.nr = ARRAY_SIZE(marks),
	.ask_for_probe = 1,
};

const struct var_group gtp_kret_vars = {
	.vars = specials,
	.nr = ARRAY_SIZE(specials),
};
