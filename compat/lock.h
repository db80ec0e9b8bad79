/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lock assertions, where the kernel has them.
 */
#ifndef COMPAT_LOCK_H
#define COMPAT_LOCK_H

#include <linux/mutex.h>
#include "compat/config.h"

#ifdef KC_HAVE_LOCKDEP_ASSERT_HELD
#include <linux/lockdep.h>
#define kc_assert_held(lock)	lockdep_assert_held(lock)
#else
#define kc_assert_held(lock)	((void)(lock))
#endif

#endif
