/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets with a fixed reply. Memory and registers are read-only. Z and X get
 * an error: at an empty reply GDB would try to write breakpoints into the
 * running kernel itself.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include "rsp/features.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

/* To GDB the kernel is a running thread, which it can only observe. */
#define THREAD "1"

void gtp_serve_supported(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp_session.error_texts = cmd->u.supported.error_message;
	rsp_printf(tx, "PacketSize=%x" RSP_FEATURES, GTP_PACKET_SIZE);
}

/* The reply is empty: threads are selected by H. */
void gtp_serve_lldb(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp_session.is_lldb = 1;
}

void gtp_serve_stop_reason(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_puts(tx, "T05thread:" THREAD ";");
}

/*
 * After SIGTRAP GDB would keep stepping while a symbol covers the pc, which is
 * 0: without KASLR per-CPU variables are there. LLDB would go on without an
 * end: after no signal when it continues, after SIGTRAP when it steps.
 */
void gtp_serve_resume(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_notice(tx, NOTE_NOT_STOPPED);
	rsp_puts(tx, gtp_session.is_lldb ? "T02thread:" THREAD ";" :
		 "T00thread:" THREAD ";");
}

void gtp_serve_current_thread(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_puts(tx, "QC" THREAD);
}

void gtp_serve_attached(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_putc(tx, '1');
}

void gtp_serve_offsets(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	/*
	 * 0: not moved. No reply means the same. To GDB it is where the first
	 * segment is, to LLDB how far each has moved.
	 */
	if (gtp_kernel.text)
		rsp_printf(tx, "TextSeg=%lx", gtp_session.is_lldb ?
			   gtp_kernel.slide : gtp_kernel.text);
}

void gtp_serve_read_only(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp_refuse(tx, MSG_READ_ONLY);
}

void gtp_serve_ok(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_ok(tx);
}

void gtp_serve_malformed(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_error(tx, "%s", cmd->why);
}
