/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Function entries by ftrace, without the kprobe layer. One ftrace_ops serves
 * all of them, since removing one takes grace periods; a table finds the site
 * of an address. Only functions of the kernel itself: they stay while a run is
 * on, so the table only grows, and ops leave as a whole.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#include "compat/ftrace.h"
#include "trace/probe/private.h"

#ifdef KC_HAS_FTRACE
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "trace/hit/body.h"
#include "agent/decide_run.h"	/* uses what body.h defines */

/*
 * Open addressing, at most half full, and as much room behind the last bucket. A
 * fixed size, since a variable one costs each hit a load.
 */
#define TABLE_BITS	13
#define TABLE_MOST	KC_FTRACE_MOST
#define TABLE_SLOTS	((1U << TABLE_BITS) + TABLE_MOST)

struct slot {
	unsigned long ip;	/* 0: free, as the last one is */
	struct gtp_site *site;
};

static struct {
	struct slot *table;	/* TABLE_SLOTS + 1 of them; NULL: none */
	u32 used;
	int registered;
	int stays;		/* the kernel failed to unregister */
} entries;

/* Of addresses that are served by a kprobe, or not at all any more. */
static struct gtp_site nobody = { .kp.pre_handler = gtp_hit_none };

/* Index of the first slot where an address may be. */
static inline u32 bucket(unsigned long ip)
{
	return (u32)ip * 0x9e3779b1U >> (32 - TABLE_BITS);
}

/* ---- a hit: any context, including NMI --------------------------------- */

/*
 * A decision may fault before it claims, and what handles faults may be traced:
 * more than a hit in each context (task, softirq, hardirq, NMI) is recursion.
 */
#define NESTED_MAX	4
static DEFINE_PER_CPU(int, nested);

/* Too many: as if the ring were claimed. */
static notrace noinline void refuse_nested(void)
{
	if (kc_load_acquire(&gtp_hits.running))
		ringbuf_reject(kc_this_cpu(gtp_hits.hit_ctx)->rc);
	preempt_enable_notrace();
}

/* A hit by any handler. */
static notrace noinline void site_hit(struct gtp_site *site,
				      struct pt_regs *regs,
				      kprobe_pre_handler_t handler)
{
	preempt_disable_notrace();
	if (unlikely(__this_cpu_read(nested) >= NESTED_MAX)) {
		refuse_nested();
		return;
	}
	__this_cpu_inc(nested);
	handler(&site->kp, regs);
	__this_cpu_dec(nested);
	preempt_enable_notrace();
}

/*
 * A hit by gtp_probe_hit() or gtp_probe_if_counter(). Before they claim, these
 * read only memory of the module and the current task, so nothing can fault.
 */
static notrace noinline void site_always(struct gtp_site *site,
					 struct pt_regs *regs)
{
	preempt_disable_notrace();
	hit_always(site->only, regs);
	preempt_enable_notrace();
}

static notrace noinline void site_count(struct gtp_site *site,
					struct pt_regs *regs)
{
	struct gtp_tracepoint *tp = site->only;
	u64 sum;

	preempt_disable_notrace();
	if (hit_add_own(tp, &sum) && agent_step_in(&tp->test, sum))
		gtp_hit_decided(tp, regs, AGENT_TRUE, NULL);
	preempt_enable_notrace();
}

/* site_decide() has not said AGENT_FALSE. */
static notrace noinline void site_decided(struct gtp_site *site,
					  struct pt_regs *regs, u32 answer,
					  const struct agent_step *step)
{
	gtp_hit_decided(site->only, regs, answer, step);
	__this_cpu_dec(nested);
	preempt_enable_notrace();
}

/* A hit by gtp_probe_if_yes(): most hits of most others end here. */
static __always_inline void site_decide(struct gtp_site *site,
					struct pt_regs *regs)
{
	const struct agent_step *step = NULL;
	u32 answer;

	preempt_disable_notrace();
	if (unlikely(__this_cpu_read(nested) >= NESTED_MAX)) {
		refuse_nested();
		return;
	}
	__this_cpu_inc(nested);
	answer = agent_decide(site->decision, regs, &step);
	if (answer != AGENT_FALSE) {
		site_decided(site, regs, answer, step);
		return;
	}
	__this_cpu_dec(nested);
	preempt_enable_notrace();
}

/*
 * Preemption is on or off. The table and sites are freed when unregistering has
 * waited for all callbacks, also for those that were preempted. All calls are
 * tail calls, so no registers need saving.
 *
 * The gate reads only the site and registers: so it needs neither preemption off
 * nor protection from recursion. A second tracepoint opens it by one store,
 * before the site gets another handler; each handler has its own tests.
 */
static notrace void entry_hit(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, kc_ftrace_arg_t *arg)
{
	const struct slot *slot = &entries.table[bucket(ip)];
	struct pt_regs *regs = kc_ftrace_regs(arg);
	kprobe_pre_handler_t handler;
	struct gtp_site *site;
	unsigned long at;

	while (unlikely((at = kc_load_acquire(&slot->ip)) != ip)) {
		if (!at)
			return;
		slot++;
	}
	site = kc_load(&slot->site);
	/* Most hits of most tracepoints end here. */
	if (!agent_step_in(&site->gate, agent_step_reg(&site->gate, regs)))
		return;
	/* What the handler reads of the site was written before. */
	handler = kc_load_acquire(&site->kp.pre_handler);
	if (handler == gtp_probe_if_yes)
		site_decide(site, regs);
	else if (handler == gtp_probe_if_counter)
		site_count(site, regs);
	else if (handler == gtp_probe_hit)
		site_always(site, regs);
	else
		site_hit(site, regs, handler);
}

static struct ftrace_ops entry_ops = {
	.func = entry_hit,
	.flags = KC_FTRACE_FLAGS,
};

/* ---- which sites ------------------------------------------------------- */

static int in_kernel(u64 addr)
{
	const struct gtp_constant *text = &gtp_kernel.constant[0];

	return addr >= text->start && addr < text->end;
}

/* One batch, from choose() to add(). Under gtp.lock. */
static struct kprobe *asked[PROBE_BATCH];
static unsigned long ips[PROBE_BATCH];

/*
 * Ask the kernel by kprobes that are never enabled: would it put one there, and
 * by ftrace? So what it refuses stays refused. What is chosen gets GTP_BY_FTRACE.
 */
static void choose(struct gtp_site *const *sites, u32 n)
{
	struct kprobe *kp;
	u32 i, nr = 0;

	for (i = 0; i < n; i++) {
		gtp_progress("tracepoints set", 0);
		kp = &sites[i]->kp;
		sites[i]->by = GTP_BY_KPROBE;
		if (!in_kernel(sites[i]->place))
			continue;
		memset(kp, 0, sizeof(*kp));
		kp->addr = (kprobe_opcode_t *)(unsigned long)sites[i]->addr;
		kp->flags = KPROBE_FLAG_DISABLED;
		kp->pre_handler = gtp_hit_none;
		if (register_kprobe(kp))
			continue;
		asked[nr++] = kp;
		if (kc_kprobe_on_ftrace(kp))
			sites[i]->by = GTP_BY_FTRACE;
	}
	if (nr)
		kc_unregister_kprobes(asked, nr);
}

static int make_table(void)
{
	size_t size = (TABLE_SLOTS + 1) * sizeof(*entries.table);

	if (entries.table)
		return 0;
	if (gtp_can_alloc(size))
		entries.table = vmalloc(size);
	if (!entries.table)
		return -ENOMEM;
	memset(entries.table, 0, size);
	entries.used = 0;
	return 0;
}

/* Its slot, or a free one. */
static struct slot *slot_of(unsigned long ip)
{
	struct slot *slot = &entries.table[bucket(ip)];

	while (slot->ip && slot->ip != ip)
		slot++;
	return slot;
}

/* Hits may be in progress. */
static int put_site(struct gtp_site *site)
{
	struct slot *slot = slot_of(site->place);

	if (!slot->ip && entries.used == TABLE_MOST)
		return -ENOSPC;
	entries.used += !slot->ip;
	kc_store_release(&slot->site, site);
	kc_store_release(&slot->ip, (unsigned long)site->place);
	return 0;
}

/* Its address stays in the filter, which costs its calls some time. */
static void give_back(struct gtp_site *site, enum gtp_by by)
{
	struct slot *slot = slot_of(site->place);

	if (slot->ip)
		kc_store(&slot->site, &nobody);
	site->by = by;
}

static void give_back_all(struct gtp_site *const *sites, u32 n, enum gtp_by by)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (sites[i]->by == GTP_BY_FTRACE)
			give_back(sites[i], by);
}

/* ---- arming ------------------------------------------------------------ */

/* Put a batch into the table and the filter. */
static void add(struct gtp_site *const *sites, u32 n)
{
	int reset = !entries.registered && !entries.used;
	u32 i, nr = 0;

	for (i = 0; i < n; i++) {
		if (sites[i]->by != GTP_BY_FTRACE)
			continue;
		gtp_kprobe_ready(sites[i], sites[i]->place);
		if (put_site(sites[i]))
			sites[i]->by = GTP_BY_KPROBE;
		else
			ips[nr++] = sites[i]->place;
	}
	if (nr && kc_ftrace_add(&entry_ops, ips, nr, reset))
		give_back_all(sites, n, GTP_BY_KPROBE);
}

static u32 nr_chosen(struct gtp_site *const *sites, u32 n)
{
	u32 i, nr = 0;

	for (i = 0; i < n; i++)
		nr += sites[i]->by == GTP_BY_FTRACE;
	return nr;
}

/*
 * Register or unregister, which may take longer than GDB waits: a work does it,
 * while GDB is told.
 */
static struct {
	int (*fn)(struct ftrace_ops *ops);
	int ret;
} change;			/* under gtp.lock */

static DECLARE_COMPLETION(changed);

static void change_work(struct work_struct *work)
{
	change.ret = change.fn(&entry_ops);
	complete(&changed);
}

static DECLARE_WORK(changing, change_work);

static int change_entries(int (*fn)(struct ftrace_ops *ops), const char *what)
{
	change.fn = fn;
	reinit_completion(&changed);
	schedule_work(&changing);
	while (!wait_for_completion_timeout(&changed, HZ / 4))
		gtp_progress(what, 0);
	flush_work(&changing);
	return change.ret;
}

/* A call that ftrace has not put there never comes: it is switched off. */
static void confirm(struct gtp_site *const *sites, u32 n)
{
	u32 i, off = 0;

	for (i = 0; i < n; i++) {
		if (sites[i]->by != GTP_BY_FTRACE)
			continue;
		sites[i]->is_in = arch_probe_is_in(sites[i]->place, 0, 1);
		if (sites[i]->is_in)
			continue;
		give_back(sites[i], GTP_BY_BEHIND);
		off++;
	}
	/* If it was not off until now: the site may be freed next. */
	if (off)
		kc_ftrace_sync();
}

static void arm(struct gtp_site *const *sites, u32 n)
{
	if (!nr_chosen(sites, n))
		return;
	if (!entries.registered && !kc_load(&gtp_slow.give_up))
		entries.registered = !change_entries(register_ftrace_function,
						     "tracepoints set");
	if (entries.registered)
		confirm(sites, n);
	else
		give_back_all(sites, n, GTP_BY_KPROBE);
}

void gtp_ftrace_arm(struct gtp_site *const *sites, u32 n)
{
	u32 i, batch;

	if (!entries.stays && make_table())
		return;
	for (i = 0; i < n && !kc_load(&gtp_slow.give_up); i += batch) {
		batch = min_t(u32, n - i, PROBE_BATCH);
		choose(sites + i, batch);
		if (!entries.stays)
			add(sites + i, batch);
	}
	if (entries.stays)
		give_back_all(sites, n, GTP_BY_BEHIND);
	else
		arm(sites, n);
}

static int leave(struct ftrace_ops *ops)
{
	int err = unregister_ftrace_function(ops);

	kc_ftrace_sync();
	return err;
}

int gtp_ftrace_out(void)
{
	int err = 0;
	u32 i;

	if (!entries.table || entries.stays)
		return 0;
	for (i = 0; i < TABLE_SLOTS; i++)
		kc_store(&entries.table[i].site, &nobody);
	if (entries.registered)
		err = change_entries(leave, "tracepoints taken out");
	if (err) {
		entries.stays = 1;
		return err;
	}
	entries.registered = 0;
	kc_ftrace_drop(&entry_ops);
	vfree(entries.table);
	entries.table = NULL;
	return 0;
}
#endif
