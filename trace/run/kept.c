/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The experiment that the trace frames belong to: tracepoints, variables and
 * constant memory of the last run.
 *
 * GDB sends QTinit and all definitions before each QTStart, and one of them may
 * be refused. Until the new run really begins, readers see the last one: its
 * frames, counts, values and definitions belong together.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include "compat/lock.h"
#include "trace/run/private.h"

void gtp_keep(void)
{
	kc_assert_held(&gtp.lock);
	/* Definitions that never ran have no frames. */
	if (!gtp.ran) {
		gtp_tracepoints_free();
		gtp_vars_clear();
		gtp_clear_ro();
		return;
	}
	gtp_drop_kept();
	gtp_tracepoints_keep();
	gtp_vars_keep();
	gtp_ro_keep();
	gtp.keeps = 1;
	gtp.ran = 0;
}

void gtp_drop_kept(void)
{
	if (!gtp.keeps)
		return;
	gtp_tracepoints_drop_kept();
	gtp_vars_drop_kept();
	gtp_ro_drop_kept();
	gtp.keeps = 0;
}
