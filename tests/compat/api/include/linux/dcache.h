/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_DCACHE_H
#define API_LINUX_DCACHE_H

#include <linux/types.h>

struct inode;
struct path;
struct vfsmount;

struct dentry {
	struct dentry *d_parent;
	struct inode *d_inode;
};

static inline struct dentry *dget(struct dentry *dentry)
{
	return dentry;
}

#if API >= API_EL7
struct dentry *dget_parent(struct dentry *dentry);
#else
static inline struct dentry *dget_parent(struct dentry *dentry)
{
	return dentry->d_parent;
}
#endif

#if API >= API_4_4
static inline int d_unhashed(const struct dentry *dentry)
#else
static inline int d_unhashed(struct dentry *dentry)
#endif
{
	return API_ANY(int);
}

void dput(struct dentry *dentry);

#if API >= API_2_6_26
char *d_path(const struct path *path, char *buf, int size);
#else
char *d_path(struct dentry *dentry, struct vfsmount *mnt, char *buf, int size);
#endif

#endif
