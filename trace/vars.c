/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace state variables: GDB's, and those that the module itself knows.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "compat/clock.h"
#include "trace/internal.h"

#define VERSION_NUMBER	20261122	/* $gtp_version: the date */

/*
 * Filled from the front, emptied as a whole.  Written under gtp.lock while no
 * run is on, read by the hit path.
 */
static struct gtp_var *vars[GTP_VARS_MAX];
static u32 nr_vars;

/* ---- the module's own: any context ---------------------------------------- */

static u64 get_version(const struct gtp_cpu *tc)
{
	return VERSION_NUMBER;
}

static u64 get_cpu_id(const struct gtp_cpu *tc)
{
	return raw_smp_processor_id();
}

static u64 get_current_task(const struct gtp_cpu *tc)
{
	return (unsigned long)current;
}

static u64 get_thread_info(const struct gtp_cpu *tc)
{
	return (unsigned long)current_thread_info();
}

static u64 get_clock(const struct gtp_cpu *tc)
{
	return kc_clock();
}

static u64 get_self_trace(const struct gtp_cpu *tc)
{
	return gtp.self_trace;
}

static void set_self_trace(u64 val)
{
	gtp.self_trace = val;
}

static u64 get_cpu_number(const struct gtp_cpu *tc)
{
	return gtp.nr_cpus;
}

static u64 get_ignore_error(const struct gtp_cpu *tc)
{
	return gtp.ignore_error;
}

static void set_ignore_error(u64 val)
{
	gtp.ignore_error = val;
}

static u64 get_last_errno(const struct gtp_cpu *tc)
{
	return gtp.last_errno;
}

#define BT_SIZE_DEFAULT	512
#define BT_SIZE_MAX	(1 << 20)	/* no stack is larger */

static u64 get_bt(const struct gtp_cpu *tc)
{
	return gtp.bt_size;
}

/* A `tvariable $bt' without a value gives 0. */
static void set_bt(u64 val)
{
	gtp.bt_size = val ? min_t(u64, val, BT_SIZE_MAX) : BT_SIZE_DEFAULT;
}

static u64 get_current_pid(const struct gtp_cpu *tc)
{
	return current->pid;
}

static u64 loss(int which)
{
	struct ringbuf_info info;

	if (!gtp.rb)
		return 0;
	ringbuf_get_info(gtp.rb, -1, &info);
	switch (which) {
	case 0:
		return info.nested;
	case 1:
		return info.overwritten;
	case 2:
		return info.shrunk;
	case 3:
		return info.too_big;
	default:
		return info.no_share;
	}
}

static u64 get_lost_nested(const struct gtp_cpu *tc)
{
	return loss(0);
}

static u64 get_lost_overwritten(const struct gtp_cpu *tc)
{
	return loss(1);
}

static u64 get_lost_shrunk(const struct gtp_cpu *tc)
{
	return loss(2);
}

static u64 get_lost_too_big(const struct gtp_cpu *tc)
{
	return loss(3);
}

static u64 get_lost_no_share(const struct gtp_cpu *tc)
{
	return loss(4);
}

/* Not under gtp.lock in a hit, but in a run no tracepoint goes: gtp_point_complete(). */
static u64 get_lost_missed(const struct gtp_cpu *tc)
{
	return gtp_missed();
}

/*
 * The names are those of the original KGTP; the numbers are 1, 2, ... in this
 * order.  They must leave no gap: GDB numbers the user's next variable by how
 * many it has learnt of, whatever their numbers are.
 */
static const struct gtp_special specials[] = {
	{ "gtp_version", get_version },
	{ "cpu_id", get_cpu_id },
	{ "current_task", get_current_task },
	{ "current_thread_info", get_thread_info },
	{ "clock", get_clock },
	{ "self_trace", get_self_trace, set_self_trace },
	{ "cpu_number", get_cpu_number },
	{ "ignore_error", get_ignore_error, set_ignore_error },
	{ "last_errno", get_last_errno },
	{ "current_task_pid", get_current_pid },
	{ "bt", get_bt, set_bt, gtp_hit_bt },
	{ "lost_nested", get_lost_nested },
	{ "lost_overwritten", get_lost_overwritten },
	{ "lost_shrunk", get_lost_shrunk },
	{ "lost_too_big", get_lost_too_big },
	{ "lost_missed", get_lost_missed },
	{ "lost_no_share", get_lost_no_share },
	{ "lost_returns", gtp_get_lost_returns },
	{ "kret", gtp_get_kret },
};

/* ---- the table: process context, under gtp.lock -------------------------- */

struct gtp_var *gtp_var_slot(u32 slot)
{
	return slot < nr_vars ? vars[slot] : NULL;
}

struct gtp_var *gtp_var_find(u32 num)
{
	u32 i;

	for (i = 0; i < nr_vars; i++)
		if (vars[i]->num == num)
			return vars[i];
	return NULL;
}

s64 gtp_var_get(const struct gtp_var *var)
{
	return var->special ? var->special->get(NULL) : kc_load64(&var->value);
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
	memcpy(var->name, name, len);
	vars[nr_vars++] = var;
	return var;
}

int gtp_vars_init(void)
{
	struct gtp_var *var;
	u32 i;

	gtp.bt_size = BT_SIZE_DEFAULT;
	for (i = 0; i < ARRAY_SIZE(specials); i++) {
		var = var_add(i + 1, specials[i].name);
		if (!var)
			return -ENOMEM;
		var->special = &specials[i];
		var->builtin = 1;
	}
	return 0;
}

/* The special ones stand in front. */
void gtp_vars_clear(void)
{
	while (nr_vars > ARRAY_SIZE(specials))
		kfree(vars[--nr_vars]);
}

void gtp_vars_exit(void)
{
	while (nr_vars)
		kfree(vars[--nr_vars]);
}

void gtp_vars_start(void)
{
	u32 i;

	for (i = 0; i < nr_vars; i++)
		vars[i]->value = vars[i]->initial;
}

/* QTDV.  NULL, or what is wrong. */
const char *gtp_var_define(u32 num, s64 value, int builtin,
			     struct rsp_text hexname)
{
	struct gtp_var *var = gtp_var_find(num);
	char name[256];
	long len = rsp_unhex(hexname, name, sizeof(name) - 1);

	if (len < 0)
		return "the variable's name is not hex, or over 255 characters";
	name[len] = '\0';
	if (var && var->special) {
		if (strcmp(name, var->special->name))
			return "that number is a variable of the module: reconnect";
		if (var->special->set)
			var->special->set(value);
		return NULL;
	}
	if (gtp.armed)
		return "the trace is running";
	if (num > 0xffff)
		return "the variable's number is over 65535";
	if (var && strcmp(name, var->name))
		return "that number is in use for another variable";
	if (!var)
		var = var_add(num, name);
	if (!var)
		return "no memory, or over 1024 variables";
	var->builtin = builtin;
	var->initial = value;
	var->value = value;
	return NULL;
}

int gtp_var_is_cpu_id(const struct gtp_var *var)
{
	return var->special && var->special->get == get_cpu_id;
}

/* ---- what agent/ asks when it compiles ------------------------------------- */

enum agent_error agent_target_var(unsigned int num, int use, u32 *slot)
{
	u32 i;

	for (i = 0; i < nr_vars; i++) {
		if (vars[i]->num != num)
			continue;
		if (vars[i]->special && vars[i]->special->get == gtp_get_kret)
			return AGENT_E_TARGET;
		if (use == AGENT_VAR_WRITE && vars[i]->special)
			return AGENT_E_VAR_READONLY;
		*slot = i;
		return AGENT_OK;
	}
	return AGENT_E_BAD_VAR;
}
