/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What others need of the thread kgtp.
 */
#include <linux/sched.h>

#include "compat/barrier.h"
#include "trace/run/private.h"

struct task_struct *run_thread;
DECLARE_WAIT_QUEUE_HEAD(run_wait);
int run_finishing;
int run_watch;

void gtp_run_wake(void)
{
	wake_up(&run_wait);
	wake_up_process(run_thread);	/* it may sleep between two polls */
}

void gtp_watch(void)
{
	kc_store(&run_watch, 1);
	wake_up(&run_wait);
}

void gtp_yield_lock(u32 done)
{
	if (!run_finishing)
		return;
	mutex_unlock(&gtp.lock);
	schedule_timeout_interruptible(1);
	mutex_lock(&gtp.lock);
}

void gtp_wait_finished(void)
{
	while (run_finishing) {
		mutex_unlock(&gtp.lock);
		schedule_timeout_uninterruptible(1);
		mutex_lock(&gtp.lock);
	}
}
