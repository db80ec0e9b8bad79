/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "dev/dev.h"
#include "dev/stat.h"
#include "trace/target/target.h"

/* An open file pins the module. */
static int stat_open(struct inode *inode, struct file *file)
{
	int ret;

	/* gtpstat shows addresses. */
	ret = dev_permitted();
	if (ret)
		return ret;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	/* Its argument is not const before 2.6.20. */
	ret = seq_open(file, (void *)&gtp_stat_ops);
	if (ret)
		module_put(THIS_MODULE);
	return ret;
}

static int stat_release(struct inode *inode, struct file *file)
{
	int ret = seq_release(inode, file);

	module_put(THIS_MODULE);
	return ret;
}

const struct file_operations dev_stat_fops = {
	.owner = THIS_MODULE,
	.open = stat_open,
	.read = seq_read,
	.release = stat_release,
};
