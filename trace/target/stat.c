/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters for people: the node gtpstat, and `monitor stat'.
 *
 * Context of all functions: process.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "compat/missing.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

/* Where the text goes: to a reader of the node, or as notices to GDB. */
struct stat_out {
	struct seq_file *m;
	struct rsp_tx *tx;	/* if m is NULL */
};

static void put(const struct stat_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(const struct stat_out *out, const char *format, ...)
{
	char line[300];		/* more than any record has */
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (out->m)
		seq_puts(out->m, line);
	else
		rsp_notice(out->tx, line);
}

static void show(const struct stat_out *out, const char *name, u64 value)
{
	put(out, "%-20s %llu\n", name, (unsigned long long)value);
}

static void show_info(const struct stat_out *out, const struct ringbuf_info *info)
{
	show(out, "buffer_bytes", info->size);
	show(out, "buffer_free_bytes", info->free);
	show(out, "memory_bytes", info->memory);
	show(out, "frames", info->frames);
	show(out, "frames_created", info->created);
	show(out, "frames_streamed", info->taken);
	show(out, "lost_nested", info->nested);
	show(out, "lost_too_big", info->too_big);
	show(out, "lost_overwritten", info->overwritten);
	show(out, "lost_shrunk", info->shrunk);
	show(out, "lost_unread", gtp_pipe_lost(info));
	show(out, "lost_missed", gtp_lost_missed());
	show(out, "lost_no_share", info->no_share);
	show(out, "lost_returns", gtp_lost_returns());
	show(out, "lost_printk", gtp_print_lost());
}

static void show_head(const struct stat_out *out)
{
	struct ringbuf_info info;

	gtp_buffer_info(&info);
	show(out, "running", kc_load(&gtp_hits.running));
	show_info(out, &info);
}

static void show_cpu(const struct stat_out *out, int cpu)
{
	struct ringbuf_info info;

	if (!cpu_present(cpu))
		return;
	ringbuf_get_info(gtp.rb, cpu, &info);
	put(out, "cpu %d %llu %llu %llu %llu %llu %llu\n", cpu,
		   (unsigned long long)info.frames,
		   (unsigned long long)info.created,
		   (unsigned long long)info.nested,
		   (unsigned long long)info.too_big,
		   (unsigned long long)info.overwritten,
		   (unsigned long long)info.shrunk);
}

static void show_tracepoint(const struct stat_out *out,
			    const struct gtp_tracepoint *tp)
{
	struct gtp_count count;

	gtp_get_count(tp, &count);
	put(out, "tracepoint %u 0x%llx %llu %llu %llu %llu %llu %s\n",
		   tp->num, (unsigned long long)tp->addr,
		   (unsigned long long)count.hits,
		   (unsigned long long)count.bytes,
		   (unsigned long long)gtp_missed(tp),
		   (unsigned long long)gtp_missed_returns(tp),
		   (unsigned long long)count.errors, gtp_served_by(tp));
}

static void show_remark(const struct stat_out *out, u32 n)
{
	char buf[GTP_REMARK_LEN];

	if (gtp_remark(n, buf, sizeof(buf)))
		put(out, "%s# %s\n", n ? "" : "\n", buf);
}

/* ---- record by record -------------------------------------------------- */

/*
 * A reader gets the text in pieces and may pause between them, so gtp.lock is
 * held only for one piece. Changes in between may skip or repeat a record, but
 * each one is whole.
 */
enum stat_section {
	STAT_HEAD,
	STAT_CPUS,		/* record 0 is the heading */
	STAT_TRACEPOINTS,	/* likewise */
	STAT_REMARKS,
	STAT_MISSING,
	STAT_END,
};

/* The reader's record, from stat_start() to stat_stop(). Under gtp.lock. */
static struct {
	u32 section, n;
	const struct gtp_tracepoint *tp;	/* STAT_TRACEPOINTS, n > 0 */
} stat_at;

static const struct gtp_tracepoint *stat_tracepoint(const struct list_head *l)
{
	return l == gtp_shown_tracepoints() ? NULL :
		list_entry(l, struct gtp_tracepoint, list);
}

static const struct gtp_tracepoint *stat_find_tracepoint(u32 n)
{
	const struct list_head *l = gtp_shown_tracepoints()->next;

	while (l != gtp_shown_tracepoints() && --n)
		l = l->next;
	return stat_tracepoint(l);
}

static int stat_is_there(void)
{
	char buf[GTP_REMARK_LEN];

	switch (stat_at.section) {
	case STAT_HEAD:
		return !stat_at.n;
	case STAT_CPUS:
		return gtp.rb && stat_at.n <= gtp.nr_cpus;
	case STAT_TRACEPOINTS:
		return !stat_at.n || stat_at.tp;
	case STAT_REMARKS:
		return gtp_remark(stat_at.n, buf, sizeof(buf));
	default:
		return kc_missing_feature(stat_at.n) != NULL;
	}
}

/* Skip to the next section if this one has no such record. */
static void *stat_here(loff_t *pos)
{
	while (stat_at.section < STAT_END && !stat_is_there()) {
		stat_at.section++;
		stat_at.n = 0;
	}
	*pos = (loff_t)stat_at.section << 32 | stat_at.n;
	return stat_at.section < STAT_END ? &stat_at : NULL;
}

static void *stat_start(struct seq_file *m, loff_t *pos)
{
	int ret = gtp_lock();

	if (ret)
		return ERR_PTR(ret);
	stat_at.section = *pos >> 32;
	stat_at.n = *pos;
	if (stat_at.section == STAT_TRACEPOINTS && stat_at.n)
		stat_at.tp = stat_find_tracepoint(stat_at.n);
	return stat_here(pos);
}

static void *stat_next(struct seq_file *m, void *v, loff_t *pos)
{
	if (stat_at.section == STAT_TRACEPOINTS)
		stat_at.tp = stat_tracepoint(stat_at.n ? stat_at.tp->list.next :
				       gtp_shown_tracepoints()->next);
	stat_at.n++;
	return stat_here(pos);
}

static void stat_stop(struct seq_file *m, void *v)
{
	if (!IS_ERR(v))
		gtp_unlock();
}

static void stat_put(const struct stat_out *out)
{
	u32 n = stat_at.n;

	switch (stat_at.section) {
	case STAT_HEAD:
		show_head(out);
		break;
	case STAT_CPUS:
		if (n)
			show_cpu(out, n - 1);
		else
			put(out, "\n# cpu frames created nested too_big overwritten shrunk\n");
		break;
	case STAT_TRACEPOINTS:
		if (n)
			show_tracepoint(out, stat_at.tp);
		else
			put(out, "\n# tracepoint address hits bytes missed returns errors by\n");
		break;
	case STAT_REMARKS:
		show_remark(out, n);
		break;
	default:
		put(out, "%s# not available on this kernel: %s\n",
		    n ? "" : "\n", kc_missing_feature(n));
	}
}

static int stat_show(struct seq_file *m, void *v)
{
	struct stat_out out = { m, NULL };

	stat_put(&out);
	return 0;
}

/* Left free in the reply: the longest record as a notice, and one that says that there is more. */
#define STAT_ROOM	4096

/* Holds gtp.lock. */
void gtp_stat_tell(struct rsp_tx *tx)
{
	struct stat_out out = { NULL, tx };
	loff_t pos = 0;
	void *at;

	stat_at.section = STAT_HEAD;
	stat_at.n = 0;
	for (at = stat_here(&pos); at; at = stat_next(NULL, at, &pos)) {
		if (rsp_tx_room(tx) < STAT_ROOM) {
			rsp_notice(tx, NOTE_STAT_MORE);
			return;
		}
		stat_put(&out);
	}
}

const struct seq_operations gtp_stat_ops = {
	.start = stat_start,
	.next = stat_next,
	.stop = stat_stop,
	.show = stat_show,
};
