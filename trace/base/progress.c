/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Progress of long operations. Context: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/clock.h"
#include "trace/base/base.h"
#include "trace/base/messages.h"

#define TELL_US		1000000		/* GDB waits for two seconds */

int gtp_progress(const char *what, u64 done)
{
	/* Also for a packet that is still queued. */
	struct rsp_tx *tx = gtp_slow.serving ? gtp_slow.serving :
					       gtp_slow.deferred_tx;
	char text[80];
	u64 now;

	cond_resched();
	if (kc_load(&gtp_slow.give_up) || signal_pending(current))
		return -EINTR;
	if (!tx)
		return 0;
	now = kc_wall_us();
	if (now - gtp_slow.notice_us < TELL_US)
		return 0;
	gtp_slow.notice_us = now;
	snprintf(text, sizeof(text), NOTE_PROGRESS, (unsigned long long)done,
		 what);
	gtp_send_notice(tx, text);
	return 0;
}

/* See arch/arch.h. */
void arch_probe_progress(u32 n)
{
	gtp_progress("symbols looked up", n);
}
