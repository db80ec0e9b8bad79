/* SPDX-License-Identifier: GPL-2.0 */
/* 4f554e955614, 5.18: many addresses, one change of the filter. */
#include <linux/ftrace.h>

int kc_probe(struct ftrace_ops *ops, unsigned long *ips, unsigned int n);
int kc_probe(struct ftrace_ops *ops, unsigned long *ips, unsigned int n)
{
	return ftrace_set_filter_ips(ops, ips, n, 0, 1);
}
