/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's probes, and which tracepoints each of them serves.  Process
 * context, under gtp.lock; may sleep.
 */
#ifndef GTP_PROBES_H
#define GTP_PROBES_H

#include <linux/list.h>
#include <linux/mutex.h>	/* and with it atomic.h, wherever that is */
#include <linux/types.h>

#include "agent/agent.h"
#include "compat/kprobe.h"

struct gtp_point;
struct rsp_tx;

/* A probe, of all armed tracepoints at one place and of one kind. */
struct gtp_site {
	/* Hit path, next to what the kernel reads of a kprobe. */
	struct gtp_point *only;	/* for handlers that serve one; stays */
	struct agent_range range;	/* its, and where it is in pt_regs */
	u16 range_at;
	struct gtp_point *first;	/* in the order of their definition */
	union {
		struct kprobe kp;
		struct kretprobe rp;	/* is_return; begins with its kp */
	};

	struct gtp_point *last;
	u64 addr;		/* of who came first */
	u64 place;		/* where the kernel puts it: arch_probe_place() */
	int is_return;
	int is_in;		/* the kernel has it */
	int maxactive;		/* as asked for; 0: default */
	atomic_long_t faults;	/* in hits, which nmissed counts, too */
	kprobe_opcode_t *where;	/* kp.addr when it was taken out */
	struct hlist_node hash;	/* by place, but for kept ones */
	struct list_head list;	/* of all sites, or of those that are kept */
};

/*
 * The site for a tracepoint in no site: one that is there, or a new one without a
 * probe.  NULL: no memory.
 */
struct gtp_site *gtp_site_for(const struct gtp_point *tp);
/* From now on, if the probe is in, it is hit. */
void gtp_site_add(struct gtp_site *site, struct gtp_point *tp);
/* Put the probe in, if it is not in: 0 or a negative errno. */
int gtp_site_set(struct gtp_site *site);
/* One whose probe is not in: its tracepoints are in no site any more. */
void gtp_site_drop(struct gtp_site *site);

/*
 * Take all probes out: when it returns no hit is under way.  batch_done hears of
 * how many tracepoints, and may give gtp.lock away for a while.
 */
void gtp_sites_out(void (*batch_done)(u32 points));
/* The same of those at these addresses, while a run is on. */
void gtp_sites_out_of(u64 start, u64 size, void (*batch_done)(u32 points));

/*
 * How many probes the kernel did not take out.  They serve no tracepoint, stay,
 * and hold the module.
 */
u32 gtp_sites_kept(void);

/* kret.c: the same of a return probe. */
int gtp_return_set(struct gtp_site *site);
/* From now on, but for a grace period, it touches nothing. */
void gtp_return_silence(struct gtp_site *site);

#endif
