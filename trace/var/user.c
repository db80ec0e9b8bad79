/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QTDV: variables that the user defines, or sets.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "trace/base/messages.h"
#include "trace/var/private.h"

/* Return -EINVAL, with an error in tx. */
static int complain(struct rsp_tx *tx, const char *name, const char *what)
{
	rsp_error(tx, MSG_VARIABLE, name, what);
	return -EINVAL;
}

static int define_special(struct gtp_var *var, const char *name, s64 value,
			  struct rsp_tx *tx)
{
	const struct gtp_special *special = var->special;

	if (strcmp(name, special->name))
		return complain(tx, name, WHY_VAR_OF_MODULE);
	if (special->set)
		special->set(value);
	else if (value)
		return complain(tx, name,
				special->put ? WHY_VAR_BY_ACTION :
					       WHY_VAR_READ_ONLY);
	return 0;
}

/* Return 0, or a negative errno with *why set. */
static int define_new(u32 num, const char *name, struct gtp_var **var,
		      const char **why)
{
	int err = gtp_var_check(name, why);

	if (err)
		return err;
	*var = gtp_var_add(num, name);
	if (!*var) {
		*why = WHY_VAR_MANY;
		return -ENOMEM;
	}
	err = gtp_var_attach(*var, why);
	if (err)
		gtp_var_remove_last();
	return err;
}

int gtp_var_define(u32 num, s64 value, int builtin, struct rsp_text hexname,
		   struct rsp_tx *tx)
{
	struct gtp_var *var = gtp_var_find(num);
	const char *why;
	char name[256];
	long len = rsp_unhex(hexname, name, sizeof(name) - 1);

	if (len < 0) {
		rsp_error(tx, MSG_VARIABLE_NAME);
		return -EINVAL;
	}
	name[len] = '\0';
	if (var && var->special)
		return define_special(var, name, value, tx);
	if (num > 0xffff)
		return complain(tx, name, WHY_VAR_NUMBER);
	if (!var) {
		if (gtp_var_again(num, name, &var, &why))
			return complain(tx, name, why);
		if (var)
			return define_special(var, name, value, tx);
	}
	/*
	 * A tracepoint that joins a run may need a new variable. The run's
	 * other tracepoints know their slots, and look at no more.
	 */
	if (gtp.armed && var)
		return complain(tx, name, WHY_RUNNING);
	if (var && strcmp(name, var->name))
		return complain(tx, name, WHY_VAR_OTHER);
	if (!var && define_new(num, name, &var, &why))
		return complain(tx, name, why);
	var->builtin = builtin;
	var->initial = value;
	var->value = value;
	if (var->each)
		gtp_percpu_start(var->each);
	return 0;
}
