/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions of the running kernel, for experiments that have names.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KALLSYMS "/proc/kallsyms"

/* Sorted by name, then by address. */
static struct symbol {
	u64 addr;
	char *name;
} *symbols;

static size_t nr_symbols;

static int compare(const void *a, const void *b)
{
	const struct symbol *s = a, *t = b;
	int order = strcmp(s->name, t->name);

	return order ? order : s->addr < t->addr ? -1 : s->addr > t->addr;
}

static int add_symbol(u64 addr, const char *name)
{
	static size_t room;
	struct symbol *more;

	if (nr_symbols == room) {
		room = room ? 2 * room : 65536;
		more = realloc(symbols, room * sizeof(*symbols));
		if (!more)
			return -1;
		symbols = more;
	}
	symbols[nr_symbols].addr = addr;
	symbols[nr_symbols].name = strdup(name);
	return symbols[nr_symbols++].name ? 0 : -1;
}

/* Those of the kernel itself, not of modules. Returns NULL, or why not. */
static const char *load(void)
{
	char line[1024], type, name[512];
	const char *why = NULL;
	int end, any = 0;
	FILE *f;
	u64 at;

	f = fopen(KALLSYMS, "r");
	if (!f)
		return errno == ENOENT ? "there is no " KALLSYMS " to look it up: the kernel needs CONFIG_KALLSYMS" :
					 strerror(errno);
	while (!why && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %c %511s%n", &at, &type, name, &end) != 3)
			continue;
		any |= at != 0;
		if (strchr("tTwW", type) && !strchr(line + end, '[') &&
		    add_symbol(at, name))
			why = "no memory";
	}
	fclose(f);
	if (!why && !any)
		why = KALLSYMS " hides the addresses: sysctl kernel.kptr_restrict=1, and root";
	if (!why)
		qsort(symbols, nr_symbols, sizeof(*symbols), compare);
	return why;
}

/*
 * Find the one function with that name. Returns 0, or -1 with the reason in *why.
 */
int name_find(const char *name, u64 *addr, const char **why)
{
	size_t low = 0, high, middle;

	*why = symbols ? NULL : load();
	if (*why)
		return -1;
	for (high = nr_symbols; low < high;) {
		middle = (low + high) / 2;
		if (strcmp(symbols[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == nr_symbols || strcmp(symbols[low].name, name)) {
		*why = "this kernel has no such function: it may be inlined here, or have another name";
		return -1;
	}
	*addr = symbols[low].addr;
	/* One function may be listed twice. */
	for (; low < nr_symbols && !strcmp(symbols[low].name, name); low++) {
		if (symbols[low].addr == *addr)
			continue;
		*why = "this kernel has several functions of that name";
		return -1;
	}
	return 0;
}
