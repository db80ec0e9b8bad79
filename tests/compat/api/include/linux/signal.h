/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SIGNAL_H
#define API_LINUX_SIGNAL_H

#include <linux/sched.h>

#define SIGKILL		9

#if API >= API_4_4
typedef void (*__sighandler_t)(int sig);

void kernel_sigaction(int sig, __sighandler_t handler);

static inline void allow_signal(int sig)
{
	kernel_sigaction(sig, (__sighandler_t)2);
}
#endif

#endif
