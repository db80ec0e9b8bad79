/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace state variables: their table, and those that GDB defines. special.c has
 * those that the module provides.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "trace/internal.h"

/*
 * Special variables come first; emptied as a whole. Written under gtp.lock
 * while no run is on, read by hits.
 */
static struct gtp_var *vars[GTP_VARS_MAX];
static u32 nr_vars;

/*
 * Additional numbers of special variables: GDB creates a variable again that
 * the user has deleted.
 */
struct again {
	u32 num;
	u32 slot;
};

#define AGAIN_MAX	128

static struct again agains[AGAIN_MAX];	/* guarded like vars */
static u32 nr_agains;

/* Values of $p_x, $per_cpu_x, $p_x0, $p_x1, ... */
struct gtp_percpu {
	struct gtp_percpu *next;
	kc_word64_t __percpu *words;
	size_t len;
	char name[];		/* len bytes: "x" */
};

static struct gtp_percpu *percpus;	/* guarded like vars */

/* Those of the last run (kept.c), without special ones. Under gtp.lock. */
static struct {
	struct gtp_var *vars[GTP_VARS_MAX];
	u32 nr_vars;
	struct again agains[AGAIN_MAX];
	u32 nr_agains;
	struct gtp_percpu *percpus;
} kept;

/* ---- values: any context ----------------------------------------------- */

struct gtp_var *gtp_var_slot(u32 slot)
{
	return slot < nr_vars ? vars[slot] : NULL;
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

/* ---- the table: process context, under gtp.lock ------------------------ */

static struct gtp_var *find_again(const struct again *list, u32 n, u32 num)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (list[i].num == num)
			return vars[list[i].slot];
	return NULL;
}

struct gtp_var *gtp_var_find(u32 num)
{
	u32 i;

	for (i = 0; i < nr_vars; i++)
		if (vars[i]->num == num)
			return vars[i];
	return find_again(agains, nr_agains, num);
}

struct gtp_var *gtp_var_slot_shown(u32 slot)
{
	if (!gtp.keeps || slot < gtp_nr_specials)
		return gtp_var_slot(slot);
	slot -= gtp_nr_specials;
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

static struct gtp_var *var_add(u32 num, const char *name)
{
	size_t len = strlen(name) + 1;
	struct gtp_var *var;

	if (nr_vars == GTP_VARS_MAX)
		return NULL;
	var = kzalloc(sizeof(*var) + len, GFP_KERNEL);
	if (!var)
		return NULL;
	var->num = num;
	var->cpu = -1;
	memcpy(var->name, name, len);
	vars[nr_vars++] = var;
	return var;
}

int gtp_vars_init(void)
{
	struct gtp_var *var;
	u32 i;

	gtp_specials_init();
	for (i = 0; i < gtp_nr_specials; i++) {
		var = var_add(i + 1, gtp_specials[i].name);
		if (!var)
			return -ENOMEM;
		var->special = &gtp_specials[i];
		var->builtin = 1;
	}
	return 0;
}

static void percpus_free(struct gtp_percpu **list)
{
	struct gtp_percpu *p;

	while (*list) {
		p = *list;
		*list = p->next;
		free_percpu(p->words);
		kfree(p);
	}
}

void gtp_vars_clear(void)
{
	while (nr_vars > gtp_nr_specials)
		kfree(vars[--nr_vars]);
	nr_agains = 0;
	percpus_free(&percpus);
}

void gtp_vars_keep(void)
{
	kept.nr_vars = nr_vars - gtp_nr_specials;
	memcpy(kept.vars, vars + gtp_nr_specials,
	       kept.nr_vars * sizeof(*vars));
	nr_vars = gtp_nr_specials;
	memcpy(kept.agains, agains, sizeof(agains));
	kept.nr_agains = nr_agains;
	nr_agains = 0;
	kept.percpus = percpus;
	percpus = NULL;
}

void gtp_vars_drop_kept(void)
{
	while (kept.nr_vars)
		kfree(kept.vars[--kept.nr_vars]);
	kept.nr_agains = 0;
	percpus_free(&kept.percpus);
}

void gtp_vars_exit(void)
{
	gtp_vars_clear();
	while (nr_vars)
		kfree(vars[--nr_vars]);
}

/* ---- per-CPU variables ------------------------------------------------- */

static struct gtp_percpu *percpu_find(const char *name, size_t len)
{
	struct gtp_percpu *p;

	for (p = percpus; p; p = p->next)
		if (p->len == len && !memcmp(p->name, name, len))
			return p;
	p = kzalloc(sizeof(*p) + len, GFP_KERNEL);
	if (!p)
		return NULL;
	p->words = kc_alloc_percpu(kc_word64_t);
	if (!p->words) {
		kfree(p);
		return NULL;
	}
	p->len = len;
	memcpy(p->name, name, len);
	p->next = percpus;
	percpus = p;
	return p;
}

/* "p_" or "per_cpu_", a name, and optionally a CPU's number. */
static const char *percpu_attach(struct gtp_var *var)
{
	const char *name = var->name;
	size_t len, digits;
	int cpu = 0;

	if (!strncmp(name, "per_cpu_", 8))
		name += 8;
	else if (!strncmp(name, "p_", 2))
		name += 2;
	else
		return NULL;
	len = strlen(name);
	for (digits = len; digits; digits--)
		if (name[digits - 1] < '0' || name[digits - 1] > '9')
			break;
	if (!digits)
		return NULL;	/* no name is left */
	if (digits < len) {
		if (len - digits > 6 ||
		    sscanf(name + digits, "%d", &cpu) != 1 ||
		    (unsigned int)cpu >= gtp.nr_cpus || !cpu_possible(cpu))
			return "there is no CPU of that number";
		var->cpu = cpu;
	}
	var->each = percpu_find(name, digits);
	return var->each ? NULL : "no memory";
}

/* One initial value for all CPUs, except those that have their own. */
static void percpu_start(struct gtp_percpu *p)
{
	s64 all = 0;
	int cpu;
	u32 i;

	for (i = 0; i < nr_vars; i++)
		if (vars[i]->each == p && vars[i]->cpu < 0 && vars[i]->initial)
			all = vars[i]->initial;
	for_each_possible_cpu(cpu)
		kc_store64(per_cpu_ptr(p->words, cpu), all);
	for (i = 0; i < nr_vars; i++)
		if (vars[i]->each == p && vars[i]->cpu >= 0 && vars[i]->initial)
			kc_store64(gtp_var_word(vars[i]), vars[i]->initial);
}

void gtp_vars_start(void)
{
	struct gtp_percpu *p;
	u32 i;

	for (i = 0; i < nr_vars; i++)
		vars[i]->value = vars[i]->initial;
	for (p = percpus; p; p = p->next)
		percpu_start(p);
}

/* ---- QTDV -------------------------------------------------------------- */

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

/*
 * If a special variable has that name, give it another number and set *var.
 * Return NULL or an error.
 */
static const char *define_again(u32 num, const char *name,
				struct gtp_var **var)
{
	u32 i;

	for (i = 0; i < gtp_nr_specials; i++)
		if (!strcmp(name, gtp_specials[i].name))
			break;
	if (i == gtp_nr_specials)
		return NULL;
	if (nr_agains == AGAIN_MAX)
		return "it has been made too often: reconnect";
	agains[nr_agains].num = num;
	agains[nr_agains++].slot = i;
	*var = vars[i];
	return NULL;
}

/* Return NULL or an error. */
static const char *define_new(u32 num, const char *name, struct gtp_var **var)
{
	const char *why = gtp_special_missing(name);

	if (why)
		return why;
	*var = var_add(num, name);
	if (!*var)
		return "no memory, or over 1024 variables";
	why = percpu_attach(*var);
	if (why)
		kfree(vars[--nr_vars]);
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
		why = define_again(num, name, &var);
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
		percpu_start(var->each);
	return 0;
}

/* ---- used by agent/ when compiling ------------------------------------- */

static enum agent_error var_usable(const struct gtp_var *var, int use)
{
	if (use != AGENT_VAR_WRITE && var->special &&
	    var->special->get == gtp_get_kret)
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

	for (i = 0; i < nr_vars; i++) {
		if (vars[i]->num != num)
			continue;
		*slot = i;
		return var_usable(vars[i], use);
	}
	for (i = 0; i < nr_agains; i++) {
		if (agains[i].num != num)
			continue;
		*slot = agains[i].slot;
		return var_usable(vars[*slot], use);
	}
	return AGENT_E_BAD_VAR;
}

/* Per-CPU values change only under ringbuf_enter(). */
int agent_target_var_shared(u32 slot)
{
	return !vars[slot]->special && !vars[slot]->each;
}
