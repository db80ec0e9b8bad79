/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace experiment and the replies to GDB's packets.
 */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include <linux/types.h>
#include <linux/wait.h>

#include "rsp/features.h"
#include "trace/base/session.h"

struct seq_operations;

/* Largest payload in bytes, both directions; announced to GDB. */
#define GTP_PACKET_SIZE	RSP_PACKET_SIZE

/* How many of the newest frames an oops or panic writes to the kernel's log. */
extern unsigned int gtp_log_frames;

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

/*
 * The trace as a file for GDB's `target tfile', while no run is on. It is made
 * as it is read, and any number may be open.
 */
struct gtp_tfile;

/*
 * Return the file; or an ERR_PTR(): -EBUSY while a run is on, -ENOMEM or
 * -ERESTARTSYS.
 * Context: process; sleeps.
 */
struct gtp_tfile *gtp_tfile_open(void);
void gtp_tfile_close(struct gtp_tfile *t);
/*
 * Read up to n bytes (1 or more) at offset off. Return how many, 0 at the end,
 * or -ESTALE if the frames are gone: a run has begun, or the buffer's size was
 * changed; -ENOMEM; -ERESTARTSYS. Reading on costs least; going back, as much as
 * reading from the first frame.
 * Context: process; sleeps; one caller at a time.
 */
ssize_t gtp_tfile_read(struct gtp_tfile *t, u64 off, void *dst, size_t n);
/* Return the size in bytes, or an error of gtp_tfile_read(). The same context. */
s64 gtp_tfile_size(struct gtp_tfile *t);

/*
 * The trace as a stream of such files, whose frames leave the buffer as they are
 * read, during a run or after it. One reader at a time.
 *
 * Return 0, -EBUSY or -ERESTARTSYS.
 * Context: process; sleeps.
 */
int gtp_pipe_open(void);
void gtp_pipe_close(void);
/*
 * Read up to n bytes (1 or more). Return how many; 0 once at the end of each
 * file, and then the next one begins; -EAGAIN: nothing can be read now;
 * -ENOMEM, -ERESTARTSYS. After an error nothing is lost.
 * Context: process; sleeps.
 */
ssize_t gtp_pipe_read(void *dst, size_t n);
/*
 * Is there something to read? gtp_pipe_wait is woken when there is; up to 0.1 s
 * later, or more while the thread kgtp is busy.
 * Context: any.
 */
int gtp_pipe_ready(void);
extern wait_queue_head_t gtp_pipe_wait;

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

#endif
