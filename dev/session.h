/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One session of GDB: bytes in, bytes out.
 */
#ifndef DEV_SESSION_H
#define DEV_SESSION_H

#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "rsp/rsp.h"
#include "trace/trace.h"

/* A packet or a reply with its framing; binary data is counted escaped. */
#define SESSION_PACKET	(GTP_PACKET_SIZE + 8)
/*
 * GDB puts notes and a user that are as long as its user likes into one packet,
 * longer than announced.
 */
#define SESSION_IN	(2 * GTP_PACKET_SIZE + 8)
/* Replies that nobody has read yet; a power of 2, at least two packets. */
#define SESSION_FIFO	0x20000

struct session {
	struct mutex in_lock;	/* rx, tx, in: one packet at a time */
	struct rsp_rx rx;
	struct rsp_tx tx;	/* the last reply, for '-' */
	char *in[2];		/* one is rx's, the other the thread's if busy */
	int begun;		/* a first byte has come */
	int whole;		/* a whole packet has come */
	int fresh;		/* ... with the last bytes */
	int waits;		/* a packet is due: the first, or the rest of one */
	unsigned long since;	/* in jiffies: when that wait began */
	u32 got;		/* bytes since then */

	struct mutex get_lock;	/* one reader at a time; before out_lock */
	struct mutex out_lock;	/* fifo, out_get, out_put */
	char *fifo;
	u32 out_put, out_get;	/* free running; also read without the lock */
	int busy;		/* tx is in use, and no packet is completed */
	int err;		/* it has been ended, with this; written under in_lock */
	wait_queue_head_t wait;	/* for bytes to read, or room for a reply */

	/* dev.c's lock */
	pid_t tgid;
	int readers, writers;	/* open files, 0 or 1 */
	int had_writer;
};

/* Process context; sleeps.  0 or -ENOMEM. */
int session_begin(struct session *s);
void session_end(struct session *s);

/* Without a lock: may one more packet be taken in; is there output? */
int session_has_room(const struct session *s);
int session_has_output(const struct session *s);

/*
 * Process context; sleeps; under in_lock.  Takes n bytes, or fewer if a reply
 * might not find room, or one is due first.  Returns how many, or -ERESTARTSYS; or
 * a negative errno if the session has been ended: -EPROTO if its first byte is not
 * one that GDB begins with, -ETIMEDOUT if a packet has taken too long.
 */
ssize_t session_input(struct session *s, const char *bytes, size_t n);

/*
 * Process context; sleeps.  Is it time to end the session?  1 if that must be
 * asked again soon.
 */
int session_check(struct session *s);

/* Process context; sleeps.  To user space: bytes or -EFAULT. */
ssize_t session_output(struct session *s, char __user *buf, size_t n);

#endif
