/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kinds of probes, and which one a tracepoint gets.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include "trace/probe/private.h"

/* A kind has its file, and a line here. The last takes what no other claims. */
const struct probe_ops *const gtp_probe_kinds[] = {
	&gtp_kretprobe_ops,
	&gtp_kprobe_ops,
	NULL
};

static void set_kind(struct gtp_tracepoint *tp, const struct probe_ops *kind)
{
	tp->kind = kind;
	tp->kind_flags = kind->flags;
}

void gtp_probe_default(struct gtp_tracepoint *tp)
{
	set_kind(tp, &gtp_kprobe_ops);
}

static const struct probe_ops *claimed_by(int uses)
{
	const struct probe_ops *const *kind;

	for (kind = gtp_probe_kinds; *kind; kind++)
		if ((*kind)->claimed_by & uses)
			return *kind;
	return NULL;
}

int gtp_probe_is_claimed(int uses)
{
	return claimed_by(uses) != NULL;
}

const char *gtp_probe_usage(int uses)
{
	return claimed_by(uses)->usage;
}

int gtp_probe_claim(struct gtp_tracepoint *tp, int uses,
		    const struct agent_prog *prog, const char **why)
{
	const struct probe_ops *kind = claimed_by(uses);
	int err = kind->claim(tp, prog, why);

	if (!err)
		set_kind(tp, kind);
	return err;
}
