/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes, and the tracepoints that each serves.
 *
 * Context of all functions, unless noted: process, holds gtp.lock; may sleep.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "trace/hit/hit.h"

/* ---- kinds.c ----------------------------------------------------------- */

/* Give tp the kind that no action asks for. */
void gtp_probe_default(struct gtp_tracepoint *tp);
/* Do these GTP_USES_* of an action ask for a kind? */
int gtp_probe_is_claimed(int uses);
/* If so: how it is asked for. */
const char *gtp_probe_usage(int uses);
/*
 * Give tp that kind, as prog asks for: an action that has effect here, and is
 * not run at a hit. Return 0, or a negative errno with *why set.
 */
int gtp_probe_claim(struct gtp_tracepoint *tp, int uses,
		    const struct agent_prog *prog, const char **why);

/* ---- site.c ------------------------------------------------------------ */

/*
 * Find or create the site for a tracepoint that has none. A new site has no
 * probe yet. NULL: no memory.
 */
struct gtp_site *gtp_site_for(const struct gtp_tracepoint *tp);
/* Hits of tp begin here if the probe is registered. */
void gtp_site_add(struct gtp_site *site, struct gtp_tracepoint *tp);
/* Before that, without tracepoints yet: it will serve tp. */
void gtp_site_prepare(struct gtp_site *site, const struct gtp_tracepoint *tp);
/* Register at once the probes that need not be registered one by one. */
void gtp_sites_set_entries(void);
/* Register the probe if it is not. Return 0 or a negative errno. */
int gtp_site_set(struct gtp_site *site);
/* Free a site without probe, and detach its tracepoints. */
void gtp_site_drop(struct gtp_site *site);

/*
 * Remove all probes. No hit is in progress on return. batch_done gets the
 * number of tracepoints so far, and may release gtp.lock for a while.
 */
void gtp_sites_out(void (*batch_done)(u32 tracepoints));
/* The same for an address range, during a run. */
void gtp_sites_out_of(u64 start, u64 size, void (*batch_done)(u32 tracepoints));

/*
 * Number of probes that the kernel failed to remove. They serve no tracepoint,
 * and pin the module.
 */
u32 gtp_sites_kept(void);
/* See gtp_remark_t: probes that the kernel failed to remove. */
int gtp_remark_kept(u32 n, char *buf, size_t size);

/* ---- place.c ----------------------------------------------------------- */

/* Check whether tp can have a probe; record the result in tp. */
void gtp_place_check(struct gtp_tracepoint *tp);
/* Text for the error err of arming tp, without a full stop. */
const char *gtp_place_error(const struct gtp_tracepoint *tp, int err);
void gtp_place_refuse(struct rsp_tx *tx, const struct gtp_tracepoint *tp,
		      int err);

/* ---- armed.c ----------------------------------------------------------- */

/* Check whether the code has all probes; begin: a new run starts. */
void gtp_check_armed(int begin);
/* By what hits of tp are delivered now, in a word. */
const char *gtp_served_by(const struct gtp_tracepoint *tp);
/* See gtp_remark_t: probes that are missing. */
int gtp_remark_off(u32 n, char *buf, size_t size);

/* ---- loss.c: any context ----------------------------------------------- */

/* Hits and returns of a tracepoint that were lost in this run. */
u64 gtp_missed(const struct gtp_tracepoint *tp);
u64 gtp_missed_returns(const struct gtp_tracepoint *tp);
/* Of all tracepoints. */
u64 gtp_lost_missed(void);
u64 gtp_lost_returns(void);

/* ---- kretprobe.c ------------------------------------------------------- */

/*
 * Why its uses of $kret_ns, $kret_args and $kret_2 cannot be. NULL: they can.
 * Context: process, holds gtp.lock; tp is compiled.
 */
const char *gtp_return_refuses(const struct gtp_tracepoint *tp);

/* See gtp_remark_t: missed returns. */
int gtp_remark_returns(u32 n, char *buf, size_t size);

#endif
