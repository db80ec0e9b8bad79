/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reports of what hits failed to read or compute; see hit/errors.c.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "trace/base/messages.h"
#include "trace/run/private.h"

void gtp_errors_reset(void)
{
	struct gtp_hit_ctx *ctx;
	int cpu;

	if (!gtp_hits.hit_ctx)
		return;
	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp_hits.hit_ctx, cpu);
		memset(ctx->errors, 0, sizeof(ctx->errors));
		ctx->errors_unlisted = 0;
	}
}

/* Add the counts of one CPU, which may be changing. */
static void add_up(struct gtp_error *sum, const struct gtp_error *e)
{
	u64 first = kc_load64((kc_word64_t *)&e->first_time);
	u64 last = kc_load64((kc_word64_t *)&e->last_time);

	if (!sum->count || first < sum->first_time) {
		sum->first_time = first;
		sum->first = kc_load64((kc_word64_t *)&e->first);
	}
	if (!sum->count || last > sum->last_time) {
		sum->last_time = last;
		sum->last = kc_load64((kc_word64_t *)&e->last);
	}
	sum->count += kc_load64((kc_word64_t *)&e->count);
}

/*
 * Sum up over all CPUs. Return 1, or 0 if a CPU before `from' has this error.
 */
static int sum_up(int from, const struct gtp_error *e, struct gtp_error *sum)
{
	const struct gtp_error *other;
	struct gtp_hit_ctx *ctx;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	sum->tp = e->tp;
	sum->where = e->where;
	sum->err = e->err;
	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp_hits.hit_ctx, cpu);
		other = gtp_error_find(ctx, e->tp, e->where, e->err);
		if (!other || !kc_load(&other->tp))
			continue;
		if (cpu < from)
			return 0;
		add_up(sum, other);
	}
	return 1;
}

/* The n-th error over all CPUs. Return 1, or 0 if there is none. */
static int nth(u32 n, struct gtp_error *sum)
{
	struct gtp_hit_ctx *ctx;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		ctx = per_cpu_ptr(gtp_hits.hit_ctx, cpu);
		for (i = 0; i < GTP_ERRORS; i++)
			if (kc_load_acquire(&ctx->errors[i].tp) &&
			    sum_up(cpu, &ctx->errors[i], sum) && !n--)
				return 1;
	}
	return 0;
}

static u64 unlisted(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += kc_load64(
			&per_cpu_ptr(gtp_hits.hit_ctx, cpu)->errors_unlisted);
	return sum;
}

/* `condition', `action "*buf"', or the number if the text is not known. */
static void put_where(struct gtp_tracepoint *tp, u32 where, char *buf,
		      size_t size)
{
	const char *name = NULL;

	if (where && where <= tp->nr_acts) {
		if (!tp->acts[where - 1].name)
			gtp_name_actions(tp);
		name = tp->acts[where - 1].name;
	}
	if (where == GTP_IN_COND)
		snprintf(buf, size, "condition");
	else if (name)
		snprintf(buf, size, "action \"%.56s\"", name);
	else
		snprintf(buf, size, "action %u", where);
}

void gtp_error_text(enum agent_error err, u64 first, u64 last, char *buf,
		    size_t size)
{
	if (err == AGENT_E_REG)
		snprintf(buf, size, WHY_REG_ABSENT, arch_regs[first].name);
	else if (err != AGENT_E_MEMORY && err != AGENT_E_DEVICE)
		snprintf(buf, size, "%s", agent_strerror(err));
	else if (first == last)
		snprintf(buf, size, "%s at 0x%llx", agent_strerror(err),
			 (unsigned long long)first);
	else
		snprintf(buf, size, "%s at 0x%llx, last at 0x%llx",
			 agent_strerror(err), (unsigned long long)first,
			 (unsigned long long)last);
}

int gtp_remark_error(u32 n, char *buf, size_t size)
{
	char where[72], what[112];
	struct gtp_error e;
	u64 more;

	if (!gtp_hits.hit_ctx)
		return 0;
	if (nth(n, &e)) {
		put_where(e.tp, e.where, where, sizeof(where));
		gtp_error_text(e.err, e.first, e.last, what, sizeof(what));
		snprintf(buf, size, REMARK_ERROR, e.tp->num, where, what,
			 (unsigned long long)e.count);
		return 1;
	}
	more = unlisted();
	if (!more || (n && !nth(n - 1, &e)))
		return 0;
	snprintf(buf, size, REMARK_ERRORS_MORE, (unsigned long long)more);
	return 1;
}
