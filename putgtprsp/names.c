/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Symbols of the running kernel, for experiments that have names.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KALLSYMS "/proc/kallsyms"

/*
 * Find the one function of the kernel itself, not of a module, with that name.
 * Returns 0, or -1 with the reason in *why.
 */
int name_find(const char *name, u64 *addr, const char **why)
{
	char line[1024], type, found[512];
	u64 at;
	int n = 0, end, any = 0;
	FILE *f = fopen(KALLSYMS, "r");

	if (!f) {
		*why = errno == ENOENT ? "there is no " KALLSYMS " to look it up: the kernel needs CONFIG_KALLSYMS" :
					 strerror(errno);
		return -1;
	}
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %c %511s%n", &at, &type, found, &end) != 3)
			continue;
		any |= at != 0;
		if (!strchr("tTwW", type) || strcmp(found, name) ||
		    strchr(line + end, '['))
			continue;
		/* One function may be listed twice. */
		if (n && at == *addr)
			continue;
		*addr = at;
		n++;
	}
	fclose(f);
	if (!any)
		*why = KALLSYMS " hides the addresses: sysctl kernel.kptr_restrict=1, and root";
	else if (!n)
		*why = "this kernel has no such function: it may be inlined here, or have another name";
	else if (n > 1)
		*why = "this kernel has several functions of that name";
	return any && n == 1 ? 0 : -1;
}
