/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Services that ringbuf/ requires.
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat/cpu.h"
#include "trace/internal.h"

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
