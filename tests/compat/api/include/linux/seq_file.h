/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SEQ_FILE_H
#define API_LINUX_SEQ_FILE_H

#include <linux/fs.h>

struct seq_file {
	void *private;
};

ssize_t seq_read(struct file *file, char __user *buf, size_t n, loff_t *pos);
loff_t seq_lseek(struct file *file, loff_t off, int whence);

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

#if API >= API_2_6_26
int seq_open(struct file *file, const struct seq_operations *ops);
#else
int seq_open(struct file *file, struct seq_operations *ops);
#endif
int seq_release(struct inode *inode, struct file *file);

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
