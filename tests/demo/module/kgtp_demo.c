// SPDX-License-Identifier: GPL-2.0
/*
 * kgtp_demo: something to look at, for `make shell`, `make demo` and the tasks
 * of docs/tasks.md: a shop that is always busy.
 *
 * demo_clerk takes an order ten times a second and wakes demo_courier, who
 * delivers and frees it.  demo_holder has demo_lock for most of the time, and
 * demo_waiter waits for it, in D state.
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>

struct demo_bank {
	unsigned int branch:5, closed:1, audits:10;
};

struct demo_account {
	long balance;
	struct demo_bank *bank;
};

struct demo_customer {
	const char *name;
	struct demo_account *account;
};

struct demo_order {
	int number;
	struct demo_customer *customer;
};

/* Not static: conditions of tracepoints elsewhere may name them. */
extern struct demo_order *demo_parcel;
extern struct mutex demo_lock;
extern int demo_taken;

DEFINE_PER_CPU(long, demo_sold);
DEFINE_MUTEX(demo_lock);
int demo_taken;
struct demo_order *demo_parcel;		/* the order that is to be delivered */

static DECLARE_WAIT_QUEUE_HEAD(demo_bell);
static struct demo_bank bank = { .branch = 17 };
static struct demo_account account = { 1000, &bank };
static struct demo_customer customer = { "Ada", &account };

/* Ends early for kthread_stop(). */
static void pause_for(unsigned int milliseconds)
{
	schedule_timeout_interruptible(msecs_to_jiffies(milliseconds));
}

/* With interrupts off. */
static noinline void demo_stamp(struct demo_order *order)
{
	order->number = ++demo_taken;
}

/* The bank is closed for every other order. */
static noinline void demo_order(struct demo_order *order)
{
	unsigned long flags;

	local_irq_save(flags);
	demo_stamp(order);
	local_irq_restore(flags);
	order->customer->account->bank->closed = !(order->number & 1);
	this_cpu_inc(demo_sold);
}

static noinline void demo_ring(void)
{
	wake_up(&demo_bell);
	barrier();		/* no tail call: it is in backtraces */
}

static noinline void demo_deliver(void)
{
	kfree(demo_parcel);
	/* Behind the call: then a tracepoint there can compare with it. */
	WRITE_ONCE(demo_parcel, NULL);
}

static int demo_clerk(void *unused)
{
	struct demo_order *order;

	while (!kthread_should_stop()) {
		pause_for(100);
		if (READ_ONCE(demo_parcel))
			continue;
		order = kmalloc(sizeof(*order), GFP_KERNEL);
		if (!order)
			continue;
		order->customer = &customer;
		demo_order(order);
		WRITE_ONCE(demo_parcel, order);
		demo_ring();
	}
	return 0;
}

static int demo_courier(void *unused)
{
	while (!kthread_should_stop()) {
		wait_event_interruptible(demo_bell, READ_ONCE(demo_parcel) ||
					 kthread_should_stop());
		if (READ_ONCE(demo_parcel)) {
			pause_for(50);
			demo_deliver();
		}
	}
	return 0;
}

/* Not so long that the kernel complains of a hung task. */
static int demo_holder(void *unused)
{
	while (!kthread_should_stop()) {
		mutex_lock(&demo_lock);
		pause_for(20000);
		mutex_unlock(&demo_lock);
		pause_for(50);
	}
	return 0;
}

static int demo_waiter(void *unused)
{
	pause_for(100);
	while (!kthread_should_stop()) {
		mutex_lock(&demo_lock);
		mutex_unlock(&demo_lock);
		pause_for(20);
	}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void *unused);
} jobs[] = {
	{ "demo_courier",	demo_courier },
	{ "demo_clerk",		demo_clerk },
	{ "demo_waiter",	demo_waiter },
	{ "demo_holder",	demo_holder },
};

static struct task_struct *tasks[ARRAY_SIZE(jobs)];

/* The holder first, for which the waiter waits. */
static void demo_exit(void)
{
	int i;

	for (i = ARRAY_SIZE(jobs) - 1; i >= 0; i--)
		if (tasks[i])
			kthread_stop(tasks[i]);
	kfree(demo_parcel);
}

static int __init demo_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(jobs); i++) {
		struct task_struct *task = kthread_run(jobs[i].run, NULL, "%s", jobs[i].name);

		if (IS_ERR(task)) {
			demo_exit();
			return PTR_ERR(task);
		}
		tasks[i] = task;
	}
	return 0;
}

module_init(demo_init);
module_exit(demo_exit);
MODULE_DESCRIPTION("Something to look at with KGTP");
MODULE_LICENSE("GPL");
