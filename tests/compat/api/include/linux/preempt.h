/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_PREEMPT_H
#define API_LINUX_PREEMPT_H

#include <linux/thread_info.h>

#if API >= API_4_4
#define preempt_count()	API_ANY(int)
#else
#define preempt_count()	(*API_ANY(int *))
#define inc_preempt_count()	do { preempt_count()++; } while (0)
#define dec_preempt_count()	do { preempt_count()--; } while (0)
#endif

/* Without CONFIG_PREEMPT that is all they are, or less. */
#define preempt_disable()	barrier()
#define preempt_enable()	barrier()

#endif
