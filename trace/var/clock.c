/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clocks: $clock, $rdtsc, $xtime_sec, $xtime_nsec, and the cooked clocks, which
 * stand still while the CPU is in a hit.
 *
 * Context of all get and put functions: any, including NMI. ctx is NULL if GDB
 * asks outside of a hit.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/smp.h>

#include "compat/clock.h"
#include "trace/var/private.h"

static u64 get_clock(struct gtp_hit_ctx *ctx)
{
	return kc_clock();
}

static u64 get_rdtsc(struct gtp_hit_ctx *ctx)
{
	return kc_cycles();
}

/* A cooked clock outside of a hit. Context: process. */
static u64 cooked(u64 now, int cycles)
{
	struct gtp_hit_ctx *ctx;

	if (!gtp_hits.hit_ctx)
		return now;
	ctx = per_cpu_ptr(gtp_hits.hit_ctx, raw_smp_processor_id());
	return now - kc_load64(cycles ? &ctx->spent_cycles : &ctx->spent_clock);
}

static u64 get_cooked_clock(struct gtp_hit_ctx *ctx)
{
	if (ctx)
		return ctx->entered_clock - ctx->spent_clock;
	return cooked(kc_clock(), 0);
}

static u64 get_cooked_rdtsc(struct gtp_hit_ctx *ctx)
{
	if (ctx)
		return ctx->entered_cycles - ctx->spent_cycles;
	return cooked(kc_cycles(), 1);
}

/* No run is on. */
static void clock_start(void)
{
	struct gtp_hit_ctx *ctx;
	int cpu;

	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp_hits.hit_ctx, cpu);
		ctx->spent_clock = 0;
		ctx->spent_cycles = 0;
		ctx->wall_at = GTP_NO_WALL;
	}
}

/* Take seconds and nanoseconds of a frame from one sample. */
static void sample_wall(struct gtp_hit_ctx *ctx)
{
	u64 at = ringbuf_start(ctx->rc);

	if (ctx->wall_at == at)
		return;
	ctx->wall_sec = kc_wall_any(&ctx->wall_nsec);
	ctx->wall_at = at;
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

static const struct gtp_special specials[] = {
	{ GTP_SPECIAL(clock), .get = get_clock,
	  .quick = GTP_QUICK_CLOCK },
	{ GTP_SPECIAL(cooked_clock), .get = get_cooked_clock,
	  .uses = GTP_USES_COOKED },
	{ GTP_SPECIAL(rdtsc), .get = get_rdtsc,
	  .quick = GTP_QUICK_CALL },
	{ GTP_SPECIAL(cooked_rdtsc), .get = get_cooked_rdtsc,
	  .uses = GTP_USES_COOKED },
	{ GTP_SPECIAL(xtime_sec), .get = get_xtime_sec,
	  .quick = GTP_QUICK_CLAIM },
	{ GTP_SPECIAL(xtime_nsec), .get = get_xtime_nsec,
	  .quick = GTP_QUICK_CLAIM },
};

const struct var_group gtp_clock_vars = {
	.vars = specials,
	.nr = ARRAY_SIZE(specials),
	.start = clock_start,
};
