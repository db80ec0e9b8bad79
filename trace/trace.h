/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace experiment, and the answers to GDB's packets.
 */
#ifndef GTP_TRACE_H
#define GTP_TRACE_H

#include <linux/types.h>

struct rsp_tx;
struct seq_operations;

/* Bytes of payload in the largest packet, either way; told to GDB. */
#define GTP_PACKET_SIZE	0x8000

/*
 * Process context; sleeps.  Below the directory save_dir `tsave -r' may write;
 * NULL: nowhere.  0 or a negative errno.
 */
int gtp_init(u64 buffer_size, const char *save_dir);
/* Process context; sleeps.  Ends the run and frees all; no session is open. */
void gtp_exit(void);

/*
 * Process context; sleeps.  A session of GDB begins, opened by that process: 0
 * or -ERESTARTSYS.
 */
int gtp_open(pid_t tgid);

/*
 * Process context; sleeps.  Of the session that is open: GDB is that process.  0
 * or -ERESTARTSYS.
 */
int gtp_set_peer(pid_t tgid);
/*
 * Process context; sleeps.  It has ended: the run stops, unless disconnected
 * tracing is on.  The frames stay for the next session.
 */
void gtp_close(void);

/* Process context; sleeps.  Counters and sizes as text, "name value" a line. */
extern const struct seq_operations gtp_stat_ops;

/* Any process context.  gtp_check_session() is called until it returns 0. */
void gtp_watch(void);

/* Process context; sleeps.  For gtp_serve(): 0 or -ERESTARTSYS. */
int gtp_lock(void);
void gtp_unlock(void);

/*
 * Any process context.  What is served later is to end soon, done or not; its
 * reply says so.
 */
void gtp_interrupt(void);

#define GTP_NOACK	1	/* no acks after this reply */
/* gtp_send_reply() brings it; until then the packet and tx are ours. */
#define GTP_LATER	2

/*
 * Process context; sleeps; under gtp_lock().  Act on one packet (NUL-terminated at packet[len])
 * and leave the reply in tx, which rsp_tx_end() has ended.  Returns GTP_
 * flags.
 */
int gtp_serve(const char *packet, size_t len, struct rsp_tx *tx);

/* ---- what the surroundings define (dev/session.c) -------------------------- */

/*
 * Process context; sleeps.  Send the notices in tx now, before its reply; the
 * reply is then empty.  GDB gives up on a reply that takes longer than some
 * seconds, but each notice makes it wait anew.
 */
void gtp_send_notices(struct rsp_tx *tx);
/* The same, at once, of what is in no tx: it may have a reply begun. */
void gtp_send_notice(struct rsp_tx *tx, const char *text);
/* Process context; sleeps.  The reply that was to come later. */
void gtp_send_reply(struct rsp_tx *tx);
/*
 * Process context; sleeps.  The thread asks, ten times a second, while a packet
 * is due: has it taken too long?  1: ask again.
 */
int gtp_check_session(void);

#endif
