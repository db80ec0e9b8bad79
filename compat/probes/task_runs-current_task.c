/* SPDX-License-Identifier: GPL-2.0 */
/* Of 32 bits from 2.6.22 on (7c3576d261ce), of 64 bits from 2.6.30 (c6f5e0acd5d1). */
#include <linux/percpu.h>
#include <linux/sched.h>

int kc_probe(const struct task_struct *t);
int kc_probe(const struct task_struct *t)
{
	return per_cpu(current_task, task_cpu(t)) == t;
}
