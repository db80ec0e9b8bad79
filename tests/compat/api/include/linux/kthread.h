/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_KTHREAD_H
#define API_LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

#if API >= API_EL7
struct task_struct *kthread_create_on_node(int (*fn)(void *arg), void *arg,
					   int node, const char *name, ...)
	__attribute__((format(printf, 4, 5)));
#define kthread_create(fn, arg, name, rest...)				\
	kthread_create_on_node(fn, arg, -1, name, ##rest)
bool kthread_should_stop(void);
#else
struct task_struct *kthread_create(int (*fn)(void *arg), void *arg,
				   const char *name, ...)
	__attribute__((format(printf, 3, 4)));
int kthread_should_stop(void);
#endif

#define kthread_run(fn, arg, name, rest...) __extension__({		\
	struct task_struct *api_t_ = kthread_create(fn, arg, name, ##rest); \
	if (!IS_ERR(api_t_))						\
		wake_up_process(api_t_);				\
	api_t_;								\
})
int kthread_stop(struct task_struct *t);

#endif
