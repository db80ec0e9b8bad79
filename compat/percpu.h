/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU memory.
 */
#ifndef COMPAT_PERCPU_H
#define COMPAT_PERCPU_H

#include <linux/percpu.h>
#include <linux/smp.h>

/* A mark for sparse, since 2.6.33 (e0fdb0e050ea). */
#ifndef __percpu
#define __percpu
#endif

/* Any context, preemption off.  This CPU's part of what alloc_percpu() gave. */
#ifdef this_cpu_ptr
#define kc_this_cpu(p)	this_cpu_ptr(p)
#else
#define kc_this_cpu(p)	per_cpu_ptr(p, smp_processor_id())
#endif

#endif
