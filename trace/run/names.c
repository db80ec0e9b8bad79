/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of actions, as the user typed them (QTDPsrc), for what is printed and
 * for reports of errors.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "trace/run/private.h"

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
void gtp_name_actions(struct gtp_tracepoint *tp)
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
