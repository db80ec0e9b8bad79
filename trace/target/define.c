/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that define the experiment: tracepoints, variables, constant memory.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>

#include "compat/barrier.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"

/* Reply OK, or the error if why is not NULL. */
static void answer_tracepoint(struct rsp_tx *tx, u32 num, u64 addr,
			      const char *what, const char *why)
{
	if (why)
		rsp_error(tx, MSG_TRACEPOINT, num, (unsigned long long)addr,
			  what, why);
	else
		rsp_ok(tx);
}

void gtp_serve_init(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	/* GDB thinks that no run is on, and has not asked. */
	if (gtp_session.looks) {
		rsp_error(tx, MSG_START, WHY_LOOKS);
		return;
	}
	gtp_stop(GTP_STOPPED, tx);
	gtp_keep();
	rsp_ok(tx);
}

void gtp_serve_tdp(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	const char *why = NULL;

	/* Joins a run. Others are checked at QTStart. */
	if (gtp.armed && gtp_vmlinux_check(tx))
		return;
	if (!gtp_tracepoint_define(cmd, &why) && !cmd->u.tdp.more &&
	    gtp_tracepoint_complete(tx))
		return;
	answer_tracepoint(tx, cmd->u.tdp.num, cmd->u.tdp.addr, "define", why);
}

void gtp_serve_actions(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	const char *why = NULL;

	if (!gtp_tracepoint_actions(cmd, &why) && !cmd->u.actions.more &&
	    gtp_tracepoint_complete(tx))
		return;
	answer_tracepoint(tx, cmd->u.actions.num, cmd->u.actions.addr, "define",
			  why);
}

void gtp_serve_source(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	const char *why = NULL;

	gtp_tracepoint_source(cmd, &why);
	answer_tracepoint(tx, cmd->u.src.num, cmd->u.src.addr, "define", why);
}

void gtp_serve_var(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (!gtp_var_define(cmd->u.var.num, cmd->u.var.value,
			    cmd->u.var.builtin, cmd->u.var.name, tx))
		rsp_ok(tx);
}

void gtp_serve_ro(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	int ret = gtp_add_ro(cmd->text);

	if (ret)
		rsp_error(tx, MSG_RANGES,
			  ret == -ENOMEM ? WHY_NO_MEMORY : WHY_BAD_RANGE);
	else
		rsp_ok(tx);
}

void gtp_serve_toggle(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct gtp_tracepoint *tp = gtp_tracepoint_find(cmd->u.tp.num,
							cmd->u.tp.addr);
	int on = cmd->id == RSP_QTENABLE;
	const char *why = NULL;

	if (!tp)
		why = WHY_NO_TRACEPOINT;
	else if (!on || !gtp.armed || !gtp_arm_late(tp, &why))
		kc_store(&tp->enabled, on);
	answer_tracepoint(tx, cmd->u.tp.num, cmd->u.tp.addr,
			  on ? "enable" : "disable", why);
}
