/* SPDX-License-Identifier: GPL-2.0 */
/* b21996e36c8e, 3.13; RHEL 7. */
#include <linux/fs.h>

int kc_probe(struct inode *dir, struct dentry *dentry);
int kc_probe(struct inode *dir, struct dentry *dentry)
{
	return vfs_unlink(dir, dentry, NULL);
}
