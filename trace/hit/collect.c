/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a hit puts into its frame: values, blocks and strings.
 *
 * Context of all functions: any, including NMI; under ringbuf_enter().
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/calls.h"
#include "compat/read.h"
#include "compat/user.h"
#include "trace/hit/hit.h"

/* ---- the probe --------------------------------------------------------- */

int gtp_is_trapped(const struct gtp_hit_ctx *ctx)
{
	const struct gtp_site *site;

	if (!ctx || ctx->tp->kind_flags & PROBE_AT_RETURN)
		return 0;
	/* NULL once its module has gone. */
	site = kc_load_acquire(&ctx->tp->site);
	return site && site->by != GTP_BY_FTRACE &&
	       !kc_kprobe_on_ftrace(&site->kp) &&
	       arch_hit_by_trap(ctx->handler_regs);
}

/* ---- registers and memory ---------------------------------------------- */

enum agent_error agent_target_reg(void *target, unsigned int regno, u64 *val)
{
	const struct arch_reg *reg = &arch_regs[regno];
	struct gtp_hit_ctx *ctx = target;
	const char *field;

	if (regno == arch_pc) {
		*val = ctx->tp->addr;
		return AGENT_OK;
	}
	if (unlikely(!gtp_has_reg(ctx, regno))) {
		ctx->fault = regno;
		return AGENT_E_REG;
	}
	field = (const char *)ctx->regs + reg->offset;
	switch (reg->size) {
	case sizeof(u16):
		*val = *(const u16 *)field;
		break;
	case sizeof(u32):
		*val = *(const u32 *)field;
		break;
	default:
		*val = *(const u64 *)field;
		break;
	}
	return AGENT_OK;
}

/*
 * buf was read from addr. Put the return address where the kernel's trampoline
 * left something else.
 */
static noinline void patch_return(const struct gtp_hit_ctx *ctx, u64 addr,
				  void *buf, u32 len)
{
	const u8 *word = (const u8 *)&ctx->ret_addr;
	u64 slot;
	u32 i;

	slot = arch_stack_pointer(ctx->regs) - addr;
	for (i = 0; i < sizeof(ctx->ret_addr); i++, slot++)
		if (slot < len)
			((u8 *)buf)[slot] = word[i];
}

/* Restore return addresses in what was read of a stack. Rarely needed. */
static inline void patch_stack(const struct gtp_hit_ctx *ctx, u64 addr,
			       void *buf, u32 len)
{
	if (ctx->patches)
		gtp_callers_patch(addr, buf, len);
	if (ctx->tp->kind_flags & PROBE_AT_RETURN)
		patch_return(ctx, addr, buf, len);
}

long gtp_memory_read(enum gtp_memory whose, void *dst, u64 addr, u32 n,
		     int trapped)
{
	if (whose == GTP_MEMORY_CURRENT && kc_is_user(addr, n))
		return kc_read_user(dst, addr, n, trapped);
	return kc_read_kernel(dst, addr, n);
}

/* User memory, or kernel memory that needs checks. */
static noinline long read_far(struct gtp_hit_ctx *ctx, void *dst, u64 addr,
			      u32 n)
{
	return gtp_memory_read(ctx->memory, dst, addr, n, gtp_is_trapped(ctx));
}

enum agent_error gtp_read(struct gtp_hit_ctx *ctx, void *dst, u64 addr, u32 n)
{
	long err = kc_is_quick(addr, n) ? kc_read_there(dst, addr, n) :
					  read_far(ctx, dst, addr, n);

	if (!err) {
		patch_stack(ctx, addr, dst, n);
		return AGENT_OK;
	}
	ctx->fault = addr;
	return err == -EPERM ? AGENT_E_DEVICE : AGENT_E_MEMORY;
}

enum agent_error agent_target_read(void *target, u64 addr, void *buf, u32 len)
{
	return gtp_read(target, buf, addr, len);
}

/* Set ctx->fault to the first unreadable byte of [addr, addr + len). */
static void find_fault(struct gtp_hit_ctx *ctx, u64 addr, u32 len)
{
	u64 end = addr + len;
	char c;

	while (addr < end) {
		if (gtp_read(ctx, &c, addr, 1))
			return;
		addr = (addr | (PAGE_SIZE - 1)) + 1;
	}
	ctx->fault = end - len;	/* has become readable meanwhile */
}

/* ---- blocks of memory -------------------------------------------------- */

/*
 * Put a block of at most a page in one piece. Return 1, or 0 if it does not fit
 * or cannot be read.
 */
int gtp_collect_small(struct gtp_hit_ctx *ctx, u64 addr, u32 len)
{
	u32 room = GTP_BLOCK_HEAD + GTP_WHOLE(len);
	u64 *p = ringbuf_space_here(ctx->rc, room);

	if (!p)
		return 0;
	p[0] = FRAME_HEAD('M', 0, len);
	p[1] = addr;
	p[room / sizeof(u64) - 1] = 0;
	if (gtp_read(ctx, p + 2, addr, len))
		return 0;
	ringbuf_advance(ctx->rc, room);
	return 1;
}

/* Up to n bytes in one page of the buffer; NULL: buffer full. */
static inline void *next_piece(struct gtp_hit_ctx *ctx, u64 n, u32 *got)
{
	return ringbuf_space(ctx->rc, min_t(u64, n, RINGBUF_PAGE_SIZE), got);
}

/*
 * Fill the buffer page by page. Return the number of bytes put; *err is
 * AGENT_OK, or why they are fewer.
 */
static inline u64 put_pieces(struct gtp_hit_ctx *ctx, u64 addr, u64 len,
			     enum agent_error *err)
{
	u64 done;
	u32 got;
	void *p;

	for (done = 0; done < len; done += got) {
		p = next_piece(ctx, len - done, &got);
		*err = p ? gtp_read(ctx, p, addr + done, got) : AGENT_E_NO_ROOM;
		if (*err)
			break;
		ringbuf_advance(ctx->rc, got);
	}
	return done;
}

/* Put all of a block, or nothing. */
static enum agent_error put_long_block(struct gtp_hit_ctx *ctx, u64 addr,
				       u64 len)
{
	u32 mark = ringbuf_mark(ctx->rc);
	enum agent_error err;
	u64 done;

	if (len > GTP_BLOCK_MAX)
		return AGENT_E_TOO_BIG;
	/* Check first: do not drop older frames for what can never fit. */
	if (!ringbuf_fits(ctx->rc, GTP_BLOCK_HEAD + len) ||
	    ringbuf_append_pair(ctx->rc, FRAME_HEAD('M', 0, len), addr))
		return AGENT_E_NO_ROOM;
	done = put_pieces(ctx, addr, len, &err);
	if (done < len) {
		ringbuf_rewind(ctx->rc, mark);
		if (err != AGENT_E_NO_ROOM)
			find_fault(ctx, addr + done, len - done);
		return err;
	}
	if (len % sizeof(u64))
		ringbuf_pad(ctx->rc);
	return AGENT_OK;
}

/* Put a block up to the first unreadable page, or nothing. */
enum agent_error gtp_collect_part(struct gtp_hit_ctx *ctx, u64 addr, u64 len)
{
	u32 mark = ringbuf_mark(ctx->rc);
	enum agent_error err = AGENT_OK;
	u64 done = 0, n, got;

	if (ringbuf_append_pair(ctx->rc, FRAME_HEAD('M', 0, len), addr))
		return AGENT_E_NO_ROOM;
	while (done < len && !err) {
		n = PAGE_SIZE - ((addr + done) & (PAGE_SIZE - 1));
		n = min_t(u64, n, len - done);
		if (!kc_is_kernel(addr + done, n))
			break;
		got = put_pieces(ctx, addr + done, n, &err);
		/* Take nothing of a page that is readable only in part. */
		done += err ? 0 : got;
	}
	if (!done || err == AGENT_E_NO_ROOM) {
		ringbuf_rewind(ctx->rc, mark);
		return err == AGENT_E_NO_ROOM ? err : AGENT_OK;
	}
	if (done < len) {
		ringbuf_rewind(ctx->rc, mark + GTP_BLOCK_HEAD + done);
		ringbuf_patch(ctx->rc, mark, FRAME_HEAD('M', 0, done));
	}
	ringbuf_pad(ctx->rc);
	return AGENT_OK;
}

static enum agent_error collect_block(struct gtp_hit_ctx *ctx, u64 addr,
				      u64 len)
{
	if (!len || (len <= PAGE_SIZE && gtp_collect_small(ctx, addr, len)))
		return AGENT_OK;
	return put_long_block(ctx, addr, len);
}

/* ---- printing ---------------------------------------------------------- */

static int is_printed(const struct gtp_hit_ctx *ctx)
{
	return ctx->print_level < GTP_LEVEL_FRAME;
}

/*
 * Note a value for printing. Only the last one of an action is printed: those
 * before it are the pointers that lead to it.
 */
static enum agent_error defer_print(struct gtp_hit_ctx *ctx,
				    enum gtp_print kind, u64 value, u64 len,
				    const char *name)
{
	ctx->printed_value.kind = kind;
	ctx->printed_value.value = value;
	ctx->printed_value.len = len;
	ctx->printed_value.name = name;
	return AGENT_OK;
}

enum agent_error agent_target_trace(void *target, u64 addr, u64 len)
{
	if (is_printed(target))
		return defer_print(target, GTP_PRINT_MEMORY, addr, len, NULL);
	return collect_block(target, addr, len);
}

/*
 * Read up to n bytes of a string, within the page of addr. Return how many, or
 * 0 with the reason in *err. Read user memory in larger pieces, but kernel
 * memory byte by byte, to touch nothing past the end of the string.
 */
static u32 read_piece(struct gtp_hit_ctx *ctx, u8 *p, u64 addr, u32 n,
		      enum agent_error *err)
{
	u32 there = PAGE_SIZE - (addr & (PAGE_SIZE - 1));

	n = kc_is_user(addr, 1) ? min(n, there) : 1;
	*err = gtp_read(ctx, p, addr, n);
	return *err ? 0 : n;
}

enum agent_error gtp_read_string(struct gtp_hit_ctx *ctx, u8 *p, u64 addr,
				 u32 n, u32 *len)
{
	enum agent_error err;
	u32 got, i;

	for (*len = 0; *len < n; *len += got) {
		got = read_piece(ctx, p + *len, addr + *len, n - *len, &err);
		if (err)
			return err;
		for (i = *len; i < *len + got; i++) {
			if (p[i])
				continue;
			*len = i + 1;
			return AGENT_OK;
		}
	}
	return AGENT_OK;
}

#define STRING_PIECE	64	/* bytes */

/* Patch the header afterwards: only then is the length known. */
enum agent_error agent_target_trace_str(void *target, u64 addr, u64 max)
{
	struct gtp_hit_ctx *ctx = target;
	u32 mark = ringbuf_mark(ctx->rc);
	enum agent_error err = AGENT_OK;
	u32 got, len = 0, n = 0;
	u8 *p = NULL;

	if (!max)
		return AGENT_OK;
	if (is_printed(ctx))
		return defer_print(ctx, GTP_PRINT_STRING, addr, max, NULL);
	max = min_t(u64, max, GTP_BLOCK_MAX);
	if (ringbuf_append_pair(ctx->rc, FRAME_HEAD('M', 0, 0), addr))
		return AGENT_E_NO_ROOM;
	do {
		p = ringbuf_space(ctx->rc, min_t(u64, max - len, STRING_PIECE),
				  &got);
		err = p ? gtp_read_string(ctx, p, addr + len, got, &n) :
			  AGENT_E_NO_ROOM;
		if (err) {
			ringbuf_rewind(ctx->rc, mark);
			return err;
		}
		ringbuf_advance(ctx->rc, n);
		len += n;
	} while (p[n - 1] && len < max);
	ringbuf_patch(ctx->rc, mark, FRAME_HEAD('M', 0, len));
	ringbuf_pad(ctx->rc);
	return AGENT_OK;
}

/* ---- variables --------------------------------------------------------- */

/*
 * The value set by the current expression, if that may still fail; else NULL.
 */
static struct gtp_set *find_set(struct gtp_hit_ctx *ctx, u32 slot)
{
	struct gtp_var *var = gtp_vars.var[slot];
	u32 i, set;

	if (likely(!ctx->deferring))
		return NULL;
	for (i = 0; i < ctx->nr_sets; i++) {
		set = ctx->sets[i].slot;
		/* $p_x and $per_cpu_x are one word. */
		if (set == slot ||
		    (var->each && gtp_vars.var[set]->each == var->each &&
		     gtp_var_word(gtp_vars.var[set]) == gtp_var_word(var)))
			return &ctx->sets[i];
	}
	return NULL;
}

/* sets[] cannot overflow: agent_compile() has counted. */
static void keep_set(struct gtp_hit_ctx *ctx, u32 slot, u64 value)
{
	struct gtp_set *set = find_set(ctx, slot);

	if (!set)
		set = &ctx->sets[ctx->nr_sets++];
	set->slot = slot;
	set->value = value;
}

enum agent_error gtp_put_sets(struct gtp_hit_ctx *ctx)
{
	enum agent_error err = AGENT_OK;
	u32 i;

	for (i = 0; i < ctx->nr_sets && !err; i++)
		err = agent_target_setv(ctx, ctx->sets[i].slot,
					ctx->sets[i].value);
	return err;
}

enum agent_error agent_target_getv(void *target, u32 slot, u64 *val)
{
	struct gtp_var *var = gtp_var_slot(slot);
	const struct gtp_set *set = find_set(target, slot);

	if (set) {
		*val = set->value;
		return AGENT_OK;
	}

	*val = var->special ? var->special->get(target) :
			      kc_load64(gtp_var_word(var));
	return AGENT_OK;
}

/* Never read-only: agent_target_var() has checked. */
enum agent_error agent_target_setv(void *target, u32 slot, u64 val)
{
	struct gtp_var *var = gtp_var_slot(slot);
	struct gtp_hit_ctx *ctx = target;

	if (ctx->deferring) {
		keep_set(ctx, slot, val);
		return AGENT_OK;
	}
	if (var->special)
		return var->special->put(ctx, val);
	kc_store64(gtp_var_word(var), val);
	return AGENT_OK;
}

enum agent_error gtp_collect_value(struct gtp_hit_ctx *ctx, u32 num, u64 value)
{
	u64 head = FRAME_HEAD('V', num, sizeof(u64));
	u64 *p = ringbuf_space_here(ctx->rc, GTP_VAR_BLOCK);

	if (!p)
		return ringbuf_append_pair(ctx->rc, head, value) ?
			AGENT_E_NO_ROOM : AGENT_OK;
	p[0] = head;
	p[1] = value;
	ringbuf_advance(ctx->rc, GTP_VAR_BLOCK);
	return AGENT_OK;
}

static enum agent_error put_value(struct gtp_hit_ctx *ctx,
				  const struct gtp_var *var, u64 value)
{
	if (is_printed(ctx))
		return defer_print(ctx, GTP_PRINT_VAR, value, sizeof(value),
				   var->name);
	return gtp_collect_value(ctx, var->num, value);
}

enum agent_error gtp_collect_var(struct gtp_hit_ctx *ctx, struct gtp_var *var)
{
	u64 value;

	if (!var->special)
		value = kc_load64(gtp_var_word(var));
	else if (var->special->collect)
		return var->special->collect(ctx, var);
	else
		value = var->special->get(ctx);
	return put_value(ctx, var, value);
}

enum agent_error agent_target_tracev(void *target, u32 slot)
{
	const struct gtp_set *set = find_set(target, slot);

	if (set)
		return put_value(target, gtp_var_slot(slot), set->value);
	return gtp_collect_var(target, gtp_var_slot(slot));
}

/*
 * Collect one word, marked as a return address: where the kernel does not tell
 * the original one, readers of the frame must know what it is.
 */
enum agent_error gtp_collect_ret(struct gtp_hit_ctx *ctx, u64 addr)
{
	u64 block[] = {
		FRAME_HEAD('M', FRAME_MEM_RET, sizeof(long)), addr, 0
	};
	enum agent_error err;

	if (is_printed(ctx))
		return defer_print(ctx, GTP_PRINT_RET, addr, sizeof(long),
				   NULL);
	ctx->patches = kc_calls_replaced();
	err = gtp_read(ctx, &block[2], addr, sizeof(long));
	ctx->patches = 0;
	if (err)
		return err;
	return ringbuf_append(ctx->rc, block, sizeof(block)) ?
		AGENT_E_NO_ROOM : AGENT_OK;
}
