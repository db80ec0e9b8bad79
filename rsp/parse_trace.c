/* SPDX-License-Identifier: GPL-2.0 */
/* Parsers of the trace packets, and of the lists in some of them. */
#include <linux/types.h>
#include <linux/string.h>

#include "rsp/rsp.h"
#include "rsp/scan.h"

/* A tracepoint number, never 0. */
static u32 scan_tp_num(struct rsp_scan *s)
{
	u32 num = (u32)SCAN_U32(s, "the tracepoint number");

	if (!num)
		rsp_scan_fail(s, "there is no tracepoint 0");
	return num;
}

/* "<number>:<address>" */
static void scan_tp(struct rsp_scan *s, u32 *num, u64 *addr)
{
	*num = scan_tp_num(s);
	rsp_scan_need(s, ':', "no colon after the tracepoint number");
	*addr = SCAN_U64(s, "the tracepoint address");
}

/* "0" or "1" */
static int scan_flag(struct rsp_scan *s, const char *why)
{
	if (rsp_scan_accept(s, '1'))
		return 1;
	rsp_scan_need(s, '0', why);
	return 0;
}

/* ":F<len>", ":S", ":X<len>,<hex>" */
static void scan_tdp_flag(struct rsp_scan *s, struct rsp_cmd *cmd, int *is_fast)
{
	u64 len;

	if (rsp_scan_accept(s, 'F')) {
		if (*is_fast)
			rsp_scan_fail(s, "QTDP: two F fields");
		SCAN_U64(s, "QTDP: the length after F");
		*is_fast = 1;
	} else if (rsp_scan_accept(s, 'S')) {
		if (cmd->u.tdp.is_static)
			rsp_scan_fail(s, "QTDP: two S fields");
		cmd->u.tdp.is_static = 1;
	} else if (rsp_scan_accept(s, 'X')) {
		if (cmd->u.tdp.cond.p)
			rsp_scan_fail(s, "QTDP: two conditions");
		len = SCAN_U64(s, "QTDP: the length of the condition");
		rsp_scan_need(s, ',', "QTDP: no comma after the length of the condition");
		cmd->u.tdp.cond = rsp_scan_hex_exact(s, len,
						     "QTDP: the condition is shorter than its length says");
	} else {
		rsp_scan_fail(s, "QTDP: a field that is not F, S or X");
	}
}

/* QTDP:<n>:<addr>:E|D:<step>:<pass>[fields][-] */
void rsp_parse_tdp(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	int is_fast = 0;

	scan_tp(s, &cmd->u.tdp.num, &cmd->u.tdp.addr);
	rsp_scan_need(s, ':', "QTDP: no colon after the address");
	if (rsp_scan_accept(s, 'E'))
		cmd->u.tdp.enabled = 1;
	else
		rsp_scan_need(s, 'D', "QTDP: neither E nor D");
	rsp_scan_need(s, ':', "QTDP: no colon after E or D");
	cmd->u.tdp.step = SCAN_U64(s, "QTDP: the step count");
	rsp_scan_need(s, ':', "QTDP: no colon after the step count");
	cmd->u.tdp.pass = SCAN_U64(s, "QTDP: the pass count");
	while (rsp_scan_accept(s, ':'))
		scan_tdp_flag(s, cmd, &is_fast);
	cmd->u.tdp.more = rsp_scan_accept(s, '-');
}

/*
 * Actions go back to GDB, and into the file of `tsave -r', verbatim.  So accept
 * only what GDB sends.
 */
static void check_actions(struct rsp_scan *s, struct rsp_text list)
{
	struct rsp_action act;
	const char *why;
	int step = 0, ret;

	do
		ret = rsp_next_action(&list, &step, &act, &why);
	while (ret > 0);
	if (ret < 0)
		rsp_scan_fail(s, why);
}

/* QTDP:-<n>:<addr>:<actions>[-] */
void rsp_parse_tdp_actions(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	struct rsp_text *list = &cmd->u.actions.list;

	scan_tp(s, &cmd->u.actions.num, &cmd->u.actions.addr);
	rsp_scan_need(s, ':', "QTDP: no colon after the address");
	*list = rsp_scan_rest(s);
	if (list->len && list->p[list->len - 1] == '-') {
		list->len--;
		cmd->u.actions.more = 1;
	}
	if (!list->len)
		rsp_scan_fail(s, "QTDP: no actions");
	else
		check_actions(s, *list);
}

/* Decode two digits that rsp_scan_hex() accepted. */
static u8 hex_byte(const char *p)
{
	return (u8)(rsp_hex_digit(p[0]) << 4 | rsp_hex_digit(p[1]));
}

/* A line of text, in hex: no control characters but tabs. */
static void check_line(struct rsp_scan *s, struct rsp_text hex, const char *why)
{
	size_t i;
	u8 c;

	for (i = 0; i + 2 <= hex.len; i += 2) {
		c = hex_byte(hex.p + i);
		if ((c < ' ' && c != '\t') || c == 0x7f)
			rsp_scan_fail(s, why);
	}
}

static int is_type(struct rsp_text type, const char *name)
{
	return type.len == strlen(name) && !memcmp(type.p, name, type.len);
}

static void check_type(struct rsp_scan *s, struct rsp_text type)
{
	if (!type.len)
		rsp_scan_fail(s, "QTDPsrc: no type");
	else if (!is_type(type, "at") && !is_type(type, "cond") &&
		 !is_type(type, "cmd"))
		rsp_scan_fail(s, "QTDPsrc: a type that is not at, cond or cmd");
}

/* [A-Za-z0-9_], as in GDB's names of trace state variables. */
static void check_name(struct rsp_scan *s, struct rsp_text hex)
{
	size_t i;
	u8 c;

	for (i = 0; i + 2 <= hex.len; i += 2) {
		c = hex_byte(hex.p + i);
		if (!((c >= '0' && c <= '9') || c == '_' ||
		      ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
			rsp_scan_fail(s, "QTDV: the name has other characters than letters, digits and _");
	}
}

/* QTDPsrc:<n>:<addr>:<type>:<start>:<total>:<hex> */
void rsp_parse_tdp_src(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	scan_tp(s, &cmd->u.src.num, &cmd->u.src.addr);
	rsp_scan_need(s, ':', "QTDPsrc: no colon after the address");
	cmd->u.src.type = rsp_scan_until(s, ':');
	check_type(s, cmd->u.src.type);
	rsp_scan_need(s, ':', "QTDPsrc: no colon after the type");
	cmd->u.src.start = SCAN_U64(s, "QTDPsrc: the start");
	rsp_scan_need(s, ':', "QTDPsrc: no colon after the start");
	cmd->u.src.total = SCAN_U64(s, "QTDPsrc: the total length");
	rsp_scan_need(s, ':', "QTDPsrc: no colon after the total length");
	cmd->u.src.hex = rsp_scan_hex(s, "QTDPsrc: an odd number of hex digits");
	if (cmd->u.src.start > cmd->u.src.total ||
	    cmd->u.src.hex.len / 2 > cmd->u.src.total - cmd->u.src.start)
		rsp_scan_fail(s, "QTDPsrc: more text than its total length says");
	check_line(s, cmd->u.src.hex, "QTDPsrc: a control character in the text");
}

/* QTDV:<n>:<value>:<builtin>:<hex name> */
void rsp_parse_tdv(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.var.num = (u32)SCAN_U32(s, "QTDV: the variable number");
	rsp_scan_need(s, ':', "QTDV: no colon after the variable number");
	cmd->u.var.value = (s64)SCAN_U64(s, "QTDV: the value");
	rsp_scan_need(s, ':', "QTDV: no colon after the value");
	cmd->u.var.builtin = scan_flag(s, "QTDV: the builtin flag is not 0 or 1");
	rsp_scan_need(s, ':', "QTDV: no colon after the builtin flag");
	cmd->u.var.name = rsp_scan_hex(s, "QTDV: the name has an odd number of hex digits");
	if (!cmd->u.var.name.len)
		rsp_scan_fail(s, "QTDV: no name");
	check_name(s, cmd->u.var.name);
}

/* QTro:<start>,<end>:... */
void rsp_parse_tro(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	struct rsp_text list;
	u64 start, end;
	int ret;

	cmd->text = rsp_scan_rest(s);
	list = cmd->text;
	do
		ret = rsp_next_range(&list, &start, &end);
	while (ret > 0);
	if (ret < 0)
		rsp_scan_fail(s, "QTro: a range is not start,end with start below end");
}

/* QTDisconnected:0|1 */
void rsp_parse_disconnected(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.flag = scan_flag(s, "QTDisconnected: not 0 or 1");
}

/* QTBuffer:circular:0|1 */
void rsp_parse_circular(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.flag = scan_flag(s, "QTBuffer:circular: not 0 or 1");
}

/* QTBuffer:size:<bytes>|-1 */
void rsp_parse_buffer_size(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	if (rsp_scan_at_end(s)) {
		rsp_scan_fail(s, "QTBuffer:size: no number of bytes");
		return;
	}
	if (rsp_scan_word(s, "-1")) {
		cmd->u.size = RSP_SIZE_DEFAULT;
	} else {
		if (rsp_hex_digit(*s->p) < 0)
			rsp_scan_fail(s, "QTBuffer:size: not a hexadecimal number of bytes");
		/* The largest number is RSP_SIZE_DEFAULT. */
		cmd->u.size = rsp_scan_num(s, RSP_SIZE_DEFAULT - 1,
					   "QTBuffer:size: more bytes than 64 bits can count");
		if (!cmd->u.size)
			rsp_scan_fail(s, "QTBuffer:size: a buffer of 0 bytes");
	}
	if (!rsp_scan_at_end(s))
		rsp_scan_fail(s, "QTBuffer:size: text after the number of bytes");
}

/* QTNotes:[user:<hex>;][notes:<hex>;][tstop:<hex>;] */
void rsp_parse_notes(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	struct rsp_text *note;

	while (!rsp_scan_at_end(s)) {
		if (rsp_scan_word(s, "user:"))
			note = &cmd->u.notes.user;
		else if (rsp_scan_word(s, "notes:"))
			note = &cmd->u.notes.notes;
		else if (rsp_scan_word(s, "tstop:"))
			note = &cmd->u.notes.tstop;
		else
			break;
		if (note->p)
			rsp_scan_fail(s, "QTNotes: the same field twice");
		*note = rsp_scan_hex(s, "QTNotes: an odd number of hex digits");
		if (!rsp_scan_at_end(s))
			rsp_scan_need(s, ';', "QTNotes: not hex, or no semicolon after it");
	}
	if (!rsp_scan_at_end(s))
		rsp_scan_fail(s, "QTNotes: a field that is not user, notes or tstop");
}

/* QTEnable, QTDisable, qTP: <n>:<addr> */
void rsp_parse_tp(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	scan_tp(s, &cmd->u.tp.num, &cmd->u.tp.addr);
}

/* QTFrame:<n>, pc:<a>, tdp:<n>, range:<a>:<b>, outside:<a>:<b> */
void rsp_parse_frame(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	int range = 0;

	if (rsp_scan_word(s, "pc:")) {
		cmd->u.frame.how = RSP_FRAME_PC;
		cmd->u.frame.a = SCAN_U64(s, "QTFrame:pc: the address");
	} else if (rsp_scan_word(s, "tdp:")) {
		/* Any number: an unknown tracepoint just has no frames. */
		cmd->u.frame.how = RSP_FRAME_TRACEPOINT;
		cmd->u.frame.a = SCAN_U32(s, "QTFrame:tdp: the tracepoint number");
	} else if (rsp_scan_word(s, "range:")) {
		cmd->u.frame.how = RSP_FRAME_RANGE;
		range = 1;
	} else if (rsp_scan_word(s, "outside:")) {
		cmd->u.frame.how = RSP_FRAME_OUTSIDE;
		range = 1;
	} else if (rsp_scan_word(s, "-1")) {
		cmd->u.frame.how = RSP_FRAME_NUMBER;
		cmd->u.frame.a = RSP_FRAME_NONE;
	} else {
		cmd->u.frame.how = RSP_FRAME_NUMBER;
		cmd->u.frame.a = SCAN_U32(s, "QTFrame: the frame number");
	}
	if (range) {
		cmd->u.frame.a = SCAN_U64(s, "QTFrame: the start of the range");
		rsp_scan_need(s, ':', "QTFrame: no colon after the start of the range");
		cmd->u.frame.b = SCAN_U64(s, "QTFrame: the end of the range");
	}
}

int rsp_frame_matches(const struct rsp_frame *f, u32 num, u64 addr)
{
	switch (f->how) {
	case RSP_FRAME_NUMBER:
		break;
	case RSP_FRAME_PC:
		return addr == f->a;
	case RSP_FRAME_TRACEPOINT:
		return num == f->a;
	case RSP_FRAME_RANGE:
		return f->a <= addr && addr <= f->b;
	case RSP_FRAME_OUTSIDE:
		return addr < f->a || addr > f->b;
	}
	return 0;
}

/* qTV:<n> */
void rsp_parse_tv(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.var.num = (u32)SCAN_U32(s, "qTV: the variable number");
}

/* qTBuffer:<offset>,<length> */
void rsp_parse_buffer_read(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->u.mem.addr = SCAN_U64(s, "qTBuffer: the offset");
	rsp_scan_need(s, ',', "qTBuffer: no comma after the offset");
	cmd->u.mem.len = SCAN_U64(s, "qTBuffer: the length");
}

/* QTSave:<hex name> */
void rsp_parse_save(struct rsp_scan *s, struct rsp_cmd *cmd)
{
	cmd->hex = rsp_scan_hex(s, "QTSave: the name has an odd number of hex digits");
	if (!cmd->hex.len)
		rsp_scan_fail(s, "QTSave: no name in hex");
}

/* ---- lists -------------------------------------------------------------- */

/* M<basereg>,<offset>,<length> */
static void scan_collect_mem(struct rsp_scan *s, struct rsp_action *act)
{
	if (rsp_scan_accept(s, '-')) {
		rsp_scan_need(s, '1', "M: the register is negative but not -1");
		act->basereg = -1;
	} else {
		act->basereg = (s64)SCAN_U32(s, "M: the register");
		/* an old GDB prints (int)-1 with %X */
		if (act->basereg == (s64)RSP_MAX_U32)
			act->basereg = -1;
	}
	rsp_scan_need(s, ',', "M: no comma after the register");
	act->off = SCAN_U64(s, "M: the offset");
	rsp_scan_need(s, ',', "M: no comma after the offset");
	act->len = SCAN_U64(s, "M: the length");
}

static void scan_action(struct rsp_scan *s, struct rsp_action *act)
{
	if (rsp_scan_accept(s, 'R')) {
		act->kind = 'R';
		act->hex = rsp_scan_hex(s, "R: the mask has an odd number of hex digits");
		if (!act->hex.len)
			rsp_scan_fail(s, "R: no mask");
	} else if (rsp_scan_accept(s, 'M')) {
		act->kind = 'M';
		scan_collect_mem(s, act);
	} else if (rsp_scan_accept(s, 'X')) {
		act->kind = 'X';
		act->len = SCAN_U64(s, "X: the length");
		rsp_scan_need(s, ',', "X: no comma after the length");
		act->hex = rsp_scan_hex_exact(s, act->len,
					      "X: the bytecode is shorter than its length says");
	} else if (rsp_scan_accept(s, 'L')) {
		act->kind = 'L';
	} else {
		rsp_scan_fail(s, "an action that is not R, M, X or L");
	}
}

int rsp_next_action(struct rsp_text *list, int *step, struct rsp_action *act,
		    const char **why)
{
	struct rsp_scan s;

	memset(act, 0, sizeof(*act));
	if (!list->len)
		return 0;
	rsp_scan_init(&s, list->p, list->len);
	if (rsp_scan_accept(&s, 'S')) {
		*step = 1;
		if (rsp_scan_at_end(&s))
			rsp_scan_fail(&s, "S: no action after it");
	}
	scan_action(&s, act);
	if (s.why) {
		*why = s.why;
		return -1;
	}
	list->p = s.p;
	list->len = s.end - s.p;
	return 1;
}

int rsp_next_range(struct rsp_text *list, u64 *start, u64 *end)
{
	struct rsp_scan s;

	if (!list->len)
		return 0;
	rsp_scan_init(&s, list->p, list->len);
	*start = SCAN_U64(&s, "QTro: the start");
	rsp_scan_need(&s, ',', "QTro: no comma after the start");
	*end = SCAN_U64(&s, "QTro: the end");
	if (!rsp_scan_at_end(&s)) {
		rsp_scan_need(&s, ':', "QTro: no colon after the end");
		if (rsp_scan_at_end(&s))
			rsp_scan_fail(&s, "QTro: a colon with no range after it");
	}
	if (s.why || *end < *start)
		return -1;
	list->p = s.p;
	list->len = s.end - s.p;
	return 1;
}
