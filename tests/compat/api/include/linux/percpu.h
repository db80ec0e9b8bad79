/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_PERCPU_H
#define API_LINUX_PERCPU_H

#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/types.h>

#if API >= API_EL6
extern unsigned long __per_cpu_offset[NR_CPUS];
#if API >= API_EL7
extern unsigned long this_cpu_off;
#endif
void __percpu *__alloc_percpu(size_t n, size_t align);
void free_percpu(void __percpu *p);
#define alloc_percpu(type)						\
	((type __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define per_cpu_ptr(p, cpu)						\
	((__typeof__(p))((unsigned long)(p) + __per_cpu_offset[cpu]))
#else
void *__alloc_percpu(size_t n);
void free_percpu(const void *p);
#define alloc_percpu(type)	((type *)__alloc_percpu(sizeof(type)))
#define per_cpu_ptr(p, cpu)	((__typeof__(p))((void **)~(unsigned long)(p))[cpu])
#endif

#endif
