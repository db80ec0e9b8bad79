/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_PATH_H
#define API_LINUX_PATH_H

#if API < API_2_6_26
#error no linux/path.h yet
#endif

struct dentry;
struct vfsmount;

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

#endif
