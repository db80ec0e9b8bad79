/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slow packets. Whoever writes one to the device does not wait for its end, and
 * can pass progress notices on to GDB.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#include "compat/barrier.h"
#include "compat/clock.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

void gtp_defer_packet(const struct rsp_cmd *cmd, struct rsp_tx *tx,
		      gtp_serve_t serve)
{
	gtp_session.deferred_serve = serve;
	gtp_session.deferred = *cmd;
	kc_store(&gtp_slow.deferred_tx, tx);
	gtp_slow.notice_us = kc_wall_us();
	gtp_run_wake();
}

void gtp_serve_deferred(void)
{
	struct rsp_tx *tx = gtp_slow.deferred_tx;

	if (!tx)
		return;
	kc_store(&gtp_slow.deferred_tx, NULL);
	gtp_slow.serving = tx;
	gtp_finish_run();
	gtp_session.deferred_serve(&gtp_session.deferred, tx);
	gtp_slow.serving = NULL;
	if (gtp_save_answers(tx))
		return;
	rsp_tx_end(tx);
	gtp_send_reply(tx);
}

/* Context: process; need not hold gtp.lock. */
void gtp_interrupt(void)
{
	kc_store(&gtp_slow.give_up, 1);
	gtp_run_wake();
}
