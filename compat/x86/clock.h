/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_CLOCK_H
#define COMPAT_X86_CLOCK_H

#ifdef KC_HAVE_CHECK_TSC_UNSTABLE
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#endif

/*
 * The TSC does if the kernel has not marked it unstable, and it has a constant
 * frequency and does not stop.  A single CPU does not need the latter two.
 */
static inline int kc_cycles_order_cpus(void)
{
#ifdef KC_HAVE_CHECK_TSC_UNSTABLE
	return boot_cpu_has(X86_FEATURE_TSC) && !check_tsc_unstable() &&
	       (kc_nr_cpus() == 1 ||
		(boot_cpu_has(X86_FEATURE_CONSTANT_TSC) &&
		 boot_cpu_has(X86_FEATURE_NONSTOP_TSC)));
#else
	return 0;
#endif
}

#endif
