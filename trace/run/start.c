/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting and stopping the trace run.
 *
 * Context of all functions but the thread's: process, holds gtp.lock.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/lock.h"
#include "compat/missing.h"
#include "compat/read.h"
#include "compat/symbols.h"
#include "trace/run/compile.h"
#include "trace/internal.h"
#include "trace/run/tracepoints.h"
#include "trace/probe/probes.h"
#include "trace/target/target.h"

static struct task_struct *run_thread;
static DECLARE_WAIT_QUEUE_HEAD(run_wait);

/* ---- the trace buffer -------------------------------------------------- */

/*
 * Allocate scratch data and a buffer of gtp.size bytes. Kept from run to run.
 */
static int run_alloc(void)
{
	struct gtp_hit_ctx *ctx;
	int cpu;

	if (gtp.rb)
		return 0;
	if (!gtp.hit_ctx)
		gtp.hit_ctx = kc_alloc_percpu(struct gtp_hit_ctx);
	if (gtp.hit_ctx && gtp_can_alloc(gtp.size))
		gtp.rb = ringbuf_alloc(gtp.size, gtp.nr_cpus);
	if (!gtp.rb)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp.hit_ctx, cpu);
		ctx->rc = ringbuf_writer(gtp.rb, cpu);
		ctx->print_level = GTP_LEVEL_FRAME;
	}
	return 0;
}

/* Return 0; or -ENOMEM or -EINTR, with the old buffer unchanged. */
int gtp_set_size(u64 bytes)
{
	int ret = 0;

	if (bytes == RSP_SIZE_DEFAULT)
		bytes = gtp.default_size;
	if (bytes == gtp.size)
		return 0;
	if (bytes > gtp.size &&
	    !gtp_can_grow(bytes - (gtp.rb ? gtp.size : 0), bytes))
		return -ENOMEM;
	if (gtp.rb)
		ret = ringbuf_resize(gtp.rb, bytes);
	if (ret)
		return ret;
	gtp.size = bytes;
	if (gtp.rb)
		gtp_frames_moved();
	return 0;
}

/* ---- probes ------------------------------------------------------------ */

/*
 * Set while the thread unregisters the probes of a run that has ended by
 * itself, or handles modules. Between two batches it releases gtp.lock, so that
 * others can read memory, or queue a packet and get progress notices. Under
 * gtp.lock.
 */
static int finishing;

void gtp_yield_lock(u32 done)
{
	if (!finishing)
		return;
	mutex_unlock(&gtp.lock);
	schedule_timeout_interruptible(1);
	mutex_lock(&gtp.lock);
}

void gtp_wait_finished(void)
{
	while (finishing) {
		mutex_unlock(&gtp.lock);
		schedule_timeout_uninterruptible(1);
		mutex_lock(&gtp.lock);
	}
}

static void run_removed(u32 done)
{
	gtp_progress("tracepoints taken out", done);
	gtp_yield_lock(done);
}

/* n: number of probes newly kept. */
static void run_tell_kept(struct rsp_tx *tx, u32 n)
{
	char text[160];

	if (!tx || !n)
		return;
	snprintf(text, sizeof(text),
		 "The kernel did not remove %u probe%s: tstatus says which. kgtp.ko stays loaded until the machine is restarted.\n",
		 n, n == 1 ? "" : "s");
	gtp_send_notice(tx, text);
}

/*
 * No hit is in progress on return. tx takes notices, or is NULL. The module
 * cannot be unloaded while armed: its exit function could not refuse if the
 * kernel fails to remove a probe.
 */
static void run_disarm(struct rsp_tx *tx)
{
	u32 kept = gtp_sites_kept();

	gtp_sites_out(run_removed);
	run_tell_kept(tx, gtp_sites_kept() - kept);
	kc_store(&gtp.armed, 0);
	gtp_modules_watch(0);
	module_put(THIS_MODULE);
}

/* ---- counters ---------------------------------------------------------- */

void gtp_get_count(const struct gtp_tracepoint *tp, struct gtp_count *sum)
{
	const struct gtp_count *c;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	sum->hits = tp->kept_hits;
	sum->bytes = tp->kept_bytes;
	sum->errors = tp->kept_errors;
	if (!tp->count)
		return;
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(tp->count, cpu);
		sum->hits += kc_load64(&c->hits);
		sum->bytes += kc_load64(&c->bytes);
		sum->errors += kc_load64(&c->errors);
	}
}

static void run_reset_count(struct gtp_tracepoint *tp)
{
	int cpu;

	atomic_set(&tp->passed, 0);
	memset(&tp->lost, 0, sizeof(tp->lost));
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(tp->count, cpu), 0, sizeof(*tp->count));
}

/*
 * If any tracepoint uses a cooked clock, the time of all hits is measured, also
 * of those tracepoints that were armed before it joined the run.
 */
static void run_set_dispatch(struct gtp_tracepoint *tp)
{
	enum gtp_dispatch dispatch = GTP_DISPATCH_ACTIONS;

	if (tp->has_cond || tp->pass || tp->is_return ||
	    tp->uses & (GTP_USES_PRINT | GTP_USES_STATE) ||
	    gtp.uses & GTP_USES_COOKED)
		dispatch = GTP_DISPATCH_SLOW;
	else if (!tp->nr_acts && gtp.clock == GTP_CLOCK_CYCLES)
		dispatch = GTP_DISPATCH_PLAIN;
	kc_store(&tp->dispatch, dispatch);
}

static void run_set_all_dispatch(void)
{
	struct gtp_tracepoint *tp;

	list_for_each_entry(tp, &gtp.tracepoints, list)
		run_set_dispatch(tp);
}

/* ---- start and stop ---------------------------------------------------- */

static int run_prepare_tracepoint(struct gtp_tracepoint *tp, struct rsp_tx *tx)
{
	if (gtp_compile(tp, tx))
		return -1;
	kc_store(&gtp.uses, gtp.uses | tp->uses);
	if (!tp->count && gtp_can_define(gtp.nr_cpus * sizeof(*tp->count)))
		tp->count = kc_alloc_percpu(struct gtp_count);
	if (!tp->count) {
		rsp_error(tx, "no memory for the counters of tracepoint %u",
			  tp->num);
		return -1;
	}
	/*
	 * Disabled tracepoints, too: best done before any probe is registered.
	 */
	gtp_place_check(tp);
	return 0;
}

/*
 * Report progress. Return 1 with an error in tx if the start has been
 * cancelled.
 */
static int run_is_given_up(const char *done, u32 n, struct rsp_tx *tx)
{
	/* Ignore signals: gtp_close() of a killed process may run this. */
	gtp_progress(done, n);
	if (!kc_load(&gtp.give_up))
		return 0;
	rsp_error(tx, "interrupted; the trace has not started");
	return 1;
}

static int run_prepare_tracepoints(struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp;
	u32 done = 0;

	list_for_each_entry(tp, &gtp.tracepoints, list)
		if (run_is_given_up("tracepoints checked", done++, tx) ||
		    run_prepare_tracepoint(tp, tx))
			return -1;
	return 0;
}

static int run_prepare(struct rsp_tx *tx)
{
	int ret;

	gtp_print_flush();
	gtp.uses = 0;
	if (gtp_compile_begin()) {
		rsp_error(tx, "no memory to compile conditions and actions");
		return -1;
	}
	ret = run_prepare_tracepoints(tx);
	gtp_compile_end();
	if (ret)
		return -1;
	run_set_all_dispatch();
	if (run_alloc()) {
		if (kc_load(&gtp.give_up))
			rsp_error(tx, "interrupted; the trace has not started");
		else
			rsp_error(
				tx,
				"no memory for a trace buffer of %llu bytes: %llu can be had; see set trace-buffer-size",
				(unsigned long long)gtp.size,
				(unsigned long long)gtp_alloc_max());
		return -1;
	}
	if (gtp_print_prepare()) {
		rsp_error(tx, "no memory for what is printed");
		return -1;
	}
	return 0;
}

static void run_tell_excluded(struct rsp_tx *tx,
			      const struct gtp_tracepoint *tp)
{
	char text[112];

	snprintf(text, sizeof(text),
		 "Tracepoint %u at 0x%llx is left out, by `monitor disable'.\n",
		 tp->num, (unsigned long long)tp->addr);
	rsp_notice(tx, text);
	gtp_send_notices(tx);
}

/* Return 0 to go on without tp, or -1. */
static int run_failed(struct gtp_tracepoint *tp, int err, struct rsp_tx *tx)
{
	if (gtp.ignore_error) {
		kc_store(&gtp.last_errno, err);
		return 0;
	}
	gtp_place_refuse(tx, tp, err);
	return -1;
}

/*
 * Does tp need a probe? A disabled one may have any address until it is
 * enabled.
 */
static int run_is_wanted(const struct gtp_tracepoint *tp, struct rsp_tx *tx)
{
	if (tp->absent || (!tp->enabled && !(gtp.uses & GTP_USES_SWITCH)))
		return 0;
	if (tp->excluded)
		run_tell_excluded(tx, tp);
	return !tp->excluded;
}

/* Its site, or NULL; after gtp_place_check(). */
static struct gtp_site *run_site(const struct gtp_tracepoint *tp, int *err)
{
	struct gtp_site *site = NULL;

	if ((unsigned long)tp->addr != tp->addr)
		*err = -ENOENT;
	else
		*err = tp->place_err;
	if (!*err) {
		site = gtp_site_for(tp);
		*err = site ? 0 : -ENOMEM;
	}
	return site;
}

/* Register no probe before it is known which tracepoints it serves. */
static int run_place_all(struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp;
	struct gtp_site *site;
	int err;

	list_for_each_entry(tp, &gtp.tracepoints, list) {
		if (!run_is_wanted(tp, tx))
			continue;
		site = run_site(tp, &err);
		if (site)
			gtp_site_add(site, tp);
		else if (run_failed(tp, err, tx))
			return -1;
	}
	return 0;
}

/* Return 0, or -1 with an error in tx. */
static int run_set_all(struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp;
	u32 done = 0;
	int err;

	list_for_each_entry(tp, &gtp.tracepoints, list) {
		if (run_is_given_up("tracepoints set", done++, tx))
			return -1;
		if (!tp->site)
			continue;
		err = gtp_site_set(tp->site);
		if (!err)
			continue;
		gtp_site_drop(tp->site);
		if (run_failed(tp, err, tx))
			return -1;
	}
	return 0;
}

static int run_arm_all(struct rsp_tx *tx)
{
	__module_get(THIS_MODULE);
	if (!run_place_all(tx) && !run_set_all(tx))
		return 0;
	run_disarm(tx);
	return -1;
}

/*
 * Register a probe while a run is on. Hits begin once the caller adds tp to the
 * site. A site left without tracepoints lasts until the end of the run.
 */
static struct gtp_site *run_site_late(const struct gtp_tracepoint *tp, int *err)
{
	struct gtp_site *site = run_site(tp, err);

	if (!site)
		return NULL;
	if (!site->is_in)
		site->maxactive = tp->maxactive;
	*err = gtp_site_set(site);
	if (!*err)
		return site;
	gtp_site_drop(site);
	return NULL;
}

/*
 * Actions enable tracepoints from now on: arm those that were disabled at the
 * start of the run.
 */
static int run_arm_disabled(struct rsp_tx *tx)
{
	struct gtp_site *site;
	struct gtp_tracepoint *tp;
	u32 done = 0;
	int err;

	list_for_each_entry(tp, &gtp.tracepoints, list) {
		gtp_progress("tracepoints looked at", done++);
		if (tp->enabled || tp->site || !run_is_wanted(tp, tx))
			continue;
		site = run_site_late(tp, &err);
		if (site)
			gtp_site_add(site, tp);
		else if (run_failed(tp, err, tx))
			return -1;
	}
	return 0;
}

/* Do all that can fail. */
static int run_prepare_late(struct gtp_tracepoint *tp, struct gtp_site **site,
			    struct rsp_tx *tx)
{
	int switched = gtp.uses & GTP_USES_SWITCH;
	int err = 0;

	if (gtp_compile_begin()) {
		rsp_error(tx, "no memory to compile conditions and actions");
		return -1;
	}
	err = run_prepare_tracepoint(tp, tx);
	gtp_compile_end();
	if (err)
		return -1;
	if (gtp_print_prepare()) {
		rsp_error(tx, "no memory for what is printed");
		return -1;
	}
	if (!switched && tp->uses & GTP_USES_SWITCH && run_arm_disabled(tx))
		return -1;
	if (run_is_wanted(tp, tx))
		*site = run_site_late(tp, &err);
	return err ? run_failed(tp, err, tx) : 0;
}

int gtp_start_late(struct gtp_tracepoint *tp, struct rsp_tx *tx)
{
	struct gtp_site *site = NULL;
	int uses = gtp.uses;

	if (run_prepare_late(tp, &site, tx)) {
		kc_store(&gtp.uses, uses);
		return -1;
	}
	/*
	 * Of all uses, only measuring the time in hits affects armed
	 * tracepoints.
	 */
	if ((gtp.uses ^ uses) & GTP_USES_COOKED)
		run_set_all_dispatch();
	run_set_dispatch(tp);
	gtp_tracepoint_show(tp);
	/* Its actions may name it, so it is listed before it is hit. */
	if (site)
		gtp_site_add(site, tp);
	return 0;
}

const char *gtp_arm_late(struct gtp_tracepoint *tp)
{
	struct gtp_site *site;
	int err;

	if (tp->excluded)
		return "its address is left out by `monitor disable'";
	/* If its module is absent, it is armed when that returns. */
	if (tp->site || tp->absent)
		return NULL;
	site = run_site_late(tp, &err);
	if (!site)
		return gtp_place_error(tp, err);
	gtp_site_add(site, tp);
	tp->refused = 0;
	return NULL;
}

/* Once per session. */
static void run_tell_missing(struct rsp_tx *tx)
{
	char text[128];
	unsigned int i;

	if (gtp.missing_shown)
		return;
	gtp.missing_shown = 1;
	for (i = 0; kc_missing_feature(i); i++) {
		snprintf(text, sizeof(text),
			 "Not available on this kernel: %s.\n",
			 kc_missing_feature(i));
		rsp_notice(tx, text);
	}
}

/* Nothing can fail from here on, so drop the frames of the last run. */
static void run_begin(void)
{
	struct gtp_tracepoint *tp;

	gtp_modules_forget();
	gtp_drop_kept();
	gtp_frames_drop();
	ringbuf_reset(gtp.rb);
	ringbuf_set_circular(gtp.rb, gtp.circular);
	list_for_each_entry(tp, &gtp.tracepoints, list)
		run_reset_count(tp);
	gtp_vars_start();
	gtp_cooked_reset();
	gtp_errors_reset();
	gtp_print_reset();
	kc_wall_anchor();
	kc_read_update();
	kc_sequence_set(&gtp.sequence, 0);
	memset(&gtp.stop_cause, 0, sizeof(gtp.stop_cause));
	gtp.stopping = 0;
	gtp.ran = 1;
	kc_store(&kc_reads_devices, gtp.reads_devices);
	kc_store(&gtp.armed, 1);
	gtp.start_us = kc_wall_us();
	gtp.stop_us = 0;
	kc_store_release(&gtp.running, 1);
}

/* Report probes that are switched off: nothing else does. */
static void run_tell_off(struct rsp_tx *tx)
{
	char remark[GTP_REMARK_LEN], text[GTP_REMARK_LEN + 8];

	gtp_check_armed(1);
	if (!gtp_remark_off(0, remark, sizeof(remark)))
		return;
	snprintf(text, sizeof(text), "%s.\n", remark);
	rsp_notice(tx, text);
	gtp_send_notices(tx);
}

int gtp_start(struct rsp_tx *tx)
{
	s64 last_errno = gtp.last_errno;

	kc_assert_held(&gtp.lock);
	if (gtp.armed) {
		rsp_error(tx, "the trace is running already");
		return -1;
	}
	if (list_empty(&gtp.tracepoints)) {
		rsp_error(tx, "there is no tracepoint");
		return -1;
	}
	if (gtp_vmlinux_refuses(tx))
		return -1;
	run_tell_missing(tx);
	gtp.clock = kc_cycles_order_cpus() ? GTP_CLOCK_CYCLES :
		    kc_clock_orders_cpus() ? GTP_CLOCK_NS : GTP_CLOCK_COUNTS;
	kc_store(&gtp.last_errno, 0);
	gtp_modules_watch(1);
	/* Hits are ignored until all probes are armed. */
	if (run_prepare(tx) || run_arm_all(tx)) {
		kc_store(&gtp.last_errno, last_errno);
		gtp_modules_watch(0);
		return -1;
	}
	run_begin();
	run_tell_off(tx);
	wake_up(&run_wait);
	return 0;
}

int gtp_must_finish(void)
{
	return gtp.armed && !kc_load_acquire(&gtp.running);
}

static void run_finish(struct rsp_tx *tx)
{
	kc_assert_held(&gtp.lock);
	if (!gtp_must_finish())
		return;
	gtp.stop_us = kc_wall_us();
	run_disarm(tx);
}

void gtp_finish_run(void)
{
	run_finish(NULL);
}

void gtp_stop(enum gtp_reason reason, struct rsp_tx *tx)
{
	if (!gtp.armed)
		return;
	gtp_end_run(reason, NULL, AGENT_OK, 0, 0);
	/* A hit may have claimed the end and not yet published it. */
	while (kc_load_acquire(&gtp.running))
		cpu_relax();
	run_finish(tx);
}

/* Release the lock after each line: GDB must not wait for a slow console. */
static void run_print(void)
{
	int more;

	do {
		mutex_lock(&gtp.lock);
		more = gtp_print_one();
		mutex_unlock(&gtp.lock);
		cond_resched();
	} while (more && !kc_load(&gtp.deferred_tx) && !kthread_should_stop());
}

/* ---- the thread -------------------------------------------------------- */

void gtp_run_wake(void)
{
	wake_up(&run_wait);
	wake_up_process(run_thread);	/* it may sleep between two polls */
}

void gtp_watch(void)
{
	kc_store(&gtp.watch, 1);
	wake_up(&run_wait);
}

/*
 * A concurrent gtp_watch() runs under in_lock, so either this check or the next
 * turn sees its session.
 * Context: process, without gtp.lock.
 */
static void run_check_session(void)
{
	if (!kc_load(&gtp.watch))
		return;
	kc_store(&gtp.watch, 0);
	if (gtp_check_session())
		kc_store(&gtp.watch, 1);
}

#define LOOKS_A_SECOND	10

/*
 * A handler must not unregister probes or wake anything: it may have hit inside
 * the scheduler. So this thread polls ten times a second during a run, and
 * while any of the other conditions below holds.
 */
static int run_poll(void *unused)
{
	u64 looked_us = 0;

	while (!kthread_should_stop()) {
		wait_event_interruptible(run_wait, kc_load(&gtp.armed) ||
					 kc_load(&gtp.deferred_tx) ||
					 gtp_print_pending() ||
					 kc_load(&gtp.watch) ||
					 gtp_save_active() ||
					 kthread_should_stop());
		if (!kc_load(&gtp.deferred_tx))
			schedule_timeout_interruptible(HZ / LOOKS_A_SECOND);
		run_check_session();
		mutex_lock(&gtp.lock);
		finishing = 1;
		gtp_finish_run();
		gtp_modules_handle();
		finishing = 0;
		gtp_serve_deferred();
		gtp_save_poll();
		if (gtp.armed)
			kc_wall_anchor();
		if (gtp.armed && kc_wall_us() - looked_us >= 1000000) {
			looked_us = kc_wall_us();
			gtp_check_armed(0);
		}
		mutex_unlock(&gtp.lock);
		run_print();
	}
	return 0;
}

int gtp_run_init(void)
{
	run_thread = kthread_run(run_poll, NULL, "kgtp");
	return IS_ERR(run_thread) ? PTR_ERR(run_thread) : 0;
}

void gtp_run_exit(void)
{
	kthread_stop(run_thread);
	mutex_lock(&gtp.lock);
	gtp_stop(GTP_DISCONNECTED, NULL);
	gtp_frames_drop();
	if (gtp.rb)
		ringbuf_free(gtp.rb);
	gtp.rb = NULL;
	gtp_print_exit();
	if (gtp.hit_ctx)
		free_percpu(gtp.hit_ctx);
	gtp.hit_ctx = NULL;
	mutex_unlock(&gtp.lock);
}
