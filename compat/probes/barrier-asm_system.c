/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 3.3. */
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/system.h>

void kc_probe(void);
void kc_probe(void)
{
	smp_mb();
	smp_rmb();
	smp_wmb();
}
