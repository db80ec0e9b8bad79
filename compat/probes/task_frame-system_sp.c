/* SPDX-License-Identifier: GPL-2.0 */
/* Before f05e798ad4c0, 3.4, the macro is in another header. */
#include <linux/sched.h>
#include <asm/system.h>
#include <linux/thread_info.h>

unsigned long kc_probe(struct task_struct *t);
unsigned long kc_probe(struct task_struct *t)
{
#ifdef CONFIG_X86_64
	static const char saves[] = SAVE_CONTEXT;

	return sizeof(saves) + t->thread.sp + test_tsk_thread_flag(t, TIF_FORK);
#else
	return t->thread.sp + t->thread.ip;
#endif
}
