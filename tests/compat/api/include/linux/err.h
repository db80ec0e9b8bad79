/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_ERR_H
#define API_LINUX_ERR_H

#include <linux/compiler.h>

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}

static inline int IS_ERR(const void *p)
{
	return (unsigned long)p >= -4095UL;
}

#endif
