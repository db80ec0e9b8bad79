/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets: the table of what serves each, and sessions.
 *
 * Context of all functions: process.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "compat/barrier.h"
#include "compat/lock.h"
#include "compat/read.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

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

/* ---- packets ----------------------------------------------------------- */

/* A packet that is not here gets an empty reply: not supported. */
static const struct packet {
	enum rsp_cmd_id id;
	gtp_serve_t serve;
	/* Is it slow, so that the thread serves it? NULL: never. */
	int (*takes_long)(const struct rsp_cmd *cmd);
	/*
	 * Runs before that in the context of the writer; may be NULL. Return 0,
	 * or a negative errno with a reply, after which nothing else follows.
	 */
	int (*first)(const struct rsp_cmd *cmd, struct rsp_tx *tx);
	int at_once;		/* never wait for probes to be removed */
} packets[] = {
	/* most frequent */
	{ RSP_QTFRAME, gtp_serve_frame, gtp_frame_takes_long },
	{ RSP_READ_REGS, gtp_serve_regs, .at_once = 1 },
	{ RSP_READ_MEM, gtp_serve_mem, .at_once = 1 },
	{ RSP_READ_BINARY, gtp_serve_binary, .at_once = 1 },
	{ RSP_QTBUFFER_READ, gtp_serve_buffer, gtp_buffer_takes_long },

	{ RSP_QSUPPORTED, gtp_serve_supported, .at_once = 1 },
	{ RSP_QSTARTNOACK, gtp_serve_ok, .at_once = 1 },
	{ RSP_EXTENDED, gtp_serve_ok, .at_once = 1 },
	{ RSP_LLDB, gtp_serve_lldb, .at_once = 1 },
	{ RSP_SET_THREAD, gtp_serve_set_thread, .at_once = 1 },
	{ RSP_THREAD_ALIVE, gtp_serve_thread_alive, .at_once = 1 },
	{ RSP_DETACH, gtp_serve_ok, .at_once = 1 },
	{ RSP_KILL, gtp_serve_ok, .at_once = 1 },
	{ RSP_STOP_REASON, gtp_serve_stop_reason, .at_once = 1 },
	{ RSP_RESUME, gtp_serve_resume, .at_once = 1 },
	{ RSP_CURRENT_THREAD, gtp_serve_current_thread, .at_once = 1 },
	{ RSP_THREADS_FIRST, gtp_serve_threads_first, .at_once = 1 },
	{ RSP_THREADS_NEXT, gtp_serve_threads_next, .at_once = 1 },
	{ RSP_THREAD_EXTRA, gtp_serve_thread_extra, .at_once = 1 },
	{ RSP_ATTACHED, gtp_serve_attached, .at_once = 1 },
	{ RSP_OFFSETS, gtp_serve_offsets, .at_once = 1 },
	{ RSP_SYMBOL, gtp_serve_symbol, .at_once = 1 },
	{ RSP_READ_REG, gtp_serve_reg, .at_once = 1 },
	{ RSP_WRITE_REGS, gtp_serve_read_only, .at_once = 1 },
	{ RSP_WRITE_MEM, gtp_serve_read_only, .at_once = 1 },
	{ RSP_BREAKPOINT, gtp_serve_read_only, .at_once = 1 },
	{ RSP_XFER_READ, gtp_serve_xfer, .at_once = 1 },
	{ RSP_MONITOR, gtp_serve_monitor, .at_once = 1 },
	{ RSP_MALFORMED, gtp_serve_malformed, .at_once = 1 },
	{ RSP_QTFP, gtp_serve_upload, .at_once = 1 },
	{ RSP_QTSP, gtp_serve_upload, .at_once = 1 },
	{ RSP_QTFV, gtp_serve_upload, .at_once = 1 },
	{ RSP_QTSV, gtp_serve_upload, .at_once = 1 },
	{ RSP_QTINIT, gtp_serve_init, always },
	{ RSP_QTDP, gtp_serve_tdp, is_joiner },
	{ RSP_QTDP_ACTIONS, gtp_serve_actions, is_joiner },
	{ RSP_QTDPSRC, gtp_serve_source },
	{ RSP_QTDV, gtp_serve_var },
	{ RSP_QTRO, gtp_serve_ro },
	{ RSP_QTDISCONNECTED, gtp_serve_disconnected },
	{ RSP_QTBUFFER_CIRCULAR, gtp_serve_circular },
	{ RSP_QTBUFFER_SIZE, gtp_serve_size, always },
	{ RSP_QTNOTES, gtp_serve_notes },
	{ RSP_QTSTART, gtp_serve_start, always },
	{ RSP_QTSTOP, gtp_serve_stop, always },
	{ RSP_QTENABLE, gtp_serve_toggle },
	{ RSP_QTDISABLE, gtp_serve_toggle },
	{ RSP_QTSTATUS, gtp_serve_status },
	{ RSP_QTP, gtp_serve_tp },
	{ RSP_QTV, gtp_serve_tv },
	{ RSP_QTSAVE, gtp_serve_save, always, gtp_save_open },
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
 * before most packets and is slow.
 */
static int packet_is_slow(const struct packet *p, const struct rsp_cmd *cmd)
{
	if (p->at_once)
		return 0;
	return gtp_must_finish() || (p->takes_long && p->takes_long(cmd));
}

static void packet_serve(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	const struct packet *p = packet_find(cmd->id);

	if (!p || (p->first && p->first(cmd, tx)))
		return;
	if (packet_is_slow(p, cmd))
		gtp_defer_packet(cmd, tx, p->serve);
	else
		p->serve(cmd, tx);
}

int gtp_serve(const char *packet, size_t len, struct rsp_tx *tx)
{
	struct rsp_cmd cmd;
	int later;

	kc_assert_held(&gtp.lock);
	rsp_parse(packet, len, &cmd);
	rsp_tx_begin(tx);
	kc_store(&gtp_slow.give_up, 0);
	if (cmd.id == RSP_QTSTATUS || cmd.id == RSP_MONITOR)
		gtp_vmlinux_tell(tx);
	packet_serve(&cmd, tx);
	later = gtp_slow.deferred_tx == tx;
	if (later)
		return GTP_LATER;
	rsp_tx_end(tx);
	return cmd.id == RSP_QSTARTNOACK ? GTP_NOACK : 0;
}

/* ---- sessions ---------------------------------------------------------- */

int gtp_open(pid_t tgid)
{
	int ret = gtp_lock();

	if (ret)
		return ret;
	gtp_leave_out(tgid, gtp_hits.peer, gtp_hits.printer);
	gtp_session_begin();
	gtp_unlock();
	return 0;
}

int gtp_set_peer(pid_t tgid)
{
	int ret = gtp_lock();

	if (ret)
		return ret;
	gtp_leave_out(gtp_hits.self, tgid, gtp_hits.printer);
	gtp_unlock();
	return 0;
}

/* Should the thread's packet be finished although the session has ended? */
static int serve_is_for_good(void)
{
	switch (gtp_session.deferred.id) {
	case RSP_QTSTART:
		return gtp.disconnected;
	case RSP_QTFRAME:
	case RSP_QTBUFFER_READ:
	case RSP_QTSAVE:
		return 0;
	default:
		return 1;
	}
}

void gtp_close(void)
{
	/* Nothing changes it now: it is the last packet of the session. */
	int finish = serve_is_for_good();

	if (!finish)
		gtp_interrupt();
	mutex_lock(&gtp.lock);
	gtp_wait_finished();
	kc_store(&gtp_slow.give_up, 0);
	if (finish)
		gtp_serve_deferred();
	kc_store(&gtp_slow.deferred_tx, NULL);
	gtp_save_leave();
	gtp_leave_out(-1, -1, gtp_hits.printer);
	gtp_select_none();
	gtp_look_end();
	gtp_threads_drop();
	if (!gtp.disconnected)
		gtp_stop(GTP_DISCONNECTED, NULL);
	/* A continuing run keeps its setting until the next one begins. */
	gtp_session.reads_devices = 0;
	if (!gtp.armed)
		kc_store(&kc_reads_devices, 0);
	mutex_unlock(&gtp.lock);
}

/* ---- asked by the run -------------------------------------------------- */

/* See run/run.h. */
void gtp_frames_drop(void)
{
	gtp_select_drop();
	gtp_buffer_drop();
	gtp_tfile_outdate();
	gtp_pipe_cut();
}

void gtp_frames_moved(void)
{
	gtp_buffer_drop();
	gtp_select_moved();
	gtp_tfile_outdate();
}

void gtp_frames_ended(void)
{
	if (gtp_session.looks)
		gtp_look_end();
	gtp_pipe_poll();
}
