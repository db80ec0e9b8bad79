/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 2.6.24. */
#include <linux/cpu.h>

void kc_probe(void);
void kc_probe(void)
{
	lock_cpu_hotplug();
	unlock_cpu_hotplug();
}
