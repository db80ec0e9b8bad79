/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Create and write a file with the rights of the current process.
 */
#ifndef COMPAT_FILE_H
#define COMPAT_FILE_H

#include <linux/sched.h>	/* first: fs.h of RHEL 6 needs its types */
#include <linux/fs.h>

/*
 * Create a file of mode 0600 and open it for writing.  Returns ERR_PTR() on
 * error: -EEXIST if the name exists, even as a symlink.
 * Context: process, may sleep.
 */
struct file *kc_file_create(const char *path);
/*
 * Write all of data at *pos and advance *pos.  Returns 0 or a negative errno.
 * Context: process, may sleep.
 */
int kc_file_append(struct file *file, const void *data, size_t n, loff_t *pos);
/*
 * The file's path, symlinks resolved, in buf; or ERR_PTR().
 * Context: process.
 */
char *kc_file_path(struct file *file, char *buf, int size);
/*
 * Close the file, and remove it if keep is 0 or the close fails.  Returns 0 or
 * the negative errno of the close.
 * Context: process, may sleep.
 */
int kc_file_end(struct file *file, int keep);

#endif
