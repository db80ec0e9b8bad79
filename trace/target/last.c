/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The newest trace frames, as lines in the kernel's log, when the kernel oopses
 * or panics: from there pstore, kdump, netconsole or a serial console keep them.
 *
 *	kgtp: panic: the last 2 of 5210 trace frames; the run is on; now 8512
 *	kgtp: frame=5208 cpu=0 time=8470 tp=1 vfs_read+0x0/0x310 rdi=ff... $n=3
 *	kgtp: frame=5209 cpu=1 time=8499 tp=2 vfs_open+0x0/0x40 0xff...:16=00112233...
 *	kgtp: panic: end of trace frames
 *
 * A line has the registers that the tracepoint's actions name, variables by name,
 * and of each block of memory its address, size and first bytes. `kgtp report
 * --vmcore' shows all of a frame, in a crash dump.
 *
 * Context of all functions, unless noted: any, including NMI; gtp.lock may be
 * held by anybody. So nothing is waited for, nothing is allocated, and what may
 * be freed meanwhile is read by kc_read_kernel(): in the worst case a name is
 * wrong. Memory is static, and `busy' says who has it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/check.h"
#include "compat/clock.h"
#include "compat/log.h"
#include "compat/oops.h"
#include "compat/read.h"
#include "compat/symbols.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

#define FRAMES_MOST	256
#define PAYLOAD_MOST	4096	/* bytes of a frame that are looked at */
#define LINE_LEN	800	/* printk() cuts lines at 1024 or less */
#define BYTES_SHOWN	32	/* of a block of memory */
#define NAME_LEN	48
#define WALK_MOST	4096	/* tracepoints that are looked through */

unsigned int gtp_log_frames;

/* All of it belongs to whoever has set `busy'. */
static struct last {
	struct ringbuf_last frames[FRAMES_MOST];
	u64 work[FRAMES_MOST];
	u64 payload[PAYLOAD_MOST / sizeof(u64)];
	u8 regs[ARCH_REGS_MAX];
	struct kc_place place;
	char line[LINE_LEN];
	u32 len;		/* of the line */
	int is_cut;		/* something did not fit into it */
	struct ringbuf_last newest;	/* of the last time */
	int has_newest;
} last;

static int busy;

/* Add to the line, or drop what does not fit with all that follows. */
static void put(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
static void put(const char *fmt, ...)
{
	u32 room = LINE_LEN - last.len;
	va_list args;
	int n;

	if (last.is_cut)
		return;
	va_start(args, fmt);
	n = vsnprintf(last.line + last.len, room, fmt, args);
	va_end(args);
	if (n < 0 || (u32)n >= room) {
		last.line[last.len] = '\0';
		last.is_cut = 1;
		return;
	}
	last.len += n;
}

/* ---- one frame ----------------------------------------------------------- */

/* The mask of the registers that actions of this tracepoint name; or 0. */
static u32 regs_named(const struct ringbuf_last *f)
{
	const struct list_head *head = gtp_shown_tracepoints();
	const struct list_head *at = kc_load(&head->next);
	const struct gtp_tracepoint *tp;
	u32 num, named, n;
	u64 addr;

	for (n = 0; at != head && n < WALK_MOST; n++) {
		tp = list_entry(at, struct gtp_tracepoint, list);
		if (kc_read_kernel(&num, (unsigned long)&tp->num,
				   sizeof(num)) ||
		    kc_read_kernel(&addr, (unsigned long)&tp->addr,
				   sizeof(addr)) ||
		    kc_read_kernel(&named, (unsigned long)&tp->regs_named,
				   sizeof(named)) ||
		    kc_read_kernel(&at, (unsigned long)&tp->list.next,
				   sizeof(at)))
			break;
		if (num == f->tag && addr == f->addr)
			return named;
	}
	return 0;
}

static void put_regs(const struct ringbuf_last *f, const struct frame *frame)
{
	struct gtp_selected s;
	u32 named = regs_named(f);
	unsigned int i;
	u64 lost, value;
	u8 *at = last.regs;

	memset(&s, 0, sizeof(s));
	s.valid = 1;
	s.addr = f->addr;
	s.frame = *frame;
	lost = gtp_copy_regs(&s, last.regs);
	for (i = 0; i < arch_nr_regs; at += arch_regs[i++].bits / 8) {
		if (i >= 32 || !(named >> i & 1) || lost >> i & 1 ||
		    i == arch_pc || arch_regs[i].bits > 64)
			continue;
		value = 0;
		memcpy(&value, at, arch_regs[i].bits / 8);
		put(" %s=0x%llx", arch_regs[i].name,
		    (unsigned long long)value);
	}
}

/* Read a variable's name, which ends at its NUL. Return 0 or an error. */
static int read_name(const struct gtp_var *var, char *name)
{
	u32 i;

	for (i = 0; i < NAME_LEN - 1; i++) {
		if (kc_read_kernel(&name[i], (unsigned long)&var->name[i], 1))
			return -EFAULT;
		if (!name[i])
			return 0;
	}
	name[i] = '\0';
	return 0;
}

static void put_var(const struct frame_block *b)
{
	const struct gtp_var *var;
	char name[NAME_LEN];
	u32 slot, num;

	for (slot = 0; (var = gtp_var_slot_shown(slot)); slot++) {
		if (kc_read_kernel(&num, (unsigned long)&var->num,
				   sizeof(num)) ||
		    num != b->num || read_name(var, name))
			continue;
		put(" $%s=%lld", name, (long long)b->value);
		return;
	}
	put(" $#%u=%lld", b->num, (long long)b->value);
}

static void put_memory(const struct frame_block *b)
{
	char digits[2 * BYTES_SHOWN + 1] = "";
	u32 i, n = min_t(u32, b->len, BYTES_SHOWN);

	for (i = 0; i < n; i++)
		snprintf(digits + 2 * i, 3, "%02x", b->data[i]);
	put(" 0x%llx:%u=%s%s", (unsigned long long)b->addr, b->len, digits,
	    n < b->len ? "..." : "");
}

/* Return 0, or -1 if not all of it can be read. */
static int put_blocks(const struct ringbuf_last *f, const struct frame *frame)
{
	struct frame_block b;
	int ret, has_regs = 0;
	u32 pos = 0;

	while ((ret = frame_next(frame, &pos, &b)) > 0) {
		if (b.kind == 'M')
			put_memory(&b);
		else if (b.kind == 'V')
			put_var(&b);
		else if (!has_regs++)
			put_regs(f, frame);
	}
	return ret;
}

static void put_frame(const struct ringbuf_last *f)
{
	struct frame frame;

	frame.data = (const u8 *)last.payload;
	frame.len = min_t(u32, f->len, PAYLOAD_MOST);
	if (kc_symbol_at(f->addr, &last.place))
		put(" 0x%llx", (unsigned long long)f->addr);
	else
		put(" %s", last.place.text);
	if (ringbuf_last_read(gtp.rb, f, 0, last.payload, frame.len))
		put(" overwritten");
	else if (put_blocks(f, &frame))
		last.is_cut = 1;
}

static void print_frame(const struct ringbuf_last *f, u64 number)
{
	last.len = 0;
	last.is_cut = 0;
	put("frame=%llu cpu=%u time=%llu tp=%u", (unsigned long long)number,
	    f->cpu, (unsigned long long)f->stamp, f->tag);
	put_frame(f);
	kc_info("%s%s\n", last.line, last.is_cut ? " ..." : "");
}

/* ---- all of them --------------------------------------------------------- */

/* The time of frames, now; 0 if only hits count it. */
static u64 now(void)
{
	if (gtp_hits.clock == GTP_CLOCK_CYCLES)
		return kc_cycles();
	return gtp_hits.clock == GTP_CLOCK_NS ? kc_clock() : 0;
}

static void print_all(const char *what, struct ringbuf *rb, u32 most)
{
	struct ringbuf_last_info info;
	const struct ringbuf_last *newest;
	u64 at = now();
	u32 i, n;

	n = ringbuf_last(rb, last.frames, last.work, most, &info);
	if (info.cut)
		kc_info("%s: newer trace frames of %u CPUs cannot be read: their buffers were being changed, or are damaged\n",
			what, info.cut);
	if (!n) {
		kc_info("%s: no trace frames\n", what);
		return;
	}
	newest = &last.frames[n - 1];
	if (last.has_newest && newest->cpu == last.newest.cpu &&
	    newest->pos == last.newest.pos) {
		kc_info("%s: no trace frames since those above\n", what);
		return;
	}
	kc_info("%s: the last %u of %llu trace frames; the run %s; now %llu\n",
		what, n, (unsigned long long)info.frames,
		kc_load(&gtp_hits.running) ? "is on" : "has ended",
		(unsigned long long)at);
	for (i = 0; i < n; i++)
		print_frame(&last.frames[i], info.frames - n + i);
	kc_info("%s: end of trace frames\n", what);
	last.newest = *newest;
	last.has_newest = 1;
}

static void at_oops(const char *what)
{
	struct ringbuf *rb = kc_load(&gtp.rb);
	u32 most = min_t(u32, kc_load(&gtp_log_frames), FRAMES_MOST);

	/* Busy: an oops in here, or one on another CPU. */
	if (!most || !rb || cmpxchg(&busy, 0, 1))
		return;
	print_all(what, rb, most);
	kc_store_release(&busy, 0);
}

/* ---- see private.h ------------------------------------------------------- */

void gtp_last_init(void)
{
	/* Some kernels' look-up has to be looked up first, which sleeps. */
	kc_symbol_at(gtp_kernel.stext, &last.place);
	kc_watch_oopses(at_oops);
}

void gtp_last_exit(void)
{
	kc_unwatch_oopses();
}
