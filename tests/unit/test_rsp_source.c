// SPDX-License-Identifier: GPL-2.0
/* Action lines as the user typed them. */
#include <stdlib.h>

#include "rsp/rsp.h"
#include "tests/unit/unit.h"

static char text[1024];

/* "c: a | b", from a copy of exactly that length. */
static const char *split(const char *line)
{
	struct rsp_text t, expr;
	size_t len = strlen(line);
	char *copy = malloc(len + !len);
	char *p = text;
	char command;

	memcpy(copy, line, len);
	t.p = copy;
	t.len = len;
	command = rsp_source_command(&t);
	p += sprintf(p, "%c:", command ? command : '-');
	while (command && rsp_source_expr(&t, &expr))
		p += sprintf(p, "%s %.*s", p[-1] == ':' ? "" : " |", (int)expr.len, expr.p);
	free(copy);
	return text;
}

static void test_commands(void)
{
	CHECK_STR(split("collect $args"), "c: $args");
	CHECK_STR(split("  col\ta , b "), "c: a | b");
	CHECK_STR(split("collect/s p->name, q"), "c: p->name | q");
	CHECK_STR(split("collect/s100 p"), "c: p");
	CHECK_STR(split("collect /s100 p"), "c: p");
	CHECK_STR(split("teval $a = 1"), "t: $a = 1");
	CHECK_STR(split("evaluate $a = 1, $b=2"), "t: $a = 1 | $b=2");
	CHECK_STR(split("collect"), "c:");
	CHECK_STR(split("end"), "-:");
	CHECK_STR(split("while-stepping 3"), "-:");
	CHECK_STR(split(""), "-:");
	CHECK_STR(split("   "), "-:");
}

static void test_commas(void)
{
	CHECK_STR(split("collect f(a, b), c[1, 2], {int, x}"), "c: f(a, b) | c[1, 2] | {int, x}");
	CHECK_STR(split("collect \"a,b\", ',', '\\'', z"), "c: \"a,b\" | ',' | '\\'' | z");
	CHECK_STR(split("collect a,,b"), "c: a |  | b");
	CHECK_STR(split("collect a), b"), "c: a) | b");
	CHECK_STR(split("collect (a, b"), "c: (a, b");
	CHECK_STR(split("collect \"a\\"), "c: \"a\\");
	CHECK_STR(split("collect ((struct task_struct *)$current_task)->pid"),
		  "c: ((struct task_struct *)$current_task)->pid");
}

int main(void)
{
	RUN(test_commands);
	RUN(test_commas);
	return unit_end();
}
