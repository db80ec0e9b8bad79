/* SPDX-License-Identifier: GPL-2.0 */
/* Before: kernel memory where user memory is expected. */
#include <linux/sched.h>
#include <linux/fs.h>
#include <linux/uaccess.h>

ssize_t kc_probe(struct file *file, const char __user *data, size_t n,
		 loff_t *pos);
ssize_t kc_probe(struct file *file, const char __user *data, size_t n,
		 loff_t *pos)
{
	mm_segment_t fs = get_fs();

	set_fs(KERNEL_DS);
	set_fs(fs);
	return vfs_write(file, data, n, pos);
}
