/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEV_PIPE_H
#define DEV_PIPE_H

#include <linux/fs.h>

/* The node gtpframe_pipe: the trace as a stream, during the run. */
extern const struct file_operations dev_pipe_fops;

#endif
