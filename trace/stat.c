/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters for people: the node gtpstat.  Process context.
 */
#include <linux/cpumask.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "compat/missing.h"
#include "trace/internal.h"
#include "trace/trace.h"

static void show(struct seq_file *m, const char *name, u64 value)
{
	seq_printf(m, "%-20s %llu\n", name, (unsigned long long)value);
}

static void show_info(struct seq_file *m, const struct ringbuf_info *info)
{
	show(m, "buffer_bytes", info->size);
	show(m, "buffer_free_bytes", info->free);
	show(m, "memory_bytes", info->memory);
	show(m, "frames", info->frames);
	show(m, "frames_created", info->created);
	show(m, "lost_nested", info->nested);
	show(m, "lost_too_big", info->too_big);
	show(m, "lost_overwritten", info->overwritten);
	show(m, "lost_shrunk", info->shrunk);
	show(m, "lost_missed", gtp_missed());
	show(m, "lost_no_share", info->no_share);
	show(m, "lost_returns", gtp_get_lost_returns(NULL));
	show(m, "lost_printk", gtp_print_lost());
}

static void show_cpus(struct seq_file *m)
{
	struct ringbuf_info info;
	int cpu;

	seq_puts(m, "\n# cpu frames created nested too_big overwritten shrunk\n");
	for_each_present_cpu(cpu) {
		ringbuf_get_info(gtp.rb, cpu, &info);
		seq_printf(m, "cpu %d %llu %llu %llu %llu %llu %llu\n", cpu,
			   (unsigned long long)info.frames,
			   (unsigned long long)info.created,
			   (unsigned long long)info.nested,
			   (unsigned long long)info.too_big,
			   (unsigned long long)info.overwritten,
			   (unsigned long long)info.shrunk);
	}
}

static void show_points(struct seq_file *m)
{
	const struct gtp_point *tp;
	struct gtp_count count;

	seq_puts(m, "\n# tracepoint address hits bytes missed returns\n");
	list_for_each_entry(tp, gtp_shown_points(), list) {
		gtp_get_count(tp, &count);
		seq_printf(m, "tracepoint %u 0x%llx %llu %llu %lu %llu\n", tp->num,
			   (unsigned long long)tp->addr,
			   (unsigned long long)count.hits,
			   (unsigned long long)count.bytes, tp->kp.nmissed,
			   (unsigned long long)gtp_missed_returns(tp));
	}
}

static void show_remarks(struct seq_file *m)
{
	char buf[GTP_REMARK_LEN];
	u32 n;

	for (n = 0; gtp_remark(n, buf, sizeof(buf)); n++)
		seq_printf(m, "%s# %s\n", n ? "" : "\n", buf);
}

void gtp_show_stat(struct seq_file *m)
{
	struct ringbuf_info info;
	unsigned int i;

	mutex_lock(&gtp.lock);
	memset(&info, 0, sizeof(info));
	info.size = gtp.size;
	info.free = gtp.size;
	if (gtp.rb)
		ringbuf_get_info(gtp.rb, -1, &info);
	show(m, "running", kc_load(&gtp.running));
	show_info(m, &info);
	if (gtp.rb)
		show_cpus(m);
	show_points(m);
	show_remarks(m);
	for (i = 0; kc_missing(i); i++)
		seq_printf(m, "%s# not available on this kernel: %s\n",
			   i ? "" : "\n", kc_missing(i));
	mutex_unlock(&gtp.lock);
}
