/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_RWSEM_H
#define API_LINUX_RWSEM_H

#if API < API_EL8_1
#error "before, inodes were locked with a mutex"
#endif
#include <linux/list.h>

struct rw_semaphore {
	struct list_head api_waiting;
};

void down_write(struct rw_semaphore *sem);
#define down_write_nested(sem, subclass)	down_write(sem)
void up_write(struct rw_semaphore *sem);

#endif
