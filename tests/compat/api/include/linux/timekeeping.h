/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_TIMEKEEPING_H
#define API_LINUX_TIMEKEEPING_H

#if API < API_EL7
#error "there is no linux/timekeeping.h yet"
#endif
#include <linux/time.h>

#if API >= API_EL8_1
#define getnstimeofday64(ts)	ktime_get_real_ts64(ts)
u64 ktime_get_real_fast_ns(void);
#else
#define ktime_get_real_ts64(ts)	getnstimeofday64(ts)
#endif

#endif
