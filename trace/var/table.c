/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace state variables: their table, and their families. Special ones, which
 * the module provides, come first. The table is emptied as a whole.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "trace/base/messages.h"
#include "trace/var/private.h"

/* A family has its file, and a line here. */
static const struct var_group *const groups[] = {
	&gtp_task_vars,
	&gtp_clock_vars,
	&gtp_loss_vars,
	&gtp_control_vars,
	&gtp_bt_vars,
	&gtp_kret_marks,
	&gtp_kret_vars,
	&gtp_printk_vars,
	&gtp_percpu_vars,
	&gtp_missing_vars,
};

static u32 nr_specials;	/* set at init */

/*
 * Additional numbers of special variables: GDB creates a variable again that
 * the user has deleted.
 */
struct again {
	u32 num;
	u32 slot;
};

#define AGAIN_MAX	128

static struct again agains[AGAIN_MAX];	/* guarded like gtp_vars */
static u32 nr_agains;

/* Those of the last run (run/kept.c), without special ones. Under gtp.lock. */
static struct {
	struct gtp_var *vars[GTP_VARS_MAX];
	u32 nr_vars;
	struct again agains[AGAIN_MAX];
	u32 nr_agains;
} kept;

static struct gtp_var *find_again(const struct again *list, u32 n, u32 num)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (list[i].num == num)
			return gtp_vars.var[list[i].slot];
	return NULL;
}

struct gtp_var *gtp_var_find(u32 num)
{
	u32 i;

	for (i = 0; i < gtp_vars.nr; i++)
		if (gtp_vars.var[i]->num == num)
			return gtp_vars.var[i];
	return find_again(agains, nr_agains, num);
}

struct gtp_var *gtp_var_slot_shown(u32 slot)
{
	if (!gtp.keeps || slot < nr_specials)
		return gtp_var_slot(slot);
	slot -= nr_specials;
	return slot < kept.nr_vars ? kept.vars[slot] : NULL;
}

struct gtp_var *gtp_var_find_shown(u32 num)
{
	struct gtp_var *var;
	u32 i;

	if (!gtp.keeps)
		return gtp_var_find(num);
	for (i = 0; (var = gtp_var_slot_shown(i)); i++)
		if (var->num == num)
			return var;
	return find_again(kept.agains, kept.nr_agains, num);
}

s64 gtp_var_get(struct gtp_var *var)
{
	s64 value;

	if (var->special)
		return var->special->get ? var->special->get(NULL) : 0;
	preempt_disable();
	value = kc_load64(gtp_var_word(var));
	preempt_enable();
	return value;
}

/* GDB sends it back at the next tstart. Read-only variables must get 0 then. */
s64 gtp_var_initial(struct gtp_var *var)
{
	if (!var->special)
		return var->initial;
	return var->special->set ? gtp_var_get(var) : 0;
}

struct gtp_var *gtp_var_add(u32 num, const char *name)
{
	size_t len = strlen(name) + 1;
	struct gtp_var *var;

	if (gtp_vars.nr == GTP_VARS_MAX)
		return NULL;
	var = kzalloc(sizeof(*var) + len, GFP_KERNEL);
	if (!var)
		return NULL;
	var->num = num;
	var->cpu = -1;
	memcpy(var->name, name, len);
	gtp_vars.var[gtp_vars.nr++] = var;
	return var;
}

void gtp_var_remove_last(void)
{
	kfree(gtp_vars.var[--gtp_vars.nr]);
}

/* The special variable number num. NULL: none. */
static const struct gtp_special *find_special(u32 num)
{
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (n = 0; n < groups[i]->nr; n++)
			if (groups[i]->vars[n].num == num)
				return &groups[i]->vars[n];
	return NULL;
}

int gtp_vars_init(void)
{
	const struct gtp_special *special;
	struct gtp_var *var;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i]->init)
			groups[i]->init();
	while ((special = find_special(nr_specials + 1))) {
		var = gtp_var_add(++nr_specials, special->name);
		if (!var)
			return -ENOMEM;
		var->special = special;
		var->builtin = 1;
	}
	return 0;
}

void gtp_vars_clear(void)
{
	u32 i;

	while (gtp_vars.nr > nr_specials)
		kfree(gtp_vars.var[--gtp_vars.nr]);
	nr_agains = 0;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i]->clear)
			groups[i]->clear();
}

void gtp_vars_keep(void)
{
	u32 i;

	kept.nr_vars = gtp_vars.nr - nr_specials;
	memcpy(kept.vars, gtp_vars.var + nr_specials,
	       kept.nr_vars * sizeof(*gtp_vars.var));
	gtp_vars.nr = nr_specials;
	memcpy(kept.agains, agains, sizeof(agains));
	kept.nr_agains = nr_agains;
	nr_agains = 0;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i]->keep)
			groups[i]->keep();
}

void gtp_vars_drop_kept(void)
{
	u32 i;

	while (kept.nr_vars)
		kfree(kept.vars[--kept.nr_vars]);
	kept.nr_agains = 0;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i]->drop_kept)
			groups[i]->drop_kept();
}

void gtp_vars_exit(void)
{
	gtp_vars_clear();
	while (gtp_vars.nr)
		kfree(gtp_vars.var[--gtp_vars.nr]);
}

int gtp_vars_prepare(void)
{
	int ret = 0;
	u32 i;

	for (i = 0; !ret && i < ARRAY_SIZE(groups); i++)
		if (groups[i]->prepare)
			ret = groups[i]->prepare();
	return ret;
}

void gtp_vars_start(void)
{
	u32 i;

	for (i = 0; i < gtp_vars.nr; i++)
		gtp_vars.var[i]->value = gtp_vars.var[i]->initial;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i]->start)
			groups[i]->start();
}

int gtp_var_again(u32 num, const char *name, struct gtp_var **var,
		  const char **why)
{
	u32 i;

	for (i = 0; i < nr_specials; i++)
		if (!strcmp(name, gtp_vars.var[i]->name))
			break;
	if (i == nr_specials)
		return 0;
	if (nr_agains == AGAIN_MAX) {
		*why = WHY_VAR_AGAIN;
		return -ENOSPC;
	}
	agains[nr_agains].num = num;
	agains[nr_agains++].slot = i;
	*var = gtp_vars.var[i];
	return 0;
}

int gtp_var_check(const char *name, const char **why)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < ARRAY_SIZE(groups); i++)
		if (groups[i]->check)
			err = groups[i]->check(name, why);
	return err;
}

int gtp_var_attach(struct gtp_var *var, const char **why)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < ARRAY_SIZE(groups); i++)
		if (groups[i]->attach)
			err = groups[i]->attach(var, why);
	return err;
}

int gtp_vars_used(const struct agent_prog *prog)
{
	const struct gtp_special *special;
	int uses = 0;
	u32 i;

	if (!prog->reads_var && !prog->writes_var)
		return 0;
	for (i = 0; i < nr_specials; i++) {
		special = gtp_vars.var[i]->special;
		if (special->uses &&
		    agent_uses_var(prog, i, AGENT_VAR_READ | AGENT_VAR_WRITE))
			uses |= special->uses;
		if (special->collect &&
		    agent_uses_var(prog, i, AGENT_VAR_COLLECT))
			uses |= GTP_USES_REGS;
	}
	return uses;
}

/* ---- used by agent/ when compiling ------------------------------------- */

static int asks_for_probe(const struct gtp_special *special)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i]->ask_for_probe && special >= groups[i]->vars &&
		    special < groups[i]->vars + groups[i]->nr)
			return 1;
	return 0;
}

static enum agent_error var_usable(const struct gtp_var *var, int use)
{
	if (use != AGENT_VAR_WRITE && var->special &&
	    asks_for_probe(var->special))
		return AGENT_E_TARGET;
	if (use == AGENT_VAR_WRITE)
		return (var->special && !var->special->put) ||
			var->cpu >= 0 ? AGENT_E_VAR_READONLY : AGENT_OK;
	return var->special && !var->special->get ? AGENT_E_VAR_WRITEONLY :
						    AGENT_OK;
}

enum agent_error agent_target_var(unsigned int num, int use, u32 *slot)
{
	u32 i;

	for (i = 0; i < gtp_vars.nr; i++) {
		if (gtp_vars.var[i]->num != num)
			continue;
		*slot = i;
		return var_usable(gtp_vars.var[i], use);
	}
	for (i = 0; i < nr_agains; i++) {
		if (agains[i].num != num)
			continue;
		*slot = agains[i].slot;
		return var_usable(gtp_vars.var[*slot], use);
	}
	return AGENT_E_BAD_VAR;
}

/* Per-CPU values change only under ringbuf_enter(). */
int agent_target_var_shared(u32 slot)
{
	return !gtp_vars.var[slot]->special && !gtp_vars.var[slot]->each;
}
