/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arm tracepoints: give them their probes.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "compat/barrier.h"
#include "trace/base/messages.h"
#include "trace/run/private.h"

int run_go_on(const char *done, u32 n, struct rsp_tx *tx)
{
	/* Ignore signals: gtp_close() of a killed process may run this. */
	gtp_progress(done, n);
	if (!kc_load(&gtp_slow.give_up))
		return 0;
	rsp_error(tx, MSG_START, WHY_INTERRUPTED);
	return -EINTR;
}

static void run_tell_excluded(struct rsp_tx *tx,
			      const struct gtp_tracepoint *tp)
{
	char text[112];

	snprintf(text, sizeof(text), NOTE_EXCLUDED, tp->num,
		 (unsigned long long)tp->addr);
	rsp_notice(tx, text);
	gtp_send_notices(tx);
}

int run_failed(struct gtp_tracepoint *tp, int err, struct rsp_tx *tx)
{
	if (gtp.ignore_error) {
		kc_store(&gtp.last_errno, err);
		return 0;
	}
	gtp_place_refuse(tx, tp, err);
	return err;
}

int run_is_wanted(const struct gtp_tracepoint *tp, struct rsp_tx *tx)
{
	if (tp->absent || (!tp->enabled && !(gtp_hits.uses & GTP_USES_SWITCH)))
		return 0;
	if (tp->excluded)
		run_tell_excluded(tx, tp);
	return !tp->excluded;
}

/* Its site, or an ERR_PTR(); after gtp_place_check(). */
static struct gtp_site *run_site(const struct gtp_tracepoint *tp)
{
	struct gtp_site *site;

	if ((unsigned long)tp->addr != tp->addr)
		return ERR_PTR(-ENOENT);
	if (tp->place_err)
		return ERR_PTR(tp->place_err);
	site = gtp_site_for(tp);
	return site ? site : ERR_PTR(-ENOMEM);
}

/* Register no probe before it is known which tracepoints it serves. */
int run_place_all(struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp;
	struct gtp_site *site;
	int err;

	list_for_each_entry(tp, &gtp.tracepoints, list) {
		if (!run_is_wanted(tp, tx))
			continue;
		site = run_site(tp);
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

static int by_falling_address(const void *a, const void *b)
{
	const struct gtp_tracepoint *const *x = a, *const *y = b;

	if ((*x)->addr == (*y)->addr)
		return (*x)->serial < (*y)->serial ? -1 : 1;
	return (*x)->addr < (*y)->addr ? 1 : -1;
}

/*
 * From the highest address down: before 3.4 the kernel cannot tell where
 * instructions start behind an optimized probe of the same function, and may
 * optimize the first ones while others are still being registered.
 */
static int run_set_in_order(struct gtp_tracepoint **order, u32 n,
			    struct rsp_tx *tx)
{
	u32 i;
	int err;

	sort(order, n, sizeof(*order), by_falling_address, NULL);
	for (i = 0; i < n; i++) {
		err = run_go_on("tracepoints set", i, tx);
		if (err)
			return err;
		/* None if it shared one that was dropped. */
		if (!order[i]->site)
			continue;
		err = gtp_site_set(order[i]->site);
		if (!err)
			continue;
		gtp_site_drop(order[i]->site);
		err = run_failed(order[i], err, tx);
		if (err)
			return err;
	}
	return 0;
}

int run_set_all(struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp, **order;
	u32 n = 0;
	int ret;

	list_for_each_entry(tp, &gtp.tracepoints, list)
		n += !!tp->site;
	if (!n)
		return 0;
	order = gtp_can_alloc(n * sizeof(*order)) ?
		vmalloc(n * sizeof(*order)) : NULL;
	if (!order) {
		rsp_error(tx, MSG_START_PROBES, n);
		return -ENOMEM;
	}
	n = 0;
	list_for_each_entry(tp, &gtp.tracepoints, list)
		if (tp->site)
			order[n++] = tp;
	gtp_sites_set_entries();
	ret = run_set_in_order(order, n, tx);
	vfree(order);
	return ret;
}

struct gtp_site *run_site_late(const struct gtp_tracepoint *tp)
{
	struct gtp_site *site = run_site(tp);
	int err;

	if (IS_ERR(site))
		return site;
	gtp_site_prepare(site, tp);
	err = gtp_site_set(site);
	if (!err)
		return site;
	gtp_site_drop(site);
	return ERR_PTR(err);
}

int gtp_arm_late(struct gtp_tracepoint *tp, const char **why)
{
	struct gtp_site *site;

	if (tp->excluded) {
		*why = WHY_EXCLUDED;
		return -EPERM;
	}
	/* If its module is absent, it is armed when that returns. */
	if (tp->site || tp->absent)
		return 0;
	site = run_site_late(tp);
	if (IS_ERR(site)) {
		*why = gtp_place_error(tp, PTR_ERR(site));
		return PTR_ERR(site);
	}
	gtp_site_add(site, tp);
	tp->refused = 0;
	return 0;
}
