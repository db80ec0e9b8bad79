/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints that join a run.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include "compat/barrier.h"
#include "trace/base/messages.h"
#include "trace/run/private.h"

/*
 * Actions enable tracepoints from now on: arm those that were disabled at the
 * start of the run.
 */
static int run_arm_disabled(struct rsp_tx *tx)
{
	struct gtp_site *site;
	struct gtp_tracepoint *tp;
	u32 done = 0;
	int err;

	list_for_each_entry(tp, &gtp.tracepoints, list) {
		gtp_progress("tracepoints looked at", done++);
		if (tp->enabled || tp->site || !run_is_wanted(tp, tx))
			continue;
		site = run_site_late(tp, &err);
		if (site)
			gtp_site_add(site, tp);
		else if (run_failed(tp, err, tx))
			return -1;
	}
	return 0;
}

static void refuse(const struct gtp_tracepoint *tp, const char *why,
		   struct rsp_tx *tx)
{
	rsp_error(tx, MSG_TRACEPOINT, tp->num, (unsigned long long)tp->addr,
		  "set", why);
}

/* Do all that can fail. */
static int run_prepare_late(struct gtp_tracepoint *tp, struct gtp_site **site,
			    struct rsp_tx *tx)
{
	int switched = gtp_hits.uses & GTP_USES_SWITCH;
	int err = 0;

	if (gtp_compile_begin()) {
		refuse(tp, WHY_COMPILE_NO_MEMORY, tx);
		return -1;
	}
	err = run_prepare_tracepoint(tp, tx);
	gtp_compile_end();
	if (err)
		return -1;
	if (gtp_vars_prepare()) {
		refuse(tp, WHY_PRINT_NO_MEMORY, tx);
		return -1;
	}
	if (!switched && tp->uses & GTP_USES_SWITCH && run_arm_disabled(tx))
		return -1;
	if (run_is_wanted(tp, tx))
		*site = run_site_late(tp, &err);
	return err ? run_failed(tp, err, tx) : 0;
}

/*
 * Let a tracepoint that is in no list yet join the run. Return 0, or -1 with an
 * error in tx.
 */
static int run_join(struct gtp_tracepoint *tp, struct rsp_tx *tx)
{
	struct gtp_site *site = NULL;
	int uses = gtp_hits.uses;

	if (run_prepare_late(tp, &site, tx)) {
		kc_store(&gtp_hits.uses, uses);
		return -1;
	}
	/*
	 * Of all uses, only measuring the time in hits affects armed
	 * tracepoints.
	 */
	if ((gtp_hits.uses ^ uses) & GTP_USES_COOKED)
		run_set_all_dispatch();
	run_set_dispatch(tp);
	gtp_tracepoint_show(tp);
	/* Its actions may name it, so it is listed before it is hit. */
	if (site)
		gtp_site_add(site, tp);
	return 0;
}

int gtp_tracepoint_complete(struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp = gtp_tracepoint_take();
	int ret = 0;

	if (!tp)
		return 0;
	/* The run may have ended since. */
	if (gtp.armed)
		ret = run_join(tp, tx);
	else
		gtp_tracepoint_show(tp);
	if (ret)
		gtp_tracepoint_free(tp);
	return ret;
}
