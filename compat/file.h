/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A new file, written by the kernel with the rights of the current process.
 */
#ifndef COMPAT_FILE_H
#define COMPAT_FILE_H

#include <linux/sched.h>	/* first: fs.h of RHEL 6 needs its types */
#include <linux/fs.h>

/*
 * Process context; sleeps.  A file that was not there, of mode 0600, open to be
 * written; or ERR_PTR().  If anything has that name, a symlink too: -EEXIST.
 */
struct file *kc_file_create(const char *path);
/* Process context; sleeps.  All of it goes behind *pos: 0 or a negative errno. */
int kc_file_append(struct file *file, const void *data, size_t n, loff_t *pos);
/* Process context.  Its path, symlinks resolved, in buf; or ERR_PTR(). */
char *kc_file_path(struct file *file, char *buf, int size);
/*
 * Process context; sleeps.  Ends with it; if it is not to be kept, or cannot be,
 * it is removed.  0, or the negative errno of what could not be kept.
 */
int kc_file_end(struct file *file, int keep);

#endif
