/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of trace state variables: those of the module, of each CPU, of the
 * original KGTP, and the user's.
 *
 * Built from: trace/var/table.c trace/var/user.c trace/var/percpu.c
 * Built from: trace/var/missing.c trace/var/kret.c trace/hit/value.c
 * Built from: agent/verify.c agent/div64.c agent/fold.c
 * Built from: rsp/packet.c rsp/reply.c rsp/scan.c rsp/parse.c rsp/parse_trace.c
 */
#include "tests/unit/test_trace_vars.h"
#include "tests/unit/unit.h"

int agent_target_has_reg(unsigned int regno)
{
	return 1;
}

u64 agent_target_const(u64 v)
{
	return v;
}

static char buf[4096];
static struct rsp_tx tx;

/* QTDV. Return its error, or "". */
static const char *define(u32 num, const char *name, s64 value)
{
	static char hex[600], reply[600];
	struct rsp_text text;
	int ret;

	text.p = hex;
	for (text.len = 0; name[text.len / 2]; text.len += 2)
		sprintf(hex + text.len, "%02x", (u8)name[text.len / 2]);
	rsp_tx_init(&tx, buf, sizeof(buf));
	rsp_tx_begin(&tx);
	ret = gtp_var_define(num, value, 0, text, &tx);
	snprintf(reply, sizeof(reply), "%.*s", (int)rsp_tx_used(&tx),
		 buf + tx.base + 1);
	CHECK_EQ(ret < 0, reply[0] != 0);
	return reply;
}

static void end(void)
{
	gtp_vars_clear();
	gtp_vars_drop_kept();
}

static void test_module(void)
{
	u32 slot;

	/* By their numbers, from 1 on without a gap, whatever the family. */
	CHECK_EQ(gtp_vars.nr, 20);
	CHECK_STR(gtp_vars.var[0]->name, "cpu_id");
	CHECK_STR(gtp_vars.var[3]->name, "bt");
	CHECK_EQ(gtp_vars.var[3]->num, 4);
	CHECK_STR(gtp_vars.var[18]->name, "kret");
	CHECK_EQ(gtp_vars.var[18]->num, 19);
	CHECK_EQ(agent_target_var(4, AGENT_VAR_COLLECT, &slot), AGENT_OK);
	CHECK_EQ(slot, 3);
	CHECK_EQ(agent_target_var(4, AGENT_VAR_WRITE, &slot),
		 AGENT_E_VAR_READONLY);
	CHECK_EQ(agent_target_var(3, AGENT_VAR_READ, &slot),
		 AGENT_E_VAR_WRITEONLY);
	CHECK_EQ(agent_target_var(19, AGENT_VAR_READ, &slot), AGENT_E_TARGET);
	CHECK_EQ(agent_target_var(19, AGENT_VAR_WRITE, &slot), AGENT_OK);
	CHECK_EQ(agent_target_var(30, AGENT_VAR_READ, &slot), AGENT_E_BAD_VAR);
	CHECK_STR(define(1, "cpu_id", 0), "");
	CHECK_STR(define(1, "cpu_id", 1), "E.variable cpu_id: cannot set: it is read-only");
	CHECK_STR(define(3, "enable", 1),
		  "E.variable enable: cannot set: it can only be set in an action");
	CHECK_STR(define(1, "mine", 1),
		  "E.variable mine: cannot set: its number is that of a variable of the module; connect again");
	end();
}

static void test_user(void)
{
	u32 slot;

	CHECK_STR(define(40, "x", 7), "");
	CHECK_EQ(gtp_var_get(gtp_var_find(40)), 7);
	CHECK_EQ(agent_target_var(40, AGENT_VAR_WRITE, &slot), AGENT_OK);
	CHECK_EQ(agent_target_var_shared(slot), 1);
	CHECK_STR(define(40, "x", 8), "");
	CHECK_STR(define(40, "y", 8),
		  "E.variable y: cannot set: its number is in use for another variable");
	CHECK_STR(define(0x10000, "z", 0),
		  "E.variable z: cannot set: its number is over 65535");
	/* A special one that the user has deleted gets another number. */
	CHECK_STR(define(41, "cpu_id", 0), "");
	CHECK(gtp_var_find(41) == gtp_var_find(1));
	gtp.armed = 1;
	/* A tracepoint that joins a run may need a new one. */
	CHECK_STR(define(42, "late", 5), "");
	CHECK_EQ(gtp_var_get(gtp_var_find(42)), 5);
	CHECK_STR(define(42, "late", 0), "E.variable late: cannot set: the trace is running; use tstop first");
	CHECK_STR(define(43, "p_late", 0), "E.variable p_late: cannot set: the trace is running; use tstop first");
	CHECK(!gtp_var_find(43));
	gtp.armed = 0;
	gtp_vars_clear();
	CHECK(!gtp_var_find(40) && !gtp_var_find(41));
	end();
}

static void test_percpu(void)
{
	struct gtp_var *own, *one;
	u32 slot;

	CHECK_STR(define(40, "p_hits", 3), "");
	CHECK_STR(define(41, "per_cpu_hits1", 5), "");
	own = gtp_var_find(40);
	one = gtp_var_find(41);
	CHECK_EQ(own->cpu, -1);
	CHECK_EQ(one->cpu, 1);
	CHECK(own->each && own->each == one->each);
	CHECK(gtp_var_own(own) && !gtp_var_own(one));
	gtp_vars_start();
	CHECK_EQ(own->each->words[0], 3);
	CHECK_EQ(own->each->words[1], 5);
	CHECK_EQ(own->each->words[2], 3);
	CHECK_EQ(agent_target_var(40, AGENT_VAR_WRITE, &slot), AGENT_OK);
	CHECK_EQ(agent_target_var_shared(slot), 0);
	CHECK_EQ(agent_target_var(41, AGENT_VAR_WRITE, &slot),
		 AGENT_E_VAR_READONLY);
	CHECK_STR(define(42, "p_hits3", 0),
		  "E.variable p_hits3: cannot set: there is no CPU of that number");
	CHECK_STR(define(42, "p_hits1234567", 0),
		  "E.variable p_hits1234567: cannot set: there is no CPU of that number");
	CHECK(!gtp_var_find(42));
	/* No name is left, or the prefix is another. */
	CHECK_STR(define(23, "p_0", 0), "");
	CHECK_STR(define(24, "pp_x", 0), "");
	CHECK_STR(define(25, "per_cpu_", 0), "");
	CHECK(!gtp_var_find(23)->each && !gtp_var_find(24)->each &&
	      !gtp_var_find(25)->each);
	/* Readers see the last experiment until the next run. */
	gtp_vars_keep();
	gtp.keeps = 1;
	CHECK(!gtp_var_find(40));
	CHECK_EQ(gtp_var_get(gtp_var_find_shown(40)), 3);
	gtp.keeps = 0;
	end();
}

static void test_missing(void)
{
	CHECK_STR(define(40, "watch_addr", 0),
		  "E.variable watch_addr: cannot set: kgtp has no hardware watchpoints");
	CHECK_STR(define(40, "p_pe_val", 0),
		  "E.variable p_pe_val: cannot set: kgtp has no performance counters");
	CHECK_STR(define(40, "pe_", 0),
		  "E.variable pe_: cannot set: kgtp has no performance counters");
	CHECK_STR(define(40, "watch", 0), "");
	CHECK_STR(define(41, "step_ids", 0), "");
	end();
}

int main(void)
{
	gtp.nr_cpus = SHIM_CPUS;
	if (gtp_vars_init())
		return 1;
	RUN(test_module);
	RUN(test_user);
	RUN(test_percpu);
	RUN(test_missing);
	gtp_vars_exit();
	return unit_end();
}
