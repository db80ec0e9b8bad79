/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hits that the kernel did not deliver (a kprobe inside a kprobe handler), and
 * returns that it did not follow.
 *
 * Context of all functions: any, including NMI.
 */
#include <linux/string.h>

#include "compat/barrier.h"
#include "trace/probe/private.h"

u64 gtp_less(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

/* A site that is removed during a run is valid for a grace period. */
void gtp_tracepoint_lost(const struct gtp_tracepoint *tp, struct gtp_lost *lost)
{
	const struct gtp_site *site = kc_load_acquire(&tp->site);

	memset(lost, 0, sizeof(*lost));
	if (site) {
		site->kind->missed(site, lost);
		lost->missed = gtp_less(lost->missed, tp->lost_before.missed);
		lost->returns -= tp->lost_before.returns;
	}
	lost->missed += tp->lost.missed;
	lost->returns += tp->lost.returns;
}

u64 gtp_missed(const struct gtp_tracepoint *tp)
{
	struct gtp_lost lost;

	gtp_tracepoint_lost(tp, &lost);
	return lost.missed;
}

u64 gtp_missed_returns(const struct gtp_tracepoint *tp)
{
	struct gtp_lost lost;

	gtp_tracepoint_lost(tp, &lost);
	return lost.returns;
}

/* Hits do not hold gtp.lock, but no tracepoint leaves the list during a run. */
static u64 sum_lost(u64 (*lost)(const struct gtp_tracepoint *tp))
{
	const struct list_head *tracepoints = gtp_shown_tracepoints();
	const struct gtp_tracepoint *tp;
	u64 sum = 0;

	gtp_each_in_run(tp, tracepoints)
		sum += lost(tp);
	return sum;
}

u64 gtp_lost_missed(void)
{
	return sum_lost(gtp_missed);
}

u64 gtp_lost_returns(void)
{
	return sum_lost(gtp_missed_returns);
}
