/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SCHED_SIGNAL_H
#define API_LINUX_SCHED_SIGNAL_H

#if API < API_EL8_1
#error "there is no linux/sched/signal.h yet"
#endif
#include <linux/sched.h>

#define for_each_process_thread(p, t)	API_EACH_TASK(p, t)

#endif
