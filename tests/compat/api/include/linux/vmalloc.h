/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_VMALLOC_H
#define API_LINUX_VMALLOC_H

#include <linux/irqflags.h>
#include <linux/types.h>

void *vmalloc(unsigned long n);
#if API >= API_EL6
void vfree(const void *p);
void *vzalloc(unsigned long n);
#else
void vfree(void *p);
#endif

#endif
