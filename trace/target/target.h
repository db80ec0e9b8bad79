/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace experiment and the replies to GDB's packets.
 */
#ifndef GTP_TRACE_H
#define GTP_TRACE_H

#include <linux/types.h>

struct rsp_tx;
struct seq_operations;

/* Largest payload in bytes, both directions; announced to GDB. */
#define GTP_PACKET_SIZE	0x8000

/*
 * `tsave -r' may write below save_dir; NULL: nowhere. Return 0 or a negative
 * errno.
 * Context: process; sleeps.
 */
int gtp_init(u64 buffer_size, const char *save_dir);
/*
 * End the run and free everything. No session is open.
 * Context: process; sleeps.
 */
void gtp_exit(void);

/*
 * Begin a session of GDB, opened by tgid. Return 0 or -ERESTARTSYS.
 * Context: process; sleeps.
 */
int gtp_open(pid_t tgid);

/*
 * Set GDB's tgid for the current session. Return 0 or -ERESTARTSYS.
 * Context: process; sleeps.
 */
int gtp_set_peer(pid_t tgid);
/*
 * End the session. Stops the run unless disconnected tracing is on. The frames
 * stay for the next session.
 * Context: process; sleeps.
 */
void gtp_close(void);

/*
 * Counters and sizes as text, a "name value" per line.
 * Context: process; sleeps.
 */
extern const struct seq_operations gtp_stat_ops;

/* Have gtp_check_session() called until it returns 0. Context: process. */
void gtp_watch(void);

/*
 * Taken around gtp_serve(). Return 0 or -ERESTARTSYS.
 * Context: process; sleeps.
 */
int gtp_lock(void);
void gtp_unlock(void);

/*
 * Make a packet served by the thread end soon, done or not. Its reply says
 * which.
 * Context: process.
 */
void gtp_interrupt(void);

#define GTP_NOACK	1	/* no acks after this reply */
/* gtp_send_reply() will send it; until then trace/ owns packet and tx. */
#define GTP_LATER	2

/*
 * Serve one packet, NUL-terminated at packet[len], and leave the finished reply
 * in tx. Return GTP_NOACK, GTP_LATER or 0.
 * Context: process, under gtp_lock(); sleeps.
 */
int gtp_serve(const char *packet, size_t len, struct rsp_tx *tx);

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
