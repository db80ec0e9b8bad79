/* SPDX-License-Identifier: GPL-2.0 */
/* 2f064a59a11f, 5.14: renamed from state. */
#include <linux/sched.h>

long kc_probe(struct task_struct *t);
long kc_probe(struct task_struct *t)
{
	return t->__state;
}
