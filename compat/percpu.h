/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU memory.
 */
#ifndef COMPAT_PERCPU_H
#define COMPAT_PERCPU_H

#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include "compat/config.h"
#include "compat/symbols.h"

/* A sparse annotation, since 2.6.33 (e0fdb0e050ea). */
#ifndef __percpu
#define __percpu
#endif

/*
 * Returns zeroed memory or NULL.  Where each CPU's part is a separate
 * kmalloc(), up to 2.6.24 of just the requested size, two parts could share a
 * cache line: align the type.
 * Context: process, may sleep.
 */
#ifdef KC_HAVE_PERCPU_DATA
#define kc_alloc_percpu(type)						\
	((type __percpu *)alloc_percpu(struct {				\
		type v;							\
	} __attribute__((aligned(SMP_CACHE_BYTES)))))
#else
#define kc_alloc_percpu(type)	alloc_percpu(type)
#endif

/*
 * This CPU's part of per-CPU memory.
 * Context: any, preemption off.
 */
#ifdef this_cpu_ptr
#define kc_this_cpu(p)	this_cpu_ptr(p)
#else
#define kc_this_cpu(p)	per_cpu_ptr(p, smp_processor_id())
#endif

/*
 * Up to 6.14 (9d7de2aa8b41) x86-64 links per-CPU variables at addresses from 0.
 * KASLR does not move these, but a debugger moves all addresses of the vmlinux.
 */
#define KC_LOW_PERCPU_MAX	0x100000UL

/*
 * The size in bytes of that address range; 0 if there is none.
 * Context: process, may sleep.
 */
static inline unsigned long kc_low_percpu(void)
{
#ifdef KC_HAVE_THIS_CPU_OFF
	unsigned long end;

	if ((unsigned long)&this_cpu_off >= KC_LOW_PERCPU_MAX)
		return 0;
	/* With IBT kc_symbol() finds functions only. */
	end = kc_symbol("__per_cpu_end");
	return end && end < KC_LOW_PERCPU_MAX ? end : KC_LOW_PERCPU_MAX;
#else
	return 0;
#endif
}

/* The address of __per_cpu_offset[], if kc_low_percpu() is not 0. */
static inline unsigned long kc_percpu_offsets(unsigned long *bytes)
{
#ifdef KC_HAVE_THIS_CPU_OFF
	*bytes = sizeof(__per_cpu_offset);
	return (unsigned long)__per_cpu_offset;
#else
	*bytes = 0;
	return 0;
#endif
}

#endif
