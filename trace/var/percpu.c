/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Variables with a value for each CPU: $p_x, $per_cpu_x, $p_x0, $p_x1, ...
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "trace/base/messages.h"
#include "trace/var/private.h"

static struct gtp_percpu *percpus, *kept;	/* guarded like gtp_vars */

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

/* Return what follows "p_" or "per_cpu_"; NULL for other names. */
static const char *percpu_name(const char *name)
{
	if (!strncmp(name, "per_cpu_", 8))
		return name + 8;
	return strncmp(name, "p_", 2) ? NULL : name + 2;
}

/* In a run a new one could set, or begin to share, values in use. */
static int percpu_check(const char *name, const char **why)
{
	if (!gtp.armed || !percpu_name(name))
		return 0;
	*why = WHY_RUNNING;
	return -EBUSY;
}

/* The prefix, a name, and optionally a CPU's number. */
static int percpu_attach(struct gtp_var *var, const char **why)
{
	const char *name = percpu_name(var->name);
	size_t len, digits;
	int cpu = 0;

	if (!name)
		return 0;
	len = strlen(name);
	for (digits = len; digits; digits--)
		if (name[digits - 1] < '0' || name[digits - 1] > '9')
			break;
	if (!digits)
		return 0;	/* no name is left */
	if (digits < len) {
		if (len - digits > 6 ||
		    sscanf(name + digits, "%d", &cpu) != 1 ||
		    (unsigned int)cpu >= gtp.nr_cpus || !cpu_possible(cpu)) {
			*why = WHY_NO_CPU;
			return -EINVAL;
		}
		var->cpu = cpu;
	}
	var->each = percpu_find(name, digits);
	if (var->each)
		return 0;
	*why = WHY_NO_MEMORY;
	return -ENOMEM;
}

/* One initial value for all CPUs, except those that have their own. */
void gtp_percpu_start(struct gtp_percpu *p)
{
	struct gtp_var *var;
	s64 all = 0;
	int cpu;
	u32 i;

	for (i = 0; (var = gtp_var_slot(i)); i++)
		if (var->each == p && var->cpu < 0 && var->initial)
			all = var->initial;
	for_each_possible_cpu(cpu)
		kc_store64(per_cpu_ptr(p->words, cpu), all);
	for (i = 0; (var = gtp_var_slot(i)); i++)
		if (var->each == p && var->cpu >= 0 && var->initial)
			kc_store64(gtp_var_word(var), var->initial);
}

static void percpu_start_all(void)
{
	struct gtp_percpu *p;

	for (p = percpus; p; p = p->next)
		gtp_percpu_start(p);
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

static void percpu_clear(void)
{
	percpus_free(&percpus);
}

static void percpu_keep(void)
{
	kept = percpus;
	percpus = NULL;
}

static void percpu_drop_kept(void)
{
	percpus_free(&kept);
}

const struct var_group gtp_percpu_vars = {
	.check = percpu_check,
	.attach = percpu_attach,
	.start = percpu_start_all,
	.clear = percpu_clear,
	.keep = percpu_keep,
	.drop_kept = percpu_drop_kept,
};
