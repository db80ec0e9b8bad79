/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace state variables that the module provides. ctx is NULL if GDB asks
 * outside of a hit.
 *
 * Context of all get_ functions: any, including NMI.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/context.h"
#include "compat/kprobe.h"
#include "trace/internal.h"
#include "trace/probe/probes.h"

#define VERSION_NUMBER	20261122	/* $gtp_version: a date */

static u64 get_version(struct gtp_hit_ctx *ctx)
{
	return VERSION_NUMBER;
}

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

static u64 get_clock(struct gtp_hit_ctx *ctx)
{
	return kc_clock();
}

static u64 get_rdtsc(struct gtp_hit_ctx *ctx)
{
	return kc_cycles();
}

/* Stands still while the CPU is in a hit. */
static u64 get_cooked_clock(struct gtp_hit_ctx *ctx)
{
	if (ctx)
		return ctx->entered_clock - ctx->spent_clock;
	return gtp_cooked(kc_clock(), 0);
}

static u64 get_cooked_rdtsc(struct gtp_hit_ctx *ctx)
{
	if (ctx)
		return ctx->entered_cycles - ctx->spent_cycles;
	return gtp_cooked(kc_cycles(), 1);
}

/* Take seconds and nanoseconds from one sample. */
static void sample_wall(struct gtp_hit_ctx *ctx)
{
	if (ctx->has_wall)
		return;
	ctx->wall_sec = kc_wall_any(&ctx->wall_nsec);
	ctx->has_wall = 1;
}

static u64 get_xtime_sec(struct gtp_hit_ctx *ctx)
{
	u32 nsec;

	if (!ctx)
		return kc_wall(&nsec);
	sample_wall(ctx);
	return ctx->wall_sec;
}

static u64 get_xtime_nsec(struct gtp_hit_ctx *ctx)
{
	u32 nsec;

	if (!ctx) {
		kc_wall(&nsec);
		return nsec;
	}
	sample_wall(ctx);
	return ctx->wall_nsec;
}

int gtp_is_trapped(const struct gtp_hit_ctx *ctx)
{
	const struct gtp_site *site;

	if (!ctx || ctx->tp->is_return)
		return 0;
	/* NULL once its module has gone. */
	site = kc_load_acquire(&ctx->tp->site);
	return site && !kc_kprobe_on_ftrace(&site->kp) &&
	       arch_hit_by_trap(ctx->handler_regs);
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
	return (unsigned long)kc_task_regs();
}

static u64 get_printk_level(struct gtp_hit_ctx *ctx)
{
	return ctx ? ctx->print_level : GTP_LEVEL_FRAME;
}

static enum agent_error put_printk_level(struct gtp_hit_ctx *ctx, u64 val)
{
	ctx->print_level = min_t(u64, val, GTP_LEVEL_FRAME);
	return AGENT_OK;
}

static u64 get_printk_format(struct gtp_hit_ctx *ctx)
{
	return ctx ? ctx->print_format : FRAME_SHOW_AUTO;
}

static enum agent_error put_printk_format(struct gtp_hit_ctx *ctx, u64 val)
{
	ctx->print_format = min_t(u64, val, FRAME_SHOW_BYTES);
	return AGENT_OK;
}

/* Scratch for values that GDB collects without an expression. */
static u64 get_printk_tmp(struct gtp_hit_ctx *ctx)
{
	return ctx ? ctx->print_tmp : 0;
}

static enum agent_error put_printk_tmp(struct gtp_hit_ctx *ctx, u64 val)
{
	ctx->print_tmp = val;
	return AGENT_OK;
}

static u64 get_dump_stack(struct gtp_hit_ctx *ctx)
{
	/* GDB reads it twice to collect it. */
	if (ctx && !ctx->dumped)
		gtp_print_stack(ctx);
	if (ctx)
		ctx->dumped = 1;
	return 0;
}

static u64 get_lost_printk(struct gtp_hit_ctx *ctx)
{
	return gtp_print_lost();
}

static enum agent_error put_enable(struct gtp_hit_ctx *ctx, u64 val)
{
	return gtp_hit_switch(val, 1);
}

static enum agent_error put_disable(struct gtp_hit_ctx *ctx, u64 val)
{
	return gtp_hit_switch(val, 0);
}

static u64 get_self_trace(struct gtp_hit_ctx *ctx)
{
	return kc_load(&gtp.self_trace);
}

static void set_self_trace(u64 val)
{
	kc_store(&gtp.self_trace, val);
}

/* Naming it in an action is enough: gtp_special_uses(). */
static enum agent_error put_self_trace(struct gtp_hit_ctx *ctx, u64 val)
{
	return AGENT_OK;
}

static u64 get_cpu_number(struct gtp_hit_ctx *ctx)
{
	return gtp.nr_cpus;
}

static u64 get_ignore_error(struct gtp_hit_ctx *ctx)
{
	return kc_load(&gtp.ignore_error);
}

static void set_ignore_error(u64 val)
{
	kc_store(&gtp.ignore_error, val);
}

static u64 get_stop_on_error(struct gtp_hit_ctx *ctx)
{
	return gtp.stop_on_error;
}

static void set_stop_on_error(u64 val)
{
	kc_store(&gtp.stop_on_error, val);
}

static u64 get_last_errno(struct gtp_hit_ctx *ctx)
{
	return kc_load(&gtp.last_errno);
}

#define BT_SIZE_DEFAULT	512
#define BT_SIZE_MAX	(1 << 20)	/* no stack is larger */

static u64 get_bt(struct gtp_hit_ctx *ctx)
{
	return kc_load(&gtp.bt_size);
}

/* A plain `tvariable $bt' gives 0. */
static void set_bt(u64 val)
{
	kc_store(&gtp.bt_size,
		 val ? min_t(u64, val, BT_SIZE_MAX) : BT_SIZE_DEFAULT);
}

static u64 get_current_pid(struct gtp_hit_ctx *ctx)
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

static u64 get_lost_nested(struct gtp_hit_ctx *ctx)
{
	return loss(0);
}

static u64 get_lost_overwritten(struct gtp_hit_ctx *ctx)
{
	return loss(1);
}

static u64 get_lost_shrunk(struct gtp_hit_ctx *ctx)
{
	return loss(2);
}

static u64 get_lost_too_big(struct gtp_hit_ctx *ctx)
{
	return loss(3);
}

static u64 get_lost_no_share(struct gtp_hit_ctx *ctx)
{
	return loss(4);
}

/*
 * Names as in the original KGTP; numbers are 1, 2, ... in this order. There
 * must be no gap: GDB numbers the user's next variable by how many it knows.
 */
const struct gtp_special gtp_specials[] = {
	{ .name = "gtp_version", .get = get_version },
	{ .name = "cpu_id", .get = get_cpu_id },
	{ .name = "current_task", .get = get_current_task },
	{ .name = "current_thread_info", .get = get_thread_info },
	{ .name = "clock", .get = get_clock },
	{ .name = "self_trace", .get = get_self_trace, .set = set_self_trace,
	  .put = put_self_trace, .uses = GTP_USES_SELF },
	{ .name = "cpu_number", .get = get_cpu_number },
	{ .name = "ignore_error", .get = get_ignore_error,
	  .set = set_ignore_error },
	{ .name = "last_errno", .get = get_last_errno },
	{ .name = "current_task_pid", .get = get_current_pid },
	{ .name = "bt", .get = get_bt, .set = set_bt, .collect = gtp_collect_bt },
	{ .name = "lost_nested", .get = get_lost_nested },
	{ .name = "lost_overwritten", .get = get_lost_overwritten },
	{ .name = "lost_shrunk", .get = get_lost_shrunk },
	{ .name = "lost_too_big", .get = get_lost_too_big },
	{ .name = "lost_missed", .get = gtp_get_lost_missed },
	{ .name = "lost_no_share", .get = get_lost_no_share },
	{ .name = "lost_returns", .get = gtp_get_lost_returns },
	{ .name = "kret", .get = gtp_get_kret, .put = gtp_put_kret,
	  .uses = GTP_USES_KRET },
	{ .name = "cooked_clock", .get = get_cooked_clock,
	  .uses = GTP_USES_COOKED },
	{ .name = "rdtsc", .get = get_rdtsc },
	{ .name = "cooked_rdtsc", .get = get_cooked_rdtsc,
	  .uses = GTP_USES_COOKED },
	{ .name = "xtime_sec", .get = get_xtime_sec, .uses = GTP_USES_STATE },
	{ .name = "xtime_nsec", .get = get_xtime_nsec,
	  .uses = GTP_USES_STATE },
	{ .name = "hardirq_count", .get = get_hardirq_count },
	{ .name = "softirq_count", .get = get_softirq_count },
	{ .name = "irq_count", .get = get_irq_count },
	{ .name = "current_task_user", .get = get_task_user },
	{ .name = "task_pt_regs", .get = get_task_regs },
	{ .name = "printk_level", .get = get_printk_level,
	  .put = put_printk_level, .uses = GTP_USES_PRINT },
	{ .name = "printk_format", .get = get_printk_format,
	  .put = put_printk_format, .uses = GTP_USES_STATE },
	{ .name = "printk_tmp", .get = get_printk_tmp, .put = put_printk_tmp,
	  .uses = GTP_USES_STATE },
	{ .name = "dump_stack", .get = get_dump_stack, .uses = GTP_USES_PRINT },
	{ .name = "lost_printk", .get = get_lost_printk },
	{ .name = "enable", .put = put_enable, .uses = GTP_USES_SWITCH },
	{ .name = "disable", .put = put_disable, .uses = GTP_USES_SWITCH },
	{ .name = "stop_on_error", .get = get_stop_on_error,
	  .set = set_stop_on_error },
};

const u32 gtp_nr_specials = ARRAY_SIZE(gtp_specials);

#define NO_COUNTERS	"is not available: kgtp has no performance counters"
#define NO_WATCHPOINTS	"is not available: kgtp has no hardware watchpoints"
#define NO_STEPS	"is not available: kgtp does not step"
#define NO_USER_SPACE	"is not available: kgtp does not trace user space"

/*
 * Variables of the original KGTP that we lack: a `tvariable' would create one
 * that does nothing. A trailing * matches any rest of a name.
 */
static const struct {
	const char *name;
	const char *why;
} missing[] = {
	{ "pe_*", NO_COUNTERS },
	{ "p_pe_*", NO_COUNTERS },
	{ "per_cpu_pe_*", NO_COUNTERS },
	{ "perf_event_*", NO_COUNTERS },
	{ "p_perf_event_*", NO_COUNTERS },
	{ "per_cpu_perf_event_*", NO_COUNTERS },
	{ "watch_static", NO_WATCHPOINTS },
	{ "watch_type", NO_WATCHPOINTS },
	{ "watch_size", NO_WATCHPOINTS },
	{ "watch_set_id", NO_WATCHPOINTS },
	{ "watch_set_addr", NO_WATCHPOINTS },
	{ "watch_start", NO_WATCHPOINTS },
	{ "watch_stop", NO_WATCHPOINTS },
	{ "watch_trace_num", NO_WATCHPOINTS },
	{ "watch_trace_addr", NO_WATCHPOINTS },
	{ "watch_addr", NO_WATCHPOINTS },
	{ "watch_val", NO_WATCHPOINTS },
	{ "watch_prev_val", NO_WATCHPOINTS },
	{ "watch_count", NO_WATCHPOINTS },
	{ "step_count", NO_STEPS },
	{ "step_id", NO_STEPS },
	{ "inferior_pid", NO_USER_SPACE },
	{ "current", NO_USER_SPACE },
	{ "pipe_trace", "is not available: there is no gtpframe_pipe, but tsave" },
	{ "gtp_rb_discard_page_number",
	  "is not available: lost_overwritten counts frames" },
};

const char *gtp_special_missing(const char *name)
{
	const char *known;
	size_t len;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(missing); i++) {
		known = missing[i].name;
		len = strlen(known);
		if (known[len - 1] == '*' ? !strncmp(known, name, len - 1) :
		    !strcmp(known, name))
			return missing[i].why;
	}
	return NULL;
}

int gtp_var_is_cpu_id(const struct gtp_var *var)
{
	return var->special && var->special->get == get_cpu_id;
}

int gtp_var_is_pid(const struct gtp_var *var)
{
	return var->special && var->special->get == get_current_pid;
}

void gtp_specials_init(void)
{
	set_bt(0);
}

int gtp_special_uses(const struct agent_prog *prog)
{
	int uses = 0;
	u32 i;

	if (!prog->reads_var && !prog->writes_var)
		return 0;
	for (i = 0; i < gtp_nr_specials; i++) {
		if (gtp_specials[i].uses &&
		    agent_uses_var(prog, i, AGENT_VAR_READ | AGENT_VAR_WRITE))
			uses |= gtp_specials[i].uses;
		if (gtp_specials[i].collect &&
		    agent_uses_var(prog, i, AGENT_VAR_COLLECT))
			uses |= GTP_USES_REGS;
	}
	return uses;
}

/* ---- the cooked clocks ------------------------------------------------- */

/*
 * Called first, and gtp_cooked_end() last, in a hit.
 * Context: any, including NMI; under ringbuf_enter().
 */
void gtp_cooked_begin(struct gtp_hit_ctx *ctx)
{
	ctx->entered_clock = kc_clock();
	ctx->entered_cycles = kc_cycles();
}

void gtp_cooked_end(struct gtp_hit_ctx *ctx)
{
	kc_store64(&ctx->spent_clock,
		   ctx->spent_clock + kc_clock() - ctx->entered_clock);
	kc_store64(&ctx->spent_cycles,
		   ctx->spent_cycles + kc_cycles() - ctx->entered_cycles);
}

/* The same outside of a hit. Context: process. */
u64 gtp_cooked(u64 now, int cycles)
{
	struct gtp_hit_ctx *ctx;

	if (!gtp.hit_ctx)
		return now;
	ctx = per_cpu_ptr(gtp.hit_ctx, raw_smp_processor_id());
	return now - kc_load64(cycles ? &ctx->spent_cycles : &ctx->spent_clock);
}

/* No run is on. */
void gtp_cooked_reset(void)
{
	struct gtp_hit_ctx *ctx;
	int cpu;

	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp.hit_ctx, cpu);
		ctx->spent_clock = 0;
		ctx->spent_cycles = 0;
	}
}
