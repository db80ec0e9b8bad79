/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SEQ_FILE_H
#define API_LINUX_SEQ_FILE_H

#include <linux/fs.h>

struct seq_file {
	void *private;
};

ssize_t seq_read(struct file *file, char __user *buf, size_t n, loff_t *pos);
loff_t seq_lseek(struct file *file, loff_t off, int whence);
int single_open(struct file *file, int (*show)(struct seq_file *m, void *data),
		void *data);
int single_release(struct inode *inode, struct file *file);

#if API >= API_4_4
void seq_printf(struct seq_file *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void seq_puts(struct seq_file *m, const char *s);
#else
int seq_printf(struct seq_file *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int seq_puts(struct seq_file *m, const char *s);
#endif

#endif
