/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints as GDB defines them: QTDP, QTDPsrc.  All process context, under
 * gtp.lock.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "trace/compile.h"
#include "trace/internal.h"
#include "trace/points.h"

struct gtp_point *gtp_point_find(u32 num, u64 addr)
{
	struct gtp_point *tp;

	list_for_each_entry(tp, &gtp.points, list)
		if (tp->num == num && tp->addr == addr)
			return tp;
	return NULL;
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

/* Its probe is out. */
static void point_free(struct gtp_point *tp)
{
	list_del(&tp->list);
	gtp_compile_drop(tp);
	texts_free(&tp->actions);
	texts_free(&tp->sources);
	kfree(tp->cond_hex);
	if (tp->count)
		free_percpu(tp->count);
	kfree(tp);
}

void gtp_points_free(void)
{
	struct gtp_point *tp, *next;

	gtp_upload_reset();
	list_for_each_entry_safe(tp, next, &gtp.points, list)
		point_free(tp);
}

char *gtp_text_dup(struct rsp_text text)
{
	char *s = kmalloc(text.len + 1, GFP_KERNEL);

	if (s) {
		memcpy(s, text.p, text.len);
		s[text.len] = '\0';
	}
	return s;
}

static struct gtp_text *text_new(struct rsp_text text)
{
	struct gtp_text *t = kzalloc(sizeof(*t) + text.len + 1, GFP_KERNEL);

	if (t) {
		memcpy(t->text, text.p, text.len);
		t->len = text.len;
	}
	return t;
}

const char *gtp_point_define(const struct rsp_cmd *cmd)
{
	struct gtp_point *tp;

	if (gtp.armed)
		return "the trace is running";
	if (gtp_point_find(cmd->u.tdp.num, cmd->u.tdp.addr))
		return "there is such a tracepoint already";
	tp = kzalloc(sizeof(*tp), GFP_KERNEL);
	if (!tp)
		return "no memory";
	tp->num = cmd->u.tdp.num;
	tp->addr = cmd->u.tdp.addr;
	tp->enabled = cmd->u.tdp.enabled;
	tp->is_static = cmd->u.tdp.is_static;
	tp->step = cmd->u.tdp.step;
	tp->pass = cmd->u.tdp.pass;
	INIT_LIST_HEAD(&tp->actions);
	INIT_LIST_HEAD(&tp->sources);
	if (cmd->u.tdp.cond.len) {
		tp->cond_hex = gtp_text_dup(cmd->u.tdp.cond);
		if (!tp->cond_hex) {
			kfree(tp);
			return "no memory";
		}
	}
	list_add_tail(&tp->list, &gtp.points);
	return NULL;
}

/* Kept as text: it is compiled at QTStart, when all variables are known. */
const char *gtp_point_actions(const struct rsp_cmd *cmd)
{
	struct gtp_point *tp;
	struct gtp_text *t;

	if (gtp.armed)
		return "the trace is running";
	tp = gtp_point_find(cmd->u.actions.num, cmd->u.actions.addr);
	if (!tp)
		return "there is no such tracepoint";
	t = text_new(cmd->u.actions.list);
	if (!t)
		return "no memory";
	list_add_tail(&t->list, &tp->actions);
	return NULL;
}

const char *gtp_point_source(const struct rsp_cmd *cmd)
{
	struct gtp_point *tp;
	struct gtp_text *t;

	tp = gtp_point_find(cmd->u.src.num, cmd->u.src.addr);
	if (!tp)
		return "there is no such tracepoint";
	t = text_new(cmd->u.src.hex);
	if (!t)
		return "no memory";
	t->start = cmd->u.src.start;
	t->total = cmd->u.src.total;
	t->type = gtp_text_dup(cmd->u.src.type);
	if (!t->type) {
		kfree(t);
		return "no memory";
	}
	list_add_tail(&t->list, &tp->sources);
	return NULL;
}
