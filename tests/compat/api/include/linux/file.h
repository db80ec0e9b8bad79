/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_FILE_H
#define API_LINUX_FILE_H

#include <linux/compiler.h>

struct file;

void API_FASTCALL fput(struct file *file);

#endif
