/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Variables of the original KGTP that we lack: a `tvariable' would create one
 * that does nothing.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "trace/var/private.h"

#define NO_COUNTERS	"is not available: kgtp has no performance counters"
#define NO_WATCHPOINTS	"is not available: kgtp has no hardware watchpoints"
#define NO_STEPS	"is not available: kgtp does not step"
#define NO_USER_SPACE	"is not available: kgtp does not trace user space"

/* A trailing * matches any rest of a name. */
static const struct {
	const char *name;
	const char *why;
} missing[] = {
	{ "pe_*", NO_COUNTERS },
	{ "p_pe_*", NO_COUNTERS },
	{ "per_cpu_pe_*", NO_COUNTERS },
	{ "perf_event_*", NO_COUNTERS },
	{ "p_perf_event_*", NO_COUNTERS },
	{ "per_cpu_perf_event_*", NO_COUNTERS },
	{ "watch_static", NO_WATCHPOINTS },
	{ "watch_type", NO_WATCHPOINTS },
	{ "watch_size", NO_WATCHPOINTS },
	{ "watch_set_id", NO_WATCHPOINTS },
	{ "watch_set_addr", NO_WATCHPOINTS },
	{ "watch_start", NO_WATCHPOINTS },
	{ "watch_stop", NO_WATCHPOINTS },
	{ "watch_trace_num", NO_WATCHPOINTS },
	{ "watch_trace_addr", NO_WATCHPOINTS },
	{ "watch_addr", NO_WATCHPOINTS },
	{ "watch_val", NO_WATCHPOINTS },
	{ "watch_prev_val", NO_WATCHPOINTS },
	{ "watch_count", NO_WATCHPOINTS },
	{ "step_count", NO_STEPS },
	{ "step_id", NO_STEPS },
	{ "inferior_pid", NO_USER_SPACE },
	{ "current", NO_USER_SPACE },
	{ "pipe_trace", "is not available: there is no gtpframe_pipe, but tsave" },
	{ "gtp_rb_discard_page_number",
	  "is not available: lost_overwritten counts frames" },
};

static const char *missing_refuses(const char *name)
{
	const char *known;
	size_t len;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(missing); i++) {
		known = missing[i].name;
		len = strlen(known);
		if (known[len - 1] == '*' ? !strncmp(known, name, len - 1) :
		    !strcmp(known, name))
			return missing[i].why;
	}
	return NULL;
}

const struct var_group gtp_missing_vars = {
	.refuses = missing_refuses,
};
