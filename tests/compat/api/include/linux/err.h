/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_ERR_H
#define API_LINUX_ERR_H

#include <linux/compiler.h>
#include <linux/types.h>

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}

#if API >= API_4_4
static inline bool __must_check IS_ERR(const void *p)
#elif API >= API_EL7
static inline long __must_check IS_ERR(const void *p)
#else
static inline long IS_ERR(const void *p)
#endif
{
	return (unsigned long)p >= -4095UL;
}

#endif
