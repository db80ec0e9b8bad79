/* SPDX-License-Identifier: GPL-2.0 */
/* 6.2 to 6.14: what each CPU needs most is in one struct. */
#include <linux/percpu.h>
#include <asm/current.h>

unsigned long kc_probe(void);
unsigned long kc_probe(void)
{
	return (unsigned long)this_cpu_read(pcpu_hot.hardirq_stack_ptr);
}
