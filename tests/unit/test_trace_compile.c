/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What GDB sends about a tracepoint, compiled: actions, prefilters, sizes.
 *
 * Built from: trace/run/compile.c trace/var/table.c trace/var/user.c
 * Built from: trace/var/percpu.c trace/var/missing.c trace/var/kret.c
 * Built from: trace/hit/value.c
 * Built from: agent/verify.c agent/div64.c agent/fold.c agent/pattern.c
 * Built from: agent/decide.c
 * Built from: rsp/packet.c rsp/reply.c rsp/scan.c rsp/parse.c rsp/parse_trace.c
 */
#include "agent/decide.h"
#include "arch/arch.h"
#include "tests/unit/test_trace_vars.h"
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
	return reg == 2 && add == 8 && len == 8;
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

int gtp_var_is_bt(const struct gtp_var *var)
{
	return var->num == 4;
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

static enum gtp_prefilter prefilter(const char *cond)
{
	enum gtp_prefilter got;

	CHECK_STR(compile(cond, ""), "");
	got = tp->prefilter;
	/* What the prefilter decides needs no bytecode. */
	CHECK_EQ(tp->has_cond, got == GTP_PREFILTER_NONE);
	return got;
}

/* Variables of the user. */
#define SHARED		40
#define OWN		41

#define TWO_TESTS	"260002" "2205" "13" "20000c" "210019" \
			"260002" "2208" "02" "19" "2201" "13" "21001b" "2200" "27"

static void test_prefilters(void)
{
	/* $di == 5 */
	CHECK_EQ(prefilter("260002" "2205" "13" "27"), GTP_PREFILTER_REG);
	CHECK_EQ(tp->test.at, offsetof(struct pt_regs, di));
	drop();
	/* $sp, $pc and $cs are not in pt_regs as a word that all hits have. */
	CHECK_EQ(prefilter("260003" "2205" "13" "27"), GTP_PREFILTER_NONE);
	drop();
	CHECK_EQ(prefilter("260004" "2205" "13" "27"), GTP_PREFILTER_NONE);
	drop();
	CHECK_EQ(prefilter("260005" "2205" "13" "27"), GTP_PREFILTER_NONE);
	drop();
	/* $current_task_pid == 5, $cpu_id == 5 */
	CHECK_EQ(prefilter("2c0002" "2205" "13" "27"), GTP_PREFILTER_PID);
	drop();
	CHECK_EQ(prefilter("2c0001" "2205" "13" "27"), GTP_PREFILTER_NONE);
	drop();
	/* $di == 5 && *(u32 *)($di + 8) == 1 */
	CHECK_EQ(prefilter(TWO_TESTS), GTP_PREFILTER_DECISION);
	CHECK_EQ(tp->decision->step[0].at, offsetof(struct pt_regs, di));
	drop();
	/* $x++ < 5 */
	CHECK_EQ(prefilter("2c0028" "2201" "02" "2d0028" "2205" "14" "27"),
		 GTP_PREFILTER_SHARED);
	CHECK(tp->shared == &gtp_var_find(SHARED)->value);
	drop();
	CHECK_EQ(prefilter("2c0029" "2201" "02" "2d0029" "2205" "14" "27"),
		 GTP_PREFILTER_COUNTER);
	CHECK(tp->counter == gtp_var_own(gtp_var_find(OWN)));
	drop();
	/* $x++ % 4 == 0; $x++, $di == 5: not a test of the sum */
	CHECK_EQ(prefilter("2c0028" "2201" "02" "2d0028" "2204" "08" "2200" "13" "27"),
		 GTP_PREFILTER_SHARED_MORE);
	drop();
	CHECK_EQ(prefilter("2c0028" "2201" "02" "2d0028" "29" "260002" "2205" "13" "27"),
		 GTP_PREFILTER_SHARED_MORE);
	drop();
	/* $x++ == 5 && *(u64 *)$di: what may fail must not have counted before */
	CHECK_EQ(prefilter("2c0028" "2201" "02" "2d0028" "2205" "13" "200012" "21001c"
			   "260002" "1a" "20001f" "21001c" "2200" "27" "2201" "27"),
		 GTP_PREFILTER_NONE);
	drop();
	/* $sp * $di == 5 */
	CHECK_EQ(prefilter("260003" "260002" "04" "2205" "13" "27"),
		 GTP_PREFILTER_NONE);
	drop();
	/* The return of a function is a slow hit in any case. */
	CHECK_STR(compile("260002" "2205" "13" "27",
			  "X7,2200" "2d0013" "2927"), "");
	CHECK_EQ(tp->prefilter, GTP_PREFILTER_NONE);
	CHECK_EQ(tp->has_cond, 1);
	CHECK_EQ(tp->kind_flags, PROBE_AT_RETURN);
	CHECK_EQ(tp->regs_are, FRAME_REGS_RETURN);
	CHECK_EQ(tp->nr_acts, 0);
	drop();
}

static void test_actions(void)
{
	/* $current_task_pid needs no hit context, $cpu_id does here. */
	CHECK_STR(compile(NULL, "X4,2e0002" "27" "X4,2e0001" "27"), "");
	CHECK_EQ(tp->acts[0].kind, GTP_ACT_QUICK);
	CHECK_EQ(tp->acts[0].size, GTP_VAR_BLOCK);
	CHECK_EQ(tp->acts[1].kind, GTP_ACT_COLLECT);
	CHECK_EQ(tp->acts[1].size, GTP_SIZE_ANY);
	drop();
	/* Registers, *(u64 *)($di + 16), $x, $p_y++, $bt, **(u64 **)$di */
	CHECK_STR(compile(NULL, "R3F" "M2,10,8" "X4,2e0028" "27"
			  "XB,2c0029" "2201" "02" "2d0029" "2927"
			  "X4,2e0004" "27" "X8,260002" "1a" "0d08" "2927"), "");
	CHECK_EQ(tp->regs, GTP_REGS_BLOCK);
	CHECK_EQ(tp->nr_acts, 5);
	CHECK_EQ(tp->nr_exprs, 4);
	CHECK_EQ(tp->acts[0].kind, GTP_ACT_MEMORY);
	CHECK_EQ(tp->acts[0].base_at, offsetof(struct pt_regs, di));
	CHECK_EQ(tp->acts[0].off, 16);
	CHECK_EQ(tp->acts[0].size, GTP_BLOCK_HEAD + 8);
	CHECK_EQ(tp->acts[0].ordinal, GTP_NO_ORDINAL);
	CHECK_EQ(tp->acts[1].kind, GTP_ACT_COLLECT);
	CHECK_EQ(tp->acts[1].size, GTP_VAR_BLOCK);
	CHECK_EQ(tp->acts[1].ordinal, 0);
	CHECK(tp->acts[1].word == &gtp_var_find(SHARED)->value);
	CHECK_EQ(tp->acts[2].kind, GTP_ACT_ADD);
	CHECK_EQ(tp->acts[2].off, 1);
	CHECK_EQ(tp->acts[2].size, 0);
	CHECK(tp->acts[2].own == gtp_var_own(gtp_var_find(OWN)));
	CHECK_EQ(tp->acts[3].kind, GTP_ACT_BT);
	CHECK_EQ(tp->acts[3].size, GTP_BLOCK_HEAD + 512 + GTP_VAR_BLOCK);
	CHECK_EQ(tp->acts[4].kind, GTP_ACT_EXPR);
	CHECK_EQ(tp->acts[4].ordinal, 3);
	/* What follows the actions of fixed size is put action by action. */
	CHECK(tp->fixed_end == &tp->acts[4]);
	CHECK_EQ(tp->size, GTP_REGS_BLOCK + GTP_BLOCK_HEAD + 8 + GTP_VAR_BLOCK +
		 GTP_BLOCK_HEAD + 512 + GTP_VAR_BLOCK);
	CHECK_EQ(tp->uses, GTP_USES_REGS);
	CHECK_EQ(named, 0);
	drop();
	/* $printk_level = 1 needs the names of the actions. */
	CHECK_STR(compile(NULL, "X7,2201" "2d0014" "2927"), "");
	CHECK_EQ(tp->uses, GTP_USES_PRINT);
	CHECK_EQ(named, 1);
	drop();
	/* An expression that does nothing is no action. */
	CHECK_STR(compile(NULL, "X1,27"), "");
	CHECK_EQ(tp->nr_acts, 0);
	drop();
	/* $_ret, at an entry only. */
	CHECK_STR(compile(NULL, "X9,260002" "2208" "02" "0d08" "27"), "");
	CHECK_EQ(tp->acts[0].kind, GTP_ACT_RET);
	CHECK_EQ(tp->acts[0].base_at, offsetof(struct pt_regs, sp));
	CHECK_EQ(tp->acts[0].off, 0);
	drop();
}

static void test_memory(void)
{
	/* From the pc it is a constant address; from $cs it needs its number. */
	CHECK_STR(compile(NULL, "M4,10,8" "M5,0,8" "MFFFFFFFF,2000,3"), "");
	CHECK_EQ(tp->acts[0].base_at, GTP_BASE_NONE);
	CHECK_EQ(tp->acts[0].off, ENTRY + 16);
	CHECK_EQ(tp->acts[1].base_at, GTP_BASE_BY_NUMBER);
	CHECK_EQ(tp->acts[2].base_at, GTP_BASE_NONE);
	/* Only blocks of whole words at a word have a fixed size. */
	CHECK_EQ(tp->acts[1].size, GTP_SIZE_ANY);
	CHECK_EQ(tp->acts[2].size, GTP_SIZE_ANY);
	CHECK(tp->fixed_end == &tp->acts[1]);
	CHECK(tp->acts_end == &tp->acts[3]);
	CHECK_EQ(tp->size, GTP_BLOCK_HEAD + 8);
	/* Its module has moved. */
	gtp_compile_move(tp, 0x500);
	CHECK_EQ(tp->acts[0].off, ENTRY + 0x510);
	CHECK_EQ(tp->acts[2].off, 0x2000);
	CHECK(gtp_compile_names(tp, 0x2000, 1));
	CHECK(!gtp_compile_names(tp, 0x2003, 100));
	CHECK(!gtp_compile_names(tp, ENTRY, 0x1000));
	drop();
}

static void test_registers(void)
{
	/* $rdx alone, or with all; but with other arguments it is one. */
	CHECK_STR(compile(NULL, "R02"), "");
	CHECK_EQ(tp->regs_are, FRAME_REGS_SECOND);
	drop();
	CHECK_STR(compile(NULL, "R06"), "");
	CHECK_EQ(tp->regs_are, 0);
	drop();
	CHECK_STR(compile(NULL, "R0F"), "");
	CHECK_EQ(tp->regs_are, FRAME_REGS_SECOND);
	drop();
}

static void test_errors(void)
{
#define AT "E.tracepoint 1 at 0x1000: cannot "
	CHECK_STR(compile("260002" "13" "27", ""), AT "compile condition: stack underflow (bytecode offset 3)");
	drop();
	CHECK_STR(compile("2c0013" "27", ""), AT "compile condition: usage of kret");
	drop();
	CHECK_STR(compile("zz", ""), AT "compile condition: the bytecode is not hex, or over 16384 bytes");
	drop();
	CHECK_STR(compile(NULL, "M6,0,8"), AT "compile actions: no such register");
	drop();
	CHECK_STR(compile(NULL, "M2,0,40000001"), AT "compile actions: a block of over 1 GiB");
	drop();
	CHECK_STR(compile(NULL, "SR01"), AT "compile actions: while-stepping is not available");
	drop();
	CHECK_STR(compile(NULL, "L"), AT "compile actions: static tracepoint data is not available");
	drop();
	no_memory = 1;
	CHECK_STR(compile(NULL, "M2,0,8"), AT "set: no memory");
	no_memory = 0;
	drop();
}

int main(void)
{
	struct rsp_text x = { "78", 2 }, own = { "705f79", 6 };
	struct rsp_tx tx;

	gtp.nr_cpus = SHIM_CPUS;
	gtp_hits.bt_size = 512;
	rsp_tx_init(&tx, buf, sizeof(buf));
	rsp_tx_begin(&tx);
	if (gtp_vars_init() || gtp_var_define(SHARED, 0, 0, x, &tx) ||
	    gtp_var_define(OWN, 0, 0, own, &tx))
		return 1;
	RUN(test_prefilters);
	RUN(test_actions);
	RUN(test_memory);
	RUN(test_registers);
	RUN(test_errors);
	gtp_vars_exit();
	return unit_end();
}
