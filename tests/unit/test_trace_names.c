/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of actions: which of GDB's expressions is which of the user's lines.
 *
 * Built from: trace/run/names.c
 * Built from: rsp/packet.c rsp/scan.c rsp/source.c
 */
#include "tests/unit/unit.h"
#include "trace/run/private.h"

void *gtp_define_alloc(size_t bytes)
{
	return calloc(1, bytes);
}

static struct gtp_tracepoint tp;
static struct gtp_action acts[8];

/* n actions, of which bit i of exprs tells whether i was an expression. */
static void begin(u32 n, u32 exprs)
{
	u32 i;

	memset(&tp, 0, sizeof(tp));
	memset(acts, 0, sizeof(acts));
	INIT_LIST_HEAD(&tp.sources);
	tp.acts = acts;
	tp.nr_acts = n;
	for (i = 0; i < n; i++)
		acts[i].ordinal = exprs & 1U << i ? tp.nr_exprs++ :
						   GTP_NO_ORDINAL;
}

/* A piece of a line of QTDPsrc. */
static void add(const char *type, const char *text, u64 start, u64 total)
{
	size_t len = strlen(text), i;
	struct gtp_string *t = calloc(1, sizeof(*t) + 2 * len + 1);

	for (i = 0; i < len; i++)
		sprintf(t->text + 2 * i, "%02x", (u8)text[i]);
	t->len = 2 * len;
	t->start = start;
	t->total = total;
	t->type = (char *)type;
	list_add_tail(&t->list, &tp.sources);
}

static void add_line(const char *text)
{
	add("cmd", text, 0, strlen(text));
}

/* The names, separated by "|"; "-" where there is none. */
static const char *names(void)
{
	static char all[512];
	struct gtp_string *t;
	u32 i;

	gtp_name_actions(&tp);
	all[0] = '\0';
	for (i = 0; i < tp.nr_acts; i++) {
		sprintf(all + strlen(all), "%s%s", i ? "|" : "",
			acts[i].name ? acts[i].name : "-");
		free(acts[i].name);
	}
	while (tp.sources.next != &tp.sources) {
		t = list_entry(tp.sources.next, struct gtp_string, list);
		tp.sources.next = t->list.next;
		free(t);
	}
	return all;
}

static void test_expressions(void)
{
	begin(3, 7);
	add("at", "vfs_read", 0, 8);
	add("cond", "$rdi == 1", 0, 9);
	add_line("collect file->f_pos, *buf");
	add_line("teval $x = $x + 1");
	CHECK_STR(names(), "file->f_pos|*buf|$x = $x + 1");
}

static void test_variables(void)
{
	/* A variable is an expression, if GDB has sent that many. */
	begin(2, 3);
	add_line("collect count, *buf");
	CHECK_STR(names(), "count|*buf");
	/* If not, it was memory. */
	begin(2, 2);
	add_line("collect count, *buf");
	CHECK_STR(names(), "-|*buf");
	/* In doubt there are no names. */
	begin(3, 3);
	add_line("collect a, b, c, *p, *q, *r");
	CHECK_STR(names(), "-|-|-");
}

static void test_many(void)
{
	/* $args may be any number of expressions. $regs is none. */
	begin(2, 3);
	add_line("collect $args, *buf");
	CHECK_STR(names(), "-|-");
	begin(1, 1);
	add_line("collect $regs, *buf");
	CHECK_STR(names(), "*buf");
}

static void test_pieces(void)
{
	/* A long line comes in pieces. */
	begin(1, 1);
	add("cmd", "collect a->", 0, 15);
	add("cmd", "b->c", 11, 15);
	CHECK_STR(names(), "a->b->c");
	/* The beginning of another one drops what came before. */
	begin(1, 1);
	add("cmd", "collect a->", 0, 15);
	add_line("collect *p");
	CHECK_STR(names(), "*p");
}

int main(void)
{
	RUN(test_expressions);
	RUN(test_variables);
	RUN(test_many);
	RUN(test_pieces);
	return unit_end();
}
