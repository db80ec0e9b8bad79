/* SPDX-License-Identifier: GPL-2.0 */
/*
 * e13ec939e96b, 4.14: the position is a pointer.  Declared once more, since a
 * call with the wrong kind of position is but a warning.
 */
#include <linux/fs.h>

ssize_t kernel_write(struct file *file, const void *buf, size_t n, loff_t *pos);

ssize_t kc_probe(struct file *file, const void *data, size_t n, loff_t *pos);
ssize_t kc_probe(struct file *file, const void *data, size_t n, loff_t *pos)
{
	return kernel_write(file, data, n, pos);
}
