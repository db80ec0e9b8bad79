/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes, and the tracepoints that each serves.
 *
 * Context of all functions: process, holds gtp.lock; may sleep.
 */
#ifndef GTP_PROBES_H
#define GTP_PROBES_H

#include <linux/list.h>
#include <linux/mutex.h>	/* brings atomic.h, wherever that is */
#include <linux/types.h>

#include "agent/agent.h"
#include "compat/kprobe.h"

struct gtp_tracepoint;
struct rsp_tx;

/* A probe for all armed tracepoints of one kind at one place. */
struct gtp_site {
	/* Read by hits; next to what the kernel reads of a kprobe. */
	struct gtp_tracepoint *only;	/* the first; for handlers of one */
	struct agent_range range;	/* of `only'; its offset in pt_regs */
	u16 range_at;
	struct gtp_tracepoint *first;	/* in the order of definition */
	union {
		struct kprobe kp;
		struct kretprobe rp;	/* if is_return; starts with its kp */
	};

	struct gtp_tracepoint *last;
	u64 addr;		/* of its first tracepoint */
	u64 place;		/* of the probe: arch_probe_place() */
	int is_return;
	int is_in;		/* registered */
	int maxactive;		/* as requested; 0: default */
	atomic_long_t faults;	/* in hits; nmissed includes them */
	kprobe_opcode_t *where;	/* kp.addr before unregistering */
	struct hlist_node hash;	/* by place; not if kept */
	struct list_head list;	/* all sites, or the kept ones */
};

/*
 * Find or create the site for a tracepoint that has none. A new site has no
 * probe yet. NULL: no memory.
 */
struct gtp_site *gtp_site_for(const struct gtp_tracepoint *tp);
/* Hits of tp begin here if the probe is registered. */
void gtp_site_add(struct gtp_site *site, struct gtp_tracepoint *tp);
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

/* kret.c: the same for a return probe. */
int gtp_return_set(struct gtp_site *site);
/* After a grace period its handlers touch nothing. */
void gtp_return_silence(struct gtp_site *site);

#endif
