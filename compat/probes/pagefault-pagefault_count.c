/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 2.6.19: a fault waits for no page where preemption is counted as off. */
#include <linux/preempt.h>
#include <linux/sched.h>

void kc_probe(void);
void kc_probe(void)
{
	inc_preempt_count();
	dec_preempt_count();
}
