/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Up to 4.8: a macro pushes flags and the frame pointer, or only that.  on_cpu
 * is from 3.0 (3ca7a440da39), the list of threads from 3.14 (0c740d0afc3b).
 */
#include <linux/init_task.h>
#include <linux/sched.h>
#include <asm/switch_to.h>
#include <linux/thread_info.h>

unsigned long kc_probe(struct task_struct *t);
unsigned long kc_probe(struct task_struct *t)
{
#ifdef CONFIG_X86_64
	static const char saves[] = SAVE_CONTEXT;
	unsigned long n = sizeof(saves);
#else
	unsigned long n = t->thread.ip;
#endif
	struct task_struct *p;

	for_each_process_thread(p, t)
		n += t->thread.sp + test_tsk_thread_flag(t, TIF_FORK);
#ifdef CONFIG_SMP
	n += t->on_cpu;
#endif
	return n;
}
