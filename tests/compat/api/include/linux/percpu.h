/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_PERCPU_H
#define API_LINUX_PERCPU_H

#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/types.h>

#if defined(CONFIG_SMP) && (API >= API_EL6 || defined(CONFIG_X86_32))
extern unsigned long __per_cpu_offset[NR_CPUS];
#endif
#if API < API_EL7 && (API >= API_EL6 || defined(CONFIG_X86_32))
#define per_cpu(var, cpu)	(*__extension__({			\
	unsigned long api_at_ = (unsigned long)&per_cpu__##var;		\
	(__typeof__(&per_cpu__##var))(api_at_ + __per_cpu_offset[cpu]);	\
}))
#endif
#if API >= API_EL6
#if API >= API_EL7
extern unsigned long this_cpu_off;
#endif
void __percpu *__alloc_percpu(size_t n, size_t align);
void free_percpu(void __percpu *p);
#define alloc_percpu(type)						\
	((type __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define per_cpu_ptr(p, cpu)						\
	((__typeof__(p))((unsigned long)(p) + __per_cpu_offset[cpu]))
#if API >= API_EL7
#define DEFINE_PER_CPU(type, name)	type __percpu name
#define per_cpu(name, cpu)		(*per_cpu_ptr(&(name), cpu))
#endif
#elif defined(CONFIG_SMP)
struct percpu_data {
	void *ptrs[NR_CPUS];
};

#define per_cpu_ptr(p, cpu)						\
	((__typeof__(p))((struct percpu_data *)~(unsigned long)(p))->ptrs[cpu])

#if API >= API_2_6_26
void *__percpu_alloc_mask(size_t n, gfp_t gfp, cpumask_t *cpus);
void percpu_free(void *p);
#define alloc_percpu(type)						\
	((type *)__percpu_alloc_mask(sizeof(type), GFP_KERNEL,		\
				     &cpu_possible_map))
#define free_percpu(p)		percpu_free(p)
#else
void *__alloc_percpu(size_t n);
void free_percpu(const void *p);
/* A kmalloc() of that size for each: what is no whole line shares one. */
#define API_LINES(type)	(0 * sizeof(char[1 - 2 * !!(sizeof(type) % SMP_CACHE_BYTES)]))
#define alloc_percpu(type)						\
	((type *)__alloc_percpu(sizeof(type) + API_LINES(type)))
#endif
#else
static inline void *api_alloc_percpu(size_t n)
{
	return kzalloc(n, GFP_KERNEL);
}

static inline void free_percpu(const void *p)
{
	kfree(p);
}

#define alloc_percpu(type)	((type *)api_alloc_percpu(sizeof(type)))
#define per_cpu_ptr(p, cpu)	((void)(cpu), (p))
#endif

#endif
