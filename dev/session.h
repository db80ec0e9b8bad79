/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A GDB session: bytes in, bytes out.
 */
#ifndef DEV_SESSION_H
#define DEV_SESSION_H

#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "rsp/rsp.h"
#include "trace/target/target.h"

/* A packet or reply with framing. Binary data counts as escaped. */
#define SESSION_PACKET	(GTP_PACKET_SIZE + 8)
/*
 * Longer than announced are the user's notes and name, of any length, and the
 * constant sections of a vmlinux with very many: GDB's buffer, 64 KiB.
 */
#define SESSION_IN	(2 * GTP_PACKET_SIZE + 8)
/* Unread replies; a power of 2, at least two packets. */
#define SESSION_FIFO	0x20000

struct session {
	struct mutex in_lock;	/* one packet at a time: rx, tx, in */
	struct rsp_rx rx;
	struct rsp_tx tx;	/* the last reply, for '-'; in fifo, or later */
	char *in[2];		/* one for rx; other for the thread, if busy */
	char *later;		/* the thread's reply */
	int begun;		/* first byte received */
	int whole;		/* a whole packet received */
	int fresh;		/* ... with the last bytes */
	int waits;		/* a packet is due: the first, or rest of one */
	unsigned long since;	/* start of that wait, in jiffies */
	u32 got;		/* bytes since then */

	struct mutex get_lock;	/* one reader at a time: writes of out_get */
	struct mutex out_lock;	/* one sender: fifo, writes of out_put */
	/*
	 * A ring. Replies are made in it: behind its end there is space for one,
	 * the excess of which is then copied to the start.
	 */
	char *fifo;
	u32 out_put, out_get;	/* free running; also read unlocked */
	u32 out_start;		/* where fifo begins; set under in_lock and get_lock */
	int busy;		/* tx is in use: complete no packet */
	int err;		/* session has ended; written under in_lock */
	wait_queue_head_t wait;	/* for output, or space for a reply */

	/* under dev_lock of dev.c */
	pid_t tgid;
	int readers, writers;	/* open files, 0 or 1 */
	int had_writer;
};

/* Return 0 or -ENOMEM. Context: process; sleeps. */
int session_begin(struct session *s);
void session_end(struct session *s);

/* Is there space for one more packet; is there output? No lock needed. */
int session_has_room(const struct session *s);
int session_has_output(const struct session *s);

/*
 * Take up to n bytes; fewer if a reply might not fit, or is due first. Return
 * how many, or -ERESTARTSYS; or the errno of an ended session: -EPROTO if its
 * first byte cannot be GDB's, -ETIMEDOUT if a packet took too long.
 * Context: process, holds in_lock; sleeps.
 */
ssize_t session_input(struct session *s, const char *bytes, size_t n);

/*
 * End the session if it is time. Return 1 to be called again soon.
 * Context: process; sleeps.
 */
int session_check(struct session *s);

/*
 * Copy output to user space. Return the number of bytes, -EFAULT or
 * -ERESTARTSYS.
 * Context: process; sleeps.
 */
ssize_t session_output(struct session *s, char __user *buf, size_t n);

#endif
