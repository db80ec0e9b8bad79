/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registers of a task that does not run, as the switch away from it has saved
 * them on its stack.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "compat/barrier.h"
#include "compat/read.h"
#include "compat/symbols.h"
#include "compat/task.h"
#include "compat/x86/regs.h"

#ifdef KC_HAVE_INACTIVE_TASK_FRAME

#include <asm/switch_to.h>

void kc_switch_init(void)
{
}

int kc_task_regs(const struct task_struct *t, struct pt_regs *regs)
{
	struct inactive_task_frame f;
	unsigned long sp = t->thread.sp;

	if (kc_read_kernel(&f, sp, sizeof(f)))
		return -EFAULT;
	memset(regs, 0, sizeof(*regs));
	regs->KC_REG(ip) = f.ret_addr;
	regs->KC_REG(sp) = sp + sizeof(f);
	regs->KC_REG(bp) = f.bp;
	regs->KC_REG(bx) = f.bx;
#ifdef CONFIG_X86_64
	regs->r12 = f.r12;
	regs->r13 = f.r13;
	regs->r14 = f.r14;
	regs->r15 = f.r15;
#else
	regs->KC_REG(si) = f.si;
	regs->KC_REG(di) = f.di;
#endif
	return 0;
}

#elif kc_has_tasks()

#include <linux/thread_info.h>
#ifdef KC_HAVE_SWITCH_MACRO
#include <asm/switch_to.h>
#else
#include <asm/system.h>
#endif

/* faca62273b60, 2.6.25 */
#if defined(KC_HAVE_SYSTEM_RSP)
#define SAVED_SP	rsp
#elif defined(KC_HAVE_SYSTEM_ESP)
#define SAVED_SP	esp
#define SAVED_IP	eip
#else
#define SAVED_SP	sp
#define SAVED_IP	ip
#endif

/* Where new tasks begin; written by kc_switch_init(). */
static unsigned long fork_pc;

#ifdef CONFIG_X86_64

/* 658fdbef66e5, 2.6.19; also RHEL 5's from 2.6.18-8.1.15 on. */
#define FLAGS_PUSHED	(!memcmp(SAVE_CONTEXT, "pushf", 5))

/* Where the others continue; written by kc_switch_init(). */
static unsigned long switch_pc;

/* The end of a call of target in the len bytes of code at addr; 0: none. */
static unsigned long after_call(unsigned long addr, unsigned long len,
				unsigned long target)
{
	u8 code[5];
	s32 by;

	for (; len >= sizeof(code); len--, addr++) {
		if (kc_read_kernel(code, addr, sizeof(code)) || code[0] != 0xe8)
			continue;
		memcpy(&by, code + 1, sizeof(by));
		if (addr + sizeof(code) + by == target)
			return addr + sizeof(code);
	}
	return 0;
}

/* The scheduler calls __switch_to() in one place, which is not saved. */
void kc_switch_init(void)
{
	static const char * const names[] = { "__schedule", "schedule" };
	unsigned long target = kc_symbol("__switch_to");
	struct kc_place place;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names) && target && !switch_pc; i++)
		if (!kc_symbol_at(kc_symbol(names[i]), &place))
			switch_pc = after_call(place.start, place.size, target);
	fork_pc = kc_symbol("ret_from_fork");
}

static unsigned long saved_pc(const struct task_struct *t, int *is_new)
{
	*is_new = test_tsk_thread_flag((struct task_struct *)t, TIF_FORK);
	return *is_new ? fork_pc : switch_pc;
}

#else

#define FLAGS_PUSHED	1

/* That of kernel threads, from 3.7 on. */
static unsigned long fork_kthread_pc;

void kc_switch_init(void)
{
	fork_pc = kc_symbol("ret_from_fork");
	fork_kthread_pc = kc_symbol("ret_from_kernel_thread");
}

static unsigned long saved_pc(const struct task_struct *t, int *is_new)
{
	unsigned long pc = t->thread.SAVED_IP;

	*is_new = pc == fork_pc || pc == fork_kthread_pc;
	return pc;
}

#endif

/* A new task's stack has nothing but what it begins with. */
int kc_task_regs(const struct task_struct *t, struct pt_regs *regs)
{
	unsigned long sp = t->thread.SAVED_SP, bp, pc;
	int is_new;

	pc = saved_pc(t, &is_new);
	if (!pc || kc_read_kernel(&bp, sp, sizeof(bp)))
		return -EFAULT;
	memset(regs, 0, sizeof(*regs));
	regs->KC_REG(ip) = pc;
	regs->KC_REG(sp) = is_new ? sp : sp + (1 + FLAGS_PUSHED) * sizeof(sp);
	regs->KC_REG(bp) = is_new ? 0 : bp;
	return 0;
}

#else

void kc_switch_init(void)
{
}

int kc_task_regs(const struct task_struct *t, struct pt_regs *regs)
{
	return -EFAULT;
}

#endif

#if kc_has_tasks() && !defined(KC_HAVE_ON_CPU)

/*
 * Before 3.0 a task_struct does not say whether it runs, and what the scheduler
 * takes for the current task has changed a while before the switch.  What follows
 * is written by __switch_to(), on the stack of the next task.  So the last task
 * counts as running until its sp is saved; and the next one does not yet, while
 * its saved frame is still whole.
 */
#if defined(KC_HAVE_CURRENT_TASK)

#include <linux/percpu.h>

int kc_task_runs(const struct task_struct *t)
{
	return kc_load(&per_cpu(current_task, task_cpu(t))) == t;
}

#elif defined(KC_HAVE_PDA_PCURRENT)

#include <asm/pda.h>

int kc_task_runs(const struct task_struct *t)
{
	return kc_load(&cpu_pda(task_cpu(t))->pcurrent) == t;
}

#else

#include <asm/desc.h>

/* The stack that the CPU takes when it comes from user mode; 0: none. */
static unsigned long stack_end(unsigned int cpu)
{
	unsigned long tss, esp0;
	struct desc_struct d;

	if (kc_read_kernel(&d, (unsigned long)&get_cpu_gdt_table(cpu)[GDT_ENTRY_TSS],
			   sizeof(d)))
		return 0;
	tss = d.a >> 16 | (d.b & 0xff) << 16 | (d.b & 0xff000000);
	if (kc_read_kernel(&esp0, tss + offsetof(struct tss_struct, esp0),
			   sizeof(esp0)))
		return 0;
	return esp0;
}

/* The current task is known by its stack only; that of vm86 ends further down. */
int kc_task_runs(const struct task_struct *t)
{
	return stack_end(task_cpu(t)) - 1 - kc_task_stack(t) < THREAD_SIZE;
}

#endif

#endif
