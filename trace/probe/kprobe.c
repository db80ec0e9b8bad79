/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints at an instruction: kprobes.
 *
 * Context of the handlers: any, including NMI; preemption off.
 */
#include <linux/kernel.h>
#include <linux/sched.h>

#include "compat/barrier.h"
#include "trace/hit/body.h"
#include "trace/probe/private.h"

/* ---- a hit, by its prefilter ------------------------------------------- */

static int hit(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return hit_always(tp, regs);
}

/*
 * The same if a test of a register passes. Most hits of most tracepoints end
 * here, before anything is written.
 */
static int hit_if_reg(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return agent_step_in(&tp->test, agent_step_reg(&tp->test, regs)) ?
	       hit(tp, regs) : 0;
}

static int hit_if_pid(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return agent_step_in(&tp->test, current->pid) ? hit(tp, regs) : 0;
}

/* The sum decides. It is never unknown: the bytecode would add once more. */
static noinline int hit_if_more(struct gtp_tracepoint *tp, struct pt_regs *regs,
				u64 sum)
{
	const struct agent_decision *d = tp->decision;

	return agent_decide_rest(d, d->step, 0, sum, regs) == AGENT_TRUE ?
	       hit(tp, regs) : 0;
}

/* more: there is a decision, not one test. */
static __always_inline int hit_if_sum(struct gtp_tracepoint *tp,
				      struct pt_regs *regs, u64 sum, int more)
{
	if (more)
		return hit_if_more(tp, regs, sum);
	return agent_step_in(&tp->test, sum) ? hit(tp, regs) : 0;
}

/*
 * One instruction changes the variable, and only if no interrupted hit has
 * claimed this CPU. So nobody on this CPU is between reading and writing it,
 * and a nested hit finishes before this one resumes: no claim is needed.
 */
static __always_inline int hit_own(struct gtp_tracepoint *tp,
				   struct pt_regs *regs, int more)
{
	struct ringbuf_cpu *rc;
	u64 sum;

	if (!hit_is_on(tp))
		return 0;
	rc = kc_this_cpu(gtp_hits.hit_ctx)->rc;
	if (ringbuf_is_busy(rc))
		return ringbuf_reject(rc);
	sum = kc_add_own64(kc_this_cpu(tp->counter), tp->add);
	return hit_if_sum(tp, regs, sum, more);
}

/* The same for a shared variable, which needs a claim and the lock. */
static __always_inline int hit_shared(struct gtp_tracepoint *tp,
				      struct pt_regs *regs, int more)
{
	struct ringbuf_cpu *rc;
	u64 sum;

	if (!hit_is_on(tp))
		return 0;
	rc = kc_this_cpu(gtp_hits.hit_ctx)->rc;
	if (!ringbuf_enter(rc))
		return 0;
	sum = gtp_hit_add_shared(tp->shared, tp->add);
	ringbuf_leave(rc);
	return hit_if_sum(tp, regs, sum, more);
}

static int hit_if_counter(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return hit_own(tp, regs, 0);
}

static int hit_if_counter_more(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return hit_own(tp, regs, 1);
}

static int hit_if_shared(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return hit_shared(tp, regs, 0);
}

static int hit_if_shared_more(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return hit_shared(tp, regs, 1);
}

/* Most hits end here, too. */
static __always_inline int hit_if_decided(const struct agent_decision *d,
					  struct gtp_tracepoint *tp,
					  struct pt_regs *regs)
{
	u32 answer = agent_decide(d, regs);

	if (answer == AGENT_FALSE)
		return 0;
	return answer == AGENT_TRUE ? hit(tp, regs) : gtp_hit_unknown(tp, regs);
}

static int hit_if_yes(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return hit_if_decided(tp->decision, tp, regs);
}

/* ---- handlers ---------------------------------------------------------- */

/*
 * Each prefilter has a handler for probes with one tracepoint, which saves the
 * loop and the indirect call of probe_each().
 */
static inline struct gtp_tracepoint *hit_only(struct kprobe *kp)
{
	return container_of(kp, struct gtp_site, kp)->only;
}

static int probe_hit(struct kprobe *kp, struct pt_regs *regs)
{
	return hit_always(hit_only(kp), regs);
}

/* Where the test fails, do not even read the tracepoint. */
static int probe_if_reg(struct kprobe *kp, struct pt_regs *regs)
{
	const struct gtp_site *site = container_of(kp, struct gtp_site, kp);

	return agent_step_in(&site->test, agent_step_reg(&site->test, regs)) ?
	       hit(site->only, regs) : 0;
}

static int probe_if_pid(struct kprobe *kp, struct pt_regs *regs)
{
	const struct gtp_site *site = container_of(kp, struct gtp_site, kp);

	return agent_step_in(&site->test, current->pid) ?
	       hit(site->only, regs) : 0;
}

static int probe_if_counter(struct kprobe *kp, struct pt_regs *regs)
{
	return hit_own(hit_only(kp), regs, 0);
}

static int probe_if_counter_more(struct kprobe *kp, struct pt_regs *regs)
{
	return hit_own(hit_only(kp), regs, 1);
}

static int probe_if_shared(struct kprobe *kp, struct pt_regs *regs)
{
	return hit_shared(hit_only(kp), regs, 0);
}

static int probe_if_shared_more(struct kprobe *kp, struct pt_regs *regs)
{
	return hit_shared(hit_only(kp), regs, 1);
}

static int probe_if_yes(struct kprobe *kp, struct pt_regs *regs)
{
	const struct gtp_site *site = container_of(kp, struct gtp_site, kp);

	return hit_if_decided(site->decision, site->only, regs);
}

/* Each tracepoint claims the ring in turn. */
static int probe_each(struct kprobe *kp, struct pt_regs *regs)
{
	struct gtp_site *site = container_of(kp, struct gtp_site, kp);
	struct gtp_tracepoint *tp = kc_load_acquire(&site->first);

	for (; tp; tp = kc_load_acquire(&tp->next_here))
		tp->hit(tp, regs);
	return 0;
}

int gtp_hit_none(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

static const struct {
	gtp_hit_t hit;
	kprobe_pre_handler_t only;
} prefilters[] = {
	[GTP_PREFILTER_NONE] = { hit, probe_hit },
	[GTP_PREFILTER_REG] = { hit_if_reg, probe_if_reg },
	[GTP_PREFILTER_PID] = { hit_if_pid, probe_if_pid },
	[GTP_PREFILTER_COUNTER] = { hit_if_counter, probe_if_counter },
	[GTP_PREFILTER_COUNTER_MORE] = { hit_if_counter_more,
					 probe_if_counter_more },
	[GTP_PREFILTER_SHARED] = { hit_if_shared, probe_if_shared },
	[GTP_PREFILTER_SHARED_MORE] = { hit_if_shared_more,
					probe_if_shared_more },
	[GTP_PREFILTER_DECISION] = { hit_if_yes, probe_if_yes },
};

/* Handler for the tracepoints that a site has now. */
static kprobe_pre_handler_t handler_of(const struct gtp_site *site)
{
	if (!site->first)
		return gtp_hit_none;
	if (site->first != site->last)
		return probe_each;
	return prefilters[site->only->prefilter].only;
}

/*
 * Count a fault in a hit. Return probes are hit in a kprobe of the kernel's
 * own. If a place has both kinds, the kernel counts a fault for both, and it
 * stays in the return probe's count.
 */
static int site_fault(struct kprobe *kp, struct pt_regs *regs, int trapnr)
{
	atomic_long_inc(&container_of(kp, struct gtp_site, kp)->faults);
	return 0;
}

/* ---- the kind ---------------------------------------------------------- */

static void kprobe_missed(const struct gtp_site *site, struct gtp_lost *lost)
{
	/* Not const before 4.4. */
	atomic_long_t *faults = (atomic_long_t *)&site->faults;

	lost->missed = gtp_less(kc_load(&site->kp.nmissed),
				atomic_long_read(faults));
	lost->returns = 0;
}

static void kprobe_join(struct gtp_site *site, struct gtp_tracepoint *tp)
{
	tp->hit = prefilters[tp->prefilter].hit;
}

static void kprobe_changed(struct gtp_site *site)
{
	kc_store_release(&site->kp.pre_handler, handler_of(site));
}

static int kprobe_arm(struct gtp_site *site)
{
	site->kp.pre_handler = handler_of(site);
	kc_kprobe_on_fault(&site->kp, site_fault);
	return register_kprobe(&site->kp);
}

static void kprobe_silence(struct gtp_site *site)
{
	kc_store(&site->kp.pre_handler, gtp_hit_none);
}

static struct kprobe *leaving[PROBE_BATCH];	/* under gtp.lock */

static void kprobe_disarm(struct gtp_site *const *sites, int n)
{
	int i;

	for (i = 0; i < n; i++)
		leaving[i] = &sites[i]->kp;
	kc_unregister_kprobes(leaving, n);
}

const struct probe_ops gtp_kprobe_ops = {
	.join = kprobe_join,
	.changed = kprobe_changed,
	.arm = kprobe_arm,
	.silence = kprobe_silence,
	.disarm = kprobe_disarm,
	.missed = kprobe_missed,
};
