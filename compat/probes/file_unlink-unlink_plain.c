/* SPDX-License-Identifier: GPL-2.0 */
/* Before. */
#include <linux/sched.h>
#include <linux/fs.h>

int kc_probe(struct inode *dir, struct dentry *dentry);
int kc_probe(struct inode *dir, struct dentry *dentry)
{
	return vfs_unlink(dir, dentry);
}
