/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an old GDB is told about the kernel that it traces: it cannot read the
 * debug information of today's.  Compiled with -gdwarf-2, never run: the
 * recorder puts its symbols where the running kernel has the real ones.
 */
struct file {
	char first_bytes[16];
};

unsigned long jiffies_64 __attribute__((section(".jiffies")));

long vfs_read(struct file *file, char *buf, unsigned long count, long *pos)
{
	return count;
}
