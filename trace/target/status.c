/* SPDX-License-Identifier: GPL-2.0 */
/*
 * qTStatus, qTP and qTV: the run, and the counts and values in it.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "trace/base/messages.h"
#include "trace/target/private.h"

static void put_error(struct rsp_tx *tx)
{
	const struct gtp_stop_cause *end = &gtp.stop_cause;
	const char *where = end->in_cond ? "condition" : "actions";
	char what[112], text[160];

	gtp_error_text(end->err, end->addr, end->addr, what, sizeof(what));
	snprintf(text, sizeof(text), "%s: %s", where, what);
	rsp_puts(tx, ";terror:");
	rsp_put_hex_str(tx, text);
	rsp_printf(tx, ":%x", end->num);
}

static void put_reason(struct rsp_tx *tx, int notes)
{
	switch (gtp.stop_cause.reason) {
	case GTP_NOT_RUN:
		rsp_puts(tx, ";tnotrun:0");
		break;
	case GTP_STOPPED:
		rsp_puts(tx, ";tstop:");
		rsp_puts(tx, notes && gtp.stop_note ? gtp.stop_note : "");
		rsp_puts(tx, ":0");
		break;
	case GTP_FULL:
		rsp_printf(tx, ";tfull:%x", gtp.stop_cause.num);
		break;
	case GTP_DISCONNECTED:
		rsp_puts(tx, ";tdisconnected:0");
		break;
	case GTP_PASSCOUNT:
		rsp_printf(tx, ";tpasscount:%x", gtp.stop_cause.num);
		break;
	case GTP_ERROR:
		put_error(tx);
		break;
	}
}

/* GDB shows these two as int. */
#define SIZE_SHOWN_MAX	0x7fffffffULL

static void put_field(struct rsp_tx *tx, const char *name, u64 value)
{
	rsp_printf(tx, ";%s:%llx", name, (unsigned long long)value);
}

void gtp_buffer_info(struct ringbuf_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = gtp.size;
	info->free = gtp.size;
	if (gtp.rb)
		ringbuf_get_info(gtp.rb, -1, info);
}

static void put_notes(struct rsp_tx *tx)
{
	rsp_puts(tx, ";username:");
	rsp_puts(tx, gtp.user ? gtp.user : "");
	rsp_puts(tx, ";notes:");
	gtp_put_notes(tx);
}

void gtp_put_streamed(struct rsp_tx *tx, int notes)
{
	rsp_puts(tx, "0;tstop:");
	rsp_put_hex_str(tx, STATUS_STREAMED);
	rsp_puts(tx, ":0");
	put_field(tx, "starttime", gtp.start_us);
	/*
	 * GDB warns of a file that has none. The digits are for putgtprsp
	 * --record, which knows at the end.
	 */
	rsp_puts(tx, ";tframes:00000001");
	put_field(tx, "circular", gtp_hits.circular);
	put_field(tx, "disconn", gtp.disconnected);
	if (notes)
		put_notes(tx);
}

void gtp_put_status(struct rsp_tx *tx, int notes)
{
	struct ringbuf_info info;

	gtp_buffer_info(&info);
	/* GDB looks at no frame of a run. */
	rsp_putc(tx, gtp.armed && !gtp_session.looks ? '1' : '0');
	if (gtp_session.looks) {
		rsp_puts(tx, ";tstop:");
		rsp_put_hex_str(tx, STATUS_LOOKS);
		rsp_puts(tx, ":0");
	} else if (!gtp.armed) {
		put_reason(tx, notes);
	}
	/* First, since GDB before 7.4 loses the field after "tstop:TEXT:0". */
	put_field(tx, "starttime", gtp.start_us);
	put_field(tx, "stoptime", gtp.stop_us);
	put_field(tx, "tframes", info.frames);
	put_field(tx, "tcreated", info.created);
	put_field(tx, "tfree", min_t(u64, info.free, SIZE_SHOWN_MAX));
	put_field(tx, "tsize", min_t(u64, info.size, SIZE_SHOWN_MAX));
	put_field(tx, "circular", gtp_hits.circular);
	put_field(tx, "disconn", gtp.disconnected);
	if (notes)
		put_notes(tx);
}

void gtp_serve_status(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_putc(tx, 'T');
	gtp_put_status(tx, 1);
}

void gtp_serve_tp(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp = gtp_tracepoint_find_shown(cmd->u.tp.num,
						    cmd->u.tp.addr);
	struct gtp_count count;

	if (!tp)
		return;
	gtp_get_count(tp, &count);
	rsp_printf(tx, "V%llx:%llx", (unsigned long long)count.hits,
		   (unsigned long long)count.bytes);
}

void gtp_serve_tv(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct gtp_var *var = gtp_var_find_shown(cmd->u.var.num);
	s64 val;

	if (gtp_session.selected.valid) {
		if (var && gtp_var_is_cpu_id(var)) {
			rsp_printf(tx, "V%x", gtp_session.selected.cpu);
		} else if (!gtp_session.selected.gone && var &&
			   frame_find_var(&gtp_session.selected.frame, var->num,
					  &val)) {
			rsp_printf(tx, "V%llx", (unsigned long long)val);
		} else {
			rsp_putc(tx, 'U');
		}
	} else if (var) {
		rsp_printf(tx, "V%llx", (unsigned long long)gtp_var_get(var));
	} else {
		rsp_putc(tx, 'U');
	}
}
