/* SPDX-License-Identifier: GPL-2.0 */
/* Since 4.12 (beba3a20bf90): a copy from user space that checks nothing. */
#include <linux/sched.h>
#include <linux/uaccess.h>

unsigned long kc_probe(void *dst, const void __user *src, unsigned long n);
unsigned long kc_probe(void *dst, const void __user *src, unsigned long n)
{
	return raw_copy_from_user(dst, src, n);
}
