/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Upload to a GDB that reconnects: tracepoints (qTfP, qTsP) and variables
 * (qTfV, qTsV).
 *
 * The last tracepoint comes first: GDB reverses the order before it numbers
 * them, and takes its numbers for the target's when it adds one to a run.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/string.h>

#include "compat/barrier.h"
#include "trace/target/private.h"

static struct gtp_upload *const upload = &gtp_session.upload;

void gtp_upload_reset(void)
{
	upload->tp = NULL;
	upload->piece = 0;
}

static void put_where(struct rsp_tx *tx, char kind,
		      const struct gtp_tracepoint *tp)
{
	rsp_printf(tx, "%c%x:%llx:", kind, tp->num, (unsigned long long)tp->addr);
}

void gtp_put_definition(struct rsp_tx *tx, const struct gtp_tracepoint *tp,
			int with_cond)
{
	put_where(tx, 'T', tp);
	rsp_printf(tx, "%c:%llx:%llx", kc_load(&tp->enabled) ? 'E' : 'D',
		   (unsigned long long)tp->step, (unsigned long long)tp->pass);
	if (tp->is_static)
		rsp_puts(tx, ":S");
	if (tp->cond_hex && with_cond) {
		rsp_printf(tx, ":X%zx,", strlen(tp->cond_hex) / 2);
		rsp_puts(tx, tp->cond_hex);
	}
}

static void put_source(struct rsp_tx *tx, const struct gtp_tracepoint *tp,
		       const struct gtp_string *t)
{
	put_where(tx, 'Z', tp);
	rsp_puts(tx, t->type);
	rsp_printf(tx, ":%llx:%llx:", (unsigned long long)t->start,
		   (unsigned long long)t->total);
	rsp_puts(tx, t->text);
}

int gtp_put_piece(struct rsp_tx *tx, const struct gtp_tracepoint *tp, u32 n)
{
	const struct gtp_string *t;
	struct gtp_count count;
	int step = 0;

	if (!n--) {
		gtp_put_definition(tx, tp, 1);
		return 1;
	}
	list_for_each_entry(t, &tp->actions, list) {
		/* From the first 'S' on, actions belong to while-stepping. */
		step |= t->text[0] == 'S';
		if (n--)
			continue;
		put_where(tx, step ? 'S' : 'A', tp);
		rsp_puts(tx, t->text + (t->text[0] == 'S'));
		return 1;
	}
	list_for_each_entry(t, &tp->sources, list) {
		if (n--)
			continue;
		put_source(tx, tp, t);
		return 1;
	}
	if (n)
		return 0;
	gtp_get_count(tp, &count);
	put_where(tx, 'V', tp);
	rsp_printf(tx, "%llx:%llx", (unsigned long long)count.hits,
		   (unsigned long long)count.bytes);
	return 1;
}

static void upload_tracepoint(struct rsp_tx *tx)
{
	while (upload->tp && !gtp_put_piece(tx, upload->tp, upload->piece)) {
		upload->piece = 0;
		if (upload->tp->list.prev == gtp_shown_tracepoints())
			upload->tp = NULL;
		else
			upload->tp = list_entry(upload->tp->list.prev,
						struct gtp_tracepoint, list);
	}
	upload->piece++;
	if (!upload->tp)
		rsp_putc(tx, 'l');
}

int gtp_put_var(struct rsp_tx *tx, u32 slot)
{
	struct gtp_var *var = gtp_var_slot_shown(slot);

	if (!var)
		return 0;
	rsp_printf(tx, "%x:%llx:%x:", var->num,
		   (unsigned long long)gtp_var_initial(var),
		   var->builtin);
	rsp_put_hex_str(tx, var->name);
	return 1;
}

static void upload_var(struct rsp_tx *tx)
{
	if (!gtp_put_var(tx, upload->var++))
		rsp_putc(tx, 'l');
}

void gtp_serve_upload(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct list_head *tracepoints = gtp_shown_tracepoints();

	switch (cmd->id) {
	case RSP_QTFP:
		upload->tp = list_empty(tracepoints) ? NULL :
			     list_entry(tracepoints->prev,
					struct gtp_tracepoint, list);
		upload->piece = 0;
		upload_tracepoint(tx);
		break;
	case RSP_QTSP:
		upload_tracepoint(tx);
		break;
	case RSP_QTFV:
		upload->var = 0;
		upload_var(tx);
		break;
	default:
		upload_var(tx);
		break;
	}
}
