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
	{ GTP_SPECIAL(cpu_id), .get = get_cpu_id,
	  .quick = GTP_QUICK_CPU },
	{ GTP_SPECIAL(current_task), .get = get_current_task,
	  .quick = GTP_QUICK_TASK },
	{ GTP_SPECIAL(current_thread_info), .get = get_thread_info,
	  .quick = GTP_QUICK_CALL },
	{ GTP_SPECIAL(current_task_pid), .get = get_current_pid,
	  .quick = GTP_QUICK_PID },
	{ GTP_SPECIAL(hardirq_count), .get = get_hardirq_count },
	{ GTP_SPECIAL(softirq_count), .get = get_softirq_count,
	  .quick = GTP_QUICK_CALL },
	{ GTP_SPECIAL(irq_count), .get = get_irq_count },
	{ GTP_SPECIAL(current_task_user), .get = get_task_user,
	  .quick = GTP_QUICK_CALL },
	{ GTP_SPECIAL(task_pt_regs), .get = get_task_regs,
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
