/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/sched.h>	/* first: fs.h of RHEL 6 needs its types */
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>
#include "compat/config.h"
#include "compat/file.h"

#ifdef KC_HAVE_PATH
#define kc_file_dentry(file)	((file)->f_path.dentry)
#else
#define kc_file_dentry(file)	((file)->f_dentry)
#endif

struct file *kc_file_create(const char *path)
{
	return filp_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
			 O_LARGEFILE, 0600);
}

static ssize_t kc_file_write(struct file *file, const void *data, size_t n,
			     loff_t *pos)
{
#ifdef KC_HAVE_KERNEL_WRITE
	return kernel_write(file, data, n, pos);
#else
	mm_segment_t fs = get_fs();
	ssize_t ret;

	set_fs(KERNEL_DS);
	ret = vfs_write(file, (const char __user *)data, n, pos);
	set_fs(fs);
	return ret;
#endif
}

int kc_file_append(struct file *file, const void *data, size_t n, loff_t *pos)
{
	const char *p = data;
	ssize_t ret;

	while (n) {
		ret = kc_file_write(file, p, n, pos);
		if (ret < 0)
			return ret;
		if (!ret)
			return -EIO;
		p += ret;
		n -= ret;
	}
	return 0;
}

char *kc_file_path(struct file *file, char *buf, int size)
{
#ifdef KC_HAVE_PATH
	return d_path(&file->f_path, buf, size);
#else
	return d_path(file->f_dentry, file->f_vfsmnt, buf, size);
#endif
}

static void kc_file_unlink(struct file *file, struct inode *dir,
			   struct dentry *dentry)
{
#if defined(KC_HAVE_UNLINK_IDMAP)
	vfs_unlink(file_mnt_idmap(file), dir, dentry, NULL);
#elif defined(KC_HAVE_UNLINK_USERNS)
	vfs_unlink(file_mnt_user_ns(file), dir, dentry, NULL);
#elif defined(KC_HAVE_UNLINK_DELEGATED)
	vfs_unlink(dir, dentry, NULL);
#else
	vfs_unlink(dir, dentry);
#endif
}

static void kc_lock_dir(struct inode *dir)
{
#ifdef KC_HAVE_INODE_LOCK
	inode_lock_nested(dir, I_MUTEX_PARENT);
#else
	mutex_lock_nested(&dir->i_mutex, I_MUTEX_PARENT);
#endif
}

static void kc_unlock_dir(struct inode *dir)
{
#ifdef KC_HAVE_INODE_LOCK
	inode_unlock(dir);
#else
	mutex_unlock(&dir->i_mutex);
#endif
}

/* The open file keeps its filesystem writable. */
static void kc_file_remove(struct file *file)
{
	struct dentry *dentry = dget(kc_file_dentry(file));
	struct dentry *parent = dget_parent(dentry);
	struct inode *dir = parent->d_inode;

	kc_lock_dir(dir);
	/* The file may have been moved or removed. */
	if (dentry->d_parent == parent && !d_unhashed(dentry))
		kc_file_unlink(file, dir, dentry);
	kc_unlock_dir(dir);
	dput(parent);
	dput(dentry);
}

int kc_file_end(struct file *file, int keep)
{
	int ret;

	/* Some filesystems report a lack of space only on close. */
	get_file(file);
	ret = filp_close(file, NULL);
	if (ret || !keep)
		kc_file_remove(file);
	fput(file);
	return ret;
}
