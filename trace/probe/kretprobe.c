/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints at the return of a function: `teval $kret=N'.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/check.h"
#include "compat/kprobe.h"
#include "compat/symbols.h"
#include "trace/base/messages.h"
#include "trace/hit/body.h"
#include "trace/probe/private.h"

#define MAXACTIVE	4096	/* each takes memory */

/* Accept what folds to a constant: that covers all of GDB's languages. */
static int return_claim(struct gtp_tracepoint *tp,
			const struct agent_prog *prog, const char **why)
{
	struct agent_pattern s;

	if (!agent_match_pattern(prog, &s) || s.kind != AGENT_SET) {
		*why = WHY_KRET_USE;
		return -EINVAL;
	}
	if (s.add > MAXACTIVE) {
		*why = WHY_KRET_SIZE;
		return -EINVAL;
	}
	tp->maxactive = s.add;
	return 0;
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

/* Context: any, including NMI; preemption off. */
static int return_hit(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = kc_kretprobe(ri);
	unsigned long addr = kc_return_addr(ri, regs);
	struct gtp_tracepoint *tp;

	/* The probe is being unregistered. */
	if (!rp)
		return 0;
	tp = kc_load_acquire(&container_of(rp, struct gtp_site, rp)->first);
	for (; tp; tp = kc_load_acquire(&tp->next_here))
		gtp_return_hit(tp, regs, addr);
	return 0;
}

/* The same for a probe without tracepoints. */
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

static int return_arm(struct gtp_site *site)
{
	BUILD_BUG_ON(offsetof(struct kretprobe, kp));
	site->rp.handler = return_hit;
	site->rp.maxactive = site->maxactive;
	return register_kretprobe(&site->rp);
}

/* ---- how many calls are followed --------------------------------------- */

/* No kernel has a larger default. */
static int default_maxactive(void)
{
	return max_t(int, 10, 2 * gtp.nr_cpus);
}

/*
 * How many calls the kernel follows at once is fixed when a return probe is
 * registered. A tracepoint that needs more gets a second probe.
 */
static int return_serves(const struct gtp_site *site,
			 const struct gtp_tracepoint *tp)
{
	return tp->maxactive ? site->rp.maxactive >= tp->maxactive :
	       !site->maxactive || site->rp.maxactive >= default_maxactive();
}

/* Raise site->maxactive for tp; 0 is the kernel's default. */
static void return_join(struct gtp_site *site, struct gtp_tracepoint *tp)
{
	int enough = default_maxactive();
	int n = site->maxactive, more = tp->maxactive;

	if (!site->first || n == more)
		site->maxactive = more;
	else
		site->maxactive = max(n ? n : enough, more ? more : enough);
}

static void return_prepare(struct gtp_site *site,
			   const struct gtp_tracepoint *tp)
{
	site->maxactive = tp->maxactive;
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
	.claimed_by = GTP_USES_KRET,
	.usage = WHY_KRET_USE,
	.claim = return_claim,
	.check = return_check,
	.serves = return_serves,
	.join = return_join,
	.prepare = return_prepare,
	.arm = return_arm,
	.silence = return_silence,
	.disarm = return_disarm,
	.missed = return_missed,
};
