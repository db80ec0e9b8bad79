/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GTP_TRACEPOINTS_H
#define GTP_TRACEPOINTS_H

#include "rsp/rsp.h"

/* A NUL-terminated copy, for kfree(); NULL: no memory. */
char *gtp_strdup(struct rsp_text text);
/* QTDP, QTDP:-, QTDPsrc. Return NULL or an error. */
const char *gtp_tracepoint_define(const struct rsp_cmd *cmd);
const char *gtp_tracepoint_actions(const struct rsp_cmd *cmd);
const char *gtp_tracepoint_source(const struct rsp_cmd *cmd);
/*
 * All packets of a tracepoint but its sources have arrived: it joins the run,
 * if one is on. Return 0, or -1 with an error in tx and the tracepoint freed.
 */
int gtp_tracepoint_complete(struct rsp_tx *tx);
/* Add it to the list, which hits may be walking. */
void gtp_tracepoint_show(struct gtp_tracepoint *tp);

#endif
