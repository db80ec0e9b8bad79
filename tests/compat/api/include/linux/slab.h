/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SLAB_H
#define API_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/types.h>

void *__kmalloc(size_t n, gfp_t gfp);
void kfree(const void *p);

static inline void *kmalloc(size_t n, gfp_t gfp)
{
	return __kmalloc(n, gfp);
}

#if API >= API_2_6_26
static inline void *kzalloc(size_t n, gfp_t gfp)
{
	return __kmalloc(n, gfp | __GFP_ZERO);
}
#else
void *__kzalloc(size_t n, gfp_t gfp);

static inline void *kzalloc(size_t n, gfp_t gfp)
{
	return __kzalloc(n, gfp);
}
#endif

static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kzalloc(n * size, gfp);
}

#endif
