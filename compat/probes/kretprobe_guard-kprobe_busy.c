/* SPDX-License-Identifier: GPL-2.0 */
/* 9b38cc704e84, 5.8: probes that the handling of a return hits are left out. */
#include <linux/kprobes.h>

void kc_probe(void);
void kc_probe(void)
{
	kprobe_busy_begin();
	kprobe_busy_end();
}
