/* SPDX-License-Identifier: GPL-2.0 */
/* Where no CPU comes or goes, what holds CPUs is inline or a macro, or nothing. */
#include <linux/cpu.h>

#ifdef CONFIG_HOTPLUG_CPU
#error "CPUs come and go"
#endif
