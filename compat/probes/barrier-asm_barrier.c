/* SPDX-License-Identifier: GPL-2.0 */
/* f05e798ad4c0, 3.4: asm/system.h was split up. */
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

void kc_probe(void);
void kc_probe(void)
{
	smp_mb();
	smp_rmb();
	smp_wmb();
}
