/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Variables that control the run, and facts about the module.
 *
 * Context of all get and put functions: any, including NMI. ctx is NULL if GDB
 * asks outside of a hit.
 */
#include <linux/kernel.h>

#include "compat/barrier.h"
#include "trace/var/private.h"

static u64 get_version(struct gtp_hit_ctx *ctx)
{
	return KGTP_VERSION_DATE;	/* from dkms.conf */
}

static u64 get_cpu_number(struct gtp_hit_ctx *ctx)
{
	return gtp.nr_cpus;
}

static u64 get_self_trace(struct gtp_hit_ctx *ctx)
{
	return kc_load(&gtp_hits.self_trace);
}

static void set_self_trace(u64 val)
{
	kc_store(&gtp_hits.self_trace, val);
}

/* Naming it in an action is enough: gtp_special_uses(). */
static enum agent_error put_self_trace(struct gtp_hit_ctx *ctx, u64 val)
{
	return AGENT_OK;
}

static u64 get_ignore_error(struct gtp_hit_ctx *ctx)
{
	return kc_load(&gtp.ignore_error);
}

static void set_ignore_error(u64 val)
{
	kc_store(&gtp.ignore_error, val);
}

static u64 get_last_errno(struct gtp_hit_ctx *ctx)
{
	return kc_load(&gtp.last_errno);
}

static u64 get_stop_on_error(struct gtp_hit_ctx *ctx)
{
	return gtp.stop_on_error;
}

static void set_stop_on_error(u64 val)
{
	kc_store(&gtp.stop_on_error, val);
}

static enum agent_error put_enable(struct gtp_hit_ctx *ctx, u64 val)
{
	return gtp_hit_switch(val, 1);
}

static enum agent_error put_disable(struct gtp_hit_ctx *ctx, u64 val)
{
	return gtp_hit_switch(val, 0);
}

static const struct gtp_special specials[] = {
	{ GTP_SPECIAL(gtp_version), .get = get_version },
	{ GTP_SPECIAL(self_trace), .get = get_self_trace,
	  .set = set_self_trace, .put = put_self_trace,
	  .uses = GTP_USES_SELF },
	{ GTP_SPECIAL(cpu_number), .get = get_cpu_number },
	{ GTP_SPECIAL(ignore_error), .get = get_ignore_error,
	  .set = set_ignore_error },
	{ GTP_SPECIAL(last_errno), .get = get_last_errno },
	{ GTP_SPECIAL(enable), .put = put_enable,
	  .uses = GTP_USES_SWITCH },
	{ GTP_SPECIAL(disable), .put = put_disable,
	  .uses = GTP_USES_SWITCH },
	{ GTP_SPECIAL(stop_on_error), .get = get_stop_on_error,
	  .set = set_stop_on_error },
};

const struct var_group gtp_control_vars = {
	.vars = specials,
	.nr = ARRAY_SIZE(specials),
};
