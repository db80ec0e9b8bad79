/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_DEBUGFS_H
#define API_LINUX_DEBUGFS_H

#include <linux/fs.h>

#if API >= API_EL7
struct dentry *debugfs_create_file(const char *name, umode_t mode,
				   struct dentry *parent, void *data,
				   const struct file_operations *fops);
#else
struct dentry *debugfs_create_file(const char *name, mode_t mode,
				   struct dentry *parent, void *data,
				   const struct file_operations *fops);
#endif
#if API >= API_EL8_1
struct dentry *debugfs_create_file_unsafe(const char *name, umode_t mode,
					  struct dentry *parent, void *data,
					  const struct file_operations *fops);
#endif
void debugfs_remove(struct dentry *d);

#endif
