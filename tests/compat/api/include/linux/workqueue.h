/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_WORKQUEUE_H
#define API_LINUX_WORKQUEUE_H

#include <linux/types.h>

/* Only kernels from 4.9 on are asked. */
#if API >= API_EL8_1
struct workqueue_struct;

struct work_struct {
	void (*func)(struct work_struct *work);
};

#define DECLARE_WORK(name, fn)	struct work_struct name = { .func = fn }
extern struct workqueue_struct *system_wq;
bool queue_work_on(int cpu, struct workqueue_struct *wq,
		   struct work_struct *work);
bool flush_work(struct work_struct *work);

static inline bool schedule_work_on(int cpu, struct work_struct *work)
{
	return queue_work_on(cpu, system_wq, work);
}
#endif

#endif
