/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Variables of the current task and of its context.
 *
 * Context of all get and put functions: any, including NMI. ctx is NULL if GDB
 * asks outside of a hit.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "compat/context.h"
#include "trace/var/private.h"

static u64 get_cpu_id(struct gtp_hit_ctx *ctx)
{
	return raw_smp_processor_id();
}

static u64 get_current_task(struct gtp_hit_ctx *ctx)
{
	return (unsigned long)current;
}

static u64 get_thread_info(struct gtp_hit_ctx *ctx)
{
	return (unsigned long)current_thread_info();
}

static u64 get_current_pid(struct gtp_hit_ctx *ctx)
{
	return current->pid;
}

static u64 get_hardirq_count(struct gtp_hit_ctx *ctx)
{
	return kc_hardirq_count(gtp_is_trapped(ctx));
}

static u64 get_softirq_count(struct gtp_hit_ctx *ctx)
{
	return kc_softirq_count();
}

static u64 get_irq_count(struct gtp_hit_ctx *ctx)
{
	return kc_irq_count(gtp_is_trapped(ctx));
}

static u64 get_task_user(struct gtp_hit_ctx *ctx)
{
	return kc_task_is_user();
}

static u64 get_task_regs(struct gtp_hit_ctx *ctx)
{
	return (unsigned long)kc_user_regs();
}

static const struct gtp_special specials[] = {
	{ .num = 2, .name = "cpu_id", .get = get_cpu_id,
	  .quick = GTP_QUICK_CPU },
	{ .num = 3, .name = "current_task", .get = get_current_task,
	  .quick = GTP_QUICK_TASK },
	{ .num = 4, .name = "current_thread_info", .get = get_thread_info,
	  .quick = GTP_QUICK_CALL },
	{ .num = 10, .name = "current_task_pid", .get = get_current_pid,
	  .quick = GTP_QUICK_PID },
	{ .num = 25, .name = "hardirq_count", .get = get_hardirq_count },
	{ .num = 26, .name = "softirq_count", .get = get_softirq_count,
	  .quick = GTP_QUICK_CALL },
	{ .num = 27, .name = "irq_count", .get = get_irq_count },
	{ .num = 28, .name = "current_task_user", .get = get_task_user,
	  .quick = GTP_QUICK_CALL },
	{ .num = 29, .name = "task_pt_regs", .get = get_task_regs,
	  .quick = GTP_QUICK_CALL },
};

const struct var_group gtp_task_vars = {
	.vars = specials,
	.nr = ARRAY_SIZE(specials),
};

int gtp_var_is_cpu_id(const struct gtp_var *var)
{
	return var->special && var->special->get == get_cpu_id;
}
