/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints as GDB defines them: QTDP, QTDPsrc.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "trace/base/messages.h"
#include "trace/run/private.h"

/* Being defined during a run, and not complete: in no list. Under gtp.lock. */
static struct gtp_tracepoint *incomplete;
static u64 serial;	/* of the last definition; under gtp.lock */
/*
 * Takes part in the run, and GDB defines it again: left as it is. Under
 * gtp.lock.
 */
static struct gtp_tracepoint *redefined;

#define HASH_BITS	11
static struct hlist_head by_place[1 << HASH_BITS];

/*
 * One number may be at many addresses, and vice versa. Hash the part of an
 * address that stays if a module returns elsewhere; see modules.c.
 */
static struct hlist_head *tracepoint_bucket(u32 num, u64 addr)
{
	u32 mixed = ((u32)(addr & ~PAGE_MASK) * 0x9e3779b1U ^ num) *
		    0x85ebca6bU;

	return &by_place[mixed >> (32 - HASH_BITS)];
}

static struct gtp_tracepoint *find(u32 num, u64 addr, int is_kept)
{
	struct hlist_node *node;
	struct gtp_tracepoint *tp;

	hlist_for_each(node, tracepoint_bucket(num, addr)) {
		tp = hlist_entry(node, struct gtp_tracepoint, hash);
		if (tp->num == num && tp->is_kept == is_kept &&
		    (tp->addr == addr || tp->gdb_addr == addr))
			return tp;
	}
	return NULL;
}

struct gtp_tracepoint *gtp_tracepoint_find(u32 num, u64 addr)
{
	return find(num, addr, 0);
}

struct gtp_tracepoint *gtp_tracepoint_find_shown(u32 num, u64 addr)
{
	return find(num, addr, gtp.keeps);
}

static void texts_free(struct list_head *head)
{
	struct gtp_string *t, *next;

	list_for_each_entry_safe(t, next, head, list) {
		list_del(&t->list);
		kfree(t->type);
		kfree(t);
	}
}

/* Includes the pending one. */
static struct gtp_tracepoint *tracepoint_find_any(u32 num, u64 addr)
{
	if (incomplete && incomplete->num == num && incomplete->addr == addr)
		return incomplete;
	return gtp_tracepoint_find(num, addr);
}

void gtp_tracepoint_free(struct gtp_tracepoint *tp)
{
	if (!tp)
		return;
	gtp_compile_drop(tp);
	texts_free(&tp->actions);
	texts_free(&tp->sources);
	kfree(tp->cond_hex);
	if (tp->count)
		free_percpu(tp->count);
	kfree(tp);
}

static void tracepoints_free(struct list_head *tracepoints)
{
	struct gtp_tracepoint *tp, *next;
	u32 done = 0;

	gtp_upload_reset();
	gtp_print_flush();
	if (tracepoints == &gtp.kept_tracepoints || !gtp.keeps)
		gtp_errors_reset();
	list_for_each_entry_safe(tp, next, tracepoints, list) {
		list_del(&tp->list);
		hlist_del(&tp->hash);
		gtp_tracepoint_free(tp);
		gtp_progress("tracepoints removed", ++done);
	}
}

void gtp_tracepoints_free(void)
{
	redefined = NULL;
	gtp_tracepoint_free(incomplete);
	incomplete = NULL;
	tracepoints_free(&gtp.tracepoints);
	gtp_define_none();
}

void gtp_tracepoints_drop_kept(void)
{
	tracepoints_free(&gtp.kept_tracepoints);
}

/*
 * Keep definitions and counts; drop what only a run needs. Tracepoints with
 * errors keep their actions, which remarks name.
 */
void gtp_tracepoints_keep(void)
{
	struct gtp_count count;
	struct gtp_tracepoint *tp;
	u32 done = 0;

	gtp_upload_reset();
	gtp_print_flush();
	gtp_tracepoint_free(incomplete);
	incomplete = NULL;
	redefined = NULL;
	list_for_each_entry(tp, &gtp.tracepoints, list) {
		gtp_get_count(tp, &count);
		tp->is_kept = 1;
		tp->kept_hits = count.hits;
		tp->kept_bytes = count.bytes;
		tp->kept_errors = count.errors;
		if (tp->count)
			free_percpu(tp->count);
		tp->count = NULL;
		if (!count.errors)
			gtp_compile_drop(tp);
		gtp_progress("tracepoints put aside", ++done);
	}
	list_splice_init(&gtp.tracepoints, &gtp.kept_tracepoints);
	gtp_define_none();
}

char *gtp_strdup(struct rsp_text text)
{
	char *s = gtp_define_alloc(text.len + 1);

	if (s)
		memcpy(s, text.p, text.len);
	return s;
}

static struct gtp_string *text_new(struct rsp_text text)
{
	struct gtp_string *t = gtp_define_alloc(sizeof(*t) + text.len + 1);

	if (t) {
		memcpy(t->text, text.p, text.len);
		t->len = text.len;
	}
	return t;
}

static int no_memory(const char **why)
{
	*why = WHY_DEFINE_NO_MEMORY;
	return -ENOMEM;
}

int gtp_tracepoint_define(const struct rsp_cmd *cmd, const char **why)
{
	struct gtp_tracepoint *tp;

	gtp_tracepoint_free(incomplete);
	incomplete = NULL;
	tp = gtp_tracepoint_find(cmd->u.tdp.num, cmd->u.tdp.addr);
	redefined = gtp.armed && tp && tp->addr != tp->gdb_addr ? tp : NULL;
	if (redefined) {
		/* Its symbols have followed its module. */
		tp->gdb_addr = cmd->u.tdp.addr;
		gtp_pipe_redefine();
		return 0;
	}
	if (tp) {
		*why = WHY_TRACEPOINT_EXISTS;
		return -EEXIST;
	}
	tp = gtp_define_alloc(sizeof(*tp));
	if (!tp)
		return no_memory(why);
	tp->serial = ++serial;
	tp->num = cmd->u.tdp.num;
	tp->addr = cmd->u.tdp.addr;
	tp->gdb_addr = tp->addr;
	tp->enabled = cmd->u.tdp.enabled;
	tp->is_static = cmd->u.tdp.is_static;
	tp->excluded = gtp_is_excluded(tp->addr);
	tp->step = cmd->u.tdp.step;
	tp->pass = cmd->u.tdp.pass;
	INIT_LIST_HEAD(&tp->actions);
	INIT_LIST_HEAD(&tp->sources);
	if (cmd->u.tdp.cond.len) {
		tp->cond_hex = gtp_strdup(cmd->u.tdp.cond);
		if (!tp->cond_hex) {
			kfree(tp);
			return no_memory(why);
		}
	}
	if (gtp.armed)
		incomplete = tp;
	else
		gtp_tracepoint_show(tp);
	return 0;
}

/*
 * During a run nothing leaves the list, and hits may walk it ($lost_missed). So
 * link the new one to the end before it becomes visible.
 */
void gtp_tracepoint_show(struct gtp_tracepoint *tp)
{
	struct list_head *last = gtp.tracepoints.prev;

	tp->list.next = &gtp.tracepoints;
	tp->list.prev = last;
	gtp.tracepoints.prev = &tp->list;
	kc_store_release(&last->next, &tp->list);
	hlist_add_head(&tp->hash, tracepoint_bucket(tp->num, tp->addr));
}

struct gtp_tracepoint *gtp_tracepoint_take(void)
{
	struct gtp_tracepoint *tp = incomplete;

	incomplete = NULL;
	return tp;
}

/* Keep the text. QTStart compiles it, when all variables are known. */
int gtp_tracepoint_actions(const struct rsp_cmd *cmd, const char **why)
{
	struct gtp_tracepoint *tp;
	struct gtp_string *t;

	tp = tracepoint_find_any(cmd->u.actions.num, cmd->u.actions.addr);
	if (!tp) {
		*why = WHY_NO_TRACEPOINT;
		return -ENOENT;
	}
	if (tp == redefined)
		return 0;
	if (gtp.armed && tp != incomplete) {
		*why = WHY_IN_RUN;
		return -EBUSY;
	}
	t = text_new(cmd->u.actions.list);
	if (!t)
		return no_memory(why);
	list_add_tail(&t->list, &tp->actions);
	return 0;
}

int gtp_tracepoint_source(const struct rsp_cmd *cmd, const char **why)
{
	struct gtp_tracepoint *tp;
	struct gtp_string *t;

	tp = tracepoint_find_any(cmd->u.src.num, cmd->u.src.addr);
	if (!tp) {
		*why = WHY_NO_TRACEPOINT;
		return -ENOENT;
	}
	if (tp == redefined)
		return 0;
	t = text_new(cmd->u.src.hex);
	if (!t)
		return no_memory(why);
	t->start = cmd->u.src.start;
	t->total = cmd->u.src.total;
	t->type = gtp_strdup(cmd->u.src.type);
	if (!t->type) {
		kfree(t);
		return no_memory(why);
	}
	list_add_tail(&t->list, &tp->sources);
	gtp_pipe_redefine();
	return 0;
}
