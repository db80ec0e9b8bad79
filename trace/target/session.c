/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of the session with GDB.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/string.h>

#include "trace/target/private.h"

struct gtp_session gtp_session;

void gtp_session_begin(void)
{
	gtp_session.missing_shown = 0;
	gtp_session.device = 0;
	memset(&gtp_session.symbols, 0, sizeof(gtp_session.symbols));
}
