/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions as the user typed them, from QTDPsrc.  Used only to name their
 * expressions.
 */
#include <linux/types.h>

#include "rsp/rsp.h"

static int is_space(char c)
{
	return c == ' ' || c == '\t';
}

static void skip(struct rsp_text *t, size_t n)
{
	t->p += n;
	t->len -= n;
}

static void trim(struct rsp_text *t)
{
	while (t->len && is_space(*t->p))
		skip(t, 1);
	while (t->len && is_space(t->p[t->len - 1]))
		t->len--;
}

/* GDB accepts any unambiguous prefix of a command. */
char rsp_source_command(struct rsp_text *line)
{
	char kind = 0;

	trim(line);
	if (!line->len)
		return 0;
	switch (line->p[0]) {
	case 'c':
		kind = 'c';
		break;
	case 't':
		kind = 't';
		break;
	case 'e':	/* teval's other name; or "end" */
		kind = line->len > 1 && line->p[1] == 'v' ? 't' : 0;
		break;
	}
	while (line->len && !is_space(*line->p) && *line->p != '/')
		skip(line, 1);
	trim(line);
	while (line->len && *line->p == '/')	/* collect/s */
		while (line->len && !is_space(*line->p))
			skip(line, 1);
	trim(line);
	return kind;
}

int rsp_source_expr(struct rsp_text *line, struct rsp_text *expr)
{
	char quote = 0;
	int depth = 0;
	size_t i;

	if (!line->len)
		return 0;
	for (i = 0; i < line->len; i++) {
		char c = line->p[i];

		if (quote) {
			if (c == '\\' && i + 1 < line->len)
				i++;
			else if (c == quote)
				quote = 0;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '(' || c == '[' || c == '{') {
			depth++;
		} else if (c == ')' || c == ']' || c == '}') {
			depth--;
		} else if (c == ',' && depth <= 0) {
			break;
		}
	}
	expr->p = line->p;
	expr->len = i;
	skip(line, i < line->len ? i + 1 : i);
	trim(expr);
	return 1;
}
