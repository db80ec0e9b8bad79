/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_CPUMASK_H
#define API_LINUX_CPUMASK_H

#include <linux/smp.h>
#include <linux/types.h>

#if API >= API_EL6
struct cpumask {
	unsigned long api_bits;
};

#if API >= API_EL8_1
extern unsigned int nr_cpu_ids;
extern struct cpumask __cpu_possible_mask;
extern struct cpumask __cpu_online_mask;
extern struct cpumask __cpu_present_mask;
#define cpu_possible_mask	((const struct cpumask *)&__cpu_possible_mask)
#define cpu_online_mask		((const struct cpumask *)&__cpu_online_mask)
#define cpu_present_mask	((const struct cpumask *)&__cpu_present_mask)
#else
extern int nr_cpu_ids;
extern const struct cpumask *const cpu_possible_mask;
extern const struct cpumask *const cpu_online_mask;
extern const struct cpumask *const cpu_present_mask;
#endif
#define API_CPUS(which)	(cpu_##which##_mask)
#elif !defined(CONFIG_SMP)
/* There is one, and nothing is exported. */
#define API_CPUS(which)	API_ANY(struct api_cpus *)
struct api_cpus {
	unsigned long api_bits;
};
#else
typedef struct {
	unsigned long api_bits;
} cpumask_t;

#if API >= API_2_6_26
extern int nr_cpu_ids;
#endif
extern cpumask_t cpu_possible_map;
extern cpumask_t cpu_online_map;
extern cpumask_t cpu_present_map;
#define API_CPUS(which)	(&cpu_##which##_map)
#endif

#define API_CPU_IN(cpu, which)	((int)(API_CPUS(which)->api_bits >> (cpu)) & 1)
#define API_EACH_CPU(cpu, which)					\
	for ((cpu) = 0; (cpu) < NR_CPUS; (cpu)++)			\
		if (!API_CPU_IN(cpu, which)) {				\
		} else

#define cpu_possible(cpu)		API_CPU_IN(cpu, possible)
#define cpu_online(cpu)			API_CPU_IN(cpu, online)
#define cpu_present(cpu)		API_CPU_IN(cpu, present)
#define for_each_possible_cpu(cpu)	API_EACH_CPU(cpu, possible)
#define for_each_online_cpu(cpu)	API_EACH_CPU(cpu, online)
#define for_each_present_cpu(cpu)	API_EACH_CPU(cpu, present)

#endif
