/* SPDX-License-Identifier: GPL-2.0 */
/* e13ec939e96b, 4.14: the position is a pointer. */
#include <linux/fs.h>

ssize_t kc_probe(struct file *file, const void *data, size_t n, loff_t *pos);
ssize_t kc_probe(struct file *file, const void *data, size_t n, loff_t *pos)
{
	return kernel_write(file, data, n, pos);
}
