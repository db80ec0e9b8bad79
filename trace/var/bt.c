/* SPDX-License-Identifier: GPL-2.0 */
/*
 * $bt: the stack. Its value is how many bytes of it `collect $bt' takes.
 */
#include <linux/kernel.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/calls.h"
#include "compat/read.h"
#include "compat/stack.h"
#include "trace/var/private.h"

#define BT_SIZE_DEFAULT	512
#define BT_SIZE_MAX	(1 << 20)	/* no stack is larger */

/* Context: any, including NMI. */
static u64 get_bt(struct gtp_hit_ctx *ctx)
{
	return kc_load(&gtp_hits.bt_size);
}

/* A plain `tvariable $bt' gives 0. */
static void set_bt(u64 val)
{
	kc_store(&gtp_hits.bt_size,
		 val ? min_t(u64, val, BT_SIZE_MAX) : BT_SIZE_DEFAULT);
}

static void bt_init(void)
{
	set_bt(0);
}

/*
 * Collect the top of the stack, for GDB to unwind; the frame has registers,
 * too. Stop at the end of a task's stack, which other memory may follow; on
 * other stacks at the first unreadable page, or at the size of the largest one.
 */
static enum agent_error collect_bt(struct gtp_hit_ctx *ctx,
				   const struct gtp_var *var)
{
	u64 size = kc_load(&gtp_hits.bt_size);	/* it may change meanwhile */
	enum agent_error err;
	u64 sp, len;

	err = agent_target_reg(ctx, arch_sp, &sp);
	if (err)
		return err;
	len = min_t(u64, size, kc_stack_left(sp));

	ctx->patches = kc_calls_replaced();
	/* If it may end early, do not try twice: take at most one fault. */
	if (len - 1 >= PAGE_SIZE ||
	    (sp & (PAGE_SIZE - 1)) + len > PAGE_SIZE ||
	    !kc_is_kernel(sp, len) || !gtp_collect_small(ctx, sp, len))
		err = gtp_collect_part(ctx, sp, len);
	ctx->patches = 0;
	/* Gives tdump something to show. */
	return err ? err : gtp_collect_value(ctx, var->num, size);
}

static const struct gtp_special specials[] = {
	{ GTP_SPECIAL(bt), .get = get_bt, .set = set_bt,
	  .collect = collect_bt },
};

const struct var_group gtp_bt_vars = {
	.vars = specials,
	.nr = ARRAY_SIZE(specials),
	.init = bt_init,
};

int gtp_var_is_bt(const struct gtp_var *var)
{
	return var->special && var->special->collect == collect_bt;
}
