/* SPDX-License-Identifier: GPL-2.0 */
/* abf08576afe3, 6.3. */
#include <linux/fs.h>

int kc_probe(struct file *file, struct inode *dir, struct dentry *dentry);
int kc_probe(struct file *file, struct inode *dir, struct dentry *dentry)
{
	return vfs_unlink(file_mnt_idmap(file), dir, dentry, NULL);
}
