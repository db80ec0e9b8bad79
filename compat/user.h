/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User memory, where a probe has hit.
 */
#ifndef COMPAT_USER_H
#define COMPAT_USER_H

#include <linux/types.h>
#include <asm/processor.h>
#include "compat/config.h"

/* Where user memory ends, of any task's. */
#ifdef TASK_SIZE_MAX
#define KC_USER_END	TASK_SIZE_MAX
#elif defined(CONFIG_X86_64)
#define KC_USER_END	TASK_SIZE64
#else
#define KC_USER_END	TASK_SIZE
#endif

/* Any context. */
static inline int kc_is_user(u64 addr, size_t n)
{
	return addr < KC_USER_END && n <= KC_USER_END - addr;
}

/*
 * Any context incl. NMI; does not sleep, and brings no page in.  Of what
 * kc_is_user() has said yes to: 0, or -EFAULT, also where the current task has no
 * memory of its own, or it is not the one that is loaded, or this is in an
 * interrupt or an NMI; -EPERM: it is a device's.  trapped: as in context.h.
 */
long kc_read_user(void *dst, u64 addr, size_t n, int trapped);

#endif
