/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files of run/.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#ifndef RUN_PRIVATE_H
#define RUN_PRIVATE_H

#include <linux/sched.h>
#include <linux/wait.h>

#include "trace/run/run.h"

/* ---- compile.c --------------------------------------------------------- */

/* Allocate buffers for any number of gtp_compile(). Return 0 or -ENOMEM. */
int gtp_compile_begin(void);
void gtp_compile_end(void);
/*
 * Check and decode condition and actions, after gtp_compile_begin(). Return 0,
 * or a negative errno with an error in tx and nothing left of it.
 */
int gtp_compile(struct gtp_tracepoint *tp, struct rsp_tx *tx);
void gtp_compile_drop(struct gtp_tracepoint *tp);
/*
 * The path of its actions, if it is not the slow one and a clock of cycles orders
 * frames.
 */
enum gtp_dispatch gtp_compiled_dispatch(const struct gtp_tracepoint *tp);
/* Does the condition or an action name an address in this range? */
int gtp_compile_names(const struct gtp_tracepoint *tp, u64 start, u64 size);
/*
 * tp->addr of an unarmed tracepoint has moved: adjust actions relative to pc.
 */
void gtp_compile_move(struct gtp_tracepoint *tp, u64 by);

/* ---- names.c ----------------------------------------------------------- */

/* Name the actions as the user typed them, where that is known. */
void gtp_name_actions(struct gtp_tracepoint *tp);

/* ---- percpu.c ---------------------------------------------------------- */

/*
 * Like agent_compile(). In programs that name __per_cpu_offset[], move
 * addresses of per-CPU variables back.
 */
enum agent_error gtp_percpu_compile(const u8 *code, u32 len,
				    struct agent_insn *insn, u16 *map,
				    struct agent_prog *prog, u32 *err_pc);

/* ---- tracepoints.c ----------------------------------------------------- */

/* Add it to the list, which hits may be walking. */
void gtp_tracepoint_show(struct gtp_tracepoint *tp);
/* Take the one that is being defined during a run. NULL: none. */
struct gtp_tracepoint *gtp_tracepoint_take(void);
/* tp is unarmed and in no list; or NULL. */
void gtp_tracepoint_free(struct gtp_tracepoint *tp);
void gtp_tracepoints_keep(void);
void gtp_tracepoints_drop_kept(void);

/* ---- ranges.c ---------------------------------------------------------- */

void gtp_ro_keep(void);
void gtp_ro_drop_kept(void);

/* ---- errors.c ---------------------------------------------------------- */

void gtp_errors_reset(void);	/* no run is on */

/* ---- buffer.c ---------------------------------------------------------- */

/*
 * Allocate scratch data and a buffer of gtp.size bytes. Kept from run to run.
 */
int run_alloc_buffer(void);
void run_free_buffer(void);	/* no run is on */

/* ---- arm.c ------------------------------------------------------------- */

/*
 * Report progress. Return 0, or -EINTR with an error in tx if the start has been
 * cancelled.
 */
int run_go_on(const char *done, u32 n, struct rsp_tx *tx);
/* Return 0 to go on without tp, or err with an error in tx. */
int run_failed(struct gtp_tracepoint *tp, int err, struct rsp_tx *tx);
/*
 * Does tp need a probe? A disabled one may have any address until it is
 * enabled.
 */
int run_is_wanted(const struct gtp_tracepoint *tp, struct rsp_tx *tx);
/*
 * Find the sites of all tracepoints, then register their probes. Return 0, or a
 * negative errno with an error in tx.
 */
int run_place_all(struct rsp_tx *tx);
int run_set_all(struct rsp_tx *tx);
/*
 * Register a probe while a run is on. Hits begin once the caller adds tp to the
 * site, or an ERR_PTR(). A site left without tracepoints lasts until the end of
 * the run.
 */
struct gtp_site *run_site_late(const struct gtp_tracepoint *tp);

/* ---- start.c ----------------------------------------------------------- */

/* Return 0, or a negative errno with an error in tx. */
int run_prepare_tracepoint(struct gtp_tracepoint *tp, struct rsp_tx *tx);
void run_set_dispatch(struct gtp_tracepoint *tp);
void run_set_all_dispatch(void);

/* ---- stop.c ------------------------------------------------------------ */

/*
 * No hit is in progress on return. tx takes notices, or is NULL. The module
 * cannot be unloaded while armed: its exit function could not refuse if the
 * kernel fails to remove a probe.
 */
void run_disarm(struct rsp_tx *tx);

/* ---- wake.c ------------------------------------------------------------ */

extern struct task_struct *run_thread;
extern wait_queue_head_t run_wait;
/*
 * Set while the thread unregisters the probes of a run that has ended by
 * itself, or handles modules. Between two batches it releases gtp.lock, so that
 * others can read memory, or queue a packet and get progress notices. Under
 * gtp.lock.
 */
extern int run_finishing;
extern int run_watch;	/* session has a deadline; written unlocked */
/* The thread, between two batches of probes: release gtp.lock for a moment. */
void gtp_yield_lock(u32 done);

/* ---- modules.c --------------------------------------------------------- */

/*
 * On from before the first probe is registered until the last is unregistered.
 */
void gtp_modules_watch(int on);
void gtp_modules_handle(void);
void gtp_modules_forget(void);

#endif
