/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_CPU_H
#define API_LINUX_CPU_H

#include <linux/cpumask.h>

#if !defined(CONFIG_HOTPLUG_CPU)
#define lock_cpu_hotplug()	((void)0)
#define unlock_cpu_hotplug()	((void)0)
#elif API >= API_EL8_1
void cpus_read_lock(void);
void cpus_read_unlock(void);

static inline void get_online_cpus(void)
{
	cpus_read_lock();
}

static inline void put_online_cpus(void)
{
	cpus_read_unlock();
}
#elif API >= API_2_6_26
void get_online_cpus(void);
void put_online_cpus(void);
#else
void lock_cpu_hotplug(void);
void unlock_cpu_hotplug(void);
#endif

#endif
