/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_KTIME_H
#define API_LINUX_KTIME_H

#include <linux/time.h>

#if API >= API_EL7
#include <linux/timekeeping.h>
#endif

#endif
