/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SMP_H
#define API_LINUX_SMP_H

#include <linux/types.h>
#include <linux/thread_info.h>

#define NR_CPUS		(64)

#if API >= API_EL7
extern int cpu_number;
#define raw_smp_processor_id()	cpu_number
#elif API >= API_EL6
extern int per_cpu__cpu_number;
#define raw_smp_processor_id()	per_cpu__cpu_number
#else
#define raw_smp_processor_id()	API_ANY(int)
#endif
#define smp_processor_id()	raw_smp_processor_id()

#if API >= API_EL6
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
