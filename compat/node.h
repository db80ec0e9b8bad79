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

#define KC_POLL_IN	((__force kc_poll_t)(POLLIN | POLLRDNORM))
#define KC_POLL_OUT	((__force kc_poll_t)(POLLOUT | POLLWRNORM))

struct kc_node {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;

	/* compat/node.c's own */
	struct proc_dir_entry *proc;
	struct dentry *debugfs;
#ifdef KC_HAVE_PROC_OPS
	struct proc_ops proc_ops;
#endif
};

/*
 * Process context; sleeps.  Both create the node at the top of their
 * filesystem.  0; -EEXIST; -ENOMEM; kc_node_debugfs(): -ENODEV where the kernel
 * has no debugfs.  Of fops, owner, open, release, read, write, poll,
 * unlocked_ioctl and compat_ioctl are used.  open() must hold the module until
 * release().
 */
int kc_node_proc(struct kc_node *node);
int kc_node_debugfs(struct kc_node *node);

/* Process context; waits for callers that are inside.  Safe where none is. */
void kc_node_remove(struct kc_node *node);

#endif
