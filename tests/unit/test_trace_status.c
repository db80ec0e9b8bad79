/* SPDX-License-Identifier: GPL-2.0 */
/*
 * qTStatus, qTP and qTV.
 *
 * Built from: trace/target/status.c trace/run/errors.c agent/verify.c
 * Built from: agent/div64.c agent/fold.c
 * Built from: rsp/packet.c rsp/reply.c rsp/scan.c frame/frame.c
 */
#include "arch/arch.h"
#include "tests/unit/unit.h"
#include "trace/target/private.h"

struct gtp gtp;
struct gtp_hits gtp_hits;
struct gtp_session gtp_session;

/* ---- the rest of trace/ ------------------------------------------------ */

const struct arch_reg arch_regs[] = { { .name = "ax" }, { .name = "dx" } };

void gtp_name_actions(struct gtp_tracepoint *tp)
{
}

struct gtp_error *gtp_error_find(struct gtp_hit_ctx *ctx,
				 struct gtp_tracepoint *tp, u32 where,
				 enum agent_error err)
{
	return NULL;
}

static struct gtp_tracepoint tp;
static struct gtp_var cpu_id, mine;

void ringbuf_get_info(struct ringbuf *rb, int cpu, struct ringbuf_info *info)
{
	memset(info, 0, sizeof(*info));
	info->frames = 0x12;
	info->created = 0x34;
	info->size = 1ULL << 32;
	info->free = 0x56;
}

void gtp_put_notes(struct rsp_tx *tx)
{
	rsp_put_hex_str(tx, "N");
}

struct gtp_tracepoint *gtp_tracepoint_find_shown(u32 num, u64 addr)
{
	return num == 1 && addr == 0x1000 ? &tp : NULL;
}

void gtp_get_count(const struct gtp_tracepoint *t, struct gtp_count *sum)
{
	memset(sum, 0, sizeof(*sum));
	sum->hits = 0xab;
	sum->bytes = 0xcd;
}

struct gtp_var *gtp_var_find_shown(u32 num)
{
	return num == 1 ? &cpu_id : num == 2 ? &mine : NULL;
}

int gtp_var_is_cpu_id(const struct gtp_var *var)
{
	return var == &cpu_id;
}

s64 gtp_var_get(struct gtp_var *var)
{
	return -1;
}

/* agent/ is here for agent_strerror(). */
int agent_target_has_reg(unsigned int regno)
{
	return 0;
}

u64 agent_target_const(u64 v)
{
	return v;
}

int agent_target_var_shared(u32 slot)
{
	return 0;
}

enum agent_error agent_target_var(unsigned int num, int use, u32 *slot)
{
	return AGENT_E_BAD_VAR;
}

/* ------------------------------------------------------------------------ */

static char buf[2048];
static struct rsp_tx tx;

static const char *reply(void)
{
	static char text[2048];

	snprintf(text, sizeof(text), "%.*s", (int)rsp_tx_used(&tx),
		 buf + tx.base + 1);
	return text;
}

static const char *serve(gtp_serve_t what, const struct rsp_cmd *cmd)
{
	rsp_tx_init(&tx, buf, sizeof(buf));
	rsp_tx_begin(&tx);
	what(cmd, &tx);
	return reply();
}

#define FIELDS ";starttime:7;stoptime:8;tframes:0;tcreated:0;tfree:100;tsize:100;circular:0;disconn:0"
#define NOTES ";username:;notes:4e"

static const char *status(enum gtp_reason reason)
{
	gtp.stop_cause.reason = reason;
	return serve(gtp_serve_status, NULL);
}

static void test_reasons(void)
{
	gtp.size = 0x100;
	gtp.start_us = 7;
	gtp.stop_us = 8;
	gtp.stop_cause.num = 0x1f;
	CHECK_STR(status(GTP_NOT_RUN), "T0;tnotrun:0" FIELDS NOTES);
	CHECK_STR(status(GTP_STOPPED), "T0;tstop::0" FIELDS NOTES);
	CHECK_STR(status(GTP_FULL), "T0;tfull:1f" FIELDS NOTES);
	CHECK_STR(status(GTP_DISCONNECTED), "T0;tdisconnected:0" FIELDS NOTES);
	CHECK_STR(status(GTP_PASSCOUNT), "T0;tpasscount:1f" FIELDS NOTES);
}

static const char *unhex(const char *hex)
{
	static char text[256];
	struct rsp_text t = { hex, 0 };
	long n;

	t.len = strspn(hex, "0123456789abcdef");
	n = rsp_unhex(t, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void test_errors(void)
{
	const char *text;

	gtp.stop_cause.err = AGENT_E_DIV_ZERO;
	gtp.stop_cause.in_cond = 1;
	text = status(GTP_ERROR);
	CHECK(!strncmp(text, "T0;terror:", 10) && strstr(text, ":1f" FIELDS));
	CHECK_STR(unhex(text + 10), "condition: divide by zero");
	gtp.stop_cause.err = AGENT_E_MEMORY;
	gtp.stop_cause.in_cond = 0;
	gtp.stop_cause.addr = 0xffff800000000008ULL;
	text = status(GTP_ERROR);
	CHECK_STR(unhex(text + 10),
		  "actions: cannot read memory at 0xffff800000000008");
	gtp.stop_cause.err = AGENT_E_REG;
	gtp.stop_cause.addr = 1;
	text = status(GTP_ERROR);
	CHECK_STR(unhex(text + 10),
		  "actions: register dx is unavailable at a return; use it at the entry, or set kret_args");
}

static void test_running(void)
{
	static struct { int any; } rb;

	gtp.rb = (struct ringbuf *)&rb;
	gtp.armed = 1;
	gtp_hits.circular = 1;
	gtp.disconnected = 1;
	gtp.user = "55";
	gtp.stop_note = "53";
	/* GDB shows sizes as int. */
	CHECK_STR(status(GTP_NOT_RUN),
		  "T1;starttime:7;stoptime:8;tframes:12;tcreated:34;tfree:56;tsize:7fffffff;circular:1;disconn:1;username:55;notes:4e");
	gtp.armed = 0;
	CHECK(!strncmp(status(GTP_STOPPED), "T0;tstop:53:0;", 14));
	rsp_tx_begin(&tx);
	gtp_put_status(&tx, 0);
	CHECK_STR(reply(),
		  "0;tstop::0;starttime:7;stoptime:8;tframes:12;tcreated:34;tfree:56;tsize:7fffffff;circular:1;disconn:1");
}

static void test_counts(void)
{
	struct rsp_cmd cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.u.tp.num = 1;
	cmd.u.tp.addr = 0x1000;
	CHECK_STR(serve(gtp_serve_tp, &cmd), "Vab:cd");
	cmd.u.tp.addr = 0x1001;
	CHECK_STR(serve(gtp_serve_tp, &cmd), "");
}

static const char *value(u32 num)
{
	struct rsp_cmd cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.u.var.num = num;
	return serve(gtp_serve_tv, &cmd);
}

static void test_values(void)
{
	u64 block[] = { FRAME_HEAD('V', 2, sizeof(u64)), 0x77 };

	mine.num = 2;
	CHECK_STR(value(2), "Vffffffffffffffff");
	CHECK_STR(value(3), "U");
	/* In a frame: what it has, and its CPU. */
	gtp_session.selected.valid = 1;
	gtp_session.selected.cpu = 5;
	CHECK_STR(value(1), "V5");
	CHECK_STR(value(2), "U");
	gtp_session.selected.frame.data = (const u8 *)block;
	gtp_session.selected.frame.len = sizeof(block);
	CHECK_STR(value(2), "V77");
	gtp_session.selected.gone = 1;
	CHECK_STR(value(2), "U");
	CHECK_STR(value(3), "U");
}

int main(void)
{
	RUN(test_reasons);
	RUN(test_errors);
	RUN(test_running);
	RUN(test_counts);
	RUN(test_values);
	return unit_end();
}
