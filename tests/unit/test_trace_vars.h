/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Families of variables for the tests of trace/: those that need the kernel,
 * with one variable each. kret.c, percpu.c and missing.c are the module's own.
 */
#ifndef TEST_TRACE_VARS_H
#define TEST_TRACE_VARS_H

#include "arch/arch.h"
#include "trace/var/private.h"

struct gtp gtp;
struct gtp_hits gtp_hits;

static u64 get_zero(struct gtp_hit_ctx *ctx)
{
	return 0;
}

static enum agent_error put_nothing(struct gtp_hit_ctx *ctx, u64 val)
{
	return AGENT_OK;
}

static enum agent_error collect_nothing(struct gtp_hit_ctx *ctx,
					const struct gtp_var *var)
{
	return AGENT_OK;
}

static const struct gtp_special task[] = {
	{ .num = 1, .name = "cpu_id", .get = get_zero },
	{ .num = 2, .name = "current_task_pid", .get = get_zero,
	  .quick = GTP_QUICK_PID },
};

static const struct gtp_special control[] = {
	{ .num = 3, .name = "enable", .put = put_nothing,
	  .uses = GTP_USES_SWITCH },
};

static const struct gtp_special bt[] = {
	{ .num = 4, .name = "bt", .get = get_zero, .collect = collect_nothing },
};

static const struct gtp_special timer[] = {
	{ .num = 5, .name = "cooked_clock", .get = get_zero,
	  .uses = GTP_USES_COOKED },
};

/* For $kret_2. */
unsigned long arch_second_result(const struct pt_regs *regs)
{
	return 0;
}

/* $kret has 19; what is past 20 is left out. */
#define LOST(n)	{ .num = n, .name = "lost_" #n, .get = get_zero }
static const struct gtp_special loss[] = {
	LOST(6), LOST(7), LOST(8), LOST(9), LOST(10), LOST(11), LOST(12),
	LOST(13), LOST(14), LOST(15), LOST(16), LOST(17), LOST(18),
};

static const struct gtp_special printk[] = {
	{ .num = 20, .name = "printk_level", .get = get_zero,
	  .put = put_nothing, .uses = GTP_USES_PRINT },
};

#define FAMILY(name) \
	const struct var_group gtp_##name##_vars = { .vars = name, .nr = ARRAY_SIZE(name) }

FAMILY(task);
FAMILY(control);
FAMILY(bt);
FAMILY(loss);
FAMILY(printk);
const struct var_group gtp_clock_vars = { .vars = timer, .nr = ARRAY_SIZE(timer) };

#endif
