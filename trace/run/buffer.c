/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace buffer: its size, its memory, and what else ringbuf/ requires.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat/cpu.h"
#include "compat/read.h"
#include "trace/run/private.h"

int run_alloc_buffer(void)
{
	struct gtp_hit_ctx *ctx;
	int cpu;

	if (gtp.rb)
		return 0;
	if (!gtp_hits.hit_ctx)
		gtp_hits.hit_ctx = kc_alloc_percpu(struct gtp_hit_ctx);
	if (gtp_hits.hit_ctx && gtp_can_alloc(gtp.size))
		gtp.rb = ringbuf_alloc(gtp.size, gtp.nr_cpus);
	if (!gtp.rb)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp_hits.hit_ctx, cpu);
		ctx->rc = ringbuf_writer(gtp.rb, cpu);
		ctx->print_level = GTP_LEVEL_FRAME;
	}
	return 0;
}

int gtp_set_size(u64 bytes)
{
	int ret = 0;

	if (bytes == RSP_SIZE_DEFAULT)
		bytes = gtp.default_size;
	if (bytes == gtp.size)
		return 0;
	if (bytes > gtp.size &&
	    !gtp_can_grow(bytes - (gtp.rb ? gtp.size : 0), bytes))
		return -ENOMEM;
	if (gtp.rb)
		ret = ringbuf_resize(gtp.rb, bytes);
	if (ret)
		return ret;
	gtp.size = bytes;
	if (gtp.rb)
		gtp_frames_moved();
	return 0;
}

void run_free_buffer(void)
{
	if (gtp.rb)
		ringbuf_free(gtp.rb);
	gtp.rb = NULL;
	gtp_print_flush();
	gtp_print_free();
	if (gtp_hits.hit_ctx)
		free_percpu(gtp_hits.hit_ctx);
	gtp_hits.hit_ctx = NULL;
}

/* ---- used by ringbuf/ -------------------------------------------------- */

int ringbuf_cpu_present(unsigned int cpu)
{
	return cpu_present(cpu);
}

/* Fail rather than invoke the OOM killer. Context: process; sleeps. */
void *ringbuf_page_alloc(void)
{
	return (void *)__get_free_pages(GFP_KERNEL | __GFP_NORETRY |
					__GFP_NOWARN,
					get_order(RINGBUF_PAGE_SIZE));
}

void ringbuf_page_free(void *page)
{
	free_pages((unsigned long)page, get_order(RINGBUF_PAGE_SIZE));
}

/* Context: process; sleeps. */
void *ringbuf_table_alloc(size_t bytes)
{
	void *table = gtp_can_alloc(bytes) ? vmalloc(bytes) : NULL;

	if (table)
		memset(table, 0, bytes);
	return table;
}

void ringbuf_table_free(void *table)
{
	vfree(table);
}

/* Context: any, including NMI. */
int ringbuf_peek(void *dst, const void *src, u32 n)
{
	return kc_read_kernel(dst, (unsigned long)src, n);
}

/* Context: process; sleeps. */
int ringbuf_yield(const char *what, u64 done)
{
	return gtp_progress(what, done);
}

/* Context: process; sleeps. */
void ringbuf_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	unsigned long flags;

	kc_cpus_lock();
	if (!cpu_online(cpu) || kc_run_on_cpu(cpu, fn, arg)) {
		/* An offline CPU writes nothing. */
		local_irq_save(flags);
		fn(arg);
		local_irq_restore(flags);
	}
	kc_cpus_unlock();
}
