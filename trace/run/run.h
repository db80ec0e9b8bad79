/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The run: tracepoints, compiling, start and stop, the thread, the trace
 * buffer.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "trace/probe/probe.h"
#include "trace/var/var.h"

/* ---- tracepoints.c ----------------------------------------------------- */

/* addr: its current address, or the one that GDB knows. */
struct gtp_tracepoint *gtp_tracepoint_find(u32 num, u64 addr);
/* Search gtp_shown_tracepoints(). */
struct gtp_tracepoint *gtp_tracepoint_find_shown(u32 num, u64 addr);
/* A NUL-terminated copy, for kfree(); NULL: no memory. */
char *gtp_strdup(struct rsp_text text);
/* QTDP, QTDP:-, QTDPsrc. Return 0, or a negative errno with *why set. */
int gtp_tracepoint_define(const struct rsp_cmd *cmd, const char **why);
int gtp_tracepoint_actions(const struct rsp_cmd *cmd, const char **why);
int gtp_tracepoint_source(const struct rsp_cmd *cmd, const char **why);
void gtp_tracepoints_free(void);

/* ---- join.c ------------------------------------------------------------ */

/*
 * All packets of a tracepoint but its sources have arrived: it joins the run,
 * if one is on. Return 0, or a negative errno with an error in tx and the
 * tracepoint freed.
 */
int gtp_tracepoint_complete(struct rsp_tx *tx);

/* ---- exclude.c: `monitor disable' -------------------------------------- */

#define GTP_EXCLUDED_MAX	256

/* The n-th excluded address. Return 0 if there is none. */
int gtp_excluded(unsigned int n, u64 *addr);
int gtp_is_excluded(u64 addr);
int gtp_exclude(u64 addr);	/* return 0, or -ENOSPC */
void gtp_exclude_none(void);

/* ---- ranges.c: QTro ---------------------------------------------------- */

/* Constant memory according to GDB: need not be in a frame. */
struct gtp_range {
	struct list_head list;
	u64 start, end;		/* as GDB sent them */
};

/* Return 0, or -EINVAL or -ENOMEM with no range set. */
int gtp_add_ro(struct rsp_text list);
void gtp_clear_ro(void);
/* Those of the experiment shown to readers. */
struct list_head *gtp_shown_ro(void);

/* ---- kept.c: the experiment that the frames belong to ------------------ */

/*
 * QTinit starts a new experiment. If the old one has run, keep it for readers
 * until the next run begins.
 */
void gtp_keep(void);
void gtp_drop_kept(void);

/* ---- start.c and stop.c ------------------------------------------------ */

/* Return 0, or a negative errno with an error in tx; before gtp_start(). */
int gtp_may_start(struct rsp_tx *tx);
/*
 * reads_devices: hits may read memory of devices. Return 0, or a negative errno
 * with an error in tx.
 */
int gtp_start(int reads_devices, struct rsp_tx *tx);
/* tx takes notices; may be NULL. */
void gtp_stop(enum gtp_reason reason, struct rsp_tx *tx);
/* If a hit has ended the run, unregister its probes. */
void gtp_finish_run(void);

/* ---- arm.c ------------------------------------------------------------- */

/*
 * Arm a tracepoint while a run is on. Return 0, or a negative errno with *why
 * set.
 */
int gtp_arm_late(struct gtp_tracepoint *tp, const char **why);

/* ---- buffer.c ---------------------------------------------------------- */

/* Return 0; or -ENOMEM or -EINTR, with the old buffer unchanged. */
int gtp_set_size(u64 bytes);

/* ---- thread.c and wake.c: the thread kgtp ------------------------------ */

int gtp_run_init(void);
void gtp_run_exit(void);
void gtp_run_wake(void);	/* wake the thread. Context: process */
void gtp_wait_finished(void);	/* for the thread to finish; drops gtp.lock */

/* ---- modules.c: modules unloaded and loaded again during a run --------- */

int gtp_modules_init(void);
void gtp_modules_exit(void);
/* See gtp_remark_t. */
int gtp_remark_unloaded(u32 n, char *buf, size_t size);

/* ---- errors.c ---------------------------------------------------------- */

/* See gtp_remark_t. */
int gtp_remark_error(u32 n, char *buf, size_t size);
/*
 * What agent_strerror() says, and where: first and last are addresses, or
 * indexes in arch_regs.
 */
void gtp_error_text(enum agent_error err, u64 first, u64 last, char *buf,
		    size_t size);

/* ---- percpu.c: addresses of per-CPU variables -------------------------- */

void gtp_percpu_init(void);
/* Translate GDB's address of a per-CPU variable to the kernel's. */
u64 gtp_percpu_place(u64 addr);
/*
 * Adjust what GDB is about to see: buf, read from addr; or a copy of a frame.
 */
void gtp_percpu_patch(u64 addr, void *buf, u32 len);
void gtp_percpu_patch_frame(struct frame *f);

/* ---- provided by target/ ----------------------------------------------- */

/* Frames are about to be dropped. */
void gtp_frames_drop(void);
/* The buffer was resized: frames may be gone, and numbers have changed. */
void gtp_frames_moved(void);
/* No run is on any more. */
void gtp_frames_ended(void);
/* Ten times a second during a run: wake the reader of gtpframe_pipe. */
void gtp_pipe_poll(void);
/* A tracepoint of the run, or what is known of one, has changed. */
void gtp_pipe_redefine(void);
/* Tracepoints were freed or put aside: none is being uploaded. */
void gtp_upload_reset(void);
/* The thread serves a deferred packet, if any, and a save. */
void gtp_serve_deferred(void);
void gtp_save_poll(void);
/* Must gtp_save_poll() be called? Need not hold gtp.lock. */
int gtp_save_active(void);

#endif
