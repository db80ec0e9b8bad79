/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QTDV: variables that the user defines, or sets.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/string.h>

#include "trace/var/private.h"

/* Return -1, with an error in tx. */
static int complain(struct rsp_tx *tx, const char *name, const char *what)
{
	rsp_error(tx, "variable %s: %s", name, what);
	return -1;
}

static int define_special(struct gtp_var *var, const char *name, s64 value,
			  struct rsp_tx *tx)
{
	const struct gtp_special *special = var->special;

	if (strcmp(name, special->name))
		return complain(tx, name, "its number is of a variable of the module: reconnect");
	if (special->set)
		special->set(value);
	else if (value)
		return complain(tx, name, special->put ?
				"can only be set in an action" :
				"is read-only");
	return 0;
}

/* Return NULL or an error. */
static const char *define_new(u32 num, const char *name, struct gtp_var **var)
{
	const char *why = gtp_var_refused(name);

	if (why)
		return why;
	*var = gtp_var_add(num, name);
	if (!*var)
		return "no memory, or over 1024 variables";
	why = gtp_var_attach(*var);
	if (why)
		gtp_var_remove_last();
	return why;
}

int gtp_var_define(u32 num, s64 value, int builtin, struct rsp_text hexname,
		   struct rsp_tx *tx)
{
	struct gtp_var *var = gtp_var_find(num);
	const char *why = NULL;
	char name[256];
	long len = rsp_unhex(hexname, name, sizeof(name) - 1);

	if (len < 0) {
		rsp_error(tx, "the variable's name is not hex, or over 255 characters");
		return -1;
	}
	name[len] = '\0';
	if (var && var->special)
		return define_special(var, name, value, tx);
	if (num > 0xffff)
		return complain(tx, name, "its number is over 65535");
	if (!var) {
		why = gtp_var_again(num, name, &var);
		if (why)
			return complain(tx, name, why);
		if (var)
			return define_special(var, name, value, tx);
	}
	if (gtp.armed)
		return complain(tx, name, "the trace is running");
	if (var && strcmp(name, var->name))
		return complain(tx, name, "its number is in use for another variable");
	if (!var) {
		why = define_new(num, name, &var);
		if (why)
			return complain(tx, name, why);
	}
	var->builtin = builtin;
	var->initial = value;
	var->value = value;
	if (var->each)
		gtp_percpu_start(var->each);
	return 0;
}
