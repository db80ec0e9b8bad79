/* SPDX-License-Identifier: GPL-2.0 */
#define API		API_2_6_18

#define CONFIG_DEBUG_FS	1
#define CONFIG_KALLSYMS_ALL	1
#define CONFIG_X86	1
#define CONFIG_X86_64	1
