/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kinds of probes. Each has a file with its handlers, and a line in the table
 * of kinds.c.
 *
 * Context of all functions, unless noted: process, holds gtp.lock; may sleep.
 */
#ifndef PROBE_PRIVATE_H
#define PROBE_PRIVATE_H

#include "compat/ftrace.h"
#include "trace/probe/probe.h"

#define PROBE_BATCH	256	/* probes to unregister at once, at most */

/*
 * Hits call none of these but missed (for $lost_missed): the handlers of a kind
 * inline what hit/body.h has.
 */
struct probe_ops {
	/*
	 * What the kernel lost so far. Context: any, including NMI. The first
	 * member, as tests/vm/hitcalls.py reads it.
	 */
	void (*missed)(const struct gtp_site *site, struct gtp_lost *lost);
	int flags;		/* PROBE_* */
	int claimed_by;		/* GTP_USES_* of an action that asks for it */
	const char *usage;	/* how that is done */
	/*
	 * Take from that action what it says. Return 0, or a negative errno
	 * with *why set.
	 */
	int (*claim)(struct gtp_tracepoint *tp, const struct agent_prog *prog,
		     const char **why);
	/* Like arch_probe_check(), which comes before; may be NULL. */
	int (*check)(unsigned long addr, const char **why);
	/* Can a registered probe serve tp, too? NULL: any. */
	int (*serves)(const struct gtp_site *site,
		      const struct gtp_tracepoint *tp);
	/* tp is about to be added; may be NULL. */
	void (*join)(struct gtp_site *site, struct gtp_tracepoint *tp);
	/* A tracepoint was added; hits may be in progress. May be NULL. */
	void (*changed)(struct gtp_site *site);
	/* Before arming a site that will serve tp; may be NULL. */
	void (*prepare)(struct gtp_site *site, const struct gtp_tracepoint *tp);
	/* Register the probe. Return 0 or a negative errno. */
	int (*arm)(struct gtp_site *site);
	/* Let its handlers touch nothing, after a grace period. */
	void (*silence)(struct gtp_site *site);
	/* Unregister up to PROBE_BATCH probes. No hit is in progress after. */
	void (*disarm)(struct gtp_site *const *sites, int n);
};

extern const struct probe_ops gtp_kprobe_ops, gtp_kretprobe_ops;
extern const struct probe_ops *const gtp_probe_kinds[];	/* up to NULL */

/* ---- kprobe.c ----------------------------------------------------------- */

/* Handler of a probe without tracepoints. Context: any. */
int gtp_hit_none(struct kprobe *kp, struct pt_regs *regs);
/*
 * Handlers of a probe with one tracepoint: without condition, with a decision,
 * with a per-CPU counter. Context: any.
 */
int gtp_probe_hit(struct kprobe *kp, struct pt_regs *regs);
int gtp_probe_if_yes(struct kprobe *kp, struct pt_regs *regs);
int gtp_probe_if_counter(struct kprobe *kp, struct pt_regs *regs);
/*
 * What is left to do after agent_decide() has not said AGENT_FALSE, with what it
 * has returned. Context: any, preemption off.
 */
int gtp_hit_decided(struct gtp_tracepoint *tp, struct pt_regs *regs, u32 answer,
		    const struct agent_step *step);
/* Set up site->kp for addr, unregistered. */
void gtp_kprobe_ready(struct gtp_site *site, u64 addr);

/* ---- ftrace.c ----------------------------------------------------------- */

#ifdef KC_HAS_FTRACE
/*
 * Decide how these sites are served (site->by), all at an instruction and
 * without probe, and arm those that ftrace serves.
 */
void gtp_ftrace_arm(struct gtp_site *const *sites, u32 n);
/*
 * No site has a hit by ftrace any more, and none is in progress. Return an error
 * if our callback stays; it does nothing then, and is not used again.
 */
int gtp_ftrace_out(void);
#else
static inline void gtp_ftrace_arm(struct gtp_site *const *sites, u32 n)
{
}

static inline int gtp_ftrace_out(void)
{
	return 0;
}
#endif

/* ---- loss.c: any context ----------------------------------------------- */

/* a - b, or 0: the kernel may lose a count if two CPUs count at once. */
u64 gtp_less(u64 a, u64 b);
void gtp_tracepoint_lost(const struct gtp_tracepoint *tp,
			 struct gtp_lost *lost);

#endif
