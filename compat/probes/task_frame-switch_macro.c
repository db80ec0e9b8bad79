/* SPDX-License-Identifier: GPL-2.0 */
/* 3.4 to 4.8: a macro pushes flags and the frame pointer, or only that. */
#include <linux/sched.h>
#include <asm/switch_to.h>
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
