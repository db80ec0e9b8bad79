/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A counter that all CPUs share.
 */
#ifndef COMPAT_SEQUENCE_H
#define COMPAT_SEQUENCE_H

#include <linux/types.h>
#include <linux/mutex.h>	/* brings atomic.h, wherever it is */
#include "compat/config.h"

/* Without atomic64_t (x86-32 up to 2.6.31) it wraps after 2^32. */
#ifdef KC_HAVE_ATOMIC64
typedef atomic64_t kc_sequence_t;
#define kc_sequence_set(s, v)	atomic64_set(s, v)
#define kc_sequence_next(s)	((u64)atomic64_inc_return(s))
#else
typedef atomic_t kc_sequence_t;
#define kc_sequence_set(s, v)	atomic_set(s, v)
#define kc_sequence_next(s)	((u64)(u32)atomic_inc_return(s))
#endif

#endif
