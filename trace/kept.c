/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the trace frames belong to: the tracepoints, variables and constant
 * memory of the last run.  Under gtp.lock, in process context where nothing else
 * is said.
 *
 * GDB sends QTinit and all its definitions before each QTStart, and one of them
 * may be refused.  Until the run really begins, the last one is all that there is
 * to be read: its frames, counts, values and definitions go together.
 */
#include "compat/lock.h"
#include "trace/internal.h"

struct list_head *gtp_shown_points(void)
{
	return gtp.keeps ? &gtp.kept_points : &gtp.points;
}

void gtp_keep(void)
{
	kc_assert_held(&gtp.lock);
	/* What has been defined and has not run has no frames. */
	if (!gtp.ran) {
		gtp_points_free();
		gtp_vars_clear();
		gtp_clear_ro();
		return;
	}
	gtp_drop_kept();
	gtp_points_keep();
	gtp_vars_keep();
	gtp_ro_keep();
	gtp.keeps = 1;
	gtp.ran = 0;
}

void gtp_drop_kept(void)
{
	if (!gtp.keeps)
		return;
	gtp_points_drop_kept();
	gtp_vars_drop_kept();
	gtp_ro_drop_kept();
	gtp.keeps = 0;
}
