/* SPDX-License-Identifier: GPL-2.0 */
/* Since 4.7: a file without debugfs' own operations in front. */
#include <linux/debugfs.h>
#include <linux/fs.h>

#ifndef CONFIG_DEBUG_FS
#error "no debugfs in this kernel"
#endif

struct dentry *kc_probe(const struct file_operations *fops, void *data);
struct dentry *kc_probe(const struct file_operations *fops, void *data)
{
	return debugfs_create_file_unsafe("gtp", 0600, NULL, data, fops);
}
