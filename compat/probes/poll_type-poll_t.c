/* SPDX-License-Identifier: GPL-2.0 */
/* 8ced390c2b18, 4.16; backported to some vendor kernels. */
#include <linux/poll.h>

static __poll_t kc_poll(struct file *file, poll_table *wait)
{
	return 0;
}

const struct file_operations kc_probe = { .poll = kc_poll };
