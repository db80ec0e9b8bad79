/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEV_FRAME_H
#define DEV_FRAME_H

#include <linux/fs.h>

/* The node gtpframe: the trace as a file, for `target tfile'. */
extern const struct file_operations dev_frame_fops;

#endif
