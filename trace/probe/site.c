/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes. Tracepoints at one place share a probe, which serves them in the
 * order of their definition. The kernel would call separate probes in an order
 * of its own.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/lock.h"
#include "compat/symbols.h"
#include "trace/base/messages.h"
#include "trace/probe/private.h"

static LIST_HEAD(sites);	/* by first tracepoint; under gtp.lock */

#define HASH_BITS	11
static struct hlist_head by_place[1 << HASH_BITS];

static struct hlist_head *site_bucket(u64 place)
{
	u32 mixed = (u32)(place ^ place >> 32) * 0x9e3779b1U;

	return &by_place[mixed >> (32 - HASH_BITS)];
}

/* ---- which site serves a tracepoint ------------------------------------ */

static int site_serves(const struct gtp_site *site,
		       const struct gtp_tracepoint *tp, u64 place)
{
	return site->place == place && site->kind == tp->kind &&
	       (!site->is_in || !site->kind->serves ||
		site->kind->serves(site, tp));
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
	site->kind = tp->kind;
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
		if (site->is_in && site->place == addr &&
		    site->by < GTP_BY_FTRACE)
			return *(const u8 *)&site->kp.opcode;
	}
	return -1;
}

static int has_gate(const struct gtp_tracepoint *tp)
{
	return tp->prefilter == GTP_PREFILTER_REG ||
	       tp->prefilter == GTP_PREFILTER_REG_MORE;
}

/*
 * Hits may be in progress. A handler for one tracepoint reads no other, so the
 * new one may come first in the list. A site never returns to such a handler.
 */
void gtp_site_add(struct gtp_site *site, struct gtp_tracepoint *tp)
{
	struct gtp_tracepoint **at = &site->first;

	if (site->kind->join)
		site->kind->join(site, tp);
	if (site->last && site->last->serial < tp->serial)
		at = &site->last->next_here;
	while (*at && (*at)->serial < tp->serial)
		at = &(*at)->next_here;
	if (!site->first) {
		site->only = tp;
		site->test = tp->test;
		site->decision = tp->decision;
		if (has_gate(tp))
			site->gate = tp->test;
	} else {
		/* Before the handler for more than one. */
		kc_store(&site->gate.mask, 0);
	}
	if (!*at)
		site->last = tp;
	site->kind->missed(site, &tp->lost_before);
	tp->next_here = *at;
	kc_store_release(&tp->site, site);
	kc_store_release(at, tp);
	if (site->kind->changed)
		site->kind->changed(site);
}

void gtp_site_prepare(struct gtp_site *site, const struct gtp_tracepoint *tp)
{
	if (!site->is_in && site->kind->prepare)
		site->kind->prepare(site, tp);
}

void gtp_sites_set_entries(void)
{
	struct gtp_site *site, **entries;
	u32 n = 0;

	list_for_each_entry(site, &sites, list)
		n += site->kind == &gtp_kprobe_ops;
	if (!n || !gtp_can_alloc(n * sizeof(*entries)))
		return;
	entries = vmalloc(n * sizeof(*entries));
	if (!entries)
		return;
	n = 0;
	list_for_each_entry(site, &sites, list)
		if (site->kind == &gtp_kprobe_ops)
			entries[n++] = site;
	gtp_ftrace_arm(entries, n);
	vfree(entries);
}

int gtp_site_set(struct gtp_site *site)
{
	int ret;

	if (site->kind == &gtp_kprobe_ops && site->by == GTP_BY_UNDECIDED)
		gtp_ftrace_arm(&site, 1);
	if (site->is_in)
		return 0;
	memset(&site->rp, 0, sizeof(site->rp));
	atomic_long_set(&site->faults, 0);
	site->kp.addr = (kprobe_opcode_t *)(unsigned long)site->addr;
	ret = site->kind->arm(site);
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
		gtp_tracepoint_lost(tp, &lost);
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
	site->decision = NULL;
	site->first = NULL;
	site->last = NULL;
	list_add_tail(&site->list, &kept);
	nr_kept++;
	__module_get(THIS_MODULE);
}

/* See gtp_remark_t. */
int gtp_remark_kept(u32 n, char *buf, size_t size)
{
	const struct gtp_site *site;
	struct kc_place place;

	if (n == GTP_REMARKS_SHOWN && nr_kept > n) {
		snprintf(buf, size, REMARK_KEPT_MORE, nr_kept - n);
		return 1;
	}
	if (n > GTP_REMARKS_SHOWN)
		return 0;
	list_for_each_entry(site, &kept, list) {
		if (n--)
			continue;
		snprintf(buf, size, REMARK_KEPT, (unsigned long long)site->addr,
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
 * batch of up to PROBE_BATCH, under gtp.lock.
 */
#define BATCH_FIRST	8
#define BATCH_QUICK_US	200000
#define BATCH_SLOW_US	1000000
static struct gtp_site *leaving[PROBE_BATCH], *leaving_armed[PROBE_BATCH];

/*
 * The kind silences its probes before the grace period after which no handler
 * reads tracepoints. That comes even if the kernel fails to remove a probe.
 */
static void batch_out_of(const struct probe_ops *kind, int n)
{
	int i, nr = 0;

	for (i = 0; i < n; i++) {
		if (!leaving[i]->is_in || leaving[i]->kind != kind ||
		    leaving[i]->by == GTP_BY_FTRACE)
			continue;
		kind->silence(leaving[i]);
		leaving[i]->where = leaving[i]->kp.addr;
		leaving_armed[nr++] = leaving[i];
	}
	if (nr)
		kind->disarm(leaving_armed, nr);
}

static void batch_out(int n)
{
	const struct probe_ops *const *kind;
	int i;

	for (i = 0; i < n; i++)
		site_leave(leaving[i]);
	for (kind = gtp_probe_kinds; *kind; kind++)
		batch_out_of(*kind, n);
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
			most = min(2 * most, PROBE_BATCH);
		else if (took > BATCH_SLOW_US)
			most = max(most / 2, 1);
		batch_done(tracepoints);
	}
}

/* Mark what site_keep() is to keep, as the kernel marks a kprobe. */
static void ftrace_stays(void)
{
	struct gtp_site *site;

	list_for_each_entry(site, &sites, list) {
		if (site->by != GTP_BY_FTRACE)
			continue;
		site->where = site->kp.addr;
		site->kp.addr = NULL;
	}
}

void gtp_sites_out(void (*batch_done)(u32 tracepoints))
{
	if (gtp_ftrace_out())
		ftrace_stays();
	gtp_sites_out_of(0, ~0ULL, batch_done);
}
