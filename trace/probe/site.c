/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes. Tracepoints at one place share a probe, which serves them in the
 * order of their definition. The kernel would call separate probes in an order
 * of its own.
 *
 * Context of all functions but those that count losses: process, holds
 * gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/lock.h"
#include "compat/symbols.h"
#include "trace/internal.h"
#include "trace/probe/probes.h"

static LIST_HEAD(sites);	/* by first tracepoint; under gtp.lock */

#define HASH_BITS	11
static struct hlist_head by_place[1 << HASH_BITS];

static struct hlist_head *site_bucket(u64 place)
{
	u32 mixed = (u32)(place ^ place >> 32) * 0x9e3779b1U;

	return &by_place[mixed >> (32 - HASH_BITS)];
}

/* ---- losses ------------------------------------------------------------ */

/*
 * a - b, but at least 0: the kernel may lose a count if two CPUs count at once.
 * Context: any, including NMI.
 */
static u64 less(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

static void site_lost(const struct gtp_site *site, struct gtp_lost *lost)
{
	lost->missed = less(kc_load(&site->kp.nmissed),
			    /* Not const before 4.4. */
			    atomic_long_read((atomic_long_t *)&site->faults));
	lost->returns = site->is_return ? kc_load(&site->rp.nmissed) : 0;
}

/*
 * Count a fault in a hit. Return probes are hit in a kprobe of the kernel's
 * own. If a place has both kinds, the kernel counts a fault for both, and it
 * stays in the return probe's count.
 * Context: any, including NMI; in a hit.
 */
static int site_fault(struct kprobe *kp, struct pt_regs *regs, int trapnr)
{
	atomic_long_inc(&container_of(kp, struct gtp_site, kp)->faults);
	return 0;
}

/*
 * A site that is removed during a run is valid for a grace period.
 * Context: any, including NMI.
 */
static void tracepoint_lost(const struct gtp_tracepoint *tp,
			    struct gtp_lost *lost)
{
	const struct gtp_site *site = kc_load_acquire(&tp->site);

	memset(lost, 0, sizeof(*lost));
	if (site) {
		site_lost(site, lost);
		lost->missed = less(lost->missed, tp->lost_before.missed);
		lost->returns -= tp->lost_before.returns;
	}
	lost->missed += tp->lost.missed;
	lost->returns += tp->lost.returns;
}

u64 gtp_missed(const struct gtp_tracepoint *tp)
{
	struct gtp_lost lost;

	tracepoint_lost(tp, &lost);
	return lost.missed;
}

u64 gtp_missed_returns(const struct gtp_tracepoint *tp)
{
	struct gtp_lost lost;

	tracepoint_lost(tp, &lost);
	return lost.returns;
}

/*
 * Hits do not hold gtp.lock, but no tracepoint leaves the list during a run.
 * Context: any, including NMI.
 */
static u64 sum_lost(u64 (*lost)(const struct gtp_tracepoint *tp))
{
	const struct list_head *tracepoints = gtp_shown_tracepoints();
	const struct gtp_tracepoint *tp;
	u64 sum = 0;

	gtp_each_in_run(tp, tracepoints)
		sum += lost(tp);
	return sum;
}

u64 gtp_get_lost_missed(struct gtp_hit_ctx *ctx)
{
	return sum_lost(gtp_missed);
}

u64 gtp_get_lost_returns(struct gtp_hit_ctx *ctx)
{
	return sum_lost(gtp_missed_returns);
}

/* ---- which site serves a tracepoint ------------------------------------ */

/* No kernel has a larger default. */
static int default_maxactive(void)
{
	return max_t(int, 10, 2 * gtp.nr_cpus);
}

/*
 * How many calls the kernel follows at once is fixed when a return probe is
 * registered. A tracepoint that needs more gets a second probe.
 */
static int site_serves(const struct gtp_site *site,
		       const struct gtp_tracepoint *tp, u64 place)
{
	if (site->place != place || site->is_return != tp->is_return)
		return 0;
	if (!site->is_return || !site->is_in)
		return 1;
	return tp->maxactive ? site->rp.maxactive >= tp->maxactive :
	       !site->maxactive || site->rp.maxactive >= default_maxactive();
}

struct gtp_site *gtp_site_for(const struct gtp_tracepoint *tp)
{
	u64 place = arch_probe_place(tp->addr);
	struct hlist_head *bucket = site_bucket(place);
	struct hlist_node *node;
	struct gtp_site *site;

	hlist_for_each(node, bucket) {
		site = hlist_entry(node, struct gtp_site, hash);
		if (site_serves(site, tp, place))
			return site;
	}
	site = gtp_define_alloc(sizeof(*site));
	if (!site)
		return NULL;
	site->addr = tp->addr;
	site->place = place;
	site->is_return = tp->is_return;
	hlist_add_head(&site->hash, bucket);
	list_add_tail(&site->list, &sites);
	return site;
}

/* See arch/arch.h. */
int arch_own_probe(unsigned long addr)
{
	const struct gtp_site *site;
	struct hlist_node *node;

	hlist_for_each(node, site_bucket(addr)) {
		site = hlist_entry(node, struct gtp_site, hash);
		if (site->is_in && site->place == addr)
			return *(const u8 *)&site->kp.opcode;
	}
	return -1;
}

/* Raise site->maxactive for tp; 0 is the kernel's default. */
static void site_follow(struct gtp_site *site, const struct gtp_tracepoint *tp)
{
	int enough = default_maxactive();
	int n = site->maxactive, more = tp->maxactive;

	if (!site->first || n == more)
		site->maxactive = more;
	else
		site->maxactive = max(n ? n : enough, more ? more : enough);
}

/*
 * Hits may be in progress. A handler for one tracepoint reads no other, so the
 * new one may come first in the list. A site never returns to such a handler.
 */
void gtp_site_add(struct gtp_site *site, struct gtp_tracepoint *tp)
{
	struct gtp_tracepoint **at = &site->first;

	site_follow(site, tp);
	if (site->last && site->last->serial < tp->serial)
		at = &site->last->next_here;
	while (*at && (*at)->serial < tp->serial)
		at = &(*at)->next_here;
	if (!site->first) {
		site->only = tp;
		site->range = tp->range;
		site->range_at = tp->range_at;
	}
	if (!*at)
		site->last = tp;
	site_lost(site, &tp->lost_before);
	tp->hit = gtp_hit_by_prefilter(tp->prefilter);
	tp->next_here = *at;
	kc_store_release(&tp->site, site);
	kc_store_release(at, tp);
	if (!site->is_return)
		kc_store_release(&site->kp.pre_handler, gtp_hit_handler(site));
}

int gtp_site_set(struct gtp_site *site)
{
	int ret;

	if (site->is_in)
		return 0;
	memset(&site->rp, 0, sizeof(site->rp));
	atomic_long_set(&site->faults, 0);
	site->kp.addr = (kprobe_opcode_t *)(unsigned long)site->addr;
	if (site->is_return) {
		ret = gtp_return_set(site);
	} else {
		site->kp.pre_handler = gtp_hit_handler(site);
		kc_kprobe_on_fault(&site->kp, site_fault);
		ret = register_kprobe(&site->kp);
	}
	site->is_in = !ret;
	return ret;
}

/*
 * Detach all tracepoints. Hits in progress may use the site for a grace period.
 */
static void site_leave(struct gtp_site *site)
{
	struct gtp_tracepoint *tp;
	struct gtp_lost lost;

	for (tp = site->first; tp; tp = tp->next_here) {
		tracepoint_lost(tp, &lost);
		tp->lost = lost;
		kc_store_release(&tp->site, NULL);
	}
	hlist_del(&site->hash);
	list_del(&site->list);
}

void gtp_site_drop(struct gtp_site *site)
{
	site_leave(site);
	kfree(site);
}

/* ---- probes that the kernel fails to remove ---------------------------- */

static LIST_HEAD(kept);
static u32 nr_kept;

u32 gtp_sites_kept(void)
{
	return nr_kept;
}

/*
 * Keep the site for good. The kernel counts its users of ftrace and may have
 * counted this one out or not, so that retrying could disable ftrace for other
 * probes.
 */
static void site_keep(struct gtp_site *site)
{
	kc_kprobe_keep(&site->kp, site->where);
	site->only = NULL;
	site->first = NULL;
	site->last = NULL;
	list_add_tail(&site->list, &kept);
	nr_kept++;
	__module_get(THIS_MODULE);
}

/* See remarks.c. */
int gtp_remark_kept(u32 n, char *buf, size_t size)
{
	const struct gtp_site *site;
	struct kc_place place;

	if (n == GTP_REMARKS_SHOWN && nr_kept > n) {
		snprintf(buf, size, "the kernel did not remove %u more probes",
			 nr_kept - n);
		return 1;
	}
	if (n > GTP_REMARKS_SHOWN)
		return 0;
	list_for_each_entry(site, &kept, list) {
		if (n--)
			continue;
		snprintf(buf, size,
			 "the kernel did not remove the probe at 0x%llx%s%s: it does nothing, but kgtp.ko stays loaded until the machine is restarted",
			 (unsigned long long)site->addr,
			 kc_symbol_at(site->addr, &place) ? "" : " ",
			 place.text);
		return 1;
	}
	return 0;
}

/* ---- removing probes --------------------------------------------------- */

/*
 * Probes per batch, after which GDB is notified: few at first, and more while
 * that is quick. Each batch costs a grace period and may wait for the kernel's
 * optimizer; each probe may cost a code change on all CPUs. leaving* hold one
 * batch, under gtp.lock.
 */
#define BATCH_FIRST	8
#define BATCH		256
#define BATCH_QUICK_US	200000
#define BATCH_SLOW_US	1000000
static struct gtp_site *leaving[BATCH];
static struct kprobe *leaving_kps[BATCH];
static struct kretprobe *leaving_rps[BATCH];

/*
 * Called before the grace period after which no handler reads tracepoints. That
 * comes even if the kernel fails to remove the probe.
 */
static void site_silence(struct gtp_site *site)
{
	if (site->is_return)
		gtp_return_silence(site);
	else
		kc_store(&site->kp.pre_handler, gtp_hit_none);
	site->where = site->kp.addr;
}

static void batch_out(int n)
{
	int i, nr_kps = 0, nr_rps = 0;

	for (i = 0; i < n; i++) {
		site_leave(leaving[i]);
		if (!leaving[i]->is_in)
			continue;
		site_silence(leaving[i]);
		if (leaving[i]->is_return)
			leaving_rps[nr_rps++] = &leaving[i]->rp;
		else
			leaving_kps[nr_kps++] = &leaving[i]->kp;
	}
	if (nr_rps)
		kc_unregister_kretprobes(leaving_rps, nr_rps);
	if (nr_kps)
		kc_unregister_kprobes(leaving_kps, nr_kps);
	for (i = 0; i < n; i++)
		if (leaving[i]->is_in && kc_kprobe_stays(&leaving[i]->kp))
			site_keep(leaving[i]);
		else
			kfree(leaving[i]);
}

/*
 * Remove up to `most' sites in the range. Return how many, and add their
 * tracepoints to *tracepoints.
 */
static int some_out(u64 start, u64 size, int most, u32 *tracepoints)
{
	const struct gtp_tracepoint *tp;
	struct gtp_site *site;
	int n = 0;

	list_for_each_entry(site, &sites, list) {
		if (n == most)
			break;
		if (site->addr - start >= size)
			continue;
		leaving[n++] = site;
		for (tp = site->first; tp; tp = tp->next_here)
			(*tracepoints)++;
	}
	batch_out(n);
	return n;
}

void gtp_sites_out_of(u64 start, u64 size, void (*batch_done)(u32 tracepoints))
{
	int most = BATCH_FIRST;
	u32 tracepoints = 0;
	u64 began, took;

	kc_assert_held(&gtp.lock);
	for (;;) {
		began = kc_wall_us();
		if (some_out(start, size, most, &tracepoints) < most)
			return;
		took = kc_wall_us() - began;
		if (took < BATCH_QUICK_US)
			most = min(2 * most, BATCH);
		else if (took > BATCH_SLOW_US)
			most = max(most / 2, 1);
		batch_done(tracepoints);
	}
}

void gtp_sites_out(void (*batch_done)(u32 tracepoints))
{
	gtp_sites_out_of(0, ~0ULL, batch_done);
}
