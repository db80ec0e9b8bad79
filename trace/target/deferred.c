/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slow packets. Whoever writes one to the device does not wait for its end, and
 * can pass progress notices on to GDB.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "compat/barrier.h"
#include "compat/clock.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

static gtp_serve_t deferred_serve;	/* for gtp.deferred; under gtp.lock */

void gtp_defer_packet(const struct rsp_cmd *cmd, struct rsp_tx *tx,
		      gtp_serve_t serve)
{
	deferred_serve = serve;
	gtp.deferred = *cmd;
	kc_store(&gtp.deferred_tx, tx);
	gtp.notice_us = kc_wall_us();
	gtp_run_wake();
}

void gtp_serve_deferred(void)
{
	struct rsp_tx *tx = gtp.deferred_tx;

	if (!tx)
		return;
	kc_store(&gtp.deferred_tx, NULL);
	gtp.serving = tx;
	gtp_finish_run();
	deferred_serve(&gtp.deferred, tx);
	gtp.serving = NULL;
	if (gtp_save_answers(tx))
		return;
	rsp_tx_end(tx);
	gtp_send_reply(tx);
}

/* Context: process; need not hold gtp.lock. */
void gtp_interrupt(void)
{
	kc_store(&gtp.give_up, 1);
	gtp_run_wake();
}
