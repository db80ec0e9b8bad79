/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_INIT_TASK_H
#define API_LINUX_INIT_TASK_H

#include <linux/sched.h>

#endif
