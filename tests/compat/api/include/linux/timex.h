/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_TIMEX_H
#define API_LINUX_TIMEX_H

#include <linux/time.h>

typedef unsigned long long cycles_t;

static inline cycles_t get_cycles(void)
{
	return API_ANY(unsigned long);
}

#endif
