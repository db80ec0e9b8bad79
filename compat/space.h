/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that has no address in the kernel's half of GDB's: a task's, as its own
 * page table has it, and physical memory.
 *
 * Nothing is brought in, and nothing is waited for: what is not in memory now
 * cannot be read.  Both are read through the direct map, so pages that the kernel
 * has taken out of it (memfd_secret, bad memory) cannot be read either.
 */
#ifndef COMPAT_SPACE_H
#define COMPAT_SPACE_H

#include <linux/sched.h>
#include <linux/types.h>

/* A task, told from later ones that get the same pid. */
struct kc_who {
	pid_t pid;		/* in the first namespace */
	char start[16];		/* when it started, in the kernel's own format */
	char comm[TASK_COMM_LEN];
};

/*
 * Does the machine's page table hold physical addresses?  It does not in a Xen
 * PV guest.
 * Context: process.
 */
int kc_has_spaces(void);

/*
 * Find the task.  Returns 0; -ESRCH: there is none; -EINVAL: it has no memory of
 * its own, as a thread of the kernel.
 * Context: process; does not sleep.
 */
long kc_who_is(pid_t pid, struct kc_who *who);

/*
 * Read n bytes within a page of the task's memory.  Returns 0; -ESRCH: it has
 * ended; -EFAULT: not mapped, or not in memory; -EAGAIN: the page keeps changing
 * its place; and as kc_read_physical().  No reference to the task or to its
 * memory is taken, so its end never happens here.
 * Context: process; does not sleep, except for a lock with PREEMPT_RT.
 */
long kc_read_task(const struct kc_who *who, void *dst, unsigned long addr,
		  size_t n);

/*
 * Read n bytes within a physical page.  Returns 0; -EPERM: it is no RAM, or
 * offline, or bad; -ENXIO: a 32-bit kernel's high memory; -EFAULT: it is not in
 * the direct map.
 * Context: any but NMI.
 */
long kc_read_physical(void *dst, u64 at, size_t n);

#endif
