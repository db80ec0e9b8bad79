/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/sched.h>	/* first: fs.h of RHEL 6 needs its types */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/proc_fs.h>
#include "compat/node.h"

#ifdef KC_HAVE_PROC_OPS
static const struct proc_ops *kc_proc(struct kc_node *node)
{
	node->proc_ops.proc_open = node->fops->open;
	node->proc_ops.proc_release = node->fops->release;
	node->proc_ops.proc_read = node->fops->read;
	node->proc_ops.proc_write = node->fops->write;
	node->proc_ops.proc_lseek = node->fops->llseek;
	node->proc_ops.proc_poll = node->fops->poll;
	node->proc_ops.proc_ioctl = node->fops->unlocked_ioctl;
#ifdef CONFIG_COMPAT
	node->proc_ops.proc_compat_ioctl = node->fops->compat_ioctl;
#endif
	return &node->proc_ops;
}
#else
static const struct file_operations *kc_proc(struct kc_node *node)
{
	return node->fops;
}
#endif

#ifdef KC_HAVE_CREATE_PROC_ENTRY
/* An open before proc_fops is set sees an empty file. */
static struct proc_dir_entry *kc_proc_create(struct kc_node *node)
{
	struct proc_dir_entry *de = create_proc_entry(node->name, node->mode,
						      NULL);

	if (de) {
		de->owner = node->fops->owner;
		de->proc_fops = kc_proc(node);
	}
	return de;
}
#else
static struct proc_dir_entry *kc_proc_create(struct kc_node *node)
{
	return proc_create_data(node->name, node->mode, NULL, kc_proc(node),
				NULL);
}
#endif

int kc_node_proc(struct kc_node *node)
{
	node->proc = kc_proc_create(node);
	/* The cause is unknown; the kernel logs a name in use. */
	return node->proc ? 0 : -ENOMEM;
}

#if defined(KC_HAVE_DEBUGFS_UNSAFE) || defined(KC_HAVE_DEBUGFS_CREATE)
#ifdef KC_HAVE_DEBUGFS_UNSAFE
/*
 * Since 4.7 debugfs_create_file() wraps our operations, without compat_ioctl.
 * The wrapper protects against removal of an open file, which cannot happen
 * here: an open file holds a reference to the module.
 */
#define kc_debugfs_create	debugfs_create_file_unsafe
#else
#define kc_debugfs_create	debugfs_create_file
#endif

int kc_node_debugfs(struct kc_node *node)
{
	struct dentry *d = kc_debugfs_create(node->name, node->mode, NULL,
					     NULL, node->fops);

	/* NULL for an error up to 4.20 (ff9fb72bc077), ERR_PTR since. */
	if (!d)
		return -ENOMEM;
	if (IS_ERR(d))
		return PTR_ERR(d);
	node->debugfs = d;
	return 0;
}

static void kc_node_debugfs_remove(struct kc_node *node)
{
	debugfs_remove(node->debugfs);
	node->debugfs = NULL;
}
#else
int kc_node_debugfs(struct kc_node *node)
{
	return -ENODEV;
}

static void kc_node_debugfs_remove(struct kc_node *node)
{
}
#endif

void kc_node_remove(struct kc_node *node)
{
	if (node->debugfs)
		kc_node_debugfs_remove(node);
	if (node->proc)
		remove_proc_entry(node->name, NULL);
	node->proc = NULL;
}
