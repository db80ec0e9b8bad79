/* SPDX-License-Identifier: GPL-2.0 */
#define API		API_EL5_0

#define CONFIG_DEBUG_FS	1
#define CONFIG_HOTPLUG_CPU	1
#define CONFIG_SMP	1
#define CONFIG_X86	1
#define CONFIG_X86_64	1
