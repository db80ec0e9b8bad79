/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_CPUFEATURE_H
#define API_ASM_CPUFEATURE_H

#include <asm/processor.h>

#define X86_FEATURE_TSC			4
#define X86_FEATURE_CONSTANT_TSC	(3 * 32 + 8)
#if API >= API_EL6
#define X86_FEATURE_NONSTOP_TSC		(3 * 32 + 24)
#define X86_FEATURE_HYPERVISOR		(4 * 32 + 31)
#endif

#define boot_cpu_has(bit)	(boot_cpu_data.x86_vendor == (bit))

#endif
