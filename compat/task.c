/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "compat/barrier.h"
#include "compat/cpu.h"
#include "compat/read.h"
#include "compat/symbols.h"
#include "compat/task.h"
#include "compat/task_list.h"

#if kc_has_tasks()

#include <linux/cpumask.h>
#include <linux/init_task.h>
#include <linux/percpu.h>
#ifdef KC_HAVE_TASK_STACK_H
#include <linux/sched/task_stack.h>
#endif

/* 80ed87c8a9ca, 4.2 */
#ifndef TASK_NOLOAD
#define TASK_NOLOAD	0
#endif
/* f2530dc71cf0, 3.9 */
#ifndef TASK_PARKED
#define TASK_PARKED	0
#endif
/* f021a3c2b14d, 2.6.25 */
#ifndef __TASK_STOPPED
#define __TASK_STOPPED	TASK_STOPPED
#define __TASK_TRACED	TASK_TRACED
#endif

#ifdef KC_HAVE_INACTIVE_TASK_FRAME

#include <linux/smp.h>
#include <linux/workqueue.h>

/*
 * The variable of smpboot.c that has a CPU's idle task; NULL: there is none, or
 * kc_symbol() does not find it.  Written by kc_task_init(), under gtp.lock.
 */
static struct task_struct *__percpu *idle_threads;

/*
 * Without it (6.12 with IBT: see kc_low_percpu()), the idle tasks that have been
 * seen running; NULL: that CPU's has not.  They live as long as the kernel does.
 */
static DEFINE_PER_CPU(struct task_struct *, idle_seen);

/* Context: interrupts are off. */
static void idle_see(void *unused)
{
	if (!current->pid)
		per_cpu(idle_seen, smp_processor_id()) = current;
}

static void idle_see_all(struct work_struct *work)
{
	on_each_cpu(idle_see, NULL, 1);
}

static DECLARE_WORK(idle_work, idle_see_all);

/*
 * At load: who looks keeps one CPU busy, but not while another one looks.  A CPU
 * that is busy with something else may be idle at a later look.
 */
static void idle_init(void)
{
	unsigned int cpu;

	idle_threads = (struct task_struct *__percpu *)kc_symbol("idle_threads");
	if (idle_threads)
		return;
	kc_cpus_lock();
	for_each_online_cpu(cpu) {
		if (cpu == raw_smp_processor_id())
			continue;
		schedule_work_on(cpu, &idle_work);
		flush_work(&idle_work);
		break;
	}
	kc_cpus_unlock();
}

static void idle_look(void)
{
	if (!idle_threads)
		on_each_cpu(idle_see, NULL, 1);
}

static struct task_struct *idle_of_other(unsigned int cpu)
{
	struct task_struct *t = NULL;

	if (!idle_threads)
		return kc_load(&per_cpu(idle_seen, cpu));
	if (kc_read_kernel(&t, (unsigned long)per_cpu_ptr(idle_threads, cpu),
			   sizeof(t)))
		return NULL;
	return t;
}

#else

/*
 * That variable is from 3.5 (29d5e0476e1c), and without CONFIG_KALLSYMS_ALL it has
 * no symbol.  These kernels do not check calls, so calling by address works.
 */
static struct task_struct *(*idle_task_fn)(int cpu);

static void idle_init(void)
{
	idle_task_fn = (void *)kc_symbol("idle_task");
}

static void idle_look(void)
{
}

/* NULL: the CPU was never there. */
static struct task_struct *idle_of_other(unsigned int cpu)
{
	return idle_task_fn ? idle_task_fn(cpu) : NULL;
}

#endif

void kc_task_init(void)
{
	static int looked_up;

	if (!looked_up)
		idle_init();
	looked_up = 1;
	idle_look();
	kc_switch_init();
}

/* Idle tasks are in no list.  CPU 0 has the first task of all. */
static struct task_struct *idle_of(unsigned int cpu)
{
	return cpu ? idle_of_other(cpu) : &init_task;
}

int kc_each_task(int (*fn)(struct task_struct *t, void *arg), void *arg)
{
	struct task_struct *p, *t;
	unsigned int cpu;
	int ret = 0;

	for_each_possible_cpu(cpu) {
		t = idle_of(cpu);
		if (t)
			ret = fn(t, arg);
		if (ret)
			return ret;
	}
	rcu_read_lock();
	kc_for_each_thread(p, t) {
		ret = fn(t, arg);
		if (ret)
			goto out;
	}
out:
	rcu_read_unlock();
	return ret;
}

/* Before 3.0 it is the machine's part. */
#ifdef KC_HAVE_ON_CPU
int kc_task_runs(const struct task_struct *t)
{
#ifdef CONFIG_SMP
	return kc_load(&t->on_cpu);
#else
	return t == current;
#endif
}
#endif

int kc_task_ended(const struct task_struct *t)
{
	return kc_load(&t->exit_state);
}

unsigned long kc_task_stack(const struct task_struct *t)
{
	return (unsigned long)task_stack_page((struct task_struct *)t);
}

unsigned long kc_task_switches(const struct task_struct *t)
{
	return kc_load(&t->nvcsw) + kc_load(&t->nivcsw);
}

static unsigned int task_state(const struct task_struct *t)
{
#ifdef KC_HAVE_TASK_NEW_STATE
	return kc_load(&t->__state);
#else
	return kc_load(&t->state);
#endif
}

static char state_letter(const struct task_struct *t)
{
	int ended = kc_task_ended(t);
	unsigned int state = task_state(t);

	if (ended)
		return ended & EXIT_DEAD ? 'X' : 'Z';
	if (state & TASK_INTERRUPTIBLE)
		return 'S';
	if (state & TASK_UNINTERRUPTIBLE)
		return state & TASK_NOLOAD ? 'I' : 'D';
	if (state & __TASK_STOPPED)
		return 'T';
	if (state & __TASK_TRACED)
		return 't';
	if (state & TASK_PARKED)
		return 'P';
	return 'R';
}

void kc_task_get(const struct task_struct *t, struct kc_task *task)
{
	memset(task, 0, sizeof(*task));
	task->pid = t->pid;
	task->tgid = t->tgid;
	task->cpu = task_cpu(t);
	task->running = kc_task_runs(t);
	task->state = state_letter(t);
	memcpy(task->comm, t->comm, sizeof(task->comm) - 1);
}

#else

void kc_task_init(void)
{
}

int kc_each_task(int (*fn)(struct task_struct *t, void *arg), void *arg)
{
	return 0;
}

int kc_task_runs(const struct task_struct *t)
{
	return 1;
}

int kc_task_ended(const struct task_struct *t)
{
	return 1;
}

unsigned long kc_task_stack(const struct task_struct *t)
{
	return 0;
}

unsigned long kc_task_switches(const struct task_struct *t)
{
	return 0;
}

void kc_task_get(const struct task_struct *t, struct kc_task *task)
{
	memset(task, 0, sizeof(*task));
}

#endif
