/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SCHED_H
#define API_LINUX_SCHED_H

#include <linux/capability.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/thread_info.h>
#include <linux/time.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <asm/processor.h>
#include <asm/ptrace.h>

#define HZ		(1000)

#define TASK_COMM_LEN	16
#if API >= API_2_6_27
#define PF_KTHREAD	0x00200000
#endif

#if API >= API_EL8_1
struct ftrace_ret_stack;
#endif

struct mm_struct {
	pgd_t *pgd;
};

struct task_struct {
	pid_t pid;
	pid_t tgid;
	struct mm_struct *mm;
#if API >= API_EL8_1
	u64 start_time;
#else
	struct timespec start_time;
#endif
#if API >= API_2_6_26
	unsigned int flags;
#else
	unsigned long flags;
#endif
	char comm[TASK_COMM_LEN];
	volatile long state;
#if API >= API_2_6_26
	int exit_state;
#else
	long exit_state;
#endif
#if API >= API_EL7
	int on_cpu;
#endif
	unsigned long nvcsw;
	unsigned long nivcsw;
	struct thread_struct thread;
#if API >= API_EL8_1
	int curr_ret_stack;
	struct ftrace_ret_stack *ret_stack;
#endif
};

/* How the current task is found: an export of each release's own. */
#if API >= API_EL7
extern struct task_struct *current_task;
#define current		current_task
#elif API >= API_EL6 || (API >= API_2_6_26 && defined(CONFIG_X86_32))
extern struct task_struct *per_cpu__current_task;
#define current		per_cpu__current_task
#else
static inline struct task_struct *get_current(void)
{
	return API_ANY(struct task_struct *);
}

#define current		get_current()
#endif

static inline unsigned int task_cpu(const struct task_struct *p)
{
	return API_ANY(unsigned int);
}

#define TASK_INTERRUPTIBLE	1
#define TASK_UNINTERRUPTIBLE	2
#if API >= API_2_6_26
#define __TASK_STOPPED		4
#define __TASK_TRACED		8
#else
#define TASK_STOPPED		4
#define TASK_TRACED		8
#endif
#if API >= API_EL7
#define TASK_PARKED		(64)
#endif
#if API >= API_4_4
#define EXIT_DEAD		16
#define TASK_NOLOAD		1024
#else
#define EXIT_DEAD		32
#endif

/* Takes all from a list that is not there. */
#define API_EACH_TASK(p, t)						\
	for ((p) = &init_task; (p); (p) = API_ANY(struct task_struct *)) \
		for ((t) = (p); (t); (t) = API_ANY(struct task_struct *))

#if API < API_EL8_1
extern struct task_struct init_task;

#define for_each_process(p)						\
	for ((p) = &init_task; (p); (p) = API_ANY(struct task_struct *))

static inline struct task_struct *next_thread(const struct task_struct *p)
{
	return API_ANY(struct task_struct *);
}

#if API >= API_EL7
#define for_each_process_thread(p, t)	API_EACH_TASK(p, t)
#else
static inline int pid_alive(struct task_struct *p)
{
	return API_ANY(int);
}
#endif

#if defined(CONFIG_X86_64) || API >= API_2_6_27
#define TIF_FORK		18
#endif

static inline int test_tsk_thread_flag(struct task_struct *t, int flag)
{
	return API_ANY(int);
}

static inline void task_lock(struct task_struct *p)
{
	preempt_disable();
}

static inline void task_unlock(struct task_struct *p)
{
	preempt_enable();
}

static inline void *api_task_stack(struct task_struct *task)
{
	return task;
}

#define task_stack_page(task)	api_task_stack(task)
#endif

int API_FASTCALL wake_up_process(struct task_struct *t);
long schedule_timeout_interruptible(long jiffies);
long schedule_timeout_uninterruptible(long jiffies);
asmlinkage void schedule(void);

#if API >= API_2_6_26
int _cond_resched(void);
#define cond_resched()	_cond_resched()
#else
int cond_resched(void);
#endif

static inline int signal_pending(struct task_struct *t)
{
	return API_ANY(int);
}

int send_sig(int sig, struct task_struct *t, int by_kernel);
void flush_signals(struct task_struct *t);
#if API < API_4_4
int allow_signal(int sig);
#endif

#if API < API_EL8_1
unsigned long long sched_clock(void);
#endif
#if API >= API_EL8_1
/* They are in linux/sched/clock.h. */
#elif API >= API_EL6
u64 local_clock(void);
u64 cpu_clock(int cpu);
#elif API >= API_2_6_26
unsigned long long cpu_clock(int cpu);
#endif

#endif
