/* SPDX-License-Identifier: GPL-2.0 */
/* rsp/: malformed packets, and their error messages. */
#include <stdlib.h>

#include "rsp/rsp.h"
#include "tests/unit/unit.h"

struct bad {
	const char *text, *why;
};

static const struct bad session[] = {
	{ "g0", "text after a packet that takes none" },
	{ "?x", "text after a packet that takes none" },
	{ "!!", "text after a packet that takes none" },
	{ "kill", "text after a packet that takes none" },
	{ "Dx", "text after a packet that takes none" },
	{ "QTinit:", "text after a packet that takes none" },
	{ "QTStart:1", "text after a packet that takes none" },
	{ "qTStatus;x", "text after a packet that takes none" },
	{ "qOffsets,", "text after a packet that takes none" },
	{ "vKill", "the packet ends after its name" },
	{ "vCont", "the packet ends after its name" },
	{ "qTV", "the packet ends after its name" },
	{ "QTDP", "the packet ends after its name" },
	{ "QTBuffer:size", "the packet ends after its name" },
	{ "qThreadExtraInfo", "the packet ends after its name" },
	{ "qXfer", "the packet ends after its name" },
	{ "H", "H: the operation is not g or c" },
	{ "Hx1", "H: the operation is not g or c" },
	{ "Hg", "the thread is not a hexadecimal number of at most 63 bits" },
	{ "Hg-2", "the thread is not a number or -1" },
	{ "Hg-", "the thread is not a number or -1" },
	{ "Hg1x", "text after the end of the packet" },
	{ "Hg-11", "text after the end of the packet" },
	{ "Hg8000000000000000", "the thread is not a hexadecimal number of at most 63 bits" },
	{ "Hgp", "the process is not a hexadecimal number of at most 63 bits" },
	{ "Hgp-2.1", "the process is not a number or -1" },
	{ "Hgp1.", "the thread is not a hexadecimal number of at most 63 bits" },
	{ "T", "the thread is not a hexadecimal number of at most 63 bits" },
	{ "qThreadExtraInfo,", "the thread is not a hexadecimal number of at most 63 bits" },
	{ "qThreadExtraInfo,1,2", "text after the end of the packet" },
	{ "qAttached:", "the thread is not a hexadecimal number of at most 63 bits" },
	{ "qAttached:zz", "the thread is not a hexadecimal number of at most 63 bits" },
	{ "qSymbol:", "qSymbol: the value is not a hexadecimal number of at most 64 bits" },
	{ "qSymbol:x:61", "qSymbol: the value is not a hexadecimal number of at most 64 bits" },
	{ "qSymbol:1", "qSymbol: no colon after the value" },
	{ "qSymbol::616", "qSymbol: the name has an odd number of hex digits" },
	{ "qSymbol::61:", "text after the end of the packet" },
	{ "qRcmd,616", "qRcmd: an odd number of hex digits" },
	{ "qRcmd,61zz", "text after the end of the packet" },
	{ "qRcmd", "the packet ends after its name" },
	{ "qXfer:features:read:target.xml", "qXfer: no colon after the annex" },
	{ "qXfer:features:read:target.xml:",
	  "qXfer: the offset is not a hexadecimal number of at most 64 bits" },
	{ "qXfer:features:read:target.xml:0", "qXfer: no comma after the offset" },
	{ "qXfer:features:read:target.xml:0,",
	  "qXfer: the length is not a hexadecimal number of at most 64 bits" },
	{ "qXfer:features:read:target.xml:0,10,", "text after the end of the packet" },
	{ "qXfer:features:read::10000000000000000,1",
	  "qXfer: the offset is not a hexadecimal number of at most 64 bits" },
};

static const struct bad state[] = {
	{ "p", "p: the register is not a hexadecimal number of at most 64 bits" },
	{ "p1=2", "text after the end of the packet" },
	{ "P", "P: the register is not a hexadecimal number of at most 64 bits" },
	{ "P1", "P: no = after the register" },
	{ "P1=1", "P: an odd number of hex digits" },
	{ "G123", "G: an odd number of hex digits" },
	{ "Gxx", "text after the end of the packet" },
	{ "m", "the address is not a hexadecimal number of at most 64 bits" },
	{ "mx,1", "the address is not a hexadecimal number of at most 64 bits" },
	{ "m-1,1", "the address is not a hexadecimal number of at most 64 bits" },
	{ "m0x10,1", "no comma after the address" },
	{ "m10", "no comma after the address" },
	{ "m10,", "the length is not a hexadecimal number of at most 64 bits" },
	{ "m10,1:", "text after the end of the packet" },
	{ "x", "the address is not a hexadecimal number of at most 64 bits" },
	{ "x10", "no comma after the address" },
	{ "x10,", "the length is not a hexadecimal number of at most 64 bits" },
	{ "x10,1:", "text after the end of the packet" },
	{ "m10,1 ", "text after the end of the packet" },
	{ "m10000000000000000,1", "the address is not a hexadecimal number of at most 64 bits" },
	{ "m0,10000000000000000", "the length is not a hexadecimal number of at most 64 bits" },
	{ "M10,1", "M: no colon after the length" },
	{ "M10,1:", "M: less data than its length says, or not hex" },
	{ "M10,1:0", "M: less data than its length says, or not hex" },
	{ "M10,1:0g", "M: less data than its length says, or not hex" },
	{ "M10,ffffffffffffffff:00", "M: less data than its length says, or not hex" },
	{ "M10,1:0000", "text after the end of the packet" },
	{ "X10,1", "X: no colon after the length" },
	{ "X10,1:", "X: the data is not as long as its length says" },
	{ "X10,1:ab", "X: the data is not as long as its length says" },
	{ "X10,0:a", "X: the data is not as long as its length says" },
	{ "Z", "the breakpoint type is not a hexadecimal number of at most 64 bits" },
	{ "Z0", "no comma after the breakpoint type" },
	{ "Z0,", "the breakpoint address is not a hexadecimal number of at most 64 bits" },
	{ "Z0,10", "no comma after the breakpoint address" },
	{ "z0,10,", "the breakpoint kind is not a hexadecimal number of at most 64 bits" },
	{ "z0,10,1,", "text after the end of the packet" },
	{ "cx", "c: the address is not a hexadecimal number of at most 64 bits" },
	{ "s1x", "text after the end of the packet" },
	{ "C", "the signal is not a hexadecimal number of at most 8 bits" },
	{ "C100", "the signal is not a hexadecimal number of at most 8 bits" },
	{ "S05;", "the address after the signal is not a hexadecimal number of at most 64 bits" },
	{ "vCont;", "vCont: the action is not one of c, C, s, S, r, t" },
	{ "vCont;c;", "vCont: the action is not one of c, C, s, S, r, t" },
	{ "vCont;x", "vCont: the action is not one of c, C, s, S, r, t" },
	{ "vCont;C", "vCont: the signal is not a hexadecimal number of at most 8 bits" },
	{ "vCont;c:", "the thread is not a hexadecimal number of at most 63 bits" },
	{ "vCont;r10", "vCont: no comma in the range" },
	{ "vCont;c05", "text after the end of the packet" },
};

static const struct bad tracepoints[] = {
	{ "QTDP:", "the tracepoint number is not a hexadecimal number of at most 32 bits" },
	{ "QTDP:x", "the tracepoint number is not a hexadecimal number of at most 32 bits" },
	{ "QTDP:0:10:E:0:0", "there is no tracepoint 0" },
	{ "QTDP:00000000000000000:10:E:0:0", "there is no tracepoint 0" },
	{ "QTDP:100000000:10:E:0:0",
	  "the tracepoint number is not a hexadecimal number of at most 32 bits" },
	{ "QTDP:1", "no colon after the tracepoint number" },
	{ "QTDP:1:", "the tracepoint address is not a hexadecimal number of at most 64 bits" },
	{ "QTDP:1:10000000000000000:E:0:0",
	  "the tracepoint address is not a hexadecimal number of at most 64 bits" },
	{ "QTDP:1:10", "QTDP: no colon after the address" },
	{ "QTDP:1:10:", "QTDP: neither E nor D" },
	{ "QTDP:1:10:X:0:0", "QTDP: neither E nor D" },
	{ "QTDP:1:10:E", "QTDP: no colon after E or D" },
	{ "QTDP:1:10:E:", "QTDP: the step count is not a hexadecimal number of at most 64 bits" },
	{ "QTDP:1:10:E:0", "QTDP: no colon after the step count" },
	{ "QTDP:1:10:E:0:", "QTDP: the pass count is not a hexadecimal number of at most 64 bits" },
	{ "QTDP:1:10:E:-1:0",
	  "QTDP: the step count is not a hexadecimal number of at most 64 bits" },
	{ "QTDP:1:10:E:0:10000000000000000",
	  "QTDP: the pass count is not a hexadecimal number of at most 64 bits" },
	{ "QTDP:1:10:E:0:0:", "QTDP: a field that is not F, S or X" },
	{ "QTDP:1:10:E:0:0:Y", "QTDP: a field that is not F, S or X" },
	{ "QTDP:1:10:E:0:0:F",
	  "QTDP: the length after F is not a hexadecimal number of at most 64 bits" },
	{ "QTDP:1:10:E:0:0:F5:F5", "QTDP: two F fields" },
	{ "QTDP:1:10:E:0:0:S:S", "QTDP: two S fields" },
	{ "QTDP:1:10:E:0:0:X1,27:X1,27", "QTDP: two conditions" },
	{ "QTDP:1:10:E:0:0:X0,:X1,27", "QTDP: two conditions" },
	{ "QTDP:1:10:E:0:0:X",
	  "QTDP: the length of the condition is not a hexadecimal number of at most 64 bits" },
	{ "QTDP:1:10:E:0:0:X1", "QTDP: no comma after the length of the condition" },
	{ "QTDP:1:10:E:0:0:X2,27", "QTDP: the condition is shorter than its length says" },
	{ "QTDP:1:10:E:0:0:X2,27-", "QTDP: the condition is shorter than its length says" },
	{ "QTDP:1:10:E:0:0:X1,2727", "text after the end of the packet" },
	{ "QTDP:1:10:E:0:0--", "text after the end of the packet" },
	{ "QTDP:1:10:E:0:0-x", "text after the end of the packet" },
	{ "QTDP:1:10:E:0:0 ", "text after the end of the packet" },
	{ "QTDP:-", "the tracepoint number is not a hexadecimal number of at most 32 bits" },
	{ "QTDP:-0:10:L", "there is no tracepoint 0" },
	{ "QTDP:--1:10:L", "the tracepoint number is not a hexadecimal number of at most 32 bits" },
	{ "QTDP:-1:10", "QTDP: no colon after the address" },
	{ "QTDP:-1:10:", "QTDP: no actions" },
	{ "QTDP:-1:10:-", "QTDP: no actions" },
	{ "QTDP:-1:10:x", "an action that is not R, M, X or L" },
	{ "QTDP:-1:10:R03\n", "an action that is not R, M, X or L" },
	{ "QTDP:-1:10:R03\n#!/bin/sh\nid\n-", "an action that is not R, M, X or L" },
	{ "QTDP:-1:10:R03X1,27;", "an action that is not R, M, X or L" },
	{ "QTDP:-1:10:R03 ", "an action that is not R, M, X or L" },
	{ "QTDP:-1:10:L:L", "an action that is not R, M, X or L" },
	{ "QTDP:-1:10:L--", "an action that is not R, M, X or L" },
	{ "QTDP:-1:10:R", "R: no mask" },
	{ "QTDP:-1:10:R0", "R: the mask has an odd number of hex digits" },
	{ "QTDP:-1:10:S", "S: no action after it" },
	{ "QTDP:-1:10:SS", "an action that is not R, M, X or L" },
	{ "QTDP:-1:10:X2,27", "X: the bytecode is shorter than its length says" },
	{ "QTDP:-1:10:M-1,10", "M: no comma after the offset" },
	{ "QTDP:-1:10:M-1,10,8\r", "an action that is not R, M, X or L" },
	{ "QTDPsrc:", "the tracepoint number is not a hexadecimal number of at most 32 bits" },
	{ "QTDPsrc:1:10", "QTDPsrc: no colon after the address" },
	{ "QTDPsrc:1:10:", "QTDPsrc: no type" },
	{ "QTDPsrc:1:10:x:0:1:41", "QTDPsrc: a type that is not at, cond or cmd" },
	{ "QTDPsrc:1:10:a:0:1:41", "QTDPsrc: a type that is not at, cond or cmd" },
	{ "QTDPsrc:1:10:AT:0:1:41", "QTDPsrc: a type that is not at, cond or cmd" },
	{ "QTDPsrc:1:10:cond2:0:1:41", "QTDPsrc: a type that is not at, cond or cmd" },
	{ "QTDPsrc:1:10:at\n:0:1:41", "QTDPsrc: a type that is not at, cond or cmd" },
	{ "QTDPsrc:1:10:\n#!/bin/sh\nid>/tmp/x\n:0:1:41", "QTDPsrc: a type that is not at, cond or cmd" },
	{ "QTDPsrc:1:10:cmd:0:3:410a42", "QTDPsrc: a control character in the text" },
	{ "QTDPsrc:1:10:cmd:0:1:00", "QTDPsrc: a control character in the text" },
	{ "QTDPsrc:1:10:cmd:0:1:7f", "QTDPsrc: a control character in the text" },
	{ "QTDPsrc:1:10:cmd:0:2:411b", "QTDPsrc: a control character in the text" },
	{ "QTDPsrc:1:10:at", "QTDPsrc: no colon after the type" },
	{ "QTDPsrc:1:10:at:", "QTDPsrc: the start is not a hexadecimal number of at most 64 bits" },
	{ "QTDPsrc:1:10:at:0", "QTDPsrc: no colon after the start" },
	{ "QTDPsrc:1:10:at:0:",
	  "QTDPsrc: the total length is not a hexadecimal number of at most 64 bits" },
	{ "QTDPsrc:1:10:at:0:1", "QTDPsrc: no colon after the total length" },
	{ "QTDPsrc:1:10:at:0:1:616", "QTDPsrc: an odd number of hex digits" },
	{ "QTDPsrc:1:10:at:0:1:6162", "QTDPsrc: more text than its total length says" },
	{ "QTDPsrc:1:10:at:1:1:61", "QTDPsrc: more text than its total length says" },
	{ "QTDPsrc:1:10:at:2:1:", "QTDPsrc: more text than its total length says" },
	{ "QTDPsrc:1:10:at:ffffffffffffffff:1:61",
	  "QTDPsrc: more text than its total length says" },
	{ "QTDPsrc:1:10:at:0:2:61zz", "text after the end of the packet" },
};

static const struct bad experiment[] = {
	{ "QTDV:", "QTDV: the variable number is not a hexadecimal number of at most 32 bits" },
	{ "QTDV:100000000:0:0:61",
	  "QTDV: the variable number is not a hexadecimal number of at most 32 bits" },
	{ "QTDV:1", "QTDV: no colon after the variable number" },
	{ "QTDV:1:-5:0:61", "QTDV: the value is not a hexadecimal number of at most 64 bits" },
	{ "QTDV:1:10000000000000000:0:61",
	  "QTDV: the value is not a hexadecimal number of at most 64 bits" },
	{ "QTDV:1:5", "QTDV: no colon after the value" },
	{ "QTDV:1:5:2:61", "QTDV: the builtin flag is not 0 or 1" },
	{ "QTDV:1:5:0", "QTDV: no colon after the builtin flag" },
	{ "QTDV:1:5:01:61", "QTDV: no colon after the builtin flag" },
	{ "QTDV:1:5:0:", "QTDV: no name" },
	{ "QTDV:1:5:0:616", "QTDV: the name has an odd number of hex digits" },
	{ "QTDV:1:5:0:61x", "text after the end of the packet" },
	{ "QTDV:1:5:0:610a", "QTDV: the name has other characters than letters, digits and _" },
	{ "QTDV:1:5:0:20", "QTDV: the name has other characters than letters, digits and _" },
	{ "QTDV:1:5:0:00", "QTDV: the name has other characters than letters, digits and _" },
	{ "QTDV:1:5:0:40", "QTDV: the name has other characters than letters, digits and _" },
	{ "QTDV:1:5:0:5b", "QTDV: the name has other characters than letters, digits and _" },
	{ "QTDV:1:5:0:60", "QTDV: the name has other characters than letters, digits and _" },
	{ "QTDV:1:5:0:7b", "QTDV: the name has other characters than letters, digits and _" },
	{ "QTDV:1:5:0:c3a4", "QTDV: the name has other characters than letters, digits and _" },
	{ "QTro:1", "QTro: a range is not start,end with start below end" },
	{ "QTro:x,1", "QTro: a range is not start,end with start below end" },
	{ "QTro:2,1", "QTro: a range is not start,end with start below end" },
	{ "QTro:1,2:", "QTro: a range is not start,end with start below end" },
	{ "QTro:1,2::3,4", "QTro: a range is not start,end with start below end" },
	{ "QTro:1,2;3,4", "QTro: a range is not start,end with start below end" },
	{ "QTDisconnected:", "QTDisconnected: not 0 or 1" },
	{ "QTDisconnected:2", "QTDisconnected: not 0 or 1" },
	{ "QTDisconnected:11", "text after the end of the packet" },
	{ "QTBuffer:circular:", "QTBuffer:circular: not 0 or 1" },
	{ "QTBuffer:circular:on", "QTBuffer:circular: not 0 or 1" },
	{ "QTBuffer:size:", "QTBuffer:size: no number of bytes" },
	{ "QTBuffer:size:0", "QTBuffer:size: a buffer of 0 bytes" },
	{ "QTBuffer:size:000", "QTBuffer:size: a buffer of 0 bytes" },
	{ "QTBuffer:size:zz", "QTBuffer:size: not a hexadecimal number of bytes" },
	{ "QTBuffer:size:-", "QTBuffer:size: not a hexadecimal number of bytes" },
	{ "QTBuffer:size:-2", "QTBuffer:size: not a hexadecimal number of bytes" },
	{ "QTBuffer:size: 1", "QTBuffer:size: not a hexadecimal number of bytes" },
	{ "QTBuffer:size:10k", "QTBuffer:size: text after the number of bytes" },
	{ "QTBuffer:size:0x10", "QTBuffer:size: a buffer of 0 bytes" },
	{ "QTBuffer:size:-1x", "QTBuffer:size: text after the number of bytes" },
	{ "QTBuffer:size:10000000000000000",
	  "QTBuffer:size: more bytes than 64 bits can count" },
	{ "QTBuffer:size:ffffffffffffffff",
	  "QTBuffer:size: more bytes than 64 bits can count" },
	{ "QTNotes", "the packet ends after its name" },
	{ "QTNotes:x:61;", "QTNotes: a field that is not user, notes or tstop" },
	{ "QTNotes:user", "QTNotes: a field that is not user, notes or tstop" },
	{ "QTNotes:;", "QTNotes: a field that is not user, notes or tstop" },
	{ "QTNotes:user:616;", "QTNotes: an odd number of hex digits" },
	{ "QTNotes:user:me;", "QTNotes: not hex, or no semicolon after it" },
	{ "QTNotes:user:61;;", "QTNotes: a field that is not user, notes or tstop" },
	{ "QTNotes:user:61;user:61;", "QTNotes: the same field twice" },
	{ "QTNotes:user:;user:;", "QTNotes: the same field twice" },
	{ "QTEnable:", "the tracepoint number is not a hexadecimal number of at most 32 bits" },
	{ "QTEnable:1", "no colon after the tracepoint number" },
	{ "QTDisable:0:10", "there is no tracepoint 0" },
	{ "qTP:1:", "the tracepoint address is not a hexadecimal number of at most 64 bits" },
	{ "qTP:1:10:", "text after the end of the packet" },
	{ "QTFrame:", "QTFrame: the frame number is not a hexadecimal number of at most 32 bits" },
	{ "QTFrame:-2",
	  "QTFrame: the frame number is not a hexadecimal number of at most 32 bits" },
	{ "QTFrame:100000000",
	  "QTFrame: the frame number is not a hexadecimal number of at most 32 bits" },
	{ "QTFrame:1:2", "text after the end of the packet" },
	{ "QTFrame:pc:", "QTFrame:pc: the address is not a hexadecimal number of at most 64 bits" },
	{ "QTFrame:tdp:",
	  "QTFrame:tdp: the tracepoint number is not a hexadecimal number of at most 32 bits" },
	{ "QTFrame:range:1", "QTFrame: no colon after the start of the range" },
	{ "QTFrame:range:x:1",
	  "QTFrame: the start of the range is not a hexadecimal number of at most 64 bits" },
	{ "QTFrame:outside:1:",
	  "QTFrame: the end of the range is not a hexadecimal number of at most 64 bits" },
	{ "qTV:", "qTV: the variable number is not a hexadecimal number of at most 32 bits" },
	{ "qTV:1:", "text after the end of the packet" },
	{ "qTBuffer:", "qTBuffer: the offset is not a hexadecimal number of at most 64 bits" },
	{ "qTBuffer:0", "qTBuffer: no comma after the offset" },
	{ "qTBuffer:0,", "qTBuffer: the length is not a hexadecimal number of at most 64 bits" },
	{ "QTSave:", "QTSave: no name in hex" },
	{ "QTSave:616", "QTSave: the name has an odd number of hex digits" },
	{ "QTSave:/tmp/x", "QTSave: no name in hex" },
};

static void check(const struct bad *bad, size_t n)
{
	struct rsp_cmd cmd;
	size_t i, len;
	char *mem;

	for (i = 0; i < n; i++) {
		len = strlen(bad[i].text);
		mem = malloc(len + 1);
		memcpy(mem, bad[i].text, len + 1);
		rsp_parse(mem, len, &cmd);
		if (cmd.id != RSP_MALFORMED)
			printf("%s:\n", bad[i].text);
		CHECK_EQ(cmd.id, RSP_MALFORMED);
		CHECK_STR(cmd.why ? cmd.why : "(none)", bad[i].why);
		free(mem);
	}
}

#define CHECK_ALL(list) check(list, sizeof(list) / sizeof(list[0]))

static void test_session(void)
{
	CHECK_ALL(session);
}

static void test_state(void)
{
	CHECK_ALL(state);
}

static void test_tracepoints(void)
{
	CHECK_ALL(tracepoints);
}

static void test_experiment(void)
{
	CHECK_ALL(experiment);
}

int main(void)
{
	RUN(test_session);
	RUN(test_state);
	RUN(test_tracepoints);
	RUN(test_experiment);
	return unit_end();
}
