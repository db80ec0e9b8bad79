/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What GDB sends about a tracepoint, compiled: actions, prefilters, sizes.
 *
 * Built from: trace/run/compile.c trace/var/table.c trace/var/user.c
 * Built from: trace/var/percpu.c trace/var/missing.c trace/var/kret.c
 * Built from: trace/hit/value.c
 * Built from: agent/verify.c agent/div64.c agent/fold.c agent/pattern.c
 * Built from: agent/act.c agent/decide.c agent/expr.c
 * Built from: rsp/packet.c rsp/reply.c rsp/scan.c rsp/parse.c rsp/parse_trace.c
 */
#include "agent/decide.h"
#include "tests/unit/test_trace_compile.h"
#include "tests/unit/test_trace_vars.h"

int gtp_var_is_bt(const struct gtp_var *var)
{
	return var->num == 4;
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
	CHECK_EQ(prefilter(TWO_TESTS), GTP_PREFILTER_REG_MORE);
	CHECK_EQ(tp->decision[0].at, offsetof(struct pt_regs, di));
	CHECK_EQ(tp->test.at, offsetof(struct pt_regs, di));
	drop();
	/* *(u32 *)($di + 8) */
	CHECK_EQ(prefilter("260002" "2208" "02" "19" "27"),
		 GTP_PREFILTER_DECISION);
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
	/* At the return of a function $di has no value; $ax has. */
	CHECK_STR(compile("260000" "2205" "13" "27",
			  "X7,2200" "2d0013" "2927"), "");
	CHECK_EQ(tp->prefilter, GTP_PREFILTER_DECISION);
	CHECK(tp->decision != NULL);
	drop();
	CHECK_EQ(prefilter("260002" "2205" "13" "27"), GTP_PREFILTER_REG);
	drop();
	CHECK_STR(compile("260002" "2205" "13" "27",
			  "X7,2200" "2d0013" "2927"), "");
	CHECK_EQ(tp->prefilter, GTP_PREFILTER_NONE);
	CHECK_EQ(tp->has_cond, 1);
	CHECK_EQ(tp->kind_flags, PROBE_AT_RETURN);
	CHECK_EQ(tp->regs_are, FRAME_REGS_RETURN);
	CHECK_EQ(tp->absent_regs, arch_return_clobbered);
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
	CHECK_EQ(gtp_compiled_dispatch(tp), GTP_DISPATCH_ACTIONS);
	drop();
	CHECK_STR(compile(NULL, "R3F"), "");
	CHECK_EQ(gtp_compiled_dispatch(tp), GTP_DISPATCH_PLAIN);
	drop();
	CHECK_STR(compile(NULL, "R3F" "X4,2e0002" "27" "X4,2e0028" "27"), "");
	CHECK_EQ(gtp_compiled_dispatch(tp), GTP_DISPATCH_VALUES);
	drop();
	/*
	 * Registers, *(u64 *)($di + 16), $x, $p_y++, $bt, **(u64 **)$di,
	 * $x * $x
	 */
	CHECK_STR(compile(NULL, "R3F" "M2,10,8" "X4,2e0028" "27"
			  "XB,2c0029" "2201" "02" "2d0029" "2927"
			  "X4,2e0004" "27" "XA,260002" "0d08" "1a" "0d08" "2927"
			  "XC,2c0028" "2c0028" "04" "2d0028" "2927"), "");
	CHECK_EQ(tp->regs, GTP_REGS_BLOCK);
	CHECK_EQ(tp->nr_acts, 6);
	CHECK_EQ(tp->nr_exprs, 5);
	CHECK_EQ(tp->acts[0].kind, GTP_ACT_MEMORY);
	CHECK_EQ(tp->acts[0].base_at, offsetof(struct pt_regs, di));
	CHECK_EQ(tp->acts[0].off, 16);
	CHECK_EQ(tp->acts[0].size, GTP_BLOCK_HEAD + 8);
	CHECK_EQ(tp->acts[0].ordinal, GTP_NO_ORDINAL);
	CHECK_EQ(tp->acts[1].kind, GTP_ACT_QUICK);
	CHECK_EQ(tp->acts[1].quick, GTP_QUICK_WORD);
	CHECK_EQ(tp->acts[1].size, GTP_VAR_BLOCK);
	CHECK_EQ(tp->acts[1].ordinal, 0);
	CHECK(tp->acts[1].from == (unsigned long)&gtp_var_find(SHARED)->value);
	CHECK_EQ(tp->acts[2].kind, GTP_ACT_ADD);
	CHECK_EQ(tp->acts[2].off, 1);
	CHECK_EQ(tp->acts[2].size, 0);
	CHECK(tp->acts[2].own == gtp_var_own(gtp_var_find(OWN)));
	CHECK_EQ(tp->acts[3].kind, GTP_ACT_BT);
	CHECK_EQ(tp->acts[3].size, GTP_BLOCK_HEAD + 512 + GTP_VAR_BLOCK);
	CHECK_EQ(tp->acts[4].kind, GTP_ACT_STEPS);
	CHECK_EQ(tp->acts[4].steps[0].op, STEP_PUT_REG);
	CHECK_EQ(tp->acts[4].steps[1].op, STEP_PUT);
	CHECK_EQ(tp->acts[4].size, 2 * (GTP_BLOCK_HEAD + 8));
	CHECK_EQ(tp->acts[4].ordinal, 3);
	CHECK_EQ(tp->acts[5].kind, GTP_ACT_EXPR);
	/* What follows the actions of known size is put action by action. */
	CHECK(tp->fixed_end == &tp->acts[5]);
	CHECK_EQ(tp->size, GTP_REGS_BLOCK + GTP_BLOCK_HEAD + 8 + GTP_VAR_BLOCK +
		 GTP_BLOCK_HEAD + 512 + GTP_VAR_BLOCK +
		 2 * (GTP_BLOCK_HEAD + 8));
	CHECK_EQ(tp->uses, GTP_USES_REGS);
	CHECK_EQ(named, 0);
	drop();
	/* A stack that ends in part of a word is read by the general functions. */
	gtp_hits.bt_size = 100;
	CHECK_STR(compile(NULL, "X4,2e0004" "27"), "");
	CHECK_EQ(tp->acts[0].size, GTP_SIZE_ANY);
	gtp_hits.bt_size = 512;
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
	CHECK_STR(compile(NULL, sizeof(long) == 8 ?
			  "X9,260002" "2208" "02" "0d08" "27" :
			  "X9,260002" "2208" "02" "0d04" "27"), "");
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
	/* The others have a known size, in whole words. */
	CHECK_EQ(tp->acts[1].size, GTP_SIZE_ANY);
	CHECK_EQ(tp->acts[2].size, GTP_BLOCK_HEAD + 8);
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
