/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include "compat/clock.h"
#include "compat/symbols.h"

#ifdef KC_HAVE_SCHED_CLOCK_BY_NAME

unsigned long long (*kc_sched_clock)(void);

int kc_clock_init(void)
{
	kc_sched_clock = (void *)kc_symbol("sched_clock");
	return kc_sched_clock ? 0 : -ENOENT;
}

#else

int kc_clock_init(void)
{
	return 0;
}

#endif
