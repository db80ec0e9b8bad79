/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QTro: memory that is constant according to GDB.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/slab.h>

#include "trace/run/private.h"

static void free_ranges(struct list_head *ranges)
{
	struct gtp_range *r, *next;

	list_for_each_entry_safe(r, next, ranges, list) {
		list_del(&r->list);
		kfree(r);
	}
}

void gtp_clear_ro(void)
{
	free_ranges(&gtp.ro);
}

void gtp_ro_keep(void)
{
	list_splice_init(&gtp.ro, &gtp.kept_ro);
}

void gtp_ro_drop_kept(void)
{
	free_ranges(&gtp.kept_ro);
}

int gtp_add_ro(struct rsp_text list)
{
	struct gtp_range *r = NULL;
	u64 start, end;
	int ret;

	gtp_clear_ro();
	while ((ret = rsp_next_range(&list, &start, &end)) > 0) {
		if (r && start == r->end) {
			r->end = end;
			continue;
		}
		r = kmalloc(sizeof(*r), GFP_KERNEL);
		if (!r) {
			gtp_clear_ro();
			return -ENOMEM;
		}
		r->start = start;
		r->end = end;
		list_add_tail(&r->list, &gtp.ro);
	}
	if (!ret)
		return 0;
	gtp_clear_ro();
	return -EINVAL;
}

struct list_head *gtp_shown_ro(void)
{
	return gtp.keeps ? &gtp.kept_ro : &gtp.ro;
}
