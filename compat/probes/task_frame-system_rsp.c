/* SPDX-License-Identifier: GPL-2.0 */
/* Before faca62273b60, 2.6.25, both x86 have names of their own: the 64-bit one. */
#include <linux/sched.h>
#include <asm/system.h>
#include <linux/thread_info.h>

unsigned long kc_probe(struct task_struct *t);
unsigned long kc_probe(struct task_struct *t)
{
	static const char saves[] = SAVE_CONTEXT;

	return sizeof(saves) + t->thread.rsp + test_tsk_thread_flag(t, TIF_FORK);
}
