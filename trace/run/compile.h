/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GTP_COMPILE_H
#define GTP_COMPILE_H

#include "trace/internal.h"

/* Allocate buffers for any number of gtp_compile(). Return 0 or -ENOMEM. */
int gtp_compile_begin(void);
void gtp_compile_end(void);
/*
 * Check and decode condition and actions, after gtp_compile_begin(). Return 0,
 * or -1 with an error in tx and nothing left of it.
 */
int gtp_compile(struct gtp_tracepoint *tp, struct rsp_tx *tx);
void gtp_compile_drop(struct gtp_tracepoint *tp);
/* Does the condition or an action name an address in this range? */
int gtp_compile_names(const struct gtp_tracepoint *tp, u64 start, u64 size);
/*
 * tp->addr of an unarmed tracepoint has moved: adjust actions relative to pc.
 */
void gtp_compile_move(struct gtp_tracepoint *tp, u64 by);

#endif
