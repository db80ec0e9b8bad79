/* SPDX-License-Identifier: GPL-2.0 */
/* Before faca62273b60, 2.6.25: the 32-bit one. */
#include <linux/sched.h>
#include <asm/system.h>

unsigned long kc_probe(struct task_struct *t);
unsigned long kc_probe(struct task_struct *t)
{
	return t->thread.esp + t->thread.eip;
}
