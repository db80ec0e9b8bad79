/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read user memory at a hit.
 */
#ifndef COMPAT_USER_H
#define COMPAT_USER_H

#include <linux/types.h>
#include <asm/processor.h>
#include "compat/config.h"

/* The end of user memory, for any task. */
#ifdef TASK_SIZE_MAX
#define KC_USER_END	TASK_SIZE_MAX
#elif defined(TASK_SIZE64)
#define KC_USER_END	TASK_SIZE64
#else
#define KC_USER_END	TASK_SIZE
#endif

/* Context: any. */
static inline int kc_is_user(u64 addr, size_t n)
{
	return addr < KC_USER_END && n <= KC_USER_END - addr;
}

/*
 * Read a range that kc_is_user() accepts; does not page it in.  Returns 0;
 * -EFAULT, also if the current task has no mm, its page table is not loaded, or
 * in an interrupt or NMI; -EPERM if it is a device's.  trapped: see context.h.
 * Context: any, including NMI.
 */
long kc_read_user(void *dst, u64 addr, size_t n, int trapped);

#endif
