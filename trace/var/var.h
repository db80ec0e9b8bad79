/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace state variables. Their values at a hit are in hit/value.c.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#ifndef VAR_VAR_H
#define VAR_VAR_H

#include "trace/hit/hit.h"

/* ---- table.c ----------------------------------------------------------- */

int gtp_vars_init(void);	/* return 0 or -ENOMEM */
void gtp_vars_exit(void);
void gtp_vars_clear(void);	/* all but the special ones */
void gtp_vars_keep(void);
void gtp_vars_drop_kept(void);
/* Allocate what gtp_hits.uses requires of a run. Return 0 or -ENOMEM. */
int gtp_vars_prepare(void);
void gtp_vars_start(void);	/* a run begins: set initial values */

struct gtp_var *gtp_var_find(u32 num);
/* The same for the experiment shown to readers. */
struct gtp_var *gtp_var_slot_shown(u32 slot);
struct gtp_var *gtp_var_find_shown(u32 num);
s64 gtp_var_get(struct gtp_var *var);
s64 gtp_var_initial(struct gtp_var *var);	/* for upload */
/* GTP_USES_* of a program. */
int gtp_vars_used(const struct agent_prog *prog);

/* ---- user.c ------------------------------------------------------------ */

/* QTDV. Return 0, or a negative errno with an error in tx. */
int gtp_var_define(u32 num, s64 value, int builtin, struct rsp_text hexname,
		   struct rsp_tx *tx);

/* ---- families ---------------------------------------------------------- */

/* Every frame has this variable, collected or not. */
int gtp_var_is_cpu_id(const struct gtp_var *var);
int gtp_var_is_bt(const struct gtp_var *var);

/* printk.c: print the oldest record. Return 0 if there is none. */
int gtp_print_one(void);
/* Print all records, before what they point to is freed. */
void gtp_print_flush(void);

#endif
