/* SPDX-License-Identifier: GPL-2.0 */
/*
 * $kret: `teval $kret=N' puts a tracepoint at the return of its function, which
 * probe/kretprobe.c does. Not a value: it only marks the tracepoint.
 */
#include <linux/kernel.h>

#include "trace/var/private.h"

static u64 get_kret(struct gtp_hit_ctx *ctx)
{
	return 0;
}

/* Never called: an action that sets it is not run at a hit. */
static enum agent_error put_kret(struct gtp_hit_ctx *ctx, u64 val)
{
	return AGENT_E_TARGET;
}

static const struct gtp_special specials[] = {
	{ .num = 19, .name = "kret", .get = get_kret, .put = put_kret,
	  .uses = GTP_USES_KRET },
};

const struct var_group gtp_kret_vars = {
	.vars = specials,
	.nr = ARRAY_SIZE(specials),
	.ask_for_probe = 1,
};
