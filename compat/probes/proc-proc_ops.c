/* SPDX-License-Identifier: GPL-2.0 */
/* d56c0d45f0e2, 5.6: /proc has its own table of operations. */
#include <linux/proc_fs.h>

struct proc_dir_entry *kc_probe(struct proc_ops *ops, void *data);
struct proc_dir_entry *kc_probe(struct proc_ops *ops, void *data)
{
	ops->proc_open = NULL;
	return proc_create_data("gtp", 0600, NULL, ops, data);
}
