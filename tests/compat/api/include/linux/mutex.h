/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_MUTEX_H
#define API_LINUX_MUTEX_H

#include <linux/list.h>
#include <linux/lockdep.h>
#include <asm/atomic.h>

struct mutex {
	struct list_head api_waiting;
};

#define __MUTEX_INITIALIZER(name)					\
	{ .api_waiting = LIST_HEAD_INIT(name.api_waiting) }
#define DEFINE_MUTEX(name)	struct mutex name = __MUTEX_INITIALIZER(name)

void __mutex_init(struct mutex *lock, const char *name,
		  struct lock_class_key *key);
#define mutex_init(lock) do {						\
	static struct lock_class_key api_key_;				\
	__mutex_init(lock, #lock, &api_key_);				\
} while (0)

void API_FASTCALL mutex_lock(struct mutex *lock);
#define mutex_lock_nested(lock, subclass)	mutex_lock(lock)
void API_FASTCALL mutex_unlock(struct mutex *lock);
int API_FASTCALL mutex_trylock(struct mutex *lock);
#if API >= API_EL6
int __must_check mutex_lock_interruptible(struct mutex *lock);
#else
int API_FASTCALL mutex_lock_interruptible(struct mutex *lock);
#endif

#endif
