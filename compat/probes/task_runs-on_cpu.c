/* SPDX-License-Identifier: GPL-2.0 */
/* 3ca7a440da39, 3.0. A kernel for one CPU needs none. */
#include <linux/sched.h>

int kc_probe(struct task_struct *t);
int kc_probe(struct task_struct *t)
{
#ifdef CONFIG_SMP
	return t->on_cpu;
#else
	return t == current;
#endif
}
