/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packet text -> command: the table of packets, and the parsers of those
 * unrelated to tracing (parse_trace.c has the others).
 */
#include <linux/types.h>
#include <linux/string.h>
#include <linux/kernel.h>

#include "compat/check.h"
#include "rsp/rsp.h"
#include "rsp/scan.h"

/* "1f" or "-1" */
static s64 scan_id(struct rsp_scan *s, const char *not_minus, const char *not_hex)
{
	if (!rsp_scan_accept(s, '-'))
		return rsp_scan_num(s, RSP_MAX_S64, not_hex);
	rsp_scan_need(s, '1', not_minus);
	return -1;
}

/*
 * "1f", "-1" (all), "0" (any), and "p1.1f". There is one process: return the
 * thread.
 */
static s64 scan_tid(struct rsp_scan *s)
{
	if (rsp_scan_accept(s, 'p')) {
		scan_id(s, "the process is not a number or -1",
			"the process" SCAN_NOT_HEX "63 bits");
		/* "p1": all threads of that process. */
		if (!rsp_scan_accept(s, '.'))
			return -1;
	}
	return scan_id(s, "the thread is not a number or -1",
		       "the thread" SCAN_NOT_HEX "63 bits");
}

/* "addr,len" */
static void scan_mem(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.mem.addr = SCAN_U64(s, "the address");
	rsp_scan_need(s, ',', "no comma after the address");
	cmd->u.mem.len = SCAN_U64(s, "the length");
}

/* qSupported:feature;feature... */
static void parse_supported(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	static const char error_message[] = "error-message+";
	struct rsp_text feature;

	do {
		feature = rsp_scan_until(s, ';');
		if (feature.len == sizeof(error_message) - 1 &&
		    !memcmp(feature.p, error_message, feature.len))
			cmd->u.supported.error_message = 1;
	} while (rsp_scan_accept(s, ';'));
}

/* Hg<tid>, Hc<tid> */
static void parse_set_thread(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.thread.op = rsp_scan_accept(s, 'g') ? 'g' : 'c';
	if (cmd->u.thread.op == 'c' && !rsp_scan_accept(s, 'c'))
		rsp_scan_fail(s, "H: the operation is not g or c");
	cmd->u.thread.id = scan_tid(s);
}

/* T<tid>, qThreadExtraInfo,<tid>, qAttached:<pid>, vKill;<pid>, D;<pid> */
static void parse_thread(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.thread.id = scan_tid(s);
}

/* qSymbol:<value>:<hex name>, both empty in the first one */
static void parse_symbol(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.symbol.found = rsp_scan_peek(s) != ':';
	if (cmd->u.symbol.found)
		cmd->u.symbol.value = SCAN_U64(s, "qSymbol: the value");
	rsp_scan_need(s, ':', "qSymbol: no colon after the value");
	cmd->hex = rsp_scan_hex(s, "qSymbol: the name has an odd number of hex digits");
}

/* qRcmd,<hex> */
static void parse_monitor(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->hex = rsp_scan_hex(s, "qRcmd: an odd number of hex digits");
}

/* qXfer:<object>:read:<annex>:<offset>,<length> */
static void parse_xfer(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	if (rsp_scan_word(s, "features:read:")) {
		cmd->u.xfer.object = RSP_OBJ_FEATURES;
	} else if (rsp_scan_word(s, "traceframe-info:read:")) {
		cmd->u.xfer.object = RSP_OBJ_TRACEFRAME_INFO;
	} else if (rsp_scan_word(s, "threads:read:")) {
		cmd->u.xfer.object = RSP_OBJ_THREADS;
	} else {
		cmd->id = RSP_UNKNOWN;
		return;
	}
	cmd->u.xfer.annex = rsp_scan_until(s, ':');
	rsp_scan_need(s, ':', "qXfer: no colon after the annex");
	cmd->u.xfer.off = SCAN_U64(s, "qXfer: the offset");
	rsp_scan_need(s, ',', "qXfer: no comma after the offset");
	cmd->u.xfer.len = SCAN_U64(s, "qXfer: the length");
}

/* p<number> */
static void parse_read_reg(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.reg.num = SCAN_U64(s, "p: the register");
}

/* G<hex> */
static void parse_write_regs(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	rsp_scan_hex(s, "G: an odd number of hex digits");
}

/* P<number>=<hex> */
static void parse_write_reg(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	SCAN_U64(s, "P: the register");
	rsp_scan_need(s, '=', "P: no = after the register");
	rsp_scan_hex(s, "P: an odd number of hex digits");
}

/* m<addr>,<len>, x<addr>,<len> */
static void parse_read_mem(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	scan_mem(s, cmd);
}

/* M<addr>,<len>:<hex> */
static void parse_write_hex(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	scan_mem(s, cmd);
	rsp_scan_need(s, ':', "M: no colon after the length");
	rsp_scan_hex_exact(s, cmd->u.mem.len,
			   "M: less data than its length says, or not hex");
}

/* X<addr>,<len>:<bytes> */
static void parse_write_binary(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	scan_mem(s, cmd);
	rsp_scan_need(s, ':', "X: no colon after the length");
	if (rsp_scan_rest(s).len != cmd->u.mem.len)
		rsp_scan_fail(s, "X: the data is not as long as its length says");
}

/* Z, z: <type>,<addr>,<kind>[;conditions or commands] */
static void parse_breakpoint(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	u64 type = SCAN_U64(s, "the breakpoint type");

	rsp_scan_need(s, ',', "no comma after the breakpoint type");
	SCAN_U64(s, "the breakpoint address");
	rsp_scan_need(s, ',', "no comma after the breakpoint address");
	SCAN_U64(s, "the breakpoint kind");
	if (rsp_scan_peek(s) == ';')
		rsp_scan_rest(s);
	/* Treat future types as unknown packets. */
	if (!s->why && type > 4)
		cmd->id = RSP_UNKNOWN;
}

static void parse_continue(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	if (!rsp_scan_at_end(s))
		SCAN_U64(s, "c: the address");
}

static void parse_step(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	if (!rsp_scan_at_end(s))
		SCAN_U64(s, "s: the address");
}

/* C, S: <signal>[;<addr>] */
static void parse_signal(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	SCAN_U8(s, "the signal");
	if (rsp_scan_accept(s, ';'))
		SCAN_U64(s, "the address after the signal");
}

/* bs, bc */
static void parse_back(struct rsp_scan *s, struct rsp_cmd *cmd)
{
}

/* vCont;<action>[:<tid>][;...] */
static void parse_vcont(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	do {
		int action = rsp_scan_peek(s);

		switch (action) {
		case 'c':
		case 's':
		case 't':
			rsp_scan_accept(s, (char)action);
			break;
		case 'C':
		case 'S':
			rsp_scan_accept(s, (char)action);
			SCAN_U8(s, "vCont: the signal");
			break;
		case 'r':
			rsp_scan_accept(s, (char)action);
			SCAN_U64(s, "vCont: the start of the range");
			rsp_scan_need(s, ',', "vCont: no comma in the range");
			SCAN_U64(s, "vCont: the end of the range");
			break;
		default:
			rsp_scan_fail(s, "vCont: the action is not one of c, C, s, S, r, t");
			return;
		}
		if (rsp_scan_accept(s, ':'))
			scan_tid(s);
	} while (rsp_scan_accept(s, ';'));
}

/* ---- the table ---------------------------------------------------------- */

struct packet {
	/* With its separator if arguments follow. */
	const char *name;
	enum rsp_cmd_id id;
	/* NULL: nothing may follow the name. bs and bc take nothing, either. */
	void (*parse)(struct rsp_scan *s, struct rsp_cmd *cmd);
};

/*
 * The first match wins.  A name with a parser matches any packet that begins
 * with it, so a longer name stands before it.
 */
static const struct packet packets[] = {
	/* most frequent */
	{ "QTFrame:",		RSP_QTFRAME,		rsp_parse_frame },
	{ "g",			RSP_READ_REGS,		NULL },
	{ "m",			RSP_READ_MEM,		parse_read_mem },
	{ "x",			RSP_READ_BINARY,	parse_read_mem },
	{ "qTBuffer:",		RSP_QTBUFFER_READ,	rsp_parse_buffer_read },

	/* session */
	{ "qSupported",		RSP_QSUPPORTED,		NULL },
	{ "qSupported:",	RSP_QSUPPORTED,		parse_supported },
	{ "QStartNoAckMode",	RSP_QSTARTNOACK,	NULL },
	{ "!",			RSP_EXTENDED,		NULL },
	{ "QThreadSuffixSupported", RSP_LLDB,		NULL },
	{ "?",			RSP_STOP_REASON,	NULL },
	{ "H",			RSP_SET_THREAD,		parse_set_thread },
	{ "qC",			RSP_CURRENT_THREAD,	NULL },
	{ "qfThreadInfo",	RSP_THREADS_FIRST,	NULL },
	{ "qsThreadInfo",	RSP_THREADS_NEXT,	NULL },
	{ "qThreadExtraInfo,",	RSP_THREAD_EXTRA,	parse_thread },
	{ "T",			RSP_THREAD_ALIVE,	parse_thread },
	{ "qAttached",		RSP_ATTACHED,		NULL },
	{ "qAttached:",		RSP_ATTACHED,		parse_thread },
	{ "qOffsets",		RSP_OFFSETS,		NULL },
	{ "qSymbol:",		RSP_SYMBOL,		parse_symbol },
	{ "k",			RSP_KILL,		NULL },
	{ "vKill;",		RSP_KILL,		parse_thread },
	{ "D",			RSP_DETACH,		NULL },
	{ "D;",			RSP_DETACH,		parse_thread },
	{ "qRcmd,",		RSP_MONITOR,		parse_monitor },
	{ "qXfer:",		RSP_XFER_READ,		parse_xfer },

	/* state */
	{ "p",			RSP_READ_REG,		parse_read_reg },
	{ "G",			RSP_WRITE_REGS,		parse_write_regs },
	{ "P",			RSP_WRITE_REGS,		parse_write_reg },
	{ "M",			RSP_WRITE_MEM,		parse_write_hex },
	{ "X",			RSP_WRITE_MEM,		parse_write_binary },
	{ "Z",			RSP_BREAKPOINT,		parse_breakpoint },
	{ "z",			RSP_BREAKPOINT,		parse_breakpoint },
	{ "c",			RSP_RESUME,		parse_continue },
	{ "s",			RSP_RESUME,		parse_step },
	{ "C",			RSP_RESUME,		parse_signal },
	{ "S",			RSP_RESUME,		parse_signal },
	{ "bs",			RSP_RESUME,		parse_back },
	{ "bc",			RSP_RESUME,		parse_back },
	{ "vCont?",		RSP_VCONT_QUERY,	NULL },
	{ "vCont;",		RSP_RESUME,		parse_vcont },

	/* tracing */
	{ "QTinit",		RSP_QTINIT,		NULL },
	{ "QTDP:-",		RSP_QTDP_ACTIONS,	rsp_parse_tdp_actions },
	{ "QTDP:",		RSP_QTDP,		rsp_parse_tdp },
	{ "QTDPsrc:",		RSP_QTDPSRC,		rsp_parse_tdp_src },
	{ "QTDV:",		RSP_QTDV,		rsp_parse_tdv },
	{ "QTro",		RSP_QTRO,		NULL },
	{ "QTro:",		RSP_QTRO,		rsp_parse_tro },
	{ "QTDisconnected:",	RSP_QTDISCONNECTED,	rsp_parse_disconnected },
	{ "QTBuffer:circular:",	RSP_QTBUFFER_CIRCULAR,	rsp_parse_circular },
	{ "QTBuffer:size:",	RSP_QTBUFFER_SIZE,	rsp_parse_buffer_size },
	{ "QTNotes:",		RSP_QTNOTES,		rsp_parse_notes },
	{ "QTStart",		RSP_QTSTART,		NULL },
	{ "QTStop",		RSP_QTSTOP,		NULL },
	{ "QTEnable:",		RSP_QTENABLE,		rsp_parse_tp },
	{ "QTDisable:",		RSP_QTDISABLE,		rsp_parse_tp },
	{ "qTStatus",		RSP_QTSTATUS,		NULL },
	{ "qTP:",		RSP_QTP,		rsp_parse_tp },
	{ "qTV:",		RSP_QTV,		rsp_parse_tv },
	{ "qTfP",		RSP_QTFP,		NULL },
	{ "qTsP",		RSP_QTSP,		NULL },
	{ "qTfV",		RSP_QTFV,		NULL },
	{ "qTsV",		RSP_QTSV,		NULL },
	{ "QTSave:",		RSP_QTSAVE,		rsp_parse_save },
	{ "qTMinFTPILen",	RSP_QTMINFTPILEN,	NULL },
};

static int is_separator(char c)
{
	return c == ':' || c == ';' || c == ',';
}

/*
 * Returns 1 if the packet has this name, and moves s behind it.  Returns 0 if
 * not.  Returns -1 and sets *why if it has, but with text after a name that
 * takes none, or without text where some is required.  A name extends to the
 * next separator, so "qCRC:" is not a bad "qC"; but after a one-letter name
 * everything is its text.
 */
static int name_fits(const struct packet *pk, struct rsp_scan *s, const char **why)
{
	const char *name = pk->name;
	const char *p = s->p;

	/* Stops at s->end at the latest, where a NUL is. */
	for (; *name && *name == *p; name++)
		p++;
	if (!*name) {
		if (pk->parse || p == s->end) {
			s->p = p;
			return 1;
		}
		if (name - pk->name > 1 && !is_separator(*p))
			return 0;
		*why = "text after a packet that takes none";
		return -1;
	}
	if (pk->parse && is_separator(*name) && !name[1] && p == s->end) {
		*why = "the packet ends after its name";
		return -1;
	}
	return 0;
}

void rsp_parse(const char *buf, size_t len, struct rsp_cmd *cmd)
{
	const struct packet *pk = packets;
	const char *why = NULL;
	struct rsp_scan s;

	memset(cmd, 0, sizeof(*cmd));
	rsp_scan_init(&s, buf, len);
	while (pk < packets + ARRAY_SIZE(packets) && name_fits(pk, &s, &why) != 1)
		pk++;

	if (pk < packets + ARRAY_SIZE(packets)) {
		cmd->id = pk->id;
		if (pk->parse)
			pk->parse(&s, cmd);
		if (cmd->id == RSP_UNKNOWN)
			return;
		if (!rsp_scan_at_end(&s))
			rsp_scan_fail(&s, "text after the end of the packet");
		why = s.why;
	}
	if (why) {
		memset(cmd, 0, sizeof(*cmd));
		cmd->id = RSP_MALFORMED;
		cmd->why = why;
	}
}
