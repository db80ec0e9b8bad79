/* SPDX-License-Identifier: GPL-2.0 */
/* x86-64 up to 2.6.29. */
#include <asm/pda.h>

unsigned long kc_probe(void);
unsigned long kc_probe(void)
{
	return (unsigned long)read_pda(irqstackptr);
}
