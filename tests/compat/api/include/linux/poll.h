/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_POLL_H
#define API_LINUX_POLL_H

#include <linux/fs.h>
#include <linux/wait.h>

#define POLLIN		0x0001
#define POLLOUT		0x0004
#define POLLERR		0x0008
#define POLLHUP		0x0010
#define POLLRDNORM	0x0040
#define POLLWRNORM	0x0100

typedef struct poll_table_struct {
	void (*api_queue)(struct file *file, wait_queue_head_t *q,
			  struct poll_table_struct *table);
} poll_table;

static inline void poll_wait(struct file *file, wait_queue_head_t *q,
			     poll_table *table)
{
	table->api_queue(file, q, table);
}

#endif
