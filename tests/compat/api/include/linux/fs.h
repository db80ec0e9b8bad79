/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_FS_H
#define API_LINUX_FS_H

#include <linux/dcache.h>
#include <linux/list.h>
#include <linux/mutex.h>
#if API >= API_2_6_26
#include <linux/path.h>
#endif
#if API >= API_EL8_1
#include <linux/rwsem.h>
#endif
#include <linux/types.h>
#include <linux/wait.h>
#include <asm/atomic.h>

struct files_struct;
struct module;
struct poll_table_struct;
struct vm_area_struct;

#if API >= API_4_4
typedef void *fl_owner_t;
#else
typedef struct files_struct *fl_owner_t;
#endif

struct inode {
#if API >= API_EL8_1
	struct rw_semaphore i_rwsem;
#else
	struct mutex i_mutex;
#endif
};

enum inode_i_mutex_lock_class {
	I_MUTEX_PARENT
};

#if API >= API_EL8_1
static inline void inode_lock(struct inode *inode)
{
	down_write(&inode->i_rwsem);
}

static inline void inode_lock_nested(struct inode *inode, unsigned int subclass)
{
	down_write_nested(&inode->i_rwsem, subclass);
}

static inline void inode_unlock(struct inode *inode)
{
	up_write(&inode->i_rwsem);
}
#elif API >= API_EL7
static inline void inode_lock(struct inode *inode)
{
	mutex_lock(&inode->i_mutex);
}

static inline void inode_lock_nested(struct inode *inode, unsigned int subclass)
{
	mutex_lock_nested(&inode->i_mutex, subclass);
}

static inline void inode_unlock(struct inode *inode)
{
	mutex_unlock(&inode->i_mutex);
}
#endif

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
#if API >= API_2_6_26
	struct path f_path;
#else
	struct dentry *f_dentry;
	struct vfsmount *f_vfsmnt;
#endif
	loff_t f_pos;
	void *private_data;
};

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t off, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t n,
			loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t n,
			 loff_t *pos);
#if API >= API_EL8_1
	__poll_t (*poll)(struct file *file, struct poll_table_struct *wait);
#else
	unsigned int (*poll)(struct file *file, struct poll_table_struct *wait);
#endif
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd,
			       unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd,
			     unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
};

#define get_file(file)	((void)(file))

#if API >= API_EL7
struct file *filp_open(const char *name, int flags, umode_t mode);
#else
struct file *filp_open(const char *name, int flags, int mode);
#endif
int filp_close(struct file *file, fl_owner_t id);
ssize_t vfs_write(struct file *file, const char __user *buf, size_t n,
		  loff_t *pos);
#if API >= API_EL8_1
ssize_t kernel_write(struct file *file, const void *buf, size_t n, loff_t *pos);
#elif API >= API_EL6
ssize_t kernel_write(struct file *file, const char *buf, size_t n, loff_t pos);
#endif
#if API >= API_EL7
int vfs_unlink(struct inode *dir, struct dentry *dentry, struct inode **inode);
#else
int vfs_unlink(struct inode *dir, struct dentry *dentry);
#endif

int nonseekable_open(struct inode *inode, struct file *file);
loff_t no_llseek(struct file *file, loff_t off, int whence);

#endif
