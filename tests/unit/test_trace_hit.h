/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For test_trace_hit.c: what hits call and read, and variables.
 */
#ifndef TEST_TRACE_HIT_H
#define TEST_TRACE_HIT_H

#include "tests/unit/test_trace_compile.h"
#include "trace/hit/body.h"
#include "trace/var/private.h"

struct gtp gtp;
struct gtp_hits gtp_hits;

/* ---- what hits call and read ------------------------------------------- */

struct task_struct shim_task = { 42, 43 };
u8 shim_memory[SHIM_PAGES * PAGE_SIZE];
int shim_fault[SHIM_PAGES], shim_calls_replaced;

int arch_hit_by_trap(const struct pt_regs *regs)
{
	return 0;
}

unsigned long arch_second_result(const struct pt_regs *regs)
{
	return 0;
}

enum agent_error gtp_print_collected(struct gtp_hit_ctx *ctx, const char *name)
{
	abort();
}

/* Only the general path can do this. */
void gtp_callers_patch(u64 addr, void *buf, u32 len)
{
	((u8 *)buf)[len - 1] ^= 0x55;
}

int ringbuf_cpu_present(unsigned int cpu)
{
	return !cpu;
}

void *ringbuf_page_alloc(void)
{
	return malloc(RINGBUF_PAGE_SIZE);
}

void ringbuf_page_free(void *page)
{
	free(page);
}

void *ringbuf_table_alloc(size_t bytes)
{
	return calloc(1, bytes);
}

void ringbuf_table_free(void *table)
{
	free(table);
}

int ringbuf_yield(const char *what, u64 done)
{
	return 0;
}

void ringbuf_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	fn(arg);
}

/* ---- variables: one of each kind --------------------------------------- */

static kc_word64_t last_put;

static u64 get_cpu(struct gtp_hit_ctx *ctx)
{
	return raw_smp_processor_id();
}

static u64 get_pid(struct gtp_hit_ctx *ctx)
{
	return current->pid;
}

static u64 get_task(struct gtp_hit_ctx *ctx)
{
	return (unsigned long)current;
}

static u64 get_clock(struct gtp_hit_ctx *ctx)
{
	return kc_clock();
}

/* Both ways to make a frame have had the same hits before. */
static u64 get_frame(struct gtp_hit_ctx *ctx)
{
	return ringbuf_start(ctx->rc);
}

static u64 get_last_put(struct gtp_hit_ctx *ctx)
{
	return last_put;
}

static enum agent_error put_last(struct gtp_hit_ctx *ctx, u64 val)
{
	last_put = val;
	return AGENT_OK;
}

static const struct gtp_special task[] = {
	{ .num = 1, .name = "cpu", .get = get_cpu, .quick = GTP_QUICK_CPU },
	{ .num = 2, .name = "pid", .get = get_pid, .quick = GTP_QUICK_PID },
	{ .num = 3, .name = "task", .get = get_task, .quick = GTP_QUICK_TASK },
	{ .num = 4, .name = "call", .get = get_pid, .quick = GTP_QUICK_CALL },
	{ .num = 5, .name = "clock", .get = get_clock,
	  .quick = GTP_QUICK_CLOCK },
	{ .num = 6, .name = "last", .get = get_last_put, .put = put_last },
};

/* The real $bt has 11, $kret 19. */
#define OTHER(n)	{ .num = n, .name = "other_" #n, .get = get_pid }
static const struct gtp_special loss[] = {
	OTHER(7),
	{ .num = 8, .name = "frame", .get = get_frame,
	  .quick = GTP_QUICK_CLAIM },
	 OTHER(9), OTHER(10), OTHER(12), OTHER(13),
	OTHER(14), OTHER(15), OTHER(16), OTHER(17), OTHER(18),
};

#define FAMILY(name) \
	const struct var_group gtp_##name##_vars = { .vars = name, .nr = ARRAY_SIZE(name) }

FAMILY(task);
FAMILY(loss);
const struct var_group gtp_clock_vars, gtp_control_vars, gtp_printk_vars;

#define BT	11

/* From 40 on: shared ones, those of each CPU, and one CPU's; some by two names. */
static const char *const user[] = {
	"x", "y", "p_own", "p_other", "per_cpu_own", "p_own0",
};

/* Where the values are. */
static kc_word64_t *word[2 + 2 * SHIM_CPUS + 1];

static int define_vars(void)
{
	char hex[64];
	struct rsp_text text = { hex, 0 };
	struct gtp_var *var;
	struct rsp_tx tx;
	u32 i, cpu, n = 0;

	rsp_tx_init(&tx, buf, sizeof(buf));
	rsp_tx_begin(&tx);
	if (gtp_vars_init())
		return -1;
	for (i = 0; i < ARRAY_SIZE(user); i++) {
		for (text.len = 0; user[i][text.len / 2]; text.len += 2)
			sprintf(hex + text.len, "%02x", user[i][text.len / 2]);
		if (gtp_var_define(40 + i, 0, 0, text, &tx))
			return -1;
		var = gtp_var_find(40 + i);
		if (i < 2)
			word[n++] = &var->value;
		for (cpu = 0; i >= 2 && i < 4 && cpu < SHIM_CPUS; cpu++)
			word[n++] = per_cpu_ptr(var->each->words, cpu);
	}
	word[n++] = &last_put;
	return n == ARRAY_SIZE(word) ? 0 : -1;
}

#endif
