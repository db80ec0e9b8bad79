/* SPDX-License-Identifier: GPL-2.0 */
/* From 4.0 (959274753857) to 5.7; gone from RHEL 8 between 8.3 and 8.5. */
#include <asm/traps.h>

void kc_probe(struct pt_regs *regs);
void kc_probe(struct pt_regs *regs)
{
	ist_enter(regs);
	ist_exit(regs);
}
