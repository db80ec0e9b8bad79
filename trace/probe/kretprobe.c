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
#include "trace/internal.h"
#include "trace/probe/probes.h"

#define MAXACTIVE	4096	/* each takes memory */

/* No dollar sign: rsp_error() would replace it. */
const char gtp_kret_usage[] =
	"the variable kret can only be set, to a constant, by a teval of its own";

/* Not a value: it only marks the tracepoint. */
u64 gtp_get_kret(struct gtp_hit_ctx *ctx)
{
	return 0;
}

/* Never called: gtp_return_action() keeps its expressions from running. */
enum agent_error gtp_put_kret(struct gtp_hit_ctx *ctx, u64 val)
{
	return AGENT_E_TARGET;
}

/* Accept what folds to a constant: that covers all of GDB's languages. */
const char *gtp_return_action(struct gtp_tracepoint *tp,
			      const struct agent_prog *prog)
{
	struct agent_pattern s;

	if (!agent_match_pattern(prog, &s) || s.kind != AGENT_SET)
		return gtp_kret_usage;
	if (s.add > MAXACTIVE)
		return "kret is the number of calls to follow at once: 1 to 4096, or 0 for the kernel's default";
	tp->is_return = 1;
	tp->maxactive = s.add;
	return NULL;
}

/* ---- probes ------------------------------------------------------------ */

int gtp_return_check(unsigned long addr, const char **why)
{
	struct kc_place place;

	if (!kc_has_kretprobes()) {
		*why = "this kernel has no return probes";
		return -ENOSYS;
	}
	if (!arch_is_entry(addr)) {
		*why = "with kret it must be at a function's entry (trace *FUNCTION)";
		return -EINVAL;
	}
	/*
	 * The spinlock functions are all that the kernel's handling calls while
	 * it cannot be re-entered.
	 */
	if (!kc_kretprobes_guarded() && !kc_symbol_at(addr, &place) &&
	    (strstr(place.text, "spin_lock") ||
	     strstr(place.text, "spin_unlock"))) {
		*why = "this kernel's own handling of returns uses that function; trace its entry, without kret";
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
void gtp_return_silence(struct gtp_site *site)
{
	kc_store(&site->rp.handler, return_none);
	kc_store(&site->kp.pre_handler, gtp_hit_none);
}

/* See remarks.c. */
int gtp_remark_returns(u32 n, char *buf, size_t size)
{
	const struct gtp_tracepoint *tp, *first = NULL;
	u64 missed, sum = 0;
	int more = 0;

	if (n)
		return 0;
	list_for_each_entry(tp, gtp_shown_tracepoints(), list) {
		missed = tp->is_return ? gtp_missed_returns(tp) : 0;
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
	snprintf(buf, size, "tracepoint %u%s: %llu returns were missed: more calls were under way at once than $kret allows",
		 first->num, more ? " and others" : "",
		 (unsigned long long)sum);
	return 1;
}

int gtp_return_set(struct gtp_site *site)
{
	BUILD_BUG_ON(offsetof(struct kretprobe, kp));
	site->rp.handler = return_hit;
	site->rp.maxactive = site->maxactive;
	return register_kretprobe(&site->rp);
}

/* ---- the stack --------------------------------------------------------- */

/*
 * buf was read from addr. Put the return address where the kernel's trampoline
 * left something else.
 * Context: any, including NMI.
 */
void gtp_return_patch(const struct gtp_hit_ctx *ctx, u64 addr, void *buf,
		      u32 len)
{
	const u8 *word = (const u8 *)&ctx->ret_addr;
	u64 slot;
	u32 i;

	if (!ctx->tp->is_return)
		return;
	slot = agent_target_reg((void *)ctx, arch_sp) - addr;
	for (i = 0; i < sizeof(ctx->ret_addr); i++, slot++)
		if (slot < len)
			((u8 *)buf)[slot] = word[i];
}
