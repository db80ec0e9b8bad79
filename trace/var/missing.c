/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Variables of the original KGTP that we lack: a `tvariable' would create one
 * that does nothing.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "trace/base/messages.h"
#include "trace/var/private.h"

/* A trailing * matches any rest of a name. */
static const struct {
	const char *name;
	const char *why;
} missing[] = {
	{ "pe_*", WHY_NO_COUNTERS },
	{ "p_pe_*", WHY_NO_COUNTERS },
	{ "per_cpu_pe_*", WHY_NO_COUNTERS },
	{ "perf_event_*", WHY_NO_COUNTERS },
	{ "p_perf_event_*", WHY_NO_COUNTERS },
	{ "per_cpu_perf_event_*", WHY_NO_COUNTERS },
	{ "watch_static", WHY_NO_WATCHPOINTS },
	{ "watch_type", WHY_NO_WATCHPOINTS },
	{ "watch_size", WHY_NO_WATCHPOINTS },
	{ "watch_set_id", WHY_NO_WATCHPOINTS },
	{ "watch_set_addr", WHY_NO_WATCHPOINTS },
	{ "watch_start", WHY_NO_WATCHPOINTS },
	{ "watch_stop", WHY_NO_WATCHPOINTS },
	{ "watch_trace_num", WHY_NO_WATCHPOINTS },
	{ "watch_trace_addr", WHY_NO_WATCHPOINTS },
	{ "watch_addr", WHY_NO_WATCHPOINTS },
	{ "watch_val", WHY_NO_WATCHPOINTS },
	{ "watch_prev_val", WHY_NO_WATCHPOINTS },
	{ "watch_count", WHY_NO_WATCHPOINTS },
	{ "step_count", WHY_NO_STEPS },
	{ "step_id", WHY_NO_STEPS },
	{ "inferior_pid", WHY_NO_USER_SPACE },
	{ "current", WHY_NO_USER_SPACE },
	{ "pipe_trace", WHY_NO_PIPE },
	{ "gtp_rb_discard_page_number", WHY_NO_DISCARDS },
};

static int missing_check(const char *name, const char **why)
{
	const char *known;
	size_t len;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(missing); i++) {
		known = missing[i].name;
		len = strlen(known);
		if (known[len - 1] == '*' ? !strncmp(known, name, len - 1) :
		    !strcmp(known, name)) {
			*why = missing[i].why;
			return -EPERM;
		}
	}
	return 0;
}

const struct var_group gtp_missing_vars = {
	.check = missing_check,
};
