/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses whose tracepoints the user excludes (`monitor disable').
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>

#include "trace/run/private.h"

static u64 excluded_list[GTP_EXCLUDED_MAX];	/* under gtp.lock */
static unsigned int nr_excluded;

int gtp_excluded(unsigned int n, u64 *addr)
{
	if (n >= nr_excluded)
		return 0;
	*addr = excluded_list[n];
	return 1;
}

int gtp_is_excluded(u64 addr)
{
	unsigned int i;

	for (i = 0; i < nr_excluded; i++)
		if (excluded_list[i] == addr)
			return 1;
	return 0;
}

int gtp_exclude(u64 addr)
{
	if (nr_excluded == GTP_EXCLUDED_MAX)
		return -ENOSPC;
	excluded_list[nr_excluded++] = addr;
	return 0;
}

void gtp_exclude_none(void)
{
	nr_excluded = 0;
}
