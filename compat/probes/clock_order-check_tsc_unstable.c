/* SPDX-License-Identifier: GPL-2.0 */
/* x86: can the clocks of two CPUs be compared? */
#include <linux/types.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/tsc.h>

int kc_probe(void);
int kc_probe(void)
{
	return !check_tsc_unstable() && boot_cpu_has(X86_FEATURE_NONSTOP_TSC);
}
