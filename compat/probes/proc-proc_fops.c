/* SPDX-License-Identifier: GPL-2.0 */
/* 59b743506b3f, 2.6.26, to 5.5. */
#include <linux/proc_fs.h>

struct proc_dir_entry *kc_probe(const struct file_operations *fops, void *data);
struct proc_dir_entry *kc_probe(const struct file_operations *fops, void *data)
{
	return proc_create_data("gtp", 0600, NULL, fops, data);
}
