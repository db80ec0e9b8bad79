/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_FS_H
#define API_LINUX_FS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <asm/atomic.h>

struct dentry;
struct inode;
struct module;
struct poll_table_struct;
struct vm_area_struct;

#if API >= API_EL6
#define FMODE_READ	((fmode_t)1)
#define FMODE_WRITE	((fmode_t)2)
#else
#define FMODE_READ	1
#define FMODE_WRITE	2
#endif
#define O_NONBLOCK	04000

struct file {
	unsigned int f_flags;
#if API >= API_EL6
	fmode_t f_mode;
#else
	mode_t f_mode;
#endif
	void *private_data;
};

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t off, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t n,
			loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t n,
			 loff_t *pos);
	unsigned int (*poll)(struct file *file, struct poll_table_struct *wait);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd,
			       unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
};

int nonseekable_open(struct inode *inode, struct file *file);
loff_t no_llseek(struct file *file, loff_t off, int whence);

#endif
