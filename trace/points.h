/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GTP_POINTS_H
#define GTP_POINTS_H

#include "rsp/rsp.h"

/* QTDP, QTDP:-, QTDPsrc: NULL, or what is wrong. */
const char *gtp_point_define(const struct rsp_cmd *cmd);
const char *gtp_point_actions(const struct rsp_cmd *cmd);
const char *gtp_point_source(const struct rsp_cmd *cmd);

#endif
