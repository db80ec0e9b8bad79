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
#include "trace/internal.h"
#include "trace/target/target.h"

#define TELL_US		1000000		/* GDB waits for two seconds */

void gtp_defer_packet(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
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
	gtp_serve_trace_deferred(&gtp.deferred, tx);
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

int gtp_progress(const char *what, u64 done)
{
	/* Also for a packet that is still queued. */
	struct rsp_tx *tx = gtp.serving ? gtp.serving : gtp.deferred_tx;
	char text[80];
	u64 now;

	cond_resched();
	if (kc_load(&gtp.give_up) || signal_pending(current))
		return -EINTR;
	if (!tx)
		return 0;
	now = kc_wall_us();
	if (now - gtp.notice_us < TELL_US)
		return 0;
	gtp.notice_us = now;
	snprintf(text, sizeof(text), "%llu %s so far...\n",
		 (unsigned long long)done, what);
	gtp_send_notice(tx, text);
	return 0;
}
