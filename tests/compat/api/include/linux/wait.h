/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_WAIT_H
#define API_LINUX_WAIT_H

#include <linux/list.h>
#include <linux/lockdep.h>

#if API >= API_EL8_1
struct wait_queue_head {
	struct list_head api_waiting;
};

typedef struct wait_queue_head wait_queue_head_t;
#else
typedef struct {
	struct list_head api_waiting;
} wait_queue_head_t;
#endif

#define DECLARE_WAIT_QUEUE_HEAD(name)					\
	wait_queue_head_t name = {					\
		.api_waiting = LIST_HEAD_INIT(name.api_waiting) }

#if API >= API_EL7
void __init_waitqueue_head(wait_queue_head_t *q, const char *name,
			   struct lock_class_key *key);
#define init_waitqueue_head(q) do {					\
	static struct lock_class_key api_key_;				\
	__init_waitqueue_head(q, #q, &api_key_);			\
} while (0)
#elif API >= API_EL6
void __init_waitqueue_head(wait_queue_head_t *q, struct lock_class_key *key);
#define init_waitqueue_head(q) do {					\
	static struct lock_class_key api_key_;				\
	__init_waitqueue_head(q, &api_key_);				\
} while (0)
#else
void init_waitqueue_head(wait_queue_head_t *q);
#endif

void API_FASTCALL __wake_up(wait_queue_head_t *q, unsigned int mode, int n, void *key);
#define wake_up(q)			__wake_up(q, 3, 1, NULL)
#define wake_up_interruptible(q)	__wake_up(q, 1, 1, NULL)

/* Inline in all kernels. */
static inline int waitqueue_active(wait_queue_head_t *q)
{
	return !list_empty(&q->api_waiting);
}

#define wait_event(q, cond) do {					\
	while (!(cond))							\
		schedule();						\
} while (0)
#define wait_event_interruptible(q, cond) __extension__({		\
	int api_ret_ = 0;						\
	while (!(cond))							\
		schedule();						\
	__wake_up(&(q), 0, 0, NULL);	/* q has the type */		\
	api_ret_;							\
})
/* Since 2.6.9. */
#define wait_event_interruptible_timeout(q, cond, jiffies) __extension__({ \
	long api_left_ = (jiffies);					\
	while (!(cond) && api_left_)					\
		api_left_ = schedule_timeout_interruptible(api_left_);	\
	__wake_up(&(q), 0, 0, NULL);	/* q has the type */		\
	api_left_;							\
})

#endif
