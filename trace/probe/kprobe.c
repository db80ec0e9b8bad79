/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints at an instruction: kprobes.
 *
 * Context of the handlers: any, including NMI; preemption off.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "trace/hit/body.h"
#include "trace/probe/private.h"
#include "agent/decide_run.h"	/* uses what body.h defines */

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
	const struct agent_step *d = tp->decision;

	return agent_decide_rest(d, d, 0, sum, regs) == AGENT_TRUE ?
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

static __always_inline int hit_own(struct gtp_tracepoint *tp,
				   struct pt_regs *regs, int more)
{
	u64 sum;

	return hit_add_own(tp, &sum) ? hit_if_sum(tp, regs, sum, more) : 0;
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

/* A decision that needs more than agent_decide() can do by itself. */
static noinline int hit_if_rest(struct gtp_tracepoint *tp, struct pt_regs *regs,
				u32 answer, const struct agent_step *step)
{
	if (answer == AGENT_REST)
		answer = agent_decide_rest(tp->decision, step, 0, 0, regs);
	if (answer == AGENT_FALSE)
		return 0;
	return answer == AGENT_TRUE ? hit(tp, regs) : gtp_hit_unknown(tp, regs);
}

/* Most hits end here, too. All calls are tail calls. */
static __always_inline int hit_if_decided(const struct agent_step *d,
					  struct gtp_tracepoint *tp,
					  struct pt_regs *regs)
{
	const struct agent_step *step = NULL;
	u32 answer = agent_decide(d, regs, &step);

	if (answer == AGENT_FALSE)
		return 0;
	return answer == AGENT_TRUE ? hit(tp, regs) :
				      hit_if_rest(tp, regs, answer, step);
}

static int hit_if_yes(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return hit_if_decided(tp->decision, tp, regs);
}

static int hit_if_reg_more(struct gtp_tracepoint *tp, struct pt_regs *regs)
{
	return agent_step_in(&tp->test, agent_step_reg(&tp->test, regs)) ?
	       hit_if_decided(tp->decision, tp, regs) : 0;
}

int gtp_hit_decided(struct gtp_tracepoint *tp, struct pt_regs *regs, u32 answer,
		    const struct agent_step *step)
{
	return answer == AGENT_TRUE ? hit(tp, regs) :
				      hit_if_rest(tp, regs, answer, step);
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

int gtp_probe_hit(struct kprobe *kp, struct pt_regs *regs)
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

static int probe_if_reg_more(struct kprobe *kp, struct pt_regs *regs)
{
	const struct gtp_site *site = container_of(kp, struct gtp_site, kp);

	return agent_step_in(&site->test, agent_step_reg(&site->test, regs)) ?
	       hit_if_decided(site->decision, site->only, regs) : 0;
}

static int probe_if_pid(struct kprobe *kp, struct pt_regs *regs)
{
	const struct gtp_site *site = container_of(kp, struct gtp_site, kp);

	return agent_step_in(&site->test, current->pid) ?
	       hit(site->only, regs) : 0;
}

int gtp_probe_if_counter(struct kprobe *kp, struct pt_regs *regs)
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

int gtp_probe_if_yes(struct kprobe *kp, struct pt_regs *regs)
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
	[GTP_PREFILTER_NONE] = { hit, gtp_probe_hit },
	[GTP_PREFILTER_REG] = { hit_if_reg, probe_if_reg },
	[GTP_PREFILTER_REG_MORE] = { hit_if_reg_more, probe_if_reg_more },
	[GTP_PREFILTER_PID] = { hit_if_pid, probe_if_pid },
	[GTP_PREFILTER_COUNTER] = { hit_if_counter, gtp_probe_if_counter },
	[GTP_PREFILTER_COUNTER_MORE] = { hit_if_counter_more,
					 probe_if_counter_more },
	[GTP_PREFILTER_SHARED] = { hit_if_shared, probe_if_shared },
	[GTP_PREFILTER_SHARED_MORE] = { hit_if_shared_more,
					probe_if_shared_more },
	[GTP_PREFILTER_DECISION] = { hit_if_yes, gtp_probe_if_yes },
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

void gtp_kprobe_ready(struct gtp_site *site, u64 addr)
{
	memset(&site->kp, 0, sizeof(site->kp));
	site->kp.addr = (kprobe_opcode_t *)(unsigned long)addr;
	site->kp.pre_handler = handler_of(site);
	kc_kprobe_on_fault(&site->kp, site_fault);
}

static int kprobe_register(struct gtp_site *site, u64 addr)
{
	gtp_kprobe_ready(site, addr);
	return register_kprobe(&site->kp);
}

/*
 * Where ftrace is switched off, so is a kprobe at the entry. Behind ftrace's
 * instruction registers and stack are the same.
 */
static int kprobe_arm(struct gtp_site *site)
{
	unsigned long behind;

	if (site->by == GTP_BY_BEHIND) {
		behind = arch_behind_ftrace(site->place);
		if (behind && !kprobe_register(site, behind))
			return 0;
	}
	site->by = GTP_BY_KPROBE;
	return kprobe_register(site, site->addr);
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
