/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GTP_COMPILE_H
#define GTP_COMPILE_H

#include "trace/internal.h"

/* Memory to compile in, for any number of tracepoints: 0 or -ENOMEM. */
int gtp_compile_begin(void);
void gtp_compile_end(void);
/*
 * In between: check and decode the tracepoint's condition and actions.  0, or -1 with the
 * complaint in tx, and then nothing of it is left.
 */
int gtp_compile(struct gtp_point *tp, struct rsp_tx *tx);
void gtp_compile_drop(struct gtp_point *tp);
/* Does its condition, or an action, name an address in there? */
int gtp_compile_names(const struct gtp_point *tp, u64 start, u64 size);
/* tp->addr has been moved by that, and it has no probe: what goes by the pc follows. */
void gtp_compile_move(struct gtp_point *tp, u64 by);

#endif
