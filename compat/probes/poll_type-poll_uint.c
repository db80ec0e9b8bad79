/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 4.15. */
#include <linux/fs.h>
#include <linux/poll.h>

static unsigned int kc_poll(struct file *file, poll_table *wait)
{
	return 0;
}

const struct file_operations kc_probe = { .poll = kc_poll };
