/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of the experiment.
 */
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "trace/base/base.h"

struct gtp_hits gtp_hits;
struct gtp_kernel gtp_kernel;
struct gtp_slow gtp_slow;

struct gtp gtp = {
	.lock = __MUTEX_INITIALIZER(gtp.lock),
	.tracepoints = LIST_HEAD_INIT(gtp.tracepoints),
	.ro = LIST_HEAD_INIT(gtp.ro),
	.kept_tracepoints = LIST_HEAD_INIT(gtp.kept_tracepoints),
	.kept_ro = LIST_HEAD_INIT(gtp.kept_ro),
};

void gtp_leave_out(pid_t self, pid_t peer, struct task_struct *printer)
{
	unsigned long bits = (self < 0 ? 0 : HIT_BIT(self)) |
			     (peer < 0 ? 0 : HIT_BIT(peer)) |
			     (printer ? HIT_BIT(printer->tgid) : 0);

	/* Never fewer than those that are left out. */
	kc_store(&gtp_hits.left_out, gtp_hits.left_out | bits);
	kc_store(&gtp_hits.self, self);
	kc_store(&gtp_hits.peer, peer);
	kc_store(&gtp_hits.printer, printer);
	kc_store(&gtp_hits.left_out, bits);
}

struct list_head *gtp_shown_tracepoints(void)
{
	return gtp.keeps ? &gtp.kept_tracepoints : &gtp.tracepoints;
}

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

int gtp_must_finish(void)
{
	return gtp.armed && !kc_load_acquire(&gtp_hits.running);
}
