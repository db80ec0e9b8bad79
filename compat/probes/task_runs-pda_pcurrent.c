/* SPDX-License-Identifier: GPL-2.0 */
/* x86-64 up to 2.6.29. */
#include <linux/sched.h>
#include <asm/pda.h>

int kc_probe(const struct task_struct *t);
int kc_probe(const struct task_struct *t)
{
	return cpu_pda(task_cpu(t))->pcurrent == t;
}
