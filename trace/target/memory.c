/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The `m' and `x' packets: live memory, or that of a frame; and `monitor mem',
 * which says what the addresses below the kernel's half mean.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/read.h"
#include "compat/space.h"
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

static int is_elsewhere(u64 addr)
{
	return gtp_session.space.kind != GTP_SPACE_KERNEL &&
	       !kc_is_kernel(addr, 1);
}

static long read_space(u64 addr, void *buf, u32 n)
{
	if (gtp_session.space.kind == GTP_SPACE_PHYSICAL)
		return kc_read_physical(buf, addr, n);
	if (addr != (unsigned long)addr)
		return -EFAULT;
	return kc_read_task(&gtp_session.space.who, buf, addr, n);
}

/* What `monitor mem' has chosen; at most to the end of a page, like read_live(). */
static u32 read_elsewhere(u64 addr, void *buf, u32 n)
{
	long err;

	n = min_t(u32, n, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
	err = read_space(addr, buf, n);
	if (err == -EPERM && !gtp.armed) {
		kc_read_update();
		err = read_space(addr, buf, n);
	}
	gtp_session.space.err = err;
	return err ? 0 : n;
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
	u32 got;

	if (gtp_session.selected.gone)
		return 0;
	if (gtp_session.selected.valid)
		return read_frame(addr, buf, n);
	if (is_elsewhere(addr))
		return read_elsewhere(addr, buf, n);
	got = gtp_thread_stack(addr, buf, &n);
	return got ? got : read_live(addr, buf, n);
}

static const char *why_elsewhere(void)
{
	switch (gtp_session.space.err) {
	case -ESRCH:
		return MSG_TASK_ENDED;
	case -EPERM:
		return MSG_NOT_RAM;
	case -ENXIO:
		return MSG_HIGH_MEMORY;
	case -EAGAIN:
		return MSG_PAGE_MOVES;
	default:
		return gtp_session.space.kind == GTP_SPACE_PHYSICAL ?
			MSG_NOT_IN_DIRECT_MAP : MSG_NOT_IN_MEMORY;
	}
}

static const char *why_unread(u64 addr)
{
	if (gtp_session.selected.gone)
		return WHY_FRAME_GONE;
	if (gtp_session.selected.valid)
		return MSG_NOT_COLLECTED;
	if (is_elsewhere(addr))
		return why_elsewhere();
	return gtp_session.device == addr ? MSG_DEVICE : MSG_NOT_MAPPED;
}

/* A short reply is valid: what is in front of memory that cannot be read. */
static void serve_memory(const struct rsp_cmd *cmd, struct rsp_tx *tx, int binary)
{
	u64 addr = cmd->u.mem.addr, len = cmd->u.mem.len, start;
	void *buf;
	u32 n;

	if (gtp_session.selected.valid || !is_elsewhere(addr))
		addr = gtp_percpu_place(addr);
	start = addr;
	while (len && rsp_tx_room(tx) >= 2) {
		n = min_t(u64, len, rsp_tx_room(tx) / 2);
		buf = rsp_hex_space(tx, n);
		n = read_some(addr, buf, n);
		if (!n)
			break;
		if (binary)
			rsp_put_binary(tx, buf, n, rsp_tx_room(tx));
		else
			rsp_put_hex(tx, buf, n);
		addr += n;
		len -= n;
	}
	if (len && addr == start)
		gtp_refuse(tx, why_unread(addr));
}

void gtp_serve_mem(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	serve_memory(cmd, tx, 0);
}

/* 'b', and the bytes as they are: half as many as digits. */
void gtp_serve_binary(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_putc(tx, 'b');
	serve_memory(cmd, tx, 1);
}

/* tstatus reports what was refused: the reply to `m' may not. */
int gtp_remark_device(u32 n, char *buf, size_t size)
{
	if (n || !gtp_session.device)
		return 0;
	snprintf(buf, size, REMARK_DEVICE,
		 (unsigned long long)gtp_session.device);
	return 1;
}

/* ---- monitor mem -------------------------------------------------------- */

/* A decimal number. Return 0 or -EINVAL. */
static int parse_pid(const char *s, pid_t *pid)
{
	u32 n = 0;

	if (!*s || strlen(s) > 9)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		n = n * 10 + *s - '0';
	}
	*pid = n;
	return 0;
}

static void choose_task(const char *args, struct rsp_tx *tx)
{
	struct kc_who who;
	pid_t pid;
	char *c;
	long err;

	if (parse_pid(args, &pid)) {
		rsp_notice(tx, NOTE_MEM_PID);
		return;
	}
	err = kc_who_is(pid, &who);
	if (err) {
		rsp_notice(tx, err == -EINVAL ? NOTE_MEM_NO_SPACE :
						NOTE_MEM_NO_TASK);
		return;
	}
	/* gtpstat is shown on terminals. */
	for (c = who.comm; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	gtp_session.space.kind = GTP_SPACE_TASK;
	gtp_session.space.who = who;
}

int gtp_remark_space(u32 n, char *buf, size_t size)
{
	if (n)
		return 0;
	switch (gtp_session.space.kind) {
	case GTP_SPACE_TASK:
		snprintf(buf, size, REMARK_SPACE_TASK,
			 gtp_session.space.who.pid, gtp_session.space.who.comm);
		return 1;
	case GTP_SPACE_PHYSICAL:
		snprintf(buf, size, REMARK_SPACE_PHYSICAL);
		return 1;
	default:
		return 0;
	}
}

void gtp_space_monitor(const char *args, struct rsp_tx *tx)
{
	char text[GTP_REMARK_LEN];

	if (!strcmp(args, "kernel"))
		gtp_session.space.kind = GTP_SPACE_KERNEL;
	else if (*args && !kc_has_spaces())
		rsp_notice(tx, NOTE_MEM_NONE);
	else if (!strcmp(args, "phys"))
		gtp_session.space.kind = GTP_SPACE_PHYSICAL;
	else if (!strncmp(args, "pid ", 4))
		choose_task(args + 4, tx);
	else if (*args)
		rsp_notice(tx, NOTE_MEM_USAGE);
	if (gtp_remark_space(0, text, sizeof(text))) {
		rsp_notice(tx, text);
		rsp_notice(tx, NOTE_MEM_END);
	} else {
		rsp_notice(tx, NOTE_MEM_KERNEL);
	}
}
