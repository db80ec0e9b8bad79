/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEV_STAT_H
#define DEV_STAT_H

#include <linux/fs.h>

/* The node gtpstat: losses and usage, for people. */
extern const struct file_operations dev_stat_fops;

#endif
