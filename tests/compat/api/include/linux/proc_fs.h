/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_PROC_FS_H
#define API_LINUX_PROC_FS_H

#include <linux/fs.h>

#if API >= API_EL7
struct proc_dir_entry;
struct proc_dir_entry *proc_create_data(const char *name, umode_t mode,
					struct proc_dir_entry *parent,
					const struct file_operations *fops,
					void *data);
#else
struct proc_dir_entry {
	const struct file_operations *proc_fops;
#if API < API_EL6
	struct module *owner;
#endif
	void *data;
};

struct proc_dir_entry *create_proc_entry(const char *name, mode_t mode,
					 struct proc_dir_entry *parent);
#if API >= API_2_6_26
struct proc_dir_entry *proc_create_data(const char *name, mode_t mode,
					struct proc_dir_entry *parent,
					const struct file_operations *fops,
					void *data);
#endif
#endif

void remove_proc_entry(const char *name, struct proc_dir_entry *parent);

#endif
