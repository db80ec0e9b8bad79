/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_BOOT_H
#define API_ASM_BOOT_H

#ifdef CONFIG_RELOCATABLE
#define LOAD_PHYSICAL_ADDR	((unsigned long)CONFIG_PHYSICAL_ALIGN)
#endif

#endif
