/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_VMALLOC_H
#define API_LINUX_VMALLOC_H

#include <linux/irqflags.h>
#include <linux/types.h>

void *vmalloc(unsigned long n);
#if API >= API_2_6_26
void vfree(const void *p);
#else
void vfree(void *p);
#endif
#if API == API_EL5 || API >= API_EL6
void *vzalloc(unsigned long n);
#endif

#endif
