/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Print what is collected ($printk_level), and stacks ($dump_stack).
 *
 * A hit must not call printk(): it may be in an NMI, in the scheduler or in
 * printk() itself. So it puts a record into the FIFO of its CPU, which drops
 * and counts what does not fit. The thread kgtp prints the records. No lock is
 * needed: one writer, under ringbuf_enter(), and one reader, under gtp.lock.
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
#include "compat/symbols.h"
#include "trace/internal.h"

#define FIFO_SIZE	16384	/* a power of 2 */
#define VALUE_MAX	256	/* bytes of a value, at most */
#define STACK_MAX	2048	/* bytes of a stack */
#define PRINT_LINE	960	/* old kernels print 1024 bytes at a time */

struct record {
	u32 size;		/* including data; multiple of 8 */
	u32 num;		/* tracepoint */
	u64 time;
	const char *name;	/* of the expression; NULL: unknown */
	u64 value;		/* or address, or pc */
	u32 len;		/* bytes of data that follow */
	u8 kind;		/* GTP_PRINT_* */
	u8 level, format;
	u8 cut;			/* value was longer */
	pid_t pid;		/* whose stack */
	char comm[TASK_COMM_LEN];
};

struct gtp_fifo {
	u32 head;		/* bytes put; written by the CPU */
	u32 tail;		/* bytes taken; written by the reader */
	kc_word64_t lost;	/* records */
	u8 data[FIFO_SIZE];
	u8 scratch[STACK_MAX];	/* written by the CPU */
};

/* The reader's current record, and the end of kernel text. Under gtp.lock. */
static u8 print_data[STACK_MAX] __attribute__((aligned(8)));
static char print_line[PRINT_LINE];
static unsigned long print_etext;	/* 0: unknown */

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

	BUILD_BUG_ON(sizeof(struct record) % sizeof(u64));
	kc_copy_words((u64 *)(f->data + at), data, first);
	kc_copy_words((u64 *)f->data, (const u64 *)data + first, words - first);
}

static void fifo_put(struct gtp_hit_ctx *ctx, struct record *r)
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
				    struct record *r)
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

static enum agent_error read_value(struct gtp_hit_ctx *ctx, struct record *r)
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
	struct record r;

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
	unsigned long sp = agent_target_reg(ctx, arch_sp);
	struct record r;

	if (!ctx->fifo)
		return;
	memset(&r, 0, sizeof(r));
	r.kind = GTP_PRINT_STACK;
	r.level = ctx->print_level < GTP_LEVEL_FRAME ? ctx->print_level : 4;
	r.value = ctx->tp->addr;
	r.pid = current->pid;
	memcpy(r.comm, current->comm, sizeof(r.comm));
	sp &= ~(sizeof(long) - 1);
	r.len = min_t(unsigned long, kc_stack_left(sp), STACK_MAX);
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
	return gtp.hit_ctx ? per_cpu_ptr(gtp.hit_ctx, cpu)->fifo : NULL;
}

/* Take the oldest record of all CPUs. Return 1, or 0 if there is none. */
static int take_oldest(struct record *r)
{
	struct gtp_fifo *f, *best = NULL;
	struct record one;
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
	fifo_get(best, best->tail + sizeof(*r), print_data, r->len);
	kc_store_release(&best->tail, best->tail + r->size);
	return 1;
}

static void print(const struct record *r, const char *name, const char *rest)
{
	/* Kernels look for the level in the text, not in the format. */
	static const char * const levels[] = {
		KERN_EMERG, KERN_ALERT, KERN_CRIT, KERN_ERR,
		KERN_WARNING, KERN_NOTICE, KERN_INFO, KERN_DEBUG
	};

	printk("%sgtp %u:%.160s%s\n", levels[r->level & 7], r->num, name, rest);
}

static void print_value(const struct record *r)
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
	if (addr >= gtp.stext && addr < print_etext)
		return 1;
	return !print_etext || strstr(place->text, " [");
}

/* Print every possible return address, like the kernel's own "?" lines. */
static void print_stack(const struct record *r)
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
	struct record r;

	if (!take_oldest(&r))
		return 0;
	/*
	 * Ignore hits of the printing itself: they would print, and hit again.
	 */
	kc_store(&gtp.printer, current);
	if (r.kind == GTP_PRINT_STACK)
		print_stack(&r);
	else
		print_value(&r);
	kc_store(&gtp.printer, NULL);
	return 1;
}

void gtp_print_flush(void)
{
	while (gtp_print_one())
		cond_resched();
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

/* gtp.hit_ctx is allocated. */
int gtp_print_prepare(void)
{
	struct gtp_hit_ctx *ctx;
	int cpu;

	if (!(gtp.uses & GTP_USES_PRINT))
		return 0;
	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp.hit_ctx, cpu);
		if (!ctx->fifo)
			ctx->fifo = kzalloc(sizeof(*ctx->fifo), GFP_KERNEL);
		if (!ctx->fifo)
			return -ENOMEM;
	}
	if (!print_etext)
		print_etext = kc_symbol("_etext");
	return 0;
}

/* No run is on. */
void gtp_print_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (fifo_of(cpu))
			fifo_of(cpu)->lost = 0;
}

void gtp_print_exit(void)
{
	int cpu;

	gtp_print_flush();
	if (!gtp.hit_ctx)
		return;
	for_each_possible_cpu(cpu)
		kfree(fifo_of(cpu));
}

/* ---- names ------------------------------------------------------------- */

/* How GDB sees the items of the user's action lines. */
struct names {
	struct gtp_tracepoint *tp;
	u32 plain;		/* variables: sent as expression or memory */
	u32 other;		/* other expressions */
	int many;		/* $args, $locals: sent as any number */
	u32 next;		/* ordinal of the next item */
	int name_plain;
	int naming;		/* second pass */
};

static int starts(struct rsp_text t, const char *with)
{
	size_t n = strlen(with);

	return t.len >= n && !memcmp(t.p, with, n);
}

static int is_plain(struct rsp_text t)
{
	size_t i;

	for (i = 0; i < t.len; i++)
		if (!(t.p[i] == '_' || (t.p[i] >= '0' && t.p[i] <= '9') ||
		      ((t.p[i] | 32) >= 'a' && (t.p[i] | 32) <= 'z')))
			return 0;
	return 1;
}

static void give_name(struct names *n, struct rsp_text expr)
{
	struct gtp_tracepoint *tp = n->tp;
	u32 i;

	for (i = 0; i < tp->nr_acts; i++) {
		if (tp->acts[i].ordinal != n->next || tp->acts[i].name)
			continue;
		tp->acts[i].name = gtp_define_alloc(expr.len + 1);
		if (tp->acts[i].name)
			memcpy(tp->acts[i].name, expr.p, expr.len);
	}
	n->next++;
}

static void name_item(struct names *n, struct rsp_text expr, char command)
{
	int plain = command == 'c' && is_plain(expr);

	if (command == 'c' && starts(expr, "$reg"))
		return;
	if (command == 'c' && (starts(expr, "$arg") || starts(expr, "$loc"))) {
		n->many = 1;
		return;
	}
	if (!n->naming)
		plain ? n->plain++ : n->other++;
	else if (!plain || n->name_plain)
		give_name(n, expr);
}

/* Go through all lines. Long ones come in pieces. */
static void name_lines(struct names *n, char *buf, u32 size)
{
	struct rsp_text line, expr, hex;
	struct gtp_string *t;
	u32 have = 0;
	char command;
	long len;

	list_for_each_entry(t, &n->tp->sources, list) {
		if (strcmp(t->type, "cmd"))
			continue;
		hex.p = t->text;
		hex.len = t->len;
		if (!t->start)
			have = 0;
		len = rsp_unhex(hex, buf + have, size - have);
		if (len < 0)
			return;
		have += len;
		if (have < t->total)
			continue;
		line.p = buf;
		line.len = have;
		command = rsp_source_command(&line);
		while (command && rsp_source_expr(&line, &expr))
			name_item(n, expr, command);
	}
}

/*
 * GDB sends the expressions of all lines in order, but a variable at a fixed
 * address is no expression to it. Give no names if the numbers leave a doubt.
 */
void gtp_print_names(struct gtp_tracepoint *tp)
{
	const u32 size = 4096;
	char *buf = kmalloc(size, GFP_KERNEL);
	struct names n;

	if (!buf)
		return;
	memset(&n, 0, sizeof(n));
	n.tp = tp;
	name_lines(&n, buf, size);
	n.naming = 1;
	n.name_plain = n.plain + n.other == tp->nr_exprs;
	if (!n.many && (n.name_plain || n.other == tp->nr_exprs))
		name_lines(&n, buf, size);
	kfree(buf);
}
