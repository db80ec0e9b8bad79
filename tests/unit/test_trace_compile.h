/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests of compiled tracepoints: a machine, and the rest of trace/.
 */
#ifndef TEST_TRACE_COMPILE_H
#define TEST_TRACE_COMPILE_H

#include "arch/arch.h"
#include "tests/unit/unit.h"
#include "trace/run/private.h"

/* ---- the machine: ax, dx, di, sp, pc, cs ------------------------------- */

#define REG(name, bits) \
	{ #name, "int", bits, offsetof(struct pt_regs, name), \
	  sizeof(((struct pt_regs *)0)->name) }

const struct arch_reg arch_regs[] = {
	REG(ax, 64), REG(dx, 64), REG(di, 64), REG(sp, 64), REG(ip, 64),
	REG(cs, 32), { "st0", "int", 80, ARCH_REG_UNSAVED, 0 },
};
const unsigned int arch_nr_regs = ARRAY_SIZE(arch_regs);
const unsigned int arch_pc = 4, arch_sp = 3;
const u32 arch_return_clobbered = 1 << 1 | 1 << 2, arch_return_second = 1 << 1;

int arch_is_ret_block(int reg, u64 add, u64 len)
{
	return reg == 2 && add == 8 && len == sizeof(long);
}

#define ENTRY	0x1000UL	/* of a function */

int arch_is_entry(unsigned long addr)
{
	return addr == ENTRY;
}

/* ---- the rest of trace/ ------------------------------------------------ */

static int no_memory, named;

int gtp_can_define(size_t bytes)
{
	return !no_memory;
}

void *gtp_define_alloc(size_t bytes)
{
	return no_memory ? NULL : calloc(1, bytes);
}

void gtp_name_actions(struct gtp_tracepoint *tp)
{
	named++;
}

enum agent_error gtp_percpu_compile(const u8 *code, u32 len,
				    struct agent_insn *insn, u16 *map,
				    struct agent_prog *prog, u32 *err_pc)
{
	return agent_compile(code, len, insn, map, prog, err_pc);
}

u64 agent_target_const(u64 v)
{
	return v;
}

void gtp_probe_default(struct gtp_tracepoint *tp)
{
	tp->kind_flags = 0;
}

int gtp_probe_is_claimed(int uses)
{
	return uses & GTP_USES_KRET;
}

const char *gtp_probe_usage(int uses)
{
	return "usage of kret";
}

int gtp_probe_claim(struct gtp_tracepoint *tp, int uses,
		    const struct agent_prog *prog, const char **why)
{
	tp->kind_flags = PROBE_AT_RETURN;
	return 0;
}

const char *gtp_return_refuses(const struct gtp_tracepoint *tp)
{
	return NULL;
}

static char sent[512];		/* notices */

void gtp_send_notices(struct rsp_tx *tx)
{
	snprintf(sent, sizeof(sent), "%.*s", (int)tx->base, tx->buf);
	rsp_tx_begin(tx);
}

/* ---- a tracepoint ------------------------------------------------------ */

static struct gtp_tracepoint *tp;
static char buf[2048];

static void add_actions(const char *list)
{
	struct gtp_string *t = calloc(1, sizeof(*t) + strlen(list) + 1);

	t->len = strlen(list);
	memcpy(t->text, list, t->len);
	list_add_tail(&t->list, &tp->actions);
}

/* Compile it. cond: hex, or NULL. Return the error, or "". */
static const char *compile(const char *cond, const char *actions)
{
	static char reply[600];
	struct rsp_tx tx;
	int ret;

	tp = calloc(1, sizeof(*tp));
	tp->num = 1;
	tp->addr = ENTRY;
	INIT_LIST_HEAD(&tp->actions);
	INIT_LIST_HEAD(&tp->sources);
	if (cond)
		tp->cond_hex = strdup(cond);
	if (*actions)
		add_actions(actions);
	rsp_tx_init(&tx, buf, sizeof(buf));
	rsp_tx_begin(&tx);
	CHECK_EQ(gtp_compile_begin(), 0);
	ret = gtp_compile(tp, &tx);
	gtp_compile_end();
	snprintf(reply, sizeof(reply), "%.*s", (int)rsp_tx_used(&tx),
		 buf + tx.base + 1);
	CHECK_EQ(ret < 0, reply[0] != 0);
	if (ret)
		CHECK(!tp->acts && !tp->code && !tp->nr_acts);
	return reply;
}

static void drop(void)
{
	struct gtp_string *t;

	gtp_compile_drop(tp);
	while (tp->actions.next != &tp->actions) {
		t = list_entry(tp->actions.next, struct gtp_string, list);
		tp->actions.next = t->list.next;
		free(t);
	}
	free(tp->cond_hex);
	free(tp);
}

#endif
