/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scanner for packet text.  Private to rsp/.
 *
 * The first error sticks in ->why; from then on there is nothing left to read
 * and each call returns 0 or an empty text.  So a parser reads straight through
 * and checks ->why at the end.
 */
#ifndef RSP_SCAN_H
#define RSP_SCAN_H

#include <linux/types.h>

#include "rsp/rsp.h"

struct rsp_scan {
	const char *p;
	const char *end;
	const char *why;
};

#define RSP_MAX_U8	0xffULL
#define RSP_MAX_U32	0xffffffffULL
#define RSP_MAX_S64	0x7fffffffffffffffULL
#define RSP_MAX_U64	0xffffffffffffffffULL

/* A digit's value, or -1. */
int rsp_hex_digit(char c);

void rsp_scan_init(struct rsp_scan *s, const char *p, size_t len);
void rsp_scan_fail(struct rsp_scan *s, const char *why);
/* Peek at the next character; -1 at the end. */
int rsp_scan_peek(const struct rsp_scan *s);
int rsp_scan_at_end(const struct rsp_scan *s);
/* Take the next character if it is c: 1 or 0. */
int rsp_scan_accept(struct rsp_scan *s, char c);
/* Take word if it is next: 1 or 0. */
int rsp_scan_word(struct rsp_scan *s, const char *word);
/* Take c, or fail. */
void rsp_scan_need(struct rsp_scan *s, char c, const char *why);
/* A hexadecimal number of at least one digit, at most max. */
u64 rsp_scan_num(struct rsp_scan *s, u64 max, const char *why);
/* All hex digits from here; fails if their number is odd. */
struct rsp_text rsp_scan_hex(struct rsp_scan *s, const char *odd);
/* Exactly 2 * bytes hex digits. */
struct rsp_text rsp_scan_hex_exact(struct rsp_scan *s, u64 bytes,
				   const char *too_short);
/* Everything up to the next c (not taken) or the end. */
struct rsp_text rsp_scan_until(struct rsp_scan *s, char c);
struct rsp_text rsp_scan_rest(struct rsp_scan *s);

/* what: names the packet and the field; a string literal. */
#define SCAN_NOT_HEX	" is not a hexadecimal number of at most "
#define SCAN_U64(s, what)	rsp_scan_num(s, RSP_MAX_U64, what SCAN_NOT_HEX "64 bits")
#define SCAN_S64(s, what)	rsp_scan_num(s, RSP_MAX_S64, what SCAN_NOT_HEX "63 bits")
#define SCAN_U32(s, what)	rsp_scan_num(s, RSP_MAX_U32, what SCAN_NOT_HEX "32 bits")
#define SCAN_U8(s, what)	rsp_scan_num(s, RSP_MAX_U8, what SCAN_NOT_HEX "8 bits")

/* The trace packets; their name and separator are already taken. */
void rsp_parse_tdp(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_tdp_actions(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_tdp_src(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_tdv(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_tro(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_disconnected(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_circular(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_buffer_size(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_notes(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_tp(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_frame(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_tv(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_buffer_read(struct rsp_scan *s, struct rsp_cmd *cmd);
void rsp_parse_save(struct rsp_scan *s, struct rsp_cmd *cmd);

#endif
