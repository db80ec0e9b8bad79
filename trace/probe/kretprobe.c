/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints at the return of a function: `teval $kret=N'. The kernel keeps
 * memory for each call that it follows. At the function's entry we put there
 * what the return asks for ($kret_ns, $kret_args), and nothing else.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/check.h"
#include "compat/clock.h"
#include "compat/kprobe.h"
#include "compat/symbols.h"
#include "trace/base/messages.h"
#include "trace/hit/body.h"
#include "trace/probe/private.h"
#include "agent/decide_run.h"	/* uses what body.h defines */

#define MAXACTIVE	4096	/* each takes memory */

static int claim_args(struct gtp_tracepoint *tp, u64 value, const char **why)
{
	if (value > 1) {
		*why = WHY_KRET_ARGS;
		return -EINVAL;
	}
	if (!value)
		tp->uses &= ~GTP_USES_KRET_ARGS;
	return 0;
}

/* Accept what folds to a constant: that covers all of GDB's languages. */
static int return_claim(struct gtp_tracepoint *tp,
			const struct agent_prog *prog, const char **why)
{
	struct agent_pattern s;

	if (!agent_match_pattern(prog, &s) || s.kind != AGENT_SET) {
		*why = WHY_KRET_USE;
		return -EINVAL;
	}
	if (gtp_var_slot(s.slot)->special->uses & GTP_USES_KRET_ARGS)
		return claim_args(tp, s.add, why);
	if (s.add > MAXACTIVE) {
		*why = WHY_KRET_SIZE;
		return -EINVAL;
	}
	tp->maxactive = s.add;
	return 0;
}

const char *gtp_return_refuses(const struct gtp_tracepoint *tp)
{
	int needs = tp->uses & (GTP_USES_CALL | GTP_USES_KRET_2);

	/* $kret_args alone makes it one of this kind, too. */
	if ((needs || tp->kind == &gtp_kretprobe_ops) &&
	    !(tp->uses & GTP_USES_KRET))
		return WHY_NOT_AT_RETURN;
	if (kc_kretprobe_has_data() || !(needs & GTP_USES_CALL))
		return NULL;
	return tp->uses & GTP_USES_KRET_NS ? WHY_NO_CALL_DATA("kret_ns") :
					     WHY_NO_CALL_DATA("kret_args");
}

/* ---- probes ------------------------------------------------------------ */

static int return_check(unsigned long addr, const char **why)
{
	struct kc_place place;

	if (!kc_has_kretprobes()) {
		*why = WHY_NO_RETURNS;
		return -ENOSYS;
	}
	if (!arch_is_entry(addr)) {
		*why = WHY_NOT_ENTRY;
		return -EINVAL;
	}
	/*
	 * The spinlock functions are all that the kernel's handling calls while
	 * it cannot be re-entered.
	 */
	if (!kc_kretprobes_guarded() && !kc_symbol_at(addr, &place) &&
	    (strstr(place.text, "spin_lock") ||
	     strstr(place.text, "spin_unlock"))) {
		*why = WHY_RETURNS_ITSELF;
		return -EINVAL;
	}
	return arch_return_probe_check(addr, why);
}

/*
 * At the entry. The call is ours alone until its return.
 * Context of these: any, including NMI; preemption off.
 */
static int entry_clock(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct gtp_call *call = kc_kretprobe_data(ri);

	call->ns = kc_clock();
	return 0;
}

static int entry_args(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct gtp_call *call = kc_kretprobe_data(ri);

	arch_keep_args(regs, call->args);
	return 0;
}

static int entry_both(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	entry_args(ri, regs);
	return entry_clock(ri, regs);
}

/*
 * Clocks of two CPUs may differ by up to a tick, so a call that has moved to
 * another one may seem to end before it began.
 */
static inline void call_ends(struct gtp_call *call)
{
	u64 now = kc_clock();

	call->ns = now > call->ns ? now - call->ns : 0;
}

/* Return 0 if the probe is being unregistered. */
static inline int has_site(struct kretprobe_instance *ri,
			   struct gtp_site **site)
{
	struct kretprobe *rp = kc_kretprobe(ri);

	*site = container_of(rp, struct gtp_site, rp);
	return rp != NULL;
}

/*
 * A site with one tracepoint that keeps nothing.
 * Context of the handlers: any, including NMI; preemption off.
 */
static int return_hit(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct gtp_site *site;

	if (unlikely(!has_site(ri, &site)))
		return 0;
	return return_always(site->only, regs, kc_return_addr(ri, regs), NULL,
			     AGENT_TRUE);
}

/* The same with a decision: most hits end here, before anything is written. */
static int return_if_yes(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct gtp_site *site;
	u32 answer;

	if (unlikely(!has_site(ri, &site)))
		return 0;
	answer = agent_decide_all(site->decision, regs);
	if (answer == AGENT_FALSE)
		return 0;
	return return_always(site->only, regs, kc_return_addr(ri, regs), NULL,
			     answer);
}

/* Each tracepoint claims the ring in turn. */
static int return_each(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	unsigned long addr = kc_return_addr(ri, regs);
	struct gtp_call *call = NULL;
	struct gtp_site *site;
	struct gtp_tracepoint *tp;

	if (!has_site(ri, &site))
		return 0;
	if (site->keeps)
		call = kc_kretprobe_data(ri);
	if (site->keeps & GTP_USES_KRET_NS)
		call_ends(call);
	tp = kc_load_acquire(&site->first);
	for (; tp; tp = kc_load_acquire(&tp->next_here))
		return_always(tp, regs, addr, call, RETURN_UNDECIDED);
	return 0;
}

/* A probe without tracepoints. */
static int return_none(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return 0;
}

/*
 * Called before unregistering: if that fails, kernels from 5.18 on free what
 * their own entry handler keeps using.
 */
static void return_silence(struct gtp_site *site)
{
	kc_store(&site->rp.handler, return_none);
	kc_store(&site->kp.pre_handler, gtp_hit_none);
}

/* See gtp_remark_t. */
int gtp_remark_returns(u32 n, char *buf, size_t size)
{
	const struct gtp_tracepoint *tp, *first = NULL;
	u64 missed, sum = 0;
	int more = 0;

	if (n)
		return 0;
	list_for_each_entry(tp, gtp_shown_tracepoints(), list) {
		missed = tp->kind == &gtp_kretprobe_ops ?
			 gtp_missed_returns(tp) : 0;
		if (!missed)
			continue;
		if (first)
			more = 1;
		else
			first = tp;
		sum += missed;
	}
	if (!first)
		return 0;
	snprintf(buf, size, REMARK_RETURNS, first->num,
		 more ? " and others" : "", (unsigned long long)sum);
	return 1;
}

static void keep_calls(struct gtp_site *site)
{
	size_t size = sizeof(struct gtp_call);

	if (site->keeps & GTP_USES_KRET_ARGS)
		size += ARCH_ARGS * sizeof(unsigned long);
	if (site->keeps == GTP_USES_CALL)
		kc_kretprobe_keep(&site->rp, size, entry_both);
	else if (site->keeps == GTP_USES_KRET_ARGS)
		kc_kretprobe_keep(&site->rp, size, entry_args);
	else if (site->keeps)
		kc_kretprobe_keep(&site->rp, size, entry_clock);
}

/*
 * Handler for the tracepoints that a site has now. A late site has none when
 * its probe is registered.
 */
static kretprobe_handler_t handler_of(const struct gtp_site *site)
{
	if (!site->only || site->first != site->last || site->keeps)
		return return_each;
	return site->decision ? return_if_yes : return_hit;
}

/* Like the handler of a kprobe, it never changes back to that of one. */
static void return_changed(struct gtp_site *site)
{
	if (site->first != site->last)
		kc_store_release(&site->rp.handler, return_each);
}

static int return_arm(struct gtp_site *site)
{
	BUILD_BUG_ON(offsetof(struct kretprobe, kp));
	site->rp.handler = handler_of(site);
	site->rp.maxactive = site->maxactive;
	keep_calls(site);
	return register_kretprobe(&site->rp);
}

/* ---- what is kept, and how many calls are followed --------------------- */

/* No kernel has a larger default. */
static int default_maxactive(void)
{
	return max_t(int, 10, 2 * gtp.nr_cpus);
}

static int kept_for(const struct gtp_tracepoint *tp)
{
	return tp->uses & GTP_USES_CALL;
}

/*
 * How many calls the kernel follows at once, and what is kept of each, is fixed
 * when a return probe is registered. A tracepoint that needs more gets a second
 * probe.
 */
static int return_serves(const struct gtp_site *site,
			 const struct gtp_tracepoint *tp)
{
	if (kept_for(tp) & ~site->keeps)
		return 0;
	return tp->maxactive ? site->rp.maxactive >= tp->maxactive :
	       !site->maxactive || site->rp.maxactive >= default_maxactive();
}

/* Raise both for tp; a maxactive of 0 is the kernel's default. */
static void return_join(struct gtp_site *site, struct gtp_tracepoint *tp)
{
	int enough = default_maxactive();
	int n = site->maxactive, more = tp->maxactive;

	site->keeps |= kept_for(tp);
	if (!site->first || n == more)
		site->maxactive = more;
	else
		site->maxactive = max(n ? n : enough, more ? more : enough);
}

static void return_prepare(struct gtp_site *site,
			   const struct gtp_tracepoint *tp)
{
	site->maxactive = tp->maxactive;
	site->keeps = kept_for(tp);
}

/* ---- the kind ---------------------------------------------------------- */

/* Context: any, including NMI. */
static void return_missed(const struct gtp_site *site, struct gtp_lost *lost)
{
	lost->missed = kc_load(&site->kp.nmissed);
	lost->returns = kc_load(&site->rp.nmissed);
}

static struct kretprobe *leaving[PROBE_BATCH];	/* under gtp.lock */

static void return_disarm(struct gtp_site *const *sites, int n)
{
	int i;

	for (i = 0; i < n; i++)
		leaving[i] = &sites[i]->rp;
	kc_unregister_kretprobes(leaving, n);
}

const struct probe_ops gtp_kretprobe_ops = {
	.flags = PROBE_AT_RETURN,
	.claimed_by = GTP_USES_KRET | GTP_USES_KRET_ARGS,
	.usage = WHY_KRET_USE,
	.claim = return_claim,
	.check = return_check,
	.serves = return_serves,
	.join = return_join,
	.prepare = return_prepare,
	.changed = return_changed,
	.arm = return_arm,
	.silence = return_silence,
	.disarm = return_disarm,
	.missed = return_missed,
};
