/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs: their number, hotplug, and calls on one CPU.
 */
#ifndef COMPAT_CPU_H
#define COMPAT_CPU_H

#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/smp.h>
#include "compat/config.h"

/*
 * The highest number of a possible CPU, plus 1.
 * Context: any.
 */
static inline unsigned int kc_nr_cpus(void)
{
	unsigned int nr = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		nr = cpu + 1;
	return nr;
}

/*
 * Keep CPUs from going online or offline.  Without CONFIG_HOTPLUG_CPU none does
 * after boot.
 * Context: process, may sleep.
 */
static inline void kc_cpus_lock(void)
{
#if defined(KC_HAVE_CPUS_STAY)
#elif defined(KC_HAVE_CPUS_READ_LOCK)
	cpus_read_lock();
#elif defined(KC_HAVE_GET_ONLINE_CPUS)
	get_online_cpus();
#else
	lock_cpu_hotplug();
#endif
}

static inline void kc_cpus_unlock(void)
{
#if defined(KC_HAVE_CPUS_STAY)
#elif defined(KC_HAVE_CPUS_READ_LOCK)
	cpus_read_unlock();
#elif defined(KC_HAVE_GET_ONLINE_CPUS)
	put_online_cpus();
#else
	unlock_cpu_hotplug();
#endif
}

#if defined(KC_HAVE_ONE_CPU)

/*
 * Run fn(arg) on an online CPU with interrupts off, and wait for it.  Returns 0
 * or a negative errno.
 * Context: process, holds kc_cpus_lock().
 */
static inline int kc_run_on_cpu(unsigned int cpu, void (*fn)(void *arg),
				void *arg)
{
	unsigned long flags;

	local_irq_save(flags);
	fn(arg);
	local_irq_restore(flags);
	return 0;
}

#elif defined(KC_HAVE_SMP_CALL_FUNCTION_SINGLE)

static inline int kc_run_on_cpu(unsigned int cpu, void (*fn)(void *arg),
				void *arg)
{
	return smp_call_function_single(cpu, fn, arg, 1);
}

#else

struct kc_cpu_call {
	unsigned int cpu;
	void (*fn)(void *arg);
	void *arg;
};

/* Runs on all CPUs with interrupts off. */
static inline void kc_cpu_call_one(void *call)
{
	const struct kc_cpu_call *c = call;

	if (c->cpu == smp_processor_id())
		c->fn(c->arg);
}

/* Up to 2.6.26 modules can only call all CPUs. */
static inline int kc_run_on_cpu(unsigned int cpu, void (*fn)(void *arg),
				void *arg)
{
	struct kc_cpu_call call;

	call.cpu = cpu;
	call.fn = fn;
	call.arg = arg;
	return on_each_cpu(kc_cpu_call_one, &call, 0, 1);
}

#endif

#endif
