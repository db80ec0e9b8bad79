/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values and stacks to be printed ($printk_level, $dump_stack).
 *
 * A hit must not call printk(): it may be in an NMI, in the scheduler or in
 * printk() itself. So it puts a record into the FIFO of its CPU, which drops
 * and counts what does not fit. The thread kgtp prints the records
 * (var/printk.c). No lock is needed: one writer, under ringbuf_enter(), and one
 * reader, under gtp.lock.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/calls.h"
#include "compat/check.h"
#include "compat/read.h"
#include "compat/stack.h"
#include "trace/hit/hit.h"

#define FIFO_SIZE	16384	/* a power of 2 */
#define VALUE_MAX	256	/* bytes of a value, at most */

struct gtp_fifo {
	u32 head;		/* bytes put; written by the CPU */
	u32 tail;		/* bytes taken; written by the reader */
	kc_word64_t lost;	/* records */
	u8 data[FIFO_SIZE];
	u8 scratch[GTP_PRINT_MAX];	/* written by the CPU */
};

/* ---- in a hit: any context, under ringbuf_enter() ---------------------- */

/*
 * Copy n bytes in whole words. Not by memcpy(): with CONFIG_FORTIFY_SOURCE it
 * contains a WARN() on later kernels (6.1), which must not print in a hit.
 */
static void fifo_copy(struct gtp_fifo *f, u32 pos, const void *data, u32 n)
{
	u32 at = pos & (FIFO_SIZE - 1);
	u32 words = (n + sizeof(u64) - 1) / sizeof(u64);
	u32 first = min_t(u32, words, (FIFO_SIZE - at) / sizeof(u64));

	BUILD_BUG_ON(sizeof(struct gtp_record) % sizeof(u64));
	kc_copy_words((u64 *)(f->data + at), data, first);
	kc_copy_words((u64 *)f->data, (const u64 *)data + first, words - first);
}

static void fifo_put(struct gtp_hit_ctx *ctx, struct gtp_record *r)
{
	struct gtp_fifo *f = ctx->fifo;
	u32 head = f->head;

	r->size = sizeof(*r) + ((r->len + 7) & ~7U);
	r->num = ctx->tp->num;
	r->time = ctx->time;
	if (FIFO_SIZE - (head - kc_load_acquire(&f->tail)) < r->size) {
		kc_store64(&f->lost, f->lost + 1);
		return;
	}
	fifo_copy(f, head, r, sizeof(*r));
	fifo_copy(f, head + sizeof(*r), f->scratch, r->len);
	kc_store_release(&f->head, head + r->size);
}

/* Read a string, without its NUL. */
static enum agent_error read_string(struct gtp_hit_ctx *ctx, u64 addr, u64 max,
				    struct gtp_record *r)
{
	u8 *data = ctx->fifo->scratch;
	u32 n = min_t(u64, max, VALUE_MAX);
	enum agent_error err = gtp_read_string(ctx, data, addr, n, &r->len);

	if (err)
		return err;
	if (r->len && !data[r->len - 1])
		r->len--;
	r->cut = r->len == VALUE_MAX;
	r->format = FRAME_SHOW_STRING;
	return AGENT_OK;
}

static enum agent_error read_value(struct gtp_hit_ctx *ctx,
				   struct gtp_record *r)
{
	const struct gtp_printed *w = &ctx->printed_value;
	enum agent_error err;

	if (w->kind == GTP_PRINT_STRING)
		return read_string(ctx, w->value, w->len, r);
	if (w->kind == GTP_PRINT_VAR && r->format == FRAME_SHOW_STRING)
		return read_string(ctx, w->value, VALUE_MAX, r);
	if (w->kind == GTP_PRINT_VAR) {
		memcpy(ctx->fifo->scratch, &w->value, sizeof(w->value));
		r->len = sizeof(w->value);
		return AGENT_OK;
	}
	r->len = min_t(u64, w->len, VALUE_MAX);
	r->cut = w->len > VALUE_MAX;
	if (w->kind == GTP_PRINT_RET)
		ctx->patches = kc_calls_replaced();
	err = gtp_read(ctx, ctx->fifo->scratch, w->value, r->len);
	ctx->patches = 0;
	return err;
}

enum agent_error gtp_print_collected(struct gtp_hit_ctx *ctx, const char *name)
{
	enum agent_error err;
	struct gtp_record r;

	if (!ctx->fifo)
		return AGENT_E_TARGET;
	memset(&r, 0, sizeof(r));
	r.kind = ctx->printed_value.kind;
	r.level = ctx->print_level;
	r.format = ctx->print_format;
	r.value = ctx->printed_value.value;
	r.name = name ? name : ctx->printed_value.name;
	err = read_value(ctx, &r);
	if (!err)
		fifo_put(ctx, &r);
	ctx->printed = 1;
	ctx->printed_value.kind = 0;
	return err;
}

/* The readable part of the stack, up to where stacks end. */
void gtp_print_stack(struct gtp_hit_ctx *ctx)
{
	struct gtp_record r;
	u64 sp;

	if (!ctx->fifo || agent_target_reg(ctx, arch_sp, &sp))
		return;
	memset(&r, 0, sizeof(r));
	r.kind = GTP_PRINT_STACK;
	r.level = ctx->print_level < GTP_LEVEL_FRAME ? ctx->print_level : 4;
	r.value = ctx->tp->addr;
	r.pid = current->pid;
	memcpy(r.comm, current->comm, sizeof(r.comm));
	sp &= ~(u64)(sizeof(long) - 1);
	r.len = min_t(unsigned long, kc_stack_left(sp), GTP_PRINT_MAX);
	if (kc_read_kernel(ctx->fifo->scratch, sp, r.len)) {
		r.len = min_t(unsigned long, r.len,
			      PAGE_SIZE - (sp & (PAGE_SIZE - 1)));
		if (kc_read_kernel(ctx->fifo->scratch, sp, r.len))
			r.len = 0;
	}
	fifo_put(ctx, &r);
}

/* ---- reading: process context, under gtp.lock -------------------------- */

static void fifo_get(struct gtp_fifo *f, u32 pos, void *data, u32 n)
{
	u32 at = pos & (FIFO_SIZE - 1);
	u32 first = min_t(u32, n, FIFO_SIZE - at);

	memcpy(data, f->data + at, first);
	memcpy((u8 *)data + first, f->data, n - first);
}

static struct gtp_fifo *fifo_of(int cpu)
{
	return gtp_hits.hit_ctx ? per_cpu_ptr(gtp_hits.hit_ctx, cpu)->fifo :
				  NULL;
}

int gtp_print_take(struct gtp_record *r, u8 *data)
{
	struct gtp_fifo *f, *best = NULL;
	struct gtp_record one;
	int cpu;

	for_each_possible_cpu(cpu) {
		f = fifo_of(cpu);
		if (!f || kc_load_acquire(&f->head) == f->tail)
			continue;
		fifo_get(f, f->tail, &one, sizeof(one));
		if (best && one.time >= r->time)
			continue;
		best = f;
		*r = one;
	}
	if (!best)
		return 0;
	fifo_get(best, best->tail + sizeof(*r), data, r->len);
	kc_store_release(&best->tail, best->tail + r->size);
	return 1;
}

int gtp_print_pending(void)
{
	struct gtp_fifo *f;
	int cpu;

	for_each_possible_cpu(cpu) {
		f = fifo_of(cpu);
		if (f && kc_load(&f->head) != kc_load(&f->tail))
			return 1;
	}
	return 0;
}

u64 gtp_print_lost(void)
{
	struct gtp_fifo *f;
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		f = fifo_of(cpu);
		if (f)
			sum += kc_load64(&f->lost);
	}
	return sum;
}

/* No run is on. */
void gtp_print_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (fifo_of(cpu))
			fifo_of(cpu)->lost = 0;
}

int gtp_print_alloc(void)
{
	struct gtp_hit_ctx *ctx;
	int cpu;

	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp_hits.hit_ctx, cpu);
		if (!ctx->fifo)
			ctx->fifo = kzalloc(sizeof(*ctx->fifo), GFP_KERNEL);
		if (!ctx->fifo)
			return -ENOMEM;
	}
	return 0;
}

void gtp_print_free(void)
{
	int cpu;

	if (!gtp_hits.hit_ctx)
		return;
	for_each_possible_cpu(cpu)
		kfree(fifo_of(cpu));
}
