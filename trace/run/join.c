/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints that join a run.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/err.h>
#include <linux/errno.h>

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
		site = run_site_late(tp);
		if (!IS_ERR(site)) {
			gtp_site_add(site, tp);
			continue;
		}
		err = run_failed(tp, PTR_ERR(site), tx);
		if (err)
			return err;
	}
	return 0;
}

static void refuse(const struct gtp_tracepoint *tp, const char *why,
		   struct rsp_tx *tx)
{
	rsp_error(tx, MSG_TRACEPOINT, tp->num, (unsigned long long)tp->addr,
		  "set", why);
}

/* Do all that can fail. *site stays if there is no probe. */
static int run_prepare_late(struct gtp_tracepoint *tp, struct gtp_site **site,
			    struct rsp_tx *tx)
{
	int switched = gtp_hits.uses & GTP_USES_SWITCH;
	struct gtp_site *late;
	int err;

	if (gtp_compile_begin()) {
		refuse(tp, WHY_COMPILE_NO_MEMORY, tx);
		return -ENOMEM;
	}
	err = run_prepare_tracepoint(tp, tx);
	gtp_compile_end();
	if (err)
		return err;
	if (gtp_vars_prepare()) {
		refuse(tp, WHY_PRINT_NO_MEMORY, tx);
		return -ENOMEM;
	}
	if (!switched && tp->uses & GTP_USES_SWITCH) {
		err = run_arm_disabled(tx);
		if (err)
			return err;
	}
	if (!run_is_wanted(tp, tx))
		return 0;
	late = run_site_late(tp);
	if (IS_ERR(late))
		return run_failed(tp, PTR_ERR(late), tx);
	*site = late;
	return 0;
}

/*
 * Let a tracepoint that is in no list yet join the run. Return 0, or a negative
 * errno with an error in tx.
 */
static int run_join(struct gtp_tracepoint *tp, struct rsp_tx *tx)
{
	struct gtp_site *site = NULL;
	int uses = gtp_hits.uses;
	int err = run_prepare_late(tp, &site, tx);

	if (err) {
		kc_store(&gtp_hits.uses, uses);
		return err;
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
	gtp_pipe_redefine();
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
