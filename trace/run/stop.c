/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of the run.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/lock.h"
#include "trace/base/messages.h"
#include "trace/run/private.h"

static void run_removed(u32 done)
{
	gtp_progress("tracepoints taken out", done);
	gtp_yield_lock(done);
}

/* n: number of probes newly kept. */
static void run_tell_kept(struct rsp_tx *tx, u32 n)
{
	char text[160];

	if (!tx || !n)
		return;
	snprintf(text, sizeof(text), NOTE_KEPT, n, n == 1 ? "" : "s");
	gtp_send_notice(tx, text);
}

void run_disarm(struct rsp_tx *tx)
{
	u32 kept = gtp_sites_kept();

	gtp_sites_out(run_removed);
	run_tell_kept(tx, gtp_sites_kept() - kept);
	kc_store(&gtp.armed, 0);
	gtp_frames_ended();
	gtp_modules_watch(0);
	module_put(THIS_MODULE);
}

static void run_finish(struct rsp_tx *tx)
{
	kc_assert_held(&gtp.lock);
	if (!gtp_must_finish())
		return;
	gtp.stop_us = kc_wall_us();
	run_disarm(tx);
}

void gtp_finish_run(void)
{
	run_finish(NULL);
}

void gtp_stop(enum gtp_reason reason, struct rsp_tx *tx)
{
	if (!gtp.armed)
		return;
	gtp_end_run(reason, NULL, AGENT_OK, 0, 0);
	/* A hit may have claimed the end and not yet published it. */
	while (kc_load_acquire(&gtp_hits.running))
		cpu_relax();
	run_finish(tx);
}
