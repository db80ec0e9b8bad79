/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of the session with GDB.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "compat/lock.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

struct gtp_session gtp_session;

void gtp_session_begin(void)
{
	gtp_session.missing_shown = 0;
	gtp_session.device = 0;
	gtp_session.space.kind = GTP_SPACE_KERNEL;
	gtp_session.shows_tasks = 0;
	gtp_session.thread = GTP_THREAD_KERNEL;
	gtp_session.error_texts = 0;
	gtp_session.is_lldb = 0;
	memset(&gtp_session.symbols, 0, sizeof(gtp_session.symbols));
}

void gtp_refuse(struct rsp_tx *tx, const char *text)
{
	if (gtp_session.error_texts)
		rsp_error(tx, "%s", text);
	else
		rsp_error_num(tx, 1);
}

/* These two do not hold it. */
int gtp_lock(void)
{
	return mutex_lock_interruptible(&gtp.lock) ? -ERESTARTSYS : 0;
}

void gtp_unlock(void)
{
	mutex_unlock(&gtp.lock);
}
