/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs that come and go.
 */
#ifndef COMPAT_CPU_H
#define COMPAT_CPU_H

#include <linux/cpu.h>
#include <linux/smp.h>
#include "compat/config.h"

/* Process context; sleep.  In between, no CPU goes online or offline. */
static inline void kc_cpus_lock(void)
{
#ifdef KC_HAVE_CPUS_READ_LOCK
	cpus_read_lock();
#else
	get_online_cpus();
#endif
}

static inline void kc_cpus_unlock(void)
{
#ifdef KC_HAVE_CPUS_READ_LOCK
	cpus_read_unlock();
#else
	put_online_cpus();
#endif
}

#endif
