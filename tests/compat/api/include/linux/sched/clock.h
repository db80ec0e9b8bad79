/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SCHED_CLOCK_H
#define API_LINUX_SCHED_CLOCK_H

#if API != API_EL7
#error "only Red Hat has linux/sched/clock.h"
#endif
#include <linux/sched.h>

#endif
