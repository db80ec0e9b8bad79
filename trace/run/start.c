/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Start the run.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/lock.h"
#include "compat/read.h"
#include "trace/base/messages.h"
#include "trace/run/private.h"

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
void run_set_dispatch(struct gtp_tracepoint *tp)
{
	enum gtp_dispatch dispatch = GTP_DISPATCH_ACTIONS;

	if (tp->has_cond || tp->pass ||
	    tp->uses & (GTP_USES_PRINT | GTP_USES_STATE) ||
	    gtp_hits.uses & GTP_USES_COOKED)
		dispatch = GTP_DISPATCH_SLOW;
	else if (gtp_hits.clock == GTP_CLOCK_CYCLES)
		dispatch = gtp_compiled_dispatch(tp);
	gtp_set_dispatch(tp, dispatch);
}

void run_set_all_dispatch(void)
{
	struct gtp_tracepoint *tp;

	list_for_each_entry(tp, &gtp.tracepoints, list)
		run_set_dispatch(tp);
}

int run_prepare_tracepoint(struct gtp_tracepoint *tp, struct rsp_tx *tx)
{
	int err = gtp_compile(tp, tx);

	if (err)
		return err;
	kc_store(&gtp_hits.uses, gtp_hits.uses | tp->uses);
	if (!tp->count && gtp_can_define(gtp.nr_cpus * sizeof(*tp->count)))
		tp->count = kc_alloc_percpu(struct gtp_count);
	if (!tp->count) {
		rsp_error(tx, MSG_TRACEPOINT, tp->num,
			  (unsigned long long)tp->addr, "set",
			  WHY_COUNTS_NO_MEMORY);
		return -ENOMEM;
	}
	/*
	 * Disabled tracepoints, too: best done before any probe is registered.
	 */
	gtp_place_check(tp);
	return 0;
}

static int run_prepare_tracepoints(struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp;
	u32 done = 0;
	int err;

	list_for_each_entry (tp, &gtp.tracepoints, list) {
		err = run_go_on("tracepoints checked", done++, tx);
		if (!err)
			err = run_prepare_tracepoint(tp, tx);
		if (err)
			return err;
	}
	return 0;
}

static int run_prepare(struct rsp_tx *tx)
{
	int ret;

	gtp_print_flush();
	gtp_hits.uses = 0;
	if (gtp_compile_begin()) {
		rsp_error(tx, MSG_START, WHY_COMPILE_NO_MEMORY);
		return -ENOMEM;
	}
	ret = run_prepare_tracepoints(tx);
	gtp_compile_end();
	if (ret)
		return ret;
	run_set_all_dispatch();
	if (run_alloc_buffer()) {
		if (kc_load(&gtp_slow.give_up))
			rsp_error(tx, MSG_START, WHY_INTERRUPTED);
		else
			rsp_error(tx, MSG_START_BUFFER,
				  (unsigned long long)gtp.size,
				  (unsigned long long)gtp_alloc_max());
		return -ENOMEM;
	}
	if (gtp_vars_prepare()) {
		rsp_error(tx, MSG_START, WHY_PRINT_NO_MEMORY);
		return -ENOMEM;
	}
	/* Conditions read memory from the first probe on. */
	kc_read_update();
	return 0;
}

static int run_arm_all(struct rsp_tx *tx)
{
	int err;

	__module_get(THIS_MODULE);
	err = run_place_all(tx);
	if (!err)
		err = run_set_all(tx);
	if (err)
		run_disarm(tx);
	return err;
}

/* Nothing can fail from here on, so drop the frames of the last run. */
static void run_begin(int reads_devices)
{
	struct gtp_tracepoint *tp;

	gtp_modules_forget();
	gtp_drop_kept();
	gtp_frames_drop();
	ringbuf_reset(gtp.rb);
	ringbuf_set_circular(gtp.rb, gtp_hits.circular);
	list_for_each_entry(tp, &gtp.tracepoints, list)
		run_reset_count(tp);
	gtp_vars_start();
	gtp_errors_reset();
	kc_wall_anchor();
	kc_sequence_set(&gtp_hits.sequence, 0);
	memset(&gtp.stop_cause, 0, sizeof(gtp.stop_cause));
	gtp.stopping = 0;
	gtp.ran = 1;
	kc_store(&kc_reads_devices, reads_devices);
	kc_store(&gtp.armed, 1);
	gtp.start_us = kc_wall_us();
	gtp.stop_us = 0;
	kc_store_release(&gtp_hits.running, 1);
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

int gtp_may_start(struct rsp_tx *tx)
{
	kc_assert_held(&gtp.lock);
	if (gtp.armed) {
		rsp_error(tx, MSG_START, WHY_RUNS_ALREADY);
		return -EBUSY;
	}
	if (list_empty(&gtp.tracepoints)) {
		rsp_error(tx, MSG_START, WHY_NOTHING_TO_TRACE);
		return -ENOENT;
	}
	return 0;
}

int gtp_start(int reads_devices, struct rsp_tx *tx)
{
	s64 last_errno = gtp.last_errno;
	int err;

	kc_assert_held(&gtp.lock);
	gtp_hits.clock = kc_cycles_order_cpus() ? GTP_CLOCK_CYCLES :
		    kc_clock_orders_cpus() ? GTP_CLOCK_NS : GTP_CLOCK_COUNTS;
	kc_store(&gtp.last_errno, 0);
	gtp_modules_watch(1);
	/* Hits are ignored until all probes are armed. */
	err = run_prepare(tx);
	if (!err)
		err = run_arm_all(tx);
	if (err) {
		kc_store(&gtp.last_errno, last_errno);
		gtp_modules_watch(0);
		return err;
	}
	run_begin(reads_devices);
	run_tell_off(tx);
	wake_up(&run_wait);
	return 0;
}
