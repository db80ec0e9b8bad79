/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets with a fixed reply. Memory and registers are read-only. Z and X get
 * an error: at an empty reply GDB would try to write breakpoints into the
 * running kernel itself.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include "trace/base/messages.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

/* To GDB the kernel is one running thread, which it can only observe. */
#define THREAD "1"

void gtp_serve_supported(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_printf(tx, "PacketSize=%x", GTP_PACKET_SIZE);
	rsp_puts(tx, ";QStartNoAckMode+;qXfer:features:read+"
		 ";qXfer:traceframe-info:read+;ConditionalTracepoints+"
		 ";TracepointSource+;TraceStateVariables+;DisconnectedTracing+"
		 ";EnableDisableTracepoints+;InstallInTrace+"
		 ";QTBuffer:size+;tracenz+");
}

void gtp_serve_thread_extra(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_put_hex_str(tx, "the running kernel");
}

void gtp_serve_stop_reason(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_puts(tx, "T05thread:" THREAD ";");
}

/*
 * After SIGTRAP GDB would keep stepping while a symbol covers the pc, which is
 * 0: without KASLR per-CPU variables are there.
 */
void gtp_serve_resume(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_notice(tx, NOTE_NOT_STOPPED);
	rsp_puts(tx, "T00thread:" THREAD ";");
}

void gtp_serve_current_thread(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_puts(tx, "QC" THREAD);
}

void gtp_serve_threads_first(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_puts(tx, "m" THREAD);
}

void gtp_serve_threads_next(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_putc(tx, 'l');
}

void gtp_serve_attached(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_putc(tx, '1');
}

void gtp_serve_offsets(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	/* 0: not moved. No reply means the same. */
	if (gtp_kernel.text)
		rsp_printf(tx, "TextSeg=%lx", gtp_kernel.text);
}

void gtp_serve_read_only(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_error_num(tx, 1);
}

void gtp_serve_ok(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_ok(tx);
}

void gtp_serve_malformed(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	rsp_error(tx, "%s", cmd->why);
}
