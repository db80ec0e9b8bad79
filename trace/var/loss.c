/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hits that were lost: $lost_*. $lost_printk is in printk.c.
 *
 * Context of all get and put functions: any, including NMI. ctx is NULL if GDB
 * asks outside of a hit.
 */
#include <linux/kernel.h>

#include "trace/probe/probe.h"
#include "trace/var/private.h"

static u64 loss(int which)
{
	struct ringbuf_info info;

	if (!gtp.rb)
		return 0;
	ringbuf_get_info(gtp.rb, -1, &info);
	switch (which) {
	case 0:
		return info.nested;
	case 1:
		return info.overwritten;
	case 2:
		return info.shrunk;
	case 3:
		return info.too_big;
	default:
		return info.no_share;
	}
}

static u64 get_lost_nested(struct gtp_hit_ctx *ctx)
{
	return loss(0);
}

static u64 get_lost_overwritten(struct gtp_hit_ctx *ctx)
{
	return loss(1);
}

static u64 get_lost_shrunk(struct gtp_hit_ctx *ctx)
{
	return loss(2);
}

static u64 get_lost_too_big(struct gtp_hit_ctx *ctx)
{
	return loss(3);
}

static u64 get_lost_no_share(struct gtp_hit_ctx *ctx)
{
	return loss(4);
}

static u64 get_lost_missed(struct gtp_hit_ctx *ctx)
{
	return gtp_lost_missed();
}

static u64 get_lost_returns(struct gtp_hit_ctx *ctx)
{
	return gtp_lost_returns();
}

static const struct gtp_special specials[] = {
	{ GTP_SPECIAL(lost_nested), .get = get_lost_nested },
	{ GTP_SPECIAL(lost_overwritten), .get = get_lost_overwritten },
	{ GTP_SPECIAL(lost_shrunk), .get = get_lost_shrunk },
	{ GTP_SPECIAL(lost_too_big), .get = get_lost_too_big },
	{ GTP_SPECIAL(lost_missed), .get = get_lost_missed },
	{ GTP_SPECIAL(lost_no_share), .get = get_lost_no_share },
	{ GTP_SPECIAL(lost_returns), .get = get_lost_returns },
};

const struct var_group gtp_loss_vars = {
	.vars = specials,
	.nr = ARRAY_SIZE(specials),
};
