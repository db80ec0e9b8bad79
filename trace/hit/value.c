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

/* With preemption off, for the executing CPU's value. */
kc_word64_t *gtp_var_word(struct gtp_var *var)
{
	if (!var->each)
		return &var->value;
	if (var->cpu < 0)
		return kc_this_cpu(var->each->words);
	return per_cpu_ptr(var->each->words, var->cpu);
}
