/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/proc_fs.h>
#include "compat/node.h"

#ifdef KC_HAVE_PROC_OPS
static struct proc_ops kc_proc_ops;

static const struct proc_ops *kc_proc(const struct file_operations *fops)
{
	kc_proc_ops.proc_open = fops->open;
	kc_proc_ops.proc_release = fops->release;
	kc_proc_ops.proc_read = fops->read;
	kc_proc_ops.proc_write = fops->write;
	kc_proc_ops.proc_poll = fops->poll;
	kc_proc_ops.proc_ioctl = fops->unlocked_ioctl;
	return &kc_proc_ops;
}
#else
static const struct file_operations *kc_proc(const struct file_operations *fops)
{
	return fops;
}
#endif

int kc_node_proc(struct kc_node *node, const char *name,
		 const struct file_operations *fops)
{
	node->proc = proc_create_data(name, 0600, NULL, kc_proc(fops), NULL);
	/* It does not say which; a name in use is logged by the kernel. */
	return node->proc ? 0 : -ENOMEM;
}

#ifdef KC_HAVE_DEBUGFS_CREATE
int kc_node_debugfs(struct kc_node *node, const char *name,
		    const struct file_operations *fops)
{
	struct dentry *d = debugfs_create_file(name, 0600, NULL, NULL, fops);

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
int kc_node_debugfs(struct kc_node *node, const char *name,
		    const struct file_operations *fops)
{
	return -ENODEV;
}

static void kc_node_debugfs_remove(struct kc_node *node)
{
}
#endif

void kc_node_remove(struct kc_node *node, const char *name)
{
	if (node->debugfs)
		kc_node_debugfs_remove(node);
	if (node->proc)
		remove_proc_entry(name, NULL);
	node->proc = NULL;
}
