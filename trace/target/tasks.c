/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's tasks as GDB's threads, by `monitor threads on'. Without that,
 * and besides, there is thread 1: the running kernel.
 *
 * A list that takes several packets is a copy, made at the first of them. So is
 * the stack of a task whose registers GDB has read: GDB keeps those, and would
 * unwind the stack of a later moment with them, with any result. Each other
 * packet looks for its task again, and holds nothing when it returns.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/thread_info.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/read.h"
#include "compat/task.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"

/*
 * GDB's number of a thread is the task's pid, but for pid 1, and for the idle
 * tasks, which all have pid 0. No pid is as large as these.
 */
#define PID_1_THREAD	5000001
#define IDLE_THREADS	6000000	/* and the CPU */

#define THREAD_TEXT	80
#define THREAD_LINE	256
#define FIRST_TASKS	1024
#define STACKS_MAX	(16 << 20)	/* bytes of stacks kept */
#define COPY_TRIES	3	/* it may run meanwhile, and stop again */

static u32 thread_number(pid_t pid, unsigned int cpu)
{
	return pid > 1 ? pid : pid ? PID_1_THREAD : IDLE_THREADS + cpu;
}

/* ---- stacks ------------------------------------------------------------ */

/* What was above sp when the registers were read. */
struct gtp_stack {
	struct list_head list;	/* in stacks.all */
	s64 thread;
	u64 from;
	u32 len;
	u8 copy[];
};

/* All under gtp.lock. */
static struct {
	struct list_head all;	/* the oldest first */
	u32 bytes;
	struct gtp_stack *shown;	/* that of gtp_session.thread, or NULL */
	/* The one that is being copied. */
	u8 *room;		/* THREAD_SIZE bytes for vfree(), or NULL */
	u64 from;
	u32 len;
} stacks = { .all = LIST_HEAD_INIT(stacks.all) };

static void stack_drop(struct gtp_stack *s)
{
	if (stacks.shown == s)
		stacks.shown = NULL;
	stacks.bytes -= s->len;
	list_del(&s->list);
	kfree(s);
}

static struct gtp_stack *stack_of(s64 thread)
{
	struct gtp_stack *s;

	list_for_each_entry(s, &stacks.all, list) {
		if (s->thread == thread)
			return s;
	}
	return NULL;
}

/* Copy what t has above sp, to stacks.room. Does not sleep. */
static void stack_copy(const struct task_struct *t, unsigned long sp)
{
	unsigned long base = kc_task_stack(t);
	u32 len = base + THREAD_SIZE - sp;

	stacks.len = 0;
	if (!stacks.room || sp - base >= THREAD_SIZE ||
	    kc_read_kernel(stacks.room, sp, len))
		return;
	stacks.from = sp;
	stacks.len = len;
}

/*
 * Keep what is in stacks.room, in place of the thread's last one. Without memory
 * there is none, and GDB reads the stack as it is.
 */
static void stack_keep(s64 thread)
{
	struct gtp_stack *s = stack_of(thread);

	if (s)
		stack_drop(s);
	if (!stacks.len || !gtp_can_alloc(stacks.len))
		return;
	while (stacks.bytes + stacks.len > STACKS_MAX)
		stack_drop(list_entry(stacks.all.next, struct gtp_stack, list));
	s = kmalloc(sizeof(*s) + stacks.len, GFP_KERNEL | __GFP_NOWARN);
	if (!s)
		return;
	s->thread = thread;
	s->from = stacks.from;
	s->len = stacks.len;
	memcpy(s->copy, stacks.room, s->len);
	list_add_tail(&s->list, &stacks.all);
	stacks.bytes += s->len;
	if (thread == gtp_session.thread)
		stacks.shown = s;
}

static void stacks_begin(void)
{
	if (!stacks.room)
		stacks.room = vmalloc(THREAD_SIZE);
}

static void stacks_drop(void)
{
	while (!list_empty(&stacks.all))
		stack_drop(list_entry(stacks.all.next, struct gtp_stack, list));
	vfree(stacks.room);
	stacks.room = NULL;
}

u32 gtp_thread_stack(u64 addr, void *buf, u32 *n)
{
	const struct gtp_stack *s = stacks.shown;
	u32 len;

	if (!s)
		return 0;
	if (addr - s->from < s->len) {
		len = min_t(u64, *n, s->from + s->len - addr);
		memcpy(buf, s->copy + (addr - s->from), len);
		return len;
	}
	if (s->from - addr < *n)
		*n = s->from - addr;
	return 0;
}

/* ---- one task ---------------------------------------------------------- */

struct search {
	s64 thread;
	struct kc_task *task;		/* or NULL */
	struct pt_regs *regs;		/* or NULL */
	int runs;
};

static int is_stopped(const struct task_struct *t)
{
	return !kc_task_runs(t) && !kc_task_ended(t);
}

/* Return whether it was stopped all the time. */
static int copy_stopped(const struct task_struct *t, struct pt_regs *regs)
{
	unsigned long switches = kc_task_switches(t);
	int stopped = is_stopped(t);

	kc_rmb();
	if (!stopped || kc_task_regs(t, regs))
		return 0;
	stack_copy(t, arch_stack_pointer(regs));
	kc_rmb();
	return is_stopped(t) && kc_task_switches(t) == switches;
}

/* See kc_each_task(). */
static int take_it(struct task_struct *t, void *arg)
{
	unsigned int tries = COPY_TRIES;
	struct search *s = arg;

	if (thread_number(t->pid, task_cpu(t)) != s->thread)
		return 0;
	if (s->task)
		kc_task_get(t, s->task);
	if (s->regs) {
		for (; tries && !copy_stopped(t, s->regs); tries--)
			;
		s->runs = !tries;
	}
	return 1;
}

static int is_the_kernel(s64 thread)
{
	return !gtp_session.shows_tasks || thread <= GTP_THREAD_KERNEL;
}

int gtp_thread_regs(struct pt_regs *regs)
{
	struct search s;

	if (is_the_kernel(gtp_session.thread))
		return -EAGAIN;
	memset(&s, 0, sizeof(s));
	s.thread = gtp_session.thread;
	s.regs = regs;
	if (!kc_each_task(take_it, &s))
		return -ESRCH;
	if (s.runs)
		stacks.len = 0;
	stack_keep(s.thread);
	return s.runs ? -EAGAIN : 0;
}

static int find_task(s64 thread, struct kc_task *task)
{
	struct search s;

	memset(&s, 0, sizeof(s));
	s.thread = thread;
	s.task = task;
	return kc_each_task(take_it, &s);
}

void gtp_serve_set_thread(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (cmd->u.thread.op == 'g') {
		gtp_session.thread = cmd->u.thread.id;
		stacks.shown = stack_of(gtp_session.thread);
	}
	rsp_ok(tx);
}

void gtp_serve_thread_alive(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (is_the_kernel(cmd->u.thread.id) || find_task(cmd->u.thread.id, NULL))
		rsp_ok(tx);
	else
		rsp_error_num(tx, 1);
}

static void task_text(const struct kc_task *task, char *buf)
{
	snprintf(buf, THREAD_TEXT, "pid %d, %c, %sCPU %u", task->tgid,
		 task->state, task->running ? "running on " : "", task->cpu);
}

void gtp_serve_thread_extra(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	char text[THREAD_TEXT];
	struct kc_task task;

	if (is_the_kernel(cmd->u.thread.id)) {
		rsp_put_hex_str(tx, THREAD_KERNEL);
	} else if (find_task(cmd->u.thread.id, &task)) {
		task_text(&task, text);
		rsp_put_hex_str(tx, task.comm);
		rsp_put_hex_str(tx, ", ");
		rsp_put_hex_str(tx, text);
	} else {
		rsp_error_num(tx, 1);
	}
}

/* ---- all of them ------------------------------------------------------- */

struct tasks {
	struct kc_task *task;
	u32 n, room;
};

/* See kc_each_task(). Counts those without room, too. */
static int add_task(struct task_struct *t, void *arg)
{
	struct tasks *all = arg;

	if (all->n < all->room)
		kc_task_get(t, &all->task[all->n]);
	all->n++;
	return 0;
}

static void drop_list(void)
{
	vfree(gtp_session.tasks.task);
	memset(&gtp_session.tasks, 0, sizeof(gtp_session.tasks));
}

void gtp_threads_drop(void)
{
	drop_list();
	stacks_drop();
}

/* Copy the list. Return 0 or -ENOMEM. */
static int copy_tasks(void)
{
	struct tasks all;

	drop_list();
	if (!gtp_session.shows_tasks)
		return 0;
	for (all.room = FIRST_TASKS;; all.room = all.n + all.n / 8) {
		all.n = 0;
		all.task = gtp_can_alloc(all.room * sizeof(*all.task)) ?
			vmalloc(all.room * sizeof(*all.task)) : NULL;
		if (!all.task)
			return -ENOMEM;
		kc_each_task(add_task, &all);
		if (all.n <= all.room)
			break;
		vfree(all.task);
	}
	gtp_session.tasks.task = all.task;
	gtp_session.tasks.n = all.n;
	return 0;
}

/* Names are bytes: keep XML valid. */
static const char *escape(const char *name, char *buf)
{
	char *to = buf;

	for (; *name; name++) {
		if (*name < ' ' || *name > '~')
			*to++ = '?';
		else if (strchr("&<>\"'", *name))
			to += snprintf(to, sizeof("&#62;"), "&#%d;", *name);
		else
			*to++ = *name;
	}
	*to = '\0';
	return buf;
}

/* Line n of the list in XML. Return 0 if there is none. */
static int thread_line(u32 n, char *buf)
{
	char text[THREAD_TEXT], name[TASK_COMM_LEN * 5];
	const struct kc_task *task;

	if (!n) {
		snprintf(buf, THREAD_LINE, "<?xml version=\"1.0\"?>\n<threads>\n"
			 "<thread id=\"1\">" THREAD_KERNEL "</thread>\n");
	} else if (n <= gtp_session.tasks.n) {
		task = &gtp_session.tasks.task[n - 1];
		task_text(task, text);
		snprintf(buf, THREAD_LINE,
			 "<thread id=\"%x\" core=\"%u\" name=\"%s\">%s</thread>\n",
			 thread_number(task->pid, task->cpu), task->cpu,
			 escape(task->comm, name), text);
	} else {
		snprintf(buf, THREAD_LINE, "</threads>\n");
		return n == gtp_session.tasks.n + 1;
	}
	return 1;
}

/*
 * GDB reads from start to end: the lines before gtp_session.tasks.at, of at_off
 * bytes, are not made again.
 */
void gtp_serve_threads_xfer(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct gtp_tasks *list = &gtp_session.tasks;
	u64 off = cmd->u.xfer.off;
	u64 size = min_t(u64, cmd->u.xfer.len, rsp_tx_room(tx) - 1);
	char line[THREAD_LINE];
	size_t len, n, put;

	if (!off && copy_tasks()) {
		rsp_error_num(tx, 1);
		return;
	}
	if (off < list->at_off)
		list->at = list->at_off = 0;
	rsp_putc(tx, 'm');
	for (; thread_line(list->at, line); list->at++, list->at_off += len) {
		len = strlen(line);
		if (off >= list->at_off + len)
			continue;
		n = list->at_off + len - off;
		put = rsp_put_binary(tx, line + len - n, min_t(u64, n, size),
				     rsp_tx_room(tx));
		if (put < n)
			return;
		size -= n;
		off += n;
	}
	/* 'l' instead of 'm' may come in an empty reply only. */
	if (rsp_tx_used(tx) > 1)
		return;
	drop_list();
	rsp_tx_begin(tx);
	rsp_putc(tx, 'l');
}

static void put_threads(struct rsp_tx *tx)
{
	struct gtp_tasks *list = &gtp_session.tasks;
	const struct kc_task *task;

	for (; list->at < list->n && rsp_tx_room(tx) > 17; list->at++) {
		task = &list->task[list->at];
		rsp_putc(tx, rsp_tx_used(tx) ? ',' : 'm');
		rsp_put_num(tx, thread_number(task->pid, task->cpu));
	}
	if (rsp_tx_used(tx))
		return;
	drop_list();
	rsp_putc(tx, 'l');
}

void gtp_serve_threads_first(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (copy_tasks()) {
		rsp_error_num(tx, 1);
		return;
	}
	rsp_puts(tx, "m1");
	put_threads(tx);
}

void gtp_serve_threads_next(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	put_threads(tx);
}

/* ---- the setting ------------------------------------------------------- */

void gtp_threads_monitor(const char *args, struct rsp_tx *tx)
{
	if (!kc_has_tasks()) {
		rsp_notice(tx, NOTE_THREADS_NONE);
		return;
	}
	if (!strcmp(args, "on")) {
		kc_task_init();
		gtp_session.shows_tasks = 1;
		stacks_begin();
	} else if (!strcmp(args, "off")) {
		gtp_session.shows_tasks = 0;
		gtp_threads_drop();
	} else if (*args) {
		rsp_notice(tx, NOTE_THREADS_USAGE);
	}
	rsp_notice(tx, gtp_session.shows_tasks ? NOTE_THREADS_ON :
						 NOTE_THREADS_OFF);
}
