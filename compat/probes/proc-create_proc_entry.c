/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 2.6.25 (to 3.9 beside the newer ways): the operations come afterwards. */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>

struct proc_dir_entry *kc_probe(const struct file_operations *fops);
struct proc_dir_entry *kc_probe(const struct file_operations *fops)
{
	struct proc_dir_entry *de = create_proc_entry("gtp", 0600, NULL);

	if (de) {
		de->owner = THIS_MODULE;
		de->proc_fops = fops;
	}
	return de;
}
