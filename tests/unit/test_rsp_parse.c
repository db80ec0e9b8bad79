/* SPDX-License-Identifier: GPL-2.0 */
/* rsp/: packet text -> command, with packets as GDB 13.1 sends them. */
#include <stdlib.h>

#include "rsp/rsp.h"
#include "tests/unit/unit.h"

/* The packet, in memory of exactly its size, so that ASan sees an overrun. */
static char *mem;
static struct rsp_cmd cmd;

static enum rsp_cmd_id parse(const char *text)
{
	size_t len = strlen(text);

	free(mem);
	mem = malloc(len + 1);
	memcpy(mem, text, len + 1);
	rsp_parse(mem, len, &cmd);
	return cmd.id;
}

static int is(struct rsp_text t, const char *want)
{
	return t.len == strlen(want) && !memcmp(t.p, want, t.len);
}

struct known {
	const char *text;
	enum rsp_cmd_id id;
};

/* One of each packet, and all forms without further checks. */
static const struct known known[] = {
	{ "qSupported", RSP_QSUPPORTED },
	{ "qSupported:multiprocess+;swbreak+", RSP_QSUPPORTED },
	{ "QStartNoAckMode", RSP_QSTARTNOACK },
	{ "!", RSP_EXTENDED },
	{ "QThreadSuffixSupported", RSP_LLDB },
	{ "?", RSP_STOP_REASON },
	{ "qC", RSP_CURRENT_THREAD },
	{ "qfThreadInfo", RSP_THREADS_FIRST },
	{ "qsThreadInfo", RSP_THREADS_NEXT },
	{ "qAttached", RSP_ATTACHED },
	{ "qAttached:1", RSP_ATTACHED },
	{ "qAttached:a410", RSP_ATTACHED },
	{ "qOffsets", RSP_OFFSETS },
	{ "qSymbol::", RSP_SYMBOL },
	{ "qSymbol:ffffffff81000000:5f74657874", RSP_SYMBOL },
	{ "qSymbol::5f74657874", RSP_SYMBOL },
	{ "k", RSP_KILL },
	{ "vKill;1", RSP_KILL },
	{ "vKill;a410", RSP_KILL },
	{ "D", RSP_DETACH },
	{ "D;1", RSP_DETACH },
	{ "qRcmd,", RSP_MONITOR },
	{ "g", RSP_READ_REGS },
	{ "G0011", RSP_WRITE_REGS },
	{ "P10=0011223344556677", RSP_WRITE_REGS },
	{ "bs", RSP_RESUME },
	{ "bc", RSP_RESUME },
	{ "vCont?", RSP_VCONT_QUERY },
	{ "QTinit", RSP_QTINIT },
	{ "QTro", RSP_QTRO },
	{ "QTStart", RSP_QTSTART },
	{ "QTStop", RSP_QTSTOP },
	{ "qTStatus", RSP_QTSTATUS },
	{ "qTfP", RSP_QTFP },
	{ "qTsP", RSP_QTSP },
	{ "qTfV", RSP_QTFV },
	{ "qTsV", RSP_QTSV },
	{ "qTMinFTPILen", RSP_QTMINFTPILEN },
};

static void test_known(void)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		parse(known[i].text);
		if (cmd.id != known[i].id)
			printf("%s (%s)\n", known[i].text, cmd.why ? cmd.why : "");
		CHECK_EQ(cmd.id, known[i].id);
		CHECK(!cmd.why);
	}
}

static void test_unknown(void)
{
	static const char * const list[] = {
		"", "vMustReplyEmpty", "qfoo", "Qfoo:1", "qCRC:0,10", "qCfoo", "QTinitx",
		"QTStarted", "qTStatusx", "qTfSTM", "qTsSTM", "qTSTMat:ffffffff9b0d1234",
		"qL1200000000000000000", "vFile:setfs:0", "vFile:open:6a,0,0", "vAttach;1",
		"vContfoo", "QNonStop:1", "QPassSignals:e;10", "QAllow:WriteReg:1",
		"QAgent:1", "qXfer:libraries:read::0,1000", "qXfer:threads:write::0:x",
		"qXfer:statictrace:read::0,1000", "qXfer:features:write:a:0:x", "R00", "r",
		/* a QTro without its name, as GDB 7.6 may send it */
		":ffffffff81000000,ffffffff81e01ef2",
		"QTBuffer:other:1", "QTDPfoo:1", "qTBufferfoo:1", "Z5,0,1", "z9,0,1",
		"i", "A1,0,1", "B0,S", "bx", "tfoo", "vRun;a", "vStopped", "qTVx", "*", "-1",
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (parse(list[i]) != RSP_UNKNOWN)
			printf("%s: id %d\n", list[i], cmd.id);
		CHECK_EQ(cmd.id, RSP_UNKNOWN);
		CHECK(!cmd.why);
	}
	/* NULs are text */
	rsp_parse("g\0", 2, &cmd);
	CHECK_EQ(cmd.id, RSP_MALFORMED);
	rsp_parse("qC\0", 3, &cmd);
	CHECK_EQ(cmd.id, RSP_UNKNOWN);
	rsp_parse("qTV\0", 4, &cmd);
	CHECK_EQ(cmd.id, RSP_UNKNOWN);
	rsp_parse("qTV\0" "1", 5, &cmd);
	CHECK_EQ(cmd.id, RSP_UNKNOWN);
}

static void test_threads(void)
{
	static const struct {
		const char *text;
		s64 id;
	} list[] = {
		{ "Hg0", 0 }, { "Hg1", 1 }, { "Hg64", 0x64 }, { "Hg-1", -1 },
		{ "Hgp1.2", 2 }, { "Hgp1.-1", -1 }, { "Hgp1", -1 },
		{ "Hgp-1", -1 }, { "Hgp-1.-1", -1 }, { "Hgp0.0", 0 },
		{ "HgpA410.aBc", 0xabc },
		{ "Hg7fffffffffffffff", 0x7fffffffffffffffLL },
		{ "Hg00000000000000000000000001", 1 }, { "Hc-1", -1 },
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		CHECK_EQ(parse(list[i].text), RSP_SET_THREAD);
		CHECK_EQ(cmd.u.thread.op, list[i].text[1]);
		CHECK(cmd.u.thread.id == list[i].id);
	}
	CHECK_EQ(parse("T64"), RSP_THREAD_ALIVE);
	CHECK(cmd.u.thread.id == 0x64);
	CHECK_EQ(parse("Tp1.3"), RSP_THREAD_ALIVE);
	CHECK(cmd.u.thread.id == 3);
	CHECK_EQ(parse("qThreadExtraInfo,64"), RSP_THREAD_EXTRA);
	CHECK(cmd.u.thread.id == 0x64);
	CHECK_EQ(parse("qThreadExtraInfo,p1.2"), RSP_THREAD_EXTRA);
	CHECK(cmd.u.thread.id == 2);
}

static void test_session_fields(void)
{
	static const char * const without[] = {
		"qSupported", "qSupported:", "qSupported:;;", "qSupported:error-message-",
		"qSupported:error-message", "qSupported:error-message++",
		"qSupported:an-error-message+", "qSupported:a;error-message+=1;b",
	};
	size_t i;

	CHECK_EQ(parse("qSupported:multiprocess+;xmlRegisters=i386"), RSP_QSUPPORTED);
	CHECK(!cmd.u.supported.error_message);
	CHECK_EQ(parse("qSupported:multiprocess+;error-message+;x+"), RSP_QSUPPORTED);
	CHECK(cmd.u.supported.error_message);
	CHECK_EQ(parse("qSupported:error-message+"), RSP_QSUPPORTED);
	CHECK(cmd.u.supported.error_message);
	for (i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		CHECK_EQ(parse(without[i]), RSP_QSUPPORTED);
		CHECK(!cmd.u.supported.error_message);
	}
	parse("qRcmd,68656c70");
	CHECK_EQ(cmd.id, RSP_MONITOR);
	CHECK(is(cmd.hex, "68656c70"));
	parse("qSymbol:ff:6162");
	CHECK(cmd.u.symbol.found && cmd.u.symbol.value == 0xff);
	CHECK(is(cmd.hex, "6162"));

	CHECK_EQ(parse("qXfer:features:read:target.xml:0,1000"), RSP_XFER_READ);
	CHECK_EQ(cmd.u.xfer.object, RSP_OBJ_FEATURES);
	CHECK(is(cmd.u.xfer.annex, "target.xml"));
	CHECK_EQ(cmd.u.xfer.off, 0);
	CHECK_EQ(cmd.u.xfer.len, 0x1000);
	CHECK_EQ(parse("qXfer:traceframe-info:read::fFb,10"), RSP_XFER_READ);
	CHECK_EQ(cmd.u.xfer.object, RSP_OBJ_TRACEFRAME_INFO);
	CHECK_EQ(cmd.u.xfer.annex.len, 0);
	CHECK_EQ(cmd.u.xfer.off, 0xffb);
	CHECK_EQ(cmd.u.xfer.len, 0x10);
	CHECK_EQ(parse("qXfer:threads:read::20,1000"), RSP_XFER_READ);
	CHECK_EQ(cmd.u.xfer.object, RSP_OBJ_THREADS);
	CHECK_EQ(cmd.u.xfer.off, 0x20);
}

static void test_state_fields(void)
{
	CHECK_EQ(parse("p18"), RSP_READ_REG);
	CHECK_EQ(cmd.u.reg.num, 0x18);
	CHECK_EQ(parse("P10=00aaFF"), RSP_WRITE_REGS);
	CHECK_EQ(parse("G0102"), RSP_WRITE_REGS);

	CHECK_EQ(parse("mffffffff81000000,1"), RSP_READ_MEM);
	CHECK_EQ(cmd.u.mem.addr, 0xffffffff81000000ULL);
	CHECK_EQ(cmd.u.mem.len, 1);
	CHECK_EQ(parse("m0,FFFFFFFFFFFFFFFF"), RSP_READ_MEM);
	CHECK_EQ(cmd.u.mem.len, ~0ULL);
	CHECK_EQ(parse("xffffffff81000000,3fc0"), RSP_READ_BINARY);
	CHECK_EQ(cmd.u.mem.addr, 0xffffffff81000000ULL);
	CHECK_EQ(cmd.u.mem.len, 0x3fc0);
	CHECK_EQ(parse("x0,0"), RSP_READ_BINARY);
	CHECK_EQ(parse("M1000,2:abCD"), RSP_WRITE_MEM);
	CHECK_EQ(parse("M1000,0:"), RSP_WRITE_MEM);
	CHECK_EQ(parse("Xffffffffa1000000,0:"), RSP_WRITE_MEM);
	CHECK_EQ(parse("Xf7f,1:\xcc"), RSP_WRITE_MEM);
	CHECK_EQ(parse("X1,3:,:;"), RSP_WRITE_MEM);

	CHECK_EQ(parse("Z0,ffffffff9b34cc50,1"), RSP_BREAKPOINT);
	CHECK_EQ(parse("z4,10,8"), RSP_BREAKPOINT);
	CHECK_EQ(parse("Z0,10,1;X1,27"), RSP_BREAKPOINT);
}

static void test_resume(void)
{
	static const char * const list[] = {
		"c", "cffffffff81000000", "s", "s10", "C05", "C05;10", "S0b",
		"bs", "bc", "vCont;c", "vCont;c:1", "vCont;s:p1.1;c",
		"vCont;C05:-1", "vCont;S05;c", "vCont;t",
		"vCont;r10,20:p1.2;c:p1.-1",
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		CHECK_EQ(parse(list[i]), RSP_RESUME);
}

static void test_tdp(void)
{
	CHECK_EQ(parse("QTDP:1:ffffffff9b34cc50:E:0:0-"), RSP_QTDP);
	CHECK_EQ(cmd.u.tdp.num, 1);
	CHECK_EQ(cmd.u.tdp.addr, 0xffffffff9b34cc50ULL);
	CHECK_EQ(cmd.u.tdp.enabled, 1);
	CHECK_EQ(cmd.u.tdp.step, 0);
	CHECK_EQ(cmd.u.tdp.pass, 0);
	CHECK_EQ(cmd.u.tdp.more, 1);
	CHECK(!cmd.u.tdp.is_static && !cmd.u.tdp.cond.len);
	parse("QTDP:2:ffffffff9b34cc50:E:0:64:Xd,2600032a402310002a402b1527-");
	CHECK_EQ(cmd.id, RSP_QTDP);
	CHECK_EQ(cmd.u.tdp.pass, 0x64);
	CHECK(is(cmd.u.tdp.cond, "2600032a402310002a402b1527"));
	CHECK_EQ(cmd.u.tdp.more, 1);
	CHECK_EQ(parse("QTDP:4:00000000ffffffff:D:5:0"), RSP_QTDP);
	CHECK_EQ(cmd.u.tdp.addr, 0xffffffff);
	CHECK_EQ(cmd.u.tdp.enabled, 0);
	CHECK_EQ(cmd.u.tdp.step, 5);
	CHECK_EQ(cmd.u.tdp.more, 0);
	CHECK_EQ(parse("QTDP:5:ffffffff9b34d3d0:E:0:0:F5-"), RSP_QTDP);
	CHECK(!cmd.u.tdp.is_static && cmd.u.tdp.more);
	CHECK_EQ(parse("QTDP:7:ffffffff9b0d1234:E:0:0:S-"), RSP_QTDP);
	CHECK(cmd.u.tdp.is_static && cmd.u.tdp.more);
	/* fields in any order */
	CHECK_EQ(parse("QTDP:ffffffff:0:E:0:0:X1,27:S:F5"), RSP_QTDP);
	CHECK_EQ(cmd.u.tdp.num, 0xffffffff);
	CHECK(is(cmd.u.tdp.cond, "27"));
	CHECK(cmd.u.tdp.is_static && !cmd.u.tdp.more);
	CHECK_EQ(parse("QTDP:1:0:E:0:0:F5:X0,-"), RSP_QTDP);
	CHECK_EQ(cmd.u.tdp.cond.len, 0);
	CHECK(cmd.u.tdp.more);

	CHECK_EQ(parse("QTDP:-1:ffffffff9b34cc50:R07ffffffffffffff"), RSP_QTDP_ACTIONS);
	CHECK_EQ(cmd.u.actions.num, 1);
	CHECK_EQ(cmd.u.actions.addr, 0xffffffff9b34cc50ULL);
	CHECK(is(cmd.u.actions.list, "R07ffffffffffffff"));
	CHECK_EQ(cmd.u.actions.more, 0);
	CHECK_EQ(parse("QTDP:-2:0:X00000001,27X00000001,27-"), RSP_QTDP_ACTIONS);
	CHECK(is(cmd.u.actions.list, "X00000001,27X00000001,27"));
	CHECK_EQ(cmd.u.actions.more, 1);
	CHECK_EQ(parse("QTDP:-6:ffffffff9b34cc50:L"), RSP_QTDP_ACTIONS);
	CHECK_EQ(parse("QTDP:-6:10:R03M-1,FFFFFFFF81000000,8M10,FFFFFFFFFFFFFFF8,4SX1,27LR01-"),
		 RSP_QTDP_ACTIONS);
}

static void test_definitions(void)
{
	parse("QTDPsrc:2:ffffffff9b34cc50:cond:0:c:636f756e74203e2034303936");
	CHECK_EQ(cmd.id, RSP_QTDPSRC);
	CHECK_EQ(cmd.u.src.num, 2);
	CHECK_EQ(cmd.u.src.addr, 0xffffffff9b34cc50ULL);
	CHECK(is(cmd.u.src.type, "cond"));
	CHECK_EQ(cmd.u.src.start, 0);
	CHECK_EQ(cmd.u.src.total, 12);
	CHECK(is(cmd.u.src.hex, "636f756e74203e2034303936"));
	CHECK_EQ(parse("QTDPsrc:1:10:cmd:3:5:6162"), RSP_QTDPSRC);
	CHECK_EQ(cmd.u.src.start, 3);
	CHECK_EQ(parse("QTDPsrc:1:10:cmd:0:0:"), RSP_QTDPSRC);
	/* A tab, and non-ASCII bytes. */
	CHECK_EQ(parse("QTDPsrc:1:10:cmd:0:4:0941c3a4"), RSP_QTDPSRC);
	CHECK_EQ(parse("QTDPsrc:1:10:at:0:2:207e"), RSP_QTDPSRC);

	CHECK_EQ(parse("QTDV:1:0000000000000005:0:636e74"), RSP_QTDV);
	CHECK_EQ(cmd.u.var.num, 1);
	CHECK_EQ(cmd.u.var.value, 5);
	CHECK_EQ(cmd.u.var.builtin, 0);
	CHECK(is(cmd.u.var.name, "636e74"));
	CHECK_EQ(parse("QTDV:1:0:0:415a617a30395f"), RSP_QTDV);
	CHECK_EQ(parse("QTDV:ffffffff:ffffffffffffffff:1:61"), RSP_QTDV);
	CHECK_EQ(cmd.u.var.num, 0xffffffff);
	CHECK_EQ(cmd.u.var.value, -1);
	CHECK_EQ(cmd.u.var.builtin, 1);
	CHECK_EQ(parse("qTV:2a"), RSP_QTV);
	CHECK_EQ(cmd.u.var.num, 42);

	CHECK_EQ(parse("QTDisconnected:1"), RSP_QTDISCONNECTED);
	CHECK_EQ(cmd.u.flag, 1);
	CHECK_EQ(parse("QTDisconnected:0"), RSP_QTDISCONNECTED);
	CHECK_EQ(cmd.u.flag, 0);
	CHECK_EQ(parse("QTBuffer:circular:1"), RSP_QTBUFFER_CIRCULAR);
	CHECK_EQ(cmd.u.flag, 1);
	CHECK_EQ(parse("QTBuffer:circular:0"), RSP_QTBUFFER_CIRCULAR);
	CHECK_EQ(cmd.u.flag, 0);
	CHECK_EQ(parse("QTBuffer:size:100000"), RSP_QTBUFFER_SIZE);
	CHECK_EQ(cmd.u.size, 0x100000);
	CHECK_EQ(parse("QTBuffer:size:4"), RSP_QTBUFFER_SIZE);
	CHECK_EQ(cmd.u.size, 4);
	CHECK_EQ(parse("QTBuffer:size:fffffffffffffffe"), RSP_QTBUFFER_SIZE);
	CHECK_EQ(cmd.u.size, 0xfffffffffffffffeULL);
	CHECK_EQ(parse("QTBuffer:size:-1"), RSP_QTBUFFER_SIZE);
	CHECK_EQ(cmd.u.size, RSP_SIZE_DEFAULT);
	CHECK_EQ(parse("QTSave:2f746d702f78"), RSP_QTSAVE);
	CHECK(is(cmd.hex, "2f746d702f78"));
}

static void test_notes(void)
{
	CHECK_EQ(parse("QTNotes:user:6d65;notes:736f6d65;"), RSP_QTNOTES);
	CHECK(is(cmd.u.notes.user, "6d65"));
	CHECK(is(cmd.u.notes.notes, "736f6d65"));
	CHECK(!cmd.u.notes.tstop.p);
	CHECK_EQ(parse("QTNotes:tstop:73746f70;"), RSP_QTNOTES);
	CHECK(is(cmd.u.notes.tstop, "73746f70"));
	CHECK(!cmd.u.notes.user.p && !cmd.u.notes.notes.p);
	/* empty: present, but to be cleared */
	CHECK_EQ(parse("QTNotes:user:;notes:;"), RSP_QTNOTES);
	CHECK(cmd.u.notes.user.p && !cmd.u.notes.user.len);
	CHECK(cmd.u.notes.notes.p && !cmd.u.notes.notes.len);
	CHECK_EQ(parse("QTNotes:tstop:;"), RSP_QTNOTES);
	CHECK(cmd.u.notes.tstop.p && !cmd.u.notes.tstop.len);
	CHECK_EQ(parse("QTNotes:"), RSP_QTNOTES);
	CHECK_EQ(parse("QTNotes:notes:61"), RSP_QTNOTES);
	CHECK(is(cmd.u.notes.notes, "61"));
}

static void test_runtime(void)
{
	static const struct {
		const char *text;
		enum rsp_frame_how how;
		u64 a, b;
	} frames[] = {
		{ "QTFrame:0", RSP_FRAME_NUMBER, 0, 0 },
		{ "QTFrame:63", RSP_FRAME_NUMBER, 0x63, 0 },
		{ "QTFrame:ffffffff", RSP_FRAME_NUMBER, RSP_FRAME_NONE, 0 },
		{ "QTFrame:-1", RSP_FRAME_NUMBER, RSP_FRAME_NONE, 0 },
		{ "QTFrame:pc:ffffffff9b34cc60", RSP_FRAME_PC, 0xffffffff9b34cc60ULL, 0 },
		{ "QTFrame:tdp:3", RSP_FRAME_TRACEPOINT, 3, 0 },
		{ "QTFrame:tdp:0", RSP_FRAME_TRACEPOINT, 0, 0 },
		{ "QTFrame:range:10:ffffffffffffffff", RSP_FRAME_RANGE, 0x10, ~0ULL },
		{ "QTFrame:outside:ffffffff9b000000:ffffffff9bffffff", RSP_FRAME_OUTSIDE,
		  0xffffffff9b000000ULL, 0xffffffff9bffffffULL },
	};
	size_t i;

	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		CHECK_EQ(parse(frames[i].text), RSP_QTFRAME);
		CHECK_EQ(cmd.u.frame.how, frames[i].how);
		CHECK_EQ(cmd.u.frame.a, frames[i].a);
		CHECK_EQ(cmd.u.frame.b, frames[i].b);
	}
	CHECK_EQ(parse("QTEnable:1:ffffffff9b34cc50"), RSP_QTENABLE);
	CHECK_EQ(cmd.u.tp.num, 1);
	CHECK_EQ(cmd.u.tp.addr, 0xffffffff9b34cc50ULL);
	CHECK_EQ(parse("QTDisable:a:00000000000000ff"), RSP_QTDISABLE);
	CHECK_EQ(cmd.u.tp.num, 10);
	CHECK_EQ(cmd.u.tp.addr, 0xff);
	CHECK_EQ(parse("qTP:9:ffffffff9b34833a"), RSP_QTP);
	CHECK_EQ(cmd.u.tp.num, 9);
	CHECK_EQ(parse("qTBuffer:69c,7d0"), RSP_QTBUFFER_READ);
	CHECK_EQ(cmd.u.mem.addr, 0x69c);
	CHECK_EQ(cmd.u.mem.len, 0x7d0);
}

static int matches(enum rsp_frame_how how, u64 a, u64 b, u32 num, u64 addr)
{
	struct rsp_frame f = { how, a, b };

	return rsp_frame_matches(&f, num, addr);
}

static void test_frame_matches(void)
{
	CHECK(matches(RSP_FRAME_PC, 5, 0, 9, 5));
	CHECK(!matches(RSP_FRAME_PC, 5, 0, 5, 6));
	CHECK(matches(RSP_FRAME_TRACEPOINT, 7, 0, 7, 5));
	CHECK(!matches(RSP_FRAME_TRACEPOINT, 7, 0, 8, 7));
	CHECK(!matches(RSP_FRAME_TRACEPOINT, (1ULL << 32) + 7, 0, 7, 5));
	CHECK(matches(RSP_FRAME_RANGE, 5, 7, 0, 5));
	CHECK(matches(RSP_FRAME_RANGE, 5, 7, 0, 7));
	CHECK(!matches(RSP_FRAME_RANGE, 5, 7, 0, 4));
	CHECK(!matches(RSP_FRAME_RANGE, 5, 7, 0, 8));
	CHECK(!matches(RSP_FRAME_OUTSIDE, 5, 7, 0, 5));
	CHECK(!matches(RSP_FRAME_OUTSIDE, 5, 7, 0, 7));
	CHECK(matches(RSP_FRAME_OUTSIDE, 5, 7, 0, 4));
	CHECK(matches(RSP_FRAME_OUTSIDE, 5, 7, 0, ~0ULL));
	CHECK(!matches(RSP_FRAME_NUMBER, 5, 0, 5, 5));
	CHECK(!matches((enum rsp_frame_how)99, 5, 7, 5, 5));
}

/* ---- lists -------------------------------------------------------------- */

static struct rsp_action act;
static struct rsp_text list;
static int step;
static const char *why;

static void actions(const char *text)
{
	size_t len = strlen(text);

	free(mem);
	mem = malloc(len + 1);
	memcpy(mem, text, len);
	list.p = mem;
	list.len = len;
	step = 0;
	why = NULL;
}

static int next(void)
{
	return rsp_next_action(&list, &step, &act, &why);
}

static void test_actions(void)
{
	actions("R07ffffM-1,FFFFFFFF81000000,8M10,10,4X0000000A,2600052a402300e80c27L");
	CHECK_EQ(next(), 1);
	CHECK_EQ(act.kind, 'R');
	CHECK(is(act.hex, "07ffff"));
	CHECK_EQ(next(), 1);
	CHECK_EQ(act.kind, 'M');
	CHECK_EQ(act.basereg, -1);
	CHECK_EQ(act.off, 0xffffffff81000000ULL);
	CHECK_EQ(act.len, 8);
	CHECK_EQ(next(), 1);
	CHECK_EQ(act.basereg, 0x10);
	CHECK_EQ(act.off, 0x10);
	CHECK_EQ(act.len, 4);
	CHECK_EQ(next(), 1);
	CHECK_EQ(act.kind, 'X');
	CHECK_EQ(act.len, 10);
	CHECK(is(act.hex, "2600052a402300e80c27"));
	CHECK_EQ(next(), 1);
	CHECK_EQ(act.kind, 'L');
	CHECK_EQ(next(), 0);
	CHECK_EQ(next(), 0);

	actions("Mffffffff,0,1mX");
	CHECK_EQ(next(), 1);
	CHECK_EQ(act.basereg, -1);
	CHECK_EQ(next(), -1);
	actions("X00000001,27X00000000,X1,28");
	CHECK_EQ(next(), 1);
	CHECK_EQ(next(), 1);
	CHECK_EQ(act.len, 0);
	CHECK_EQ(act.hex.len, 0);
	CHECK_EQ(next(), 1);
	CHECK(is(act.hex, "28"));
	CHECK_EQ(next(), 0);

	/* An S holds from there on, and into the next packet. */
	actions("LSR07X1,27");
	CHECK_EQ(next(), 1);
	CHECK_EQ(step, 0);
	CHECK_EQ(next(), 1);
	CHECK_EQ(step, 1);
	CHECK(is(act.hex, "07"));
	CHECK_EQ(next(), 1);
	CHECK_EQ(next(), 0);
	CHECK_EQ(step, 1);
}

static void test_bad_actions(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "Q", "an action that is not R, M, X or L" },
		{ "-", "an action that is not R, M, X or L" },
		{ "S", "S: no action after it" },
		{ "SS", "an action that is not R, M, X or L" },
		{ "R", "R: no mask" },
		{ "Rx", "R: no mask" },
		{ "R7", "R: the mask has an odd number of hex digits" },
		{ "M", "M: the register is not a hexadecimal number of at most 32 bits" },
		{ "M-2,0,1", "M: the register is negative but not -1" },
		{ "M-", "M: the register is negative but not -1" },
		{ "M100000000,0,1",
		  "M: the register is not a hexadecimal number of at most 32 bits" },
		{ "M-1", "M: no comma after the register" },
		{ "M-10,0,1", "M: no comma after the register" },
		{ "M-1,", "M: the offset is not a hexadecimal number of at most 64 bits" },
		{ "M-1,10000000000000000,1",
		  "M: the offset is not a hexadecimal number of at most 64 bits" },
		{ "M-1,0", "M: no comma after the offset" },
		{ "M-1,0,", "M: the length is not a hexadecimal number of at most 64 bits" },
		{ "M-1,0,-1", "M: the length is not a hexadecimal number of at most 64 bits" },
		{ "X", "X: the length is not a hexadecimal number of at most 64 bits" },
		{ "X1", "X: no comma after the length" },
		{ "X1,", "X: the bytecode is shorter than its length says" },
		{ "X2,27", "X: the bytecode is shorter than its length says" },
		{ "X2,272", "X: the bytecode is shorter than its length says" },
		{ "X2,27X1,27", "X: the bytecode is shorter than its length says" },
		{ "Xffffffffffffffff,27", "X: the bytecode is shorter than its length says" },
		{ "X8000000000000001,2727", "X: the bytecode is shorter than its length says" },
		{ "X10000000000000000,27",
		  "X: the length is not a hexadecimal number of at most 64 bits" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		actions(bad[i].text);
		CHECK_EQ(next(), -1);
		CHECK_STR(why ? why : "(none)", bad[i].why);
	}
	actions("X1,2728");
	CHECK_EQ(next(), 1);
	CHECK_EQ(next(), -1);
}

static void test_ranges(void)
{
	u64 a, b;
	struct rsp_text t;

	parse("QTro:ffffffff81000000,ffffffff81e01ef2:10,20:30,30");
	CHECK_EQ(cmd.id, RSP_QTRO);
	t = cmd.text;
	CHECK_EQ(rsp_next_range(&t, &a, &b), 1);
	CHECK_EQ(a, 0xffffffff81000000ULL);
	CHECK_EQ(b, 0xffffffff81e01ef2ULL);
	CHECK_EQ(rsp_next_range(&t, &a, &b), 1);
	CHECK(a == 0x10 && b == 0x20);
	CHECK_EQ(rsp_next_range(&t, &a, &b), 1);
	CHECK_EQ(rsp_next_range(&t, &a, &b), 0);
	CHECK_EQ(parse("QTro:"), RSP_QTRO);
	CHECK_EQ(cmd.text.len, 0);
}

int main(void)
{
	RUN(test_known);
	RUN(test_unknown);
	RUN(test_threads);
	RUN(test_session_fields);
	RUN(test_state_fields);
	RUN(test_resume);
	RUN(test_tdp);
	RUN(test_definitions);
	RUN(test_notes);
	RUN(test_runtime);
	RUN(test_frame_matches);
	RUN(test_actions);
	RUN(test_bad_actions);
	RUN(test_ranges);
	free(mem);
	return unit_end();
}
