/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Print what is collected ($printk_level), and stacks ($dump_stack).
 *
 * A hit leaves records in a FIFO (hit/print.c). The thread kgtp prints them.
 *
 * Context of all get and put functions: any, including NMI. ctx is NULL if GDB
 * asks outside of a hit.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/symbols.h"
#include "trace/var/private.h"

#define PRINT_LINE	960	/* old kernels print 1024 bytes at a time */

/* The reader's current record, and the end of kernel text. Under gtp.lock. */
static u8 print_data[GTP_PRINT_MAX] __attribute__((aligned(8)));
static char print_line[PRINT_LINE];
static unsigned long print_etext;	/* 0: unknown */

/* ---- the variables ----------------------------------------------------- */

static u64 get_printk_level(struct gtp_hit_ctx *ctx)
{
	return ctx ? ctx->print_level : GTP_LEVEL_FRAME;
}

static enum agent_error put_printk_level(struct gtp_hit_ctx *ctx, u64 val)
{
	ctx->print_level = min_t(u64, val, GTP_LEVEL_FRAME);
	return AGENT_OK;
}

static u64 get_printk_format(struct gtp_hit_ctx *ctx)
{
	return ctx ? ctx->print_format : FRAME_SHOW_AUTO;
}

static enum agent_error put_printk_format(struct gtp_hit_ctx *ctx, u64 val)
{
	ctx->print_format = min_t(u64, val, FRAME_SHOW_BYTES);
	return AGENT_OK;
}

/* Scratch for values that GDB collects without an expression. */
static u64 get_printk_tmp(struct gtp_hit_ctx *ctx)
{
	return ctx ? ctx->print_tmp : 0;
}

static enum agent_error put_printk_tmp(struct gtp_hit_ctx *ctx, u64 val)
{
	ctx->print_tmp = val;
	return AGENT_OK;
}

static u64 get_dump_stack(struct gtp_hit_ctx *ctx)
{
	/* GDB reads it twice to collect it. */
	if (ctx && !ctx->dumped)
		gtp_print_stack(ctx);
	if (ctx)
		ctx->dumped = 1;
	return 0;
}

static u64 get_lost_printk(struct gtp_hit_ctx *ctx)
{
	return gtp_print_lost();
}

/* ---- printing: process context, under gtp.lock ------------------------- */

static void print(const struct gtp_record *r, const char *name,
		  const char *rest)
{
	/* Kernels look for the level in the text, not in the format. */
	static const char * const levels[] = {
		KERN_EMERG, KERN_ALERT, KERN_CRIT, KERN_ERR,
		KERN_WARNING, KERN_NOTICE, KERN_INFO, KERN_DEBUG
	};

	printk("%sgtp %u:%.160s%s\n", levels[r->level & 7], r->num, name, rest);
}

static void print_value(const struct gtp_record *r)
{
	char name[32];

	snprintf(name, sizeof(name), "*0x%llx", (unsigned long long)r->value);
	print_line[0] = '=';
	frame_show(print_line + 1, sizeof(print_line) - 1,
		   r->kind == GTP_PRINT_VAR && r->format == FRAME_SHOW_AUTO ?
		   FRAME_SHOW_SIGNED : r->format, print_data, r->len, r->cut);
	print(r, r->name ? r->name : name, print_line);
}

/* Is it code of the kernel or of a module? */
static int is_text(unsigned long addr, const struct kc_place *place)
{
	if (addr >= gtp_kernel.stext && addr < print_etext)
		return 1;
	return !print_etext || strstr(place->text, " [");
}

/* Print every possible return address, like the kernel's own "?" lines. */
static void print_stack(const struct gtp_record *r)
{
	unsigned long word;
	struct kc_place place;
	u32 i;

	snprintf(print_line, sizeof(print_line), "stack of process %d (%.*s)",
		 r->pid, TASK_COMM_LEN, r->comm);
	print(r, print_line, "");
	kc_symbol_at(r->value, &place);
	print(r, "   ", place.text);
	for (i = 0; i + sizeof(word) <= r->len; i += sizeof(word)) {
		memcpy(&word, print_data + i, sizeof(word));
		if (!arch_after_call(word) || kc_symbol_at(word, &place) ||
		    !is_text(word, &place))
			continue;
		/* Some functions end with a call that does not return. */
		if (place.start == word)
			kc_symbol_at(word - 1, &place);
		print(r, " ? ", place.text);
	}
}

int gtp_print_one(void)
{
	struct gtp_record r;

	if (!gtp_print_take(&r, print_data))
		return 0;
	/*
	 * Ignore hits of the printing itself: they would print, and hit again.
	 */
	gtp_leave_out(gtp_hits.self, gtp_hits.peer, current);
	if (r.kind == GTP_PRINT_STACK)
		print_stack(&r);
	else
		print_value(&r);
	gtp_leave_out(gtp_hits.self, gtp_hits.peer, NULL);
	return 1;
}

void gtp_print_flush(void)
{
	while (gtp_print_one())
		cond_resched();
}

/* gtp_hits.hit_ctx is allocated. */
static int print_prepare(void)
{
	if (!(gtp_hits.uses & GTP_USES_PRINT))
		return 0;
	if (gtp_print_alloc())
		return -ENOMEM;
	if (!print_etext)
		print_etext = kc_symbol("_etext");
	return 0;
}

static const struct gtp_special specials[] = {
	{ GTP_SPECIAL(printk_level), .get = get_printk_level,
	  .put = put_printk_level, .uses = GTP_USES_PRINT },
	{ GTP_SPECIAL(printk_format), .get = get_printk_format,
	  .put = put_printk_format, .uses = GTP_USES_STATE },
	{ GTP_SPECIAL(printk_tmp), .get = get_printk_tmp,
	  .put = put_printk_tmp, .uses = GTP_USES_STATE },
	{ GTP_SPECIAL(dump_stack), .get = get_dump_stack,
	  .uses = GTP_USES_PRINT },
	{ GTP_SPECIAL(lost_printk), .get = get_lost_printk },
};

const struct var_group gtp_printk_vars = {
	.vars = specials,
	.nr = ARRAY_SIZE(specials),
	.prepare = print_prepare,
	.start = gtp_print_reset,
};
