/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between trace/ and the session with GDB, in dev/session.c.
 */
#ifndef BASE_SESSION_H
#define BASE_SESSION_H

struct rsp_tx;

/* Have gtp_check_session() called until it returns 0. Context: process. */
void gtp_watch(void);

/* ---- provided by dev/session.c ----------------------------------------- */

/*
 * Send the notices in tx now, which leaves an empty reply. GDB gives up on a
 * reply after some seconds, but waits anew after each notice.
 * Context: process; sleeps.
 */
void gtp_send_notices(struct rsp_tx *tx);
/* Send one notice at once, outside of tx, which may hold part of a reply. */
void gtp_send_notice(struct rsp_tx *tx, const char *text);
/*
 * Send the reply of a packet that was served later.
 * Context: process; sleeps.
 */
void gtp_send_reply(struct rsp_tx *tx);
/*
 * Called ten times a second while a packet is due, to end a session that takes
 * too long. Return 1 to be called again.
 * Context: process; sleeps.
 */
int gtp_check_session(void);

#endif
