/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include "compat/barrier.h"
#include "compat/check.h"
#include "compat/config.h"
#include "compat/paging.h"
#include "compat/read.h"
#include "compat/space.h"
#include "compat/task_list.h"

/* How often a page may change its place before it is given up. */
#define TRIES		8

/* ---- physical memory ---------------------------------------------------- */

/*
 * Is it offline, or known to be bad?  The kernel's struct page may go with the
 * memory, so it is copied first.  A bad page within a page of hugetlbfs is marked
 * elsewhere; its direct map is gone, as that of all that the machine has
 * reported.
 */
static int is_withheld(u64 at)
{
	unsigned long pfn = at >> PAGE_SHIFT;
	struct page page;

	if (!pfn_valid(pfn) ||
	    kc_copy_nofault(&page, pfn_to_page(pfn), sizeof(page)))
		return 1;
	/* No struct page yet, or no longer: all ones, from 4.17 on. */
	if (*(const unsigned long *)&page == ~0UL)
		return 1;
#if defined(KC_HAVE_POISON_OFFLINE)
	return PageHWPoison(&page) || PageOffline(&page);
#elif defined(KC_HAVE_POISON)
	return PageHWPoison(&page);
#else
	return 0;
#endif
}

static int is_high(u64 at)
{
#ifdef CONFIG_HIGHMEM
	return at >= (unsigned long)high_memory - PAGE_OFFSET;
#else
	return 0;
#endif
}

long kc_read_physical(void *dst, u64 at, size_t n)
{
	if (!kc_is_ram(at) || is_withheld(at))
		return -EPERM;
	if (is_high(at))
		return -ENXIO;
	return kc_read_kernel(dst, (unsigned long)__va((unsigned long)at), n);
}

/* ---- a task's memory ---------------------------------------------------- */

int kc_has_spaces(void)
{
	unsigned long addr = (unsigned long)current;
	u64 at;

	/* It is in the direct map, so its place is known without the walk. */
	return !kc_walk(kc_kernel_table, addr, &at) &&
	       at == (__pa(addr) & PAGE_MASK);
}

/* In a read section. NULL: there is none. */
static struct task_struct *find_task(pid_t pid)
{
	struct task_struct *p, *t;

	kc_for_each_thread(p, t)
		if (t->pid == pid)
			return t;
	return NULL;
}

static void set_start(const struct task_struct *t, char *start)
{
	BUILD_BUG_ON(sizeof(t->start_time) > sizeof(((struct kc_who *)0)->start));
	memset(start, 0, sizeof(((struct kc_who *)0)->start));
	memcpy(start, &t->start_time, sizeof(t->start_time));
}

static int is_it(const struct task_struct *t, const struct kc_who *who)
{
	char start[sizeof(who->start)];

	set_start(t, start);
	return !memcmp(start, who->start, sizeof(start));
}

long kc_who_is(pid_t pid, struct kc_who *who)
{
	struct task_struct *t;
	long err = -ESRCH;

	memset(who, 0, sizeof(*who));
	rcu_read_lock();
	t = find_task(pid);
	if (t) {
		who->pid = pid;
		set_start(t, who->start);
		memcpy(who->comm, t->comm, sizeof(who->comm) - 1);
		err = t->mm ? 0 : -EINVAL;
	}
	rcu_read_unlock();
	return err;
}

/* Interrupts are off: see kc_walk(). */
static long place(struct mm_struct *mm, unsigned long addr, u64 *at)
{
	unsigned long flags;
	long err;

	local_irq_save(flags);
	err = kc_walk_user(mm->pgd, addr, at);
	local_irq_restore(flags);
	return err;
}

/*
 * The page may be moved or given to others at any time; a lock that forbids it
 * would have to be waited for.  If the table says the same before and after, what
 * was read is the task's.  A table that is freed during a walk was taken out of
 * the table above before, so the next walk, from the top, does not come to it.
 */
static long read_mm(struct mm_struct *mm, void *dst, unsigned long addr,
		    size_t n)
{
	u64 at, then;
	int tries;
	long err;

	err = place(mm, addr, &at);
	for (tries = 0; tries < TRIES && !err; tries++) {
		err = kc_read_physical(dst, at | (addr & ~PAGE_MASK), n);
		if (err)
			return err;
		kc_rmb();
		then = at;
		err = place(mm, addr, &at);
		if (!err && at == then)
			return 0;
	}
	return err ? err : -EAGAIN;
}

/* With the lock the task keeps its memory, and so do we the page table. */
long kc_read_task(const struct kc_who *who, void *dst, unsigned long addr,
		  size_t n)
{
	struct task_struct *t;
	long err = -ESRCH;

	rcu_read_lock();
	t = find_task(who->pid);
	if (t && is_it(t, who)) {
		task_lock(t);
		if (t->mm)
			err = read_mm(t->mm, dst, addr, n);
		task_unlock(t);
	}
	rcu_read_unlock();
	return err;
}
