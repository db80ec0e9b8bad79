/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include "compat/context.h"
#include "compat/paging.h"
#include "compat/read.h"
#include "compat/user.h"

/* Since 2.6.27 (7b34e4283c68); before, only use_mm() gives a kthread an mm. */
#ifndef PF_KTHREAD
#define PF_KTHREAD	0
#endif

/*
 * Is the current task's page table loaded?  It is not during parts of a context
 * switch or exec.
 */
static int is_loaded(void)
{
	const struct task_struct *task = current;

	return task->mm && !(task->flags & PF_KTHREAD) &&
	       kc_page_table() == (unsigned long)task->mm->pgd - PAGE_OFFSET;
}

static long copy(void *dst, u64 addr, size_t n)
{
	const void __user *src = (const void __user *)(unsigned long)addr;
	unsigned long left;

#ifdef KC_HAVE_PAGEFAULT_DISABLE
	pagefault_disable();
#else
	/* preempt_disable() may be empty. */
	inc_preempt_count();
	barrier();
#endif
#ifdef KC_HAVE_RAW_COPY_FROM_USER
	/* Checks of dst take a lock for some addresses (5.19 to 6.3). */
	left = raw_copy_from_user(dst, src, n);
#else
	left = __copy_from_user_inatomic(dst, src, n);
#endif
#ifdef KC_HAVE_PAGEFAULT_DISABLE
	pagefault_enable();
#else
	barrier();
	dec_preempt_count();
#endif
	return left ? -EFAULT : 0;
}

/*
 * Interrupts are off because the kernel frees a page table, or a page that
 * others have mapped, only after all CPUs that use it have answered an IPI, or
 * by RCU.
 */
long kc_read_user(void *dst, u64 addr, size_t n, int trapped)
{
	unsigned long flags;
	long err = -EFAULT;

	raw_local_irq_save(flags);
	if (kc_in_task(trapped) && is_loaded())
		err = kc_check_user(addr, n);
	if (!err)
		err = copy(dst, addr, n);
	raw_local_irq_restore(flags);
	return err;
}
