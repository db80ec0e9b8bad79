/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracing packets: QT* and qT*.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "compat/check.h"
#include "trace/internal.h"
#include "trace/run/tracepoints.h"
#include "trace/target/target.h"

/* Reply OK, or the error. */
static void answer(struct rsp_tx *tx, const char *complaint)
{
	if (complaint)
		rsp_error(tx, "%s", complaint);
	else
		rsp_ok(tx);
}

static void answer_tracepoint(struct rsp_tx *tx, u32 num, u64 addr,
			      const char *complaint)
{
	if (complaint)
		rsp_error(tx, "tracepoint %u at 0x%llx: %s", num,
			  (unsigned long long)addr, complaint);
	else
		rsp_ok(tx);
}

static void serve_init(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp_stop(GTP_STOPPED, tx);
	gtp_keep();
	rsp_ok(tx);
}

static void serve_tdp(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	const char *complaint;

	/* Joins a run. Others are checked at QTStart. */
	if (gtp.armed && gtp_vmlinux_refuses(tx))
		return;
	complaint = gtp_tracepoint_define(cmd);
	if (!complaint && !cmd->u.tdp.more && gtp_tracepoint_complete(tx))
		return;
	answer_tracepoint(tx, cmd->u.tdp.num, cmd->u.tdp.addr, complaint);
}

static void serve_actions(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	const char *complaint = gtp_tracepoint_actions(cmd);

	if (!complaint && !cmd->u.actions.more && gtp_tracepoint_complete(tx))
		return;
	answer_tracepoint(tx, cmd->u.actions.num, cmd->u.actions.addr,
			  complaint);
}

static void serve_source(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	answer_tracepoint(tx, cmd->u.src.num, cmd->u.src.addr,
			  gtp_tracepoint_source(cmd));
}

static void serve_var(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (!gtp_var_define(cmd->u.var.num, cmd->u.var.value,
			    cmd->u.var.builtin, cmd->u.var.name, tx))
		rsp_ok(tx);
}

static void serve_ro(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	int ret = gtp_add_ro(cmd->text);

	answer(tx, !ret ? NULL : ret == -ENOMEM ? "no memory" :
	       "QTro: not a list of address ranges");
}

static void serve_disconnected(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp.disconnected = cmd->u.flag;
	rsp_ok(tx);
}

static void serve_circular(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	kc_store(&gtp.circular, cmd->u.flag);
	if (gtp.rb)
		ringbuf_set_circular(gtp.rb, gtp.circular);
	rsp_ok(tx);
}

static void serve_size(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	int gone = gtp_selected.gone;
	int ret = gtp_set_size(cmd->u.size);

	if (ret == -EINTR)
		rsp_error(tx, "interrupted; the trace buffer stays at %llu bytes",
			  (unsigned long long)gtp.size);
	else if (ret)
		rsp_error(
			tx,
			"no memory for a trace buffer of that size; it stays at %llu bytes; up to %llu can be had",
			(unsigned long long)gtp.size,
			(unsigned long long)(gtp_alloc_max() +
					     (gtp.rb ? gtp.size : 0)));
	if (ret)
		return;
	if (gtp_selected.gone && !gone)
		rsp_notice(tx, "The trace frame that you look at has been dropped from the trace buffer.\n");
	rsp_ok(tx);
}

/*
 * Limits in bytes, of two digits each: qTStatus must have space for all notes
 * and its other fields.
 */
#define NOTE_MAX	4096
#define USER_MAX	1024
#define STATUS_REST	0x3000

/* Digits of a note to keep, without splitting a UTF-8 character. */
static size_t note_digits(struct rsp_text hex, size_t most)
{
	size_t n = 2 * most;

	if (hex.len <= n)
		return hex.len;
	while (n && strchr("89abAB", hex.p[n]))
		n -= 2;
	return n;
}

/*
 * A note that the packet does not name stays. Cut one that is too long: if it
 * were refused, GDB could not start a run, since it sends the note each time.
 */
static int set_note(char **note, struct rsp_text hex, const char *what,
		    size_t most, struct rsp_tx *tx)
{
	char text[112];
	size_t len = hex.len;
	char *s;

	BUILD_BUG_ON(2 * (USER_MAX + 2 * NOTE_MAX) + STATUS_REST >
		     GTP_PACKET_SIZE);
	if (!hex.p)
		return 0;
	hex.len = note_digits(hex, most);
	s = gtp_strdup(hex);
	if (!s)
		return -ENOMEM;
	kfree(*note);
	*note = s;
	if (hex.len == len)
		return 0;
	snprintf(text, sizeof(text),
		 "The trace %s of %u bytes is cut to %u on the target: it keeps no more.\n",
		 what, (unsigned int)(len / 2), (unsigned int)(hex.len / 2));
	rsp_notice(tx, text);
	return 0;
}

static void serve_notes(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (set_note(&gtp.user, cmd->u.notes.user, "user", USER_MAX, tx) ||
	    set_note(&gtp.notes, cmd->u.notes.notes, "notes", NOTE_MAX, tx) ||
	    set_note(&gtp.stop_note, cmd->u.notes.tstop, "stop-notes",
		     NOTE_MAX, tx))
		rsp_error(tx, "no memory for the note");
	else
		rsp_ok(tx);
}

static void serve_start(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (!gtp_start(tx))
		rsp_ok(tx);
}

static void serve_stop(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp_stop(GTP_STOPPED, tx);
	rsp_ok(tx);
}

static void serve_toggle(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp = gtp_tracepoint_find(cmd->u.tp.num,
						  cmd->u.tp.addr);

	const char *complaint = NULL;

	if (!tp)
		complaint = "no such tracepoint";
	else if (cmd->id == RSP_QTENABLE && gtp.armed)
		complaint = gtp_arm_late(tp);
	if (!complaint)
		kc_store(&tp->enabled, cmd->id == RSP_QTENABLE);
	answer_tracepoint(tx, cmd->u.tp.num, cmd->u.tp.addr, complaint);
}

/* ---- qTStatus ---------------------------------------------------------- */

static void put_error(struct rsp_tx *tx)
{
	const struct gtp_stop_cause *end = &gtp.stop_cause;
	const char *where = end->in_cond ? "condition" : "actions";
	char text[160];

	if (end->err == AGENT_E_MEMORY || end->err == AGENT_E_DEVICE)
		snprintf(text, sizeof(text), "%s: %s at 0x%llx", where,
			 agent_strerror(end->err),
			 (unsigned long long)end->addr);
	else
		snprintf(text, sizeof(text), "%s: %s", where,
			 agent_strerror(end->err));
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

void gtp_put_status(struct rsp_tx *tx, int notes)
{
	struct ringbuf_info info;

	memset(&info, 0, sizeof(info));
	info.size = gtp.size;
	info.free = gtp.size;
	if (gtp.rb)
		ringbuf_get_info(gtp.rb, -1, &info);
	rsp_putc(tx, gtp.armed ? '1' : '0');
	if (!gtp.armed)
		put_reason(tx, notes);
	/* First, since GDB before 7.4 loses the field after "tstop:TEXT:0". */
	put_field(tx, "starttime", gtp.start_us);
	put_field(tx, "stoptime", gtp.stop_us);
	put_field(tx, "tframes", info.frames);
	put_field(tx, "tcreated", info.created);
	put_field(tx, "tfree", min_t(u64, info.free, SIZE_SHOWN_MAX));
	put_field(tx, "tsize", min_t(u64, info.size, SIZE_SHOWN_MAX));
	put_field(tx, "circular", gtp.circular);
	put_field(tx, "disconn", gtp.disconnected);
	if (!notes)
		return;
	rsp_puts(tx, ";username:");
	rsp_puts(tx, gtp.user ? gtp.user : "");
	rsp_puts(tx, ";notes:");
	gtp_put_notes(tx);
}

static void serve_status(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_putc(tx, 'T');
	gtp_put_status(tx, 1);
}

/* ---- counters and variables -------------------------------------------- */

static void serve_tp(const struct rsp_cmd *cmd, struct rsp_tx *tx)
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

static void serve_tv(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct gtp_var *var = gtp_var_find_shown(cmd->u.var.num);
	s64 val;

	if (gtp_selected.valid) {
		if (var && gtp_var_is_cpu_id(var)) {
			rsp_printf(tx, "V%x", gtp_selected.cpu);
		} else if (!gtp_selected.gone && var &&
			   frame_find_var(&gtp_selected.frame, var->num,
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

static void serve_buffer(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp_serve_buffer(cmd->u.mem.addr, cmd->u.mem.len, tx);
}

static int open_save(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	return gtp_save_open(cmd->hex, tx);
}

static void serve_save(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp_save_begin(tx);
}

/* ---- slow packets ------------------------------------------------------ */

static int always(const struct rsp_cmd *cmd)
{
	return 1;
}

/* May arm tracepoints: its own, and those that its actions enable. */
static int is_joiner(const struct rsp_cmd *cmd)
{
	return gtp.armed;
}

static int is_far(const struct rsp_cmd *cmd)
{
	return gtp_buffer_takes_long(cmd->u.mem.addr);
}

/* ---- dispatch ---------------------------------------------------------- */

static const struct packet {
	enum rsp_cmd_id id;
	void (*serve)(const struct rsp_cmd *cmd, struct rsp_tx *tx);
	/* Is it slow, so that the thread serves it? NULL: never. */
	int (*takes_long)(const struct rsp_cmd *cmd);
	/*
	 * Runs before that in the context of the writer; may be NULL. Nonzero:
	 * it has replied, and nothing else follows.
	 */
	int (*first)(const struct rsp_cmd *cmd, struct rsp_tx *tx);
} packets[] = {
	{ RSP_QTINIT, serve_init, always },
	{ RSP_QTDP, serve_tdp, is_joiner },
	{ RSP_QTDP_ACTIONS, serve_actions, is_joiner },
	{ RSP_QTDPSRC, serve_source },
	{ RSP_QTDV, serve_var },
	{ RSP_QTRO, serve_ro },
	{ RSP_QTDISCONNECTED, serve_disconnected },
	{ RSP_QTBUFFER_CIRCULAR, serve_circular },
	{ RSP_QTBUFFER_SIZE, serve_size, always },
	{ RSP_QTNOTES, serve_notes },
	{ RSP_QTSTART, serve_start, always },
	{ RSP_QTSTOP, serve_stop, always },
	{ RSP_QTENABLE, serve_toggle },
	{ RSP_QTDISABLE, serve_toggle },
	{ RSP_QTFRAME, gtp_serve_frame, gtp_frame_takes_long },
	{ RSP_QTSTATUS, serve_status },
	{ RSP_QTP, serve_tp },
	{ RSP_QTV, serve_tv },
	{ RSP_QTBUFFER_READ, serve_buffer, is_far },
	{ RSP_QTSAVE, serve_save, always, open_save },
};

static const struct packet *packet_find(enum rsp_cmd_id id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(packets); i++)
		if (packets[i].id == id)
			return &packets[i];
	return NULL;
}

/*
 * A run that has ended by itself still has its probes. Removing them comes
 * first and is slow, too.
 */
int gtp_serve_trace(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	const struct packet *p = packet_find(cmd->id);

	if (!p)
		return 0;
	if (p->first && p->first(cmd, tx))
		return 1;
	if (gtp_must_finish() || (p->takes_long && p->takes_long(cmd)))
		gtp_defer_packet(cmd, tx);
	else
		p->serve(cmd, tx);
	return 1;
}

void gtp_serve_trace_deferred(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	packet_find(cmd->id)->serve(cmd, tx);
}
