/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The thread kgtp: it ends runs, serves slow packets and prints.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "compat/barrier.h"
#include "compat/clock.h"
#include "trace/run/private.h"

/* Release the lock after each line: GDB must not wait for a slow console. */
static void run_print(void)
{
	int more;

	do {
		mutex_lock(&gtp.lock);
		more = gtp_print_one();
		mutex_unlock(&gtp.lock);
		cond_resched();
	} while (more && !kc_load(&gtp_slow.deferred_tx) &&
		 !kthread_should_stop());
}

/*
 * A concurrent gtp_watch() runs under in_lock, so either this check or the next
 * turn sees its session.
 * Context: process, without gtp.lock.
 */
static void run_check_session(void)
{
	if (!kc_load(&run_watch))
		return;
	kc_store(&run_watch, 0);
	if (gtp_check_session())
		kc_store(&run_watch, 1);
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
					 kc_load(&gtp_slow.deferred_tx) ||
					 gtp_print_pending() ||
					 kc_load(&run_watch) ||
					 gtp_save_active() ||
					 kthread_should_stop());
		if (!kc_load(&gtp_slow.deferred_tx))
			schedule_timeout_interruptible(HZ / LOOKS_A_SECOND);
		run_check_session();
		mutex_lock(&gtp.lock);
		run_finishing = 1;
		gtp_finish_run();
		gtp_modules_handle();
		run_finishing = 0;
		gtp_serve_deferred();
		gtp_save_poll();
		if (gtp.armed) {
			kc_wall_anchor();
			gtp_pipe_poll();
		}
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
	run_free_buffer();
	mutex_unlock(&gtp.lock);
}
