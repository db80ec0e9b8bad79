/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints as GDB defines them: QTDP, QTDPsrc.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "trace/compile.h"
#include "trace/internal.h"
#include "trace/points.h"

/* Being defined during a run, and not complete: in no list. Under gtp.lock. */
static struct gtp_point *coming;
static u64 serial;	/* of the last definition; under gtp.lock */
/*
 * Takes part in the run, and GDB defines it again: left as it is. Under
 * gtp.lock.
 */
static struct gtp_point *again;

#define HASH_BITS	11
static struct hlist_head by_place[1 << HASH_BITS];

/*
 * One number may be at many addresses, and vice versa. Hash the part of an
 * address that stays if a module returns elsewhere; see modules.c.
 */
static struct hlist_head *point_bucket(u32 num, u64 addr)
{
	u32 mixed = ((u32)(addr & ~PAGE_MASK) * 0x9e3779b1U ^ num) *
		    0x85ebca6bU;

	return &by_place[mixed >> (32 - HASH_BITS)];
}

static struct gtp_point *find(u32 num, u64 addr, int is_kept)
{
	struct hlist_node *node;
	struct gtp_point *tp;

	hlist_for_each(node, point_bucket(num, addr)) {
		tp = hlist_entry(node, struct gtp_point, hash);
		if (tp->num == num && tp->is_kept == is_kept &&
		    (tp->addr == addr || tp->told == addr))
			return tp;
	}
	return NULL;
}

struct gtp_point *gtp_point_find(u32 num, u64 addr)
{
	return find(num, addr, 0);
}

struct gtp_point *gtp_point_find_shown(u32 num, u64 addr)
{
	return find(num, addr, gtp.keeps);
}

static void texts_free(struct list_head *head)
{
	struct gtp_text *t, *next;

	list_for_each_entry_safe(t, next, head, list) {
		list_del(&t->list);
		kfree(t->type);
		kfree(t);
	}
}

/* Includes the pending one. */
static struct gtp_point *point_find_any(u32 num, u64 addr)
{
	if (coming && coming->num == num && coming->addr == addr)
		return coming;
	return gtp_point_find(num, addr);
}

/* tp is unarmed and in no list. */
static void point_free(struct gtp_point *tp)
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

static void points_free(struct list_head *points)
{
	struct gtp_point *tp, *next;
	u32 done = 0;

	gtp_upload_reset();
	gtp_print_flush();
	if (points == &gtp.kept_points || !gtp.keeps)
		gtp_errors_reset();
	list_for_each_entry_safe(tp, next, points, list) {
		list_del(&tp->list);
		hlist_del(&tp->hash);
		point_free(tp);
		gtp_progress("tracepoints removed", ++done);
	}
}

void gtp_points_free(void)
{
	again = NULL;
	point_free(coming);
	coming = NULL;
	points_free(&gtp.points);
	gtp_define_none();
}

void gtp_points_drop_kept(void)
{
	points_free(&gtp.kept_points);
}

/*
 * Keep definitions and counts; drop what only a run needs. Tracepoints with
 * errors keep their actions, which remarks name.
 */
void gtp_points_keep(void)
{
	struct gtp_count count;
	struct gtp_point *tp;
	u32 done = 0;

	gtp_upload_reset();
	gtp_print_flush();
	point_free(coming);
	coming = NULL;
	again = NULL;
	list_for_each_entry(tp, &gtp.points, list) {
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
	list_splice_init(&gtp.points, &gtp.kept_points);
	gtp_define_none();
}

static const char no_memory[] =
	"no memory: what there still is is left to the rest of the machine";

char *gtp_text_dup(struct rsp_text text)
{
	char *s = gtp_define_alloc(text.len + 1);

	if (s)
		memcpy(s, text.p, text.len);
	return s;
}

static struct gtp_text *text_new(struct rsp_text text)
{
	struct gtp_text *t = gtp_define_alloc(sizeof(*t) + text.len + 1);

	if (t) {
		memcpy(t->text, text.p, text.len);
		t->len = text.len;
	}
	return t;
}

const char *gtp_point_define(const struct rsp_cmd *cmd)
{
	struct gtp_point *tp;

	point_free(coming);
	coming = NULL;
	tp = gtp_point_find(cmd->u.tdp.num, cmd->u.tdp.addr);
	again = gtp.armed && tp && tp->addr != tp->told ? tp : NULL;
	if (again) {
		/* Its symbols have followed its module. */
		tp->told = cmd->u.tdp.addr;
		return NULL;
	}
	if (tp)
		return "there is such a tracepoint already";
	tp = gtp_define_alloc(sizeof(*tp));
	if (!tp)
		return no_memory;
	tp->serial = ++serial;
	tp->num = cmd->u.tdp.num;
	tp->addr = cmd->u.tdp.addr;
	tp->told = tp->addr;
	tp->enabled = cmd->u.tdp.enabled;
	tp->is_static = cmd->u.tdp.is_static;
	tp->skipped = gtp_is_skipped(tp->addr);
	tp->step = cmd->u.tdp.step;
	tp->pass = cmd->u.tdp.pass;
	INIT_LIST_HEAD(&tp->actions);
	INIT_LIST_HEAD(&tp->sources);
	if (cmd->u.tdp.cond.len) {
		tp->cond_hex = gtp_text_dup(cmd->u.tdp.cond);
		if (!tp->cond_hex) {
			kfree(tp);
			return no_memory;
		}
	}
	if (gtp.armed)
		coming = tp;
	else
		gtp_point_show(tp);
	return NULL;
}

/*
 * During a run nothing leaves the list, and hits may walk it ($lost_missed). So
 * link the new one to the end before it becomes visible.
 */
void gtp_point_show(struct gtp_point *tp)
{
	struct list_head *last = gtp.points.prev;

	tp->list.next = &gtp.points;
	tp->list.prev = last;
	gtp.points.prev = &tp->list;
	kc_store_release(&last->next, &tp->list);
	hlist_add_head(&tp->hash, point_bucket(tp->num, tp->addr));
}

int gtp_point_complete(struct rsp_tx *tx)
{
	struct gtp_point *tp = coming;
	int ret = 0;

	if (!tp)
		return 0;
	coming = NULL;
	/* The run may have ended since. */
	if (gtp.armed)
		ret = gtp_start_late(tp, tx);
	else
		gtp_point_show(tp);
	if (ret)
		point_free(tp);
	return ret;
}

/* Keep the text. QTStart compiles it, when all variables are known. */
const char *gtp_point_actions(const struct rsp_cmd *cmd)
{
	struct gtp_point *tp;
	struct gtp_text *t;

	tp = point_find_any(cmd->u.actions.num, cmd->u.actions.addr);
	if (!tp)
		return "there is no such tracepoint";
	if (tp == again)
		return NULL;
	if (gtp.armed && tp != coming)
		return "it takes part in the run: its actions cannot change";
	t = text_new(cmd->u.actions.list);
	if (!t)
		return no_memory;
	list_add_tail(&t->list, &tp->actions);
	return NULL;
}

const char *gtp_point_source(const struct rsp_cmd *cmd)
{
	struct gtp_point *tp;
	struct gtp_text *t;

	tp = point_find_any(cmd->u.src.num, cmd->u.src.addr);
	if (!tp)
		return "there is no such tracepoint";
	if (tp == again)
		return NULL;
	t = text_new(cmd->u.src.hex);
	if (!t)
		return no_memory;
	t->start = cmd->u.src.start;
	t->total = cmd->u.src.total;
	t->type = gtp_text_dup(cmd->u.src.type);
	if (!t->type) {
		kfree(t);
		return no_memory;
	}
	list_add_tail(&t->list, &tp->sources);
	return NULL;
}
