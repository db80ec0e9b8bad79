/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device node in /proc and in debugfs, from one table of operations.
 */
#ifndef COMPAT_NODE_H
#define COMPAT_NODE_H

#include <linux/sched.h>	/* first: fs.h of RHEL 6 needs its types */
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include "compat/config.h"

#ifdef KC_HAVE_POLL_T
#define kc_poll_t	__poll_t
#else
#define kc_poll_t	unsigned int
#endif

/* The names are newer than the oldest kernels. */
#ifndef SEEK_END
#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2
#endif

#define KC_POLL_IN	((__force kc_poll_t)(POLLIN | POLLRDNORM))
#define KC_POLL_OUT	((__force kc_poll_t)(POLLOUT | POLLWRNORM))

struct kc_node {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;

	/* private to compat/node.c */
	struct proc_dir_entry *proc;
	struct dentry *debugfs;
#ifdef KC_HAVE_PROC_OPS
	struct proc_ops proc_ops;
#endif
};

/*
 * Create the node at the top of procfs or debugfs.  Returns 0, -EEXIST or
 * -ENOMEM; kc_node_debugfs() also -ENODEV if the kernel has no debugfs.  The
 * fields used of fops are owner, open, release, read, write, llseek,
 * poll, unlocked_ioctl and compat_ioctl.  open() must hold a reference to the module
 * until release().
 * Context: process, may sleep.
 */
int kc_node_proc(struct kc_node *node);
int kc_node_debugfs(struct kc_node *node);

/*
 * Waits for callers inside the operations.  A node that does not exist is fine.
 * Context: process, may sleep.
 */
void kc_node_remove(struct kc_node *node);

#endif
