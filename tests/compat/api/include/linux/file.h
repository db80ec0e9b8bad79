/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_FILE_H
#define API_LINUX_FILE_H

struct file;

void fput(struct file *file);

#endif
