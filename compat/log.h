/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel log messages.
 */
#ifndef COMPAT_LOG_H
#define COMPAT_LOG_H

#include <linux/kernel.h>

/* pr_err() came with 2.6.24, pr_fmt() with 2.6.28. */
#define kc_err(fmt, ...)	printk(KERN_ERR "kgtp: " fmt, ##__VA_ARGS__)
#define kc_info(fmt, ...)	printk(KERN_INFO "kgtp: " fmt, ##__VA_ARGS__)

#endif
