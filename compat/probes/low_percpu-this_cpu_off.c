/* SPDX-License-Identifier: GPL-2.0 */
/* By this name since dd17c8f72993, 2.6.33; x86 with several CPUs. */
#include <linux/percpu.h>

unsigned long kc_probe(void);
unsigned long kc_probe(void)
{
	return (unsigned long)&this_cpu_off + (unsigned long)__per_cpu_offset +
		sizeof(__per_cpu_offset);
}
