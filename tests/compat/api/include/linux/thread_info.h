/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_THREAD_INFO_H
#define API_LINUX_THREAD_INFO_H

#include <linux/compiler.h>

#define THREAD_SIZE	(8192UL)

struct thread_info;

static inline struct thread_info *current_thread_info(void)
{
	return API_ANY(struct thread_info *);
}

#endif
