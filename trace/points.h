/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GTP_POINTS_H
#define GTP_POINTS_H

#include "rsp/rsp.h"

/* A NUL-terminated copy, to be kfree()d; NULL: no memory. */
char *gtp_text_dup(struct rsp_text text);
/* QTDP, QTDP:-, QTDPsrc: NULL, or what is wrong. */
const char *gtp_point_define(const struct rsp_cmd *cmd);
const char *gtp_point_actions(const struct rsp_cmd *cmd);
const char *gtp_point_source(const struct rsp_cmd *cmd);
/*
 * The last packet of a tracepoint but for its sources: if a run is on, it joins.
 * 0, or -1 with the complaint in tx, and then it is no more.
 */
int gtp_point_complete(struct rsp_tx *tx);
/* It is in the list, which a hit may be walking. */
void gtp_point_show(struct gtp_point *tp);

#endif
