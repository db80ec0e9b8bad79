/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The `m' packet: live memory, or a frame's.  All process context, under
 * gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "arch/arch.h"
#include "compat/read.h"
#include "trace/internal.h"

/* Memory that GDB says is constant: a frame need not have collected it. */
struct gtp_range {
	struct list_head list;
	u64 start, end;		/* as linked */
};

void gtp_clear_ro(void)
{
	struct gtp_range *r, *next;

	list_for_each_entry_safe(r, next, &gtp.ro, list) {
		list_del(&r->list);
		kfree(r);
	}
}

/* QTro: 0, -EINVAL or -ENOMEM, and then there are none. */
int gtp_add_ro(struct rsp_text list)
{
	struct gtp_range *r;
	u64 start, end;
	int ret;

	gtp_clear_ro();
	while ((ret = rsp_next_range(&list, &start, &end)) > 0) {
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

/*
 * GDB sends QTro as the vmlinux was linked, whatever qOffsets said; a module's
 * sections it sends as they are.
 */
static int is_constant(u64 addr)
{
	u64 linked = addr - (gtp.text - arch_link_text);
	const struct gtp_range *r;

	list_for_each_entry(r, &gtp.ro, list)
		if ((linked >= r->start && linked < r->end) ||
		    (addr >= r->start && addr < r->end))
			return 1;
	return 0;
}

/* Bytes of live memory that could be read, up to the end of a page. */
static u32 read_live(u64 addr, void *buf, u32 n)
{
	u32 to_page_end = PAGE_SIZE - (addr & (PAGE_SIZE - 1));

	if (n > to_page_end)
		n = to_page_end;
	return kc_read_kernel(buf, (void *)(unsigned long)addr, n) ? 0 : n;
}

static u32 read_some(u64 addr, void *buf, u32 n)
{
	u32 got;

	if ((unsigned long)addr != addr)
		return 0;
	if (!gtp_selected.valid)
		return read_live(addr, buf, n);
	got = gtp_selected.gone ? 0 : frame_read_mem(&gtp_selected.frame, addr, buf, n);
	if (!got && is_constant(addr))
		got = read_live(addr, buf, n);
	return got;
}

void gtp_serve_mem(u64 addr, u64 len, struct rsp_tx *tx)
{
	u8 buf[256];
	u32 n;

	if (!len)
		return;
	while (len && rsp_tx_room(tx) >= 2) {
		n = min_t(u64, len, min_t(u64, sizeof(buf), rsp_tx_room(tx) / 2));
		n = read_some(addr, buf, n);
		if (!n)
			break;
		rsp_put_hex(tx, buf, n);
		addr += n;
		len -= n;
	}
	/* What could be read is a valid, short reply. */
	if (!rsp_tx_used(tx))
		rsp_error_num(tx, 1);
}
