/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The `m' packet: live memory, or that of a frame.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/read.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"

/*
 * How many of n bytes from addr on are constant. For the kernel, QTro has link
 * addresses whatever qOffsets said (load addresses before GDB 7.3). For modules
 * it has their actual addresses. GDB cuts the list of a vmlinux with a section
 * per function (RHEL 5), so the kernel's code is known without it.
 */
static u32 constant_bytes(u64 addr, u32 n)
{
	u64 linked = addr - gtp_kernel.slide;
	const u64 forms[] = { linked, linked - arch_load_offset, addr };
	const struct gtp_constant *const constant_end =
		gtp_kernel.constant + ARRAY_SIZE(gtp_kernel.constant);
	const struct gtp_constant *c;
	const struct gtp_range *r;
	unsigned int i;

	list_for_each_entry(r, gtp_shown_ro(), list)
		for (i = 0; i < ARRAY_SIZE(forms); i++)
			if (forms[i] >= r->start && forms[i] < r->end)
				return min_t(u64, n, r->end - forms[i]);
	for (c = gtp_kernel.constant; c != constant_end; c++)
		if (addr >= c->start && addr < c->end)
			return min_t(u64, n, c->end - addr);
	return 0;
}

/* How many of n bytes from addr on precede the next block of the frame. */
static u32 uncollected_bytes(u64 addr, u32 n)
{
	struct frame_block b;
	u32 pos = 0;

	while (frame_next(&gtp_session.selected.frame, &pos, &b) > 0)
		if (b.kind == 'M' && b.addr > addr && b.addr - addr < n)
			n = b.addr - addr;
	return n;
}

/*
 * A run whose session has ended may be allowed to read more than this session.
 */
static long read_allowed(u64 addr, void *buf, u32 n)
{
	long err = 0;

	if (!gtp_session.reads_devices && kc_load(&kc_reads_devices))
		err = kc_check_ram(addr, n);
	return err ? err : gtp_memory_read(GTP_MEMORY_KERNEL, buf, addr, n, 0);
}

/*
 * Read live memory, at most to the end of a page. Return the number of bytes.
 */
static u32 read_live(u64 addr, void *buf, u32 n)
{
	u32 to_page_end = PAGE_SIZE - (addr & (PAGE_SIZE - 1));
	long err;

	if (n > to_page_end)
		n = to_page_end;
	err = read_allowed(addr, buf, n);
	/* It may be RAM that was added since. */
	if (err == -EPERM && !gtp.armed) {
		kc_read_update();
		err = read_allowed(addr, buf, n);
	}
	if (err == -EPERM)
		gtp_session.device = addr;
	if (err)
		return 0;
	gtp_percpu_patch(addr, buf, n);
	return n;
}

/* Read memory of a frame, or live memory that is constant. */
static u32 read_frame(u64 addr, void *buf, u32 n)
{
	u32 got = frame_read_mem(&gtp_session.selected.frame, addr, buf, n);

	if (got)
		return got;
	n = constant_bytes(addr, uncollected_bytes(addr, n));
	return n ? read_live(addr, buf, n) : 0;
}

static u32 read_some(u64 addr, void *buf, u32 n)
{
	if (gtp_session.selected.gone)
		return 0;
	return gtp_session.selected.valid ? read_frame(addr, buf, n) :
				    read_live(addr, buf, n);
}

void gtp_serve_mem(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	u64 addr = cmd->u.mem.addr, len = cmd->u.mem.len;
	u8 buf[256];
	u32 n;

	if (!len)
		return;
	addr = gtp_percpu_place(addr);
	while (len && rsp_tx_room(tx) >= 2) {
		n = min_t(u64, len, min_t(u64, sizeof(buf), rsp_tx_room(tx) / 2));
		n = read_some(addr, buf, n);
		if (!n)
			break;
		rsp_put_hex(tx, buf, n);
		addr += n;
		len -= n;
	}
	/* A short reply is valid. */
	if (!rsp_tx_used(tx))
		rsp_error_num(tx, 1);
}

/* tstatus reports what was refused: the reply to `m' cannot. */
int gtp_remark_device(u32 n, char *buf, size_t size)
{
	if (n || !gtp_session.device)
		return 0;
	snprintf(buf, size, REMARK_DEVICE,
		 (unsigned long long)gtp_session.device);
	return 1;
}
