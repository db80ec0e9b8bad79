/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel for files of trace/ that are built in user space: memory, lists,
 * and CPUs, of which there are SHIM_CPUS; this one is CPU 0. Locks and atomics
 * are for one thread.
 */
#ifndef SHIM_TRACE_KERNEL_H
#define SHIM_TRACE_KERNEL_H

#include <errno.h>
#include <stdlib.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#define SHIM_CPUS	3

#define __percpu
#define __force
#define BITS_PER_LONG	(8 * (int)sizeof(long))
#define PAGE_SIZE	4096UL
#define TASK_COMM_LEN	16
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

/* ---- memory ------------------------------------------------------------ */

#define GFP_KERNEL	0
#define kmalloc(n, flags)	malloc(n)
#define kzalloc(n, flags)	calloc(1, n)
#define kfree(p)		free((void *)(p))
#define vmalloc(n)		malloc(n)
#define vfree(p)		free(p)
#define kc_alloc_percpu(type)	((type *)calloc(SHIM_CPUS, sizeof(type)))
#define free_percpu(p)		free(p)
#define per_cpu_ptr(p, cpu)	(&(p)[cpu])
#define kc_this_cpu(p)		(&(p)[0])
#define for_each_possible_cpu(cpu)	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
#define cpu_possible(cpu)	((unsigned int)(cpu) < SHIM_CPUS)
#define preempt_disable()	do { } while (0)
#define preempt_enable()	do { } while (0)

/* ---- errors, and the task ---------------------------------------------- */

#define ERR_PTR(err)	((void *)(long)(err))
#define PTR_ERR(p)	((long)(p))
#define IS_ERR(p)	((unsigned long)(p) >= -4095UL)

#define ERESTARTSYS	512
#define HZ		100
extern unsigned long jiffies;			/* the test has it */
#define time_before(a, b)	((long)((a) - (b)) < 0)
struct task_struct {
	int pid, tgid;
};

/* A test that cares defines it. */
extern struct task_struct shim_task;
__attribute__((weak)) struct task_struct shim_task;
#define current		(&shim_task)
#define cond_resched()	do { } while (0)
int signal_pending(void *task);			/* the test has these two */
long schedule_timeout_interruptible(long jiffies);

/* ---- lists ------------------------------------------------------------- */

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define INIT_LIST_HEAD(head) \
	((void)((head)->next = (head), (head)->prev = (head)))
#define list_entry(p, type, member)	container_of(p, type, member)
#define list_for_each_entry(p, head, member)				\
	for (p = list_entry((head)->next, __typeof__(*p), member);	\
	     &p->member != (head);					\
	     p = list_entry(p->member.next, __typeof__(*p), member))

#define list_for_each_entry_reverse(p, head, member)			\
	for (p = list_entry((head)->prev, __typeof__(*p), member);	\
	     &p->member != (head);					\
	     p = list_entry(p->member.prev, __typeof__(*p), member))

static inline void list_add_tail(struct list_head *one, struct list_head *head)
{
	one->next = head;
	one->prev = head->prev;
	head->prev->next = one;
	head->prev = one;
}

/* ---- types that are only members --------------------------------------- */

typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;
typedef u64 kc_sequence_t;
typedef u8 kprobe_opcode_t;

struct mutex {
	int taken;
};

#define __MUTEX_INITIALIZER(name)	{ 0 }
#define mutex_lock(m)		((void)((m)->taken ? abort() : (void)((m)->taken = 1)))
#define mutex_unlock(m)		((void)((m)->taken = 0))

typedef struct {
	int tasks;		/* that wait: the test says so */
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name)	wait_queue_head_t name
#define waitqueue_active(q)		((q)->tasks != 0)
#define wake_up_interruptible(q)	((void)((q)->tasks = 0))

struct pt_regs {
	unsigned long ax, dx, di, sp, ip;
	u16 cs;
};

struct kprobe;
typedef int (*kprobe_pre_handler_t)(struct kprobe *kp, struct pt_regs *regs);

struct kprobe {
	kprobe_opcode_t *addr, opcode;
	unsigned long nmissed;
	kprobe_pre_handler_t pre_handler;
};

struct kretprobe {
	struct kprobe kp;
	int maxactive;
	unsigned long nmissed;
};

/* ---- words of 64 bits -------------------------------------------------- */

typedef u64 __attribute__((aligned(8))) kc_word64_t;

#define kc_load64(p)		(*(p))
#define kc_store64(p, v)	((void)(*(p) = (v)))
#define kc_count64(p, n)	((void)(*(p) += (n)))
#define KC_HAS_ADD_OWN64	1

/* ---- reading ----------------------------------------------------------- */

#define KC_QUICK_MAX	(1UL << 20)

static inline void kc_calls_init(void)
{
}

static inline void kc_stack_init(void)
{
}

#endif
