/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_JIFFIES_H
#define API_LINUX_JIFFIES_H

#include <linux/time.h>

extern unsigned long volatile jiffies;

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)

#endif
