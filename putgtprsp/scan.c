/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Find the packets in one direction of the byte stream. The relay only moves
 * bytes, but the log shows packets, and after GDB has hung up, the number of
 * replies still owed decides how long to wait for them. -r, --dry and -f use it,
 * too.
 */
#include "putgtprsp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE, BODY, DIGIT1, DIGIT2 };

void scan_init(struct scan *s, int from_gdb, int *owed)
{
	memset(s, 0, sizeof(*s));
	s->from_gdb = from_gdb;
	s->owed = owed;
	s->state = IDLE;
}

static char *escape(char *p, const unsigned char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text[i] == '\\')
			p += sprintf(p, "\\\\");
		else if (text[i] >= 0x20 && text[i] < 0x7f)
			*p++ = text[i];
		else
			p += sprintf(p, "\\x%02x", text[i]);
	}
	*p = '\0';
	return p;
}

/* Log one line: direction, before, the escaped text, after. */
static void show(struct scan *s, const char *before, const char *after)
{
	char line[4 * SCAN_KEEP + 160];
	size_t kept = s->len < SCAN_KEEP ? s->len : SCAN_KEEP;
	char *p = line;

	if (!verbose)
		return;
	p += sprintf(p, "%s %s", s->from_gdb ? "->" : "<-", before);
	p = escape(p, s->text, kept);
	if (s->len > kept)
		p += sprintf(p, "...(%lu bytes)", s->len);
	sprintf(p, "%s", after);
	log_line(line);
}

static void restart(struct scan *s, int state)
{
	s->state = state;
	s->len = 0;
	s->sum = 0;
}

static void keep(struct scan *s, unsigned char c)
{
	if (s->len < SCAN_TEXT - 1)
		s->text[s->len] = c;
	s->len++;
}

static void flush_junk(struct scan *s)
{
	if (s->state == IDLE && s->len) {
		show(s, "junk: ", "");
		s->len = 0;
	}
}

static void settle(struct scan *s, int change)
{
	if (change > 0 || *s->owed > 0)
		*s->owed += change;
}

/* 'k' has no reply; console output ("O" and hex) and '%' are no replies. */
static void count_packet(struct scan *s)
{
	int console;

	if (s->from_gdb) {
		if (s->len != 1 || s->text[0] != 'k')
			settle(s, 1);
		return;
	}
	console = s->len > 1 && s->text[0] == 'O' && s->text[1] != 'K';
	if (s->lead == '$' && !console)
		settle(s, -1);
}

static void packet_end(struct scan *s)
{
	char before[2], after[40];
	int bad = strtoul(s->digits, NULL, 16) != s->sum;

	count_packet(s);
	s->packets++;
	before[0] = s->lead;
	before[1] = '\0';
	if (verbose) {
		char *p = after;

		*p++ = '#';
		p = escape(p, (unsigned char *)s->digits, 2);
		sprintf(p, "%s", bad ? " (bad checksum)" : "");
		show(s, before, after);
	}
	if (s->got && !bad && s->len < SCAN_TEXT) {
		s->text[s->len] = '\0';
		s->got(s);
	}
	restart(s, IDLE);
}

static void scan_idle(struct scan *s, unsigned char c)
{
	if (c == '$' || (c == '%' && !s->from_gdb)) {
		flush_junk(s);
		restart(s, BODY);
		s->lead = c;
	} else if (c == '+' || c == '-') {
		flush_junk(s);
		show(s, c == '+' ? "+" : "-", "");
		/* GDB's NAK asks for the reply again; the device's ends the wait. */
		if (c == '-')
			settle(s, s->from_gdb ? 1 : -1);
	} else if (c == 0x03 && s->from_gdb) {
		flush_junk(s);
		show(s, "\\x03 (interrupt)", "");
	} else {
		keep(s, c);
	}
}

static void scan_byte(struct scan *s, unsigned char c)
{
	switch (s->state) {
	case IDLE:
		scan_idle(s, c);
		break;
	case BODY:
		if (c == '#') {
			s->state = DIGIT1;
		} else if (c == '$') {
			/* '$' is escaped inside a packet, so this is a new one. */
			show(s, "$", " (cut off)");
			restart(s, BODY);
			s->lead = c;
		} else {
			s->sum += c;
			keep(s, c);
		}
		break;
	case DIGIT1:
		s->digits[0] = c;
		s->state = DIGIT2;
		break;
	default:
		s->digits[1] = c;
		packet_end(s);
	}
}

void scan_feed(struct scan *s, const unsigned char *p, size_t n)
{
	while (n--)
		scan_byte(s, *p++);
	flush_junk(s);
}

void scan_end(struct scan *s)
{
	if (s->state != IDLE)
		show(s, "$", " (cut off)");
	restart(s, IDLE);
}

/* Is a packet incomplete? */
int scan_busy(const struct scan *s)
{
	return s->state != IDLE;
}
