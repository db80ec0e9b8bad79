/* SPDX-License-Identifier: GPL-2.0 */
/* The call is a macro over differently named functions since 6.13. */
#include <linux/debugfs.h>
#include <linux/fs.h>

#ifndef CONFIG_DEBUG_FS
#error "no debugfs in this kernel"
#endif

struct dentry *kc_probe(const struct file_operations *fops, void *data);
struct dentry *kc_probe(const struct file_operations *fops, void *data)
{
	return debugfs_create_file("gtp", 0600, NULL, data, fops);
}
