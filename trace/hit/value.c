/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the values of variables are. Context of all functions: any.
 */
#include "trace/hit/hit.h"

struct gtp_var_table gtp_vars;

struct gtp_var *gtp_var_slot(u32 slot)
{
	return slot < gtp_vars.nr ? gtp_vars.var[slot] : NULL;
}

kc_word64_t __percpu *gtp_var_own(const struct gtp_var *var)
{
	return var->each && var->cpu < 0 ? var->each->words : NULL;
}
