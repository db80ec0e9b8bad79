/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SMP_H
#define API_LINUX_SMP_H

#include <linux/types.h>
#include <linux/thread_info.h>

#define NR_CPUS		(64)

#if API >= API_EL7
extern int cpu_number;
#define raw_smp_processor_id()	cpu_number
#elif !defined(CONFIG_SMP)
#define raw_smp_processor_id()	0
#elif API >= API_EL6 || (API >= API_2_6_26 && defined(CONFIG_X86_32))
extern int per_cpu__cpu_number;
#define raw_smp_processor_id()	per_cpu__cpu_number
#else
#define raw_smp_processor_id()	API_ANY(int)
#endif
#define smp_processor_id()	raw_smp_processor_id()

#if !defined(CONFIG_SMP)
/* What they are made of is in other headers. */
#define on_each_cpu(fn, arg, retry, wait) __extension__({		\
	local_irq_disable();						\
	fn(arg);							\
	local_irq_enable();						\
	0;								\
})
#elif API >= API_2_6_27
int smp_call_function_single(int cpu, void (*fn)(void *arg), void *arg,
			     int wait);
int on_each_cpu(void (*fn)(void *arg), void *arg, int wait);
#else
/* With a retry, which is not used. */
int on_each_cpu(void (*fn)(void *arg), void *arg, int retry, int wait);
int smp_call_function(void (*fn)(void *arg), void *arg, int retry, int wait);
/* Declared, but not exported. */
int smp_call_function_single(int cpu, void (*fn)(void *arg), void *arg,
			     int retry, int wait);
#endif

#endif
