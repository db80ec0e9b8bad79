/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Check that the code has our probes. The kernel registers probes silently
 * while kprobes, or the ftrace that some of them use, are switched off, and
 * removes them when the user switches either off. Only the code itself tells.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/lock.h"
#include "compat/read.h"
#include "compat/symbols.h"
#include "trace/base/messages.h"
#include "trace/probe/private.h"

/* Result of the last check. Under gtp.lock. */
static struct {
	u32 armed, off;
	u32 traps, traps_off;	/* of these: not by ftrace */
	int was_off;		/* in this run */
} probes;

static int on_ftrace(const struct gtp_site *site)
{
	return site->by == GTP_BY_FTRACE || kc_kprobe_on_ftrace(&site->kp);
}

/* A probe whose module was unloaded is not in the code, but not off. */
static int is_off(const struct gtp_site *site)
{
	const struct kprobe *kp = &site->kp;

	return !kc_kprobe_gone(kp) &&
	       !arch_probe_is_in((unsigned long)kp->addr, kp->opcode,
				 on_ftrace(site));
}

void gtp_check_armed(int begin)
{
	int was_off = !begin && probes.was_off;
	const struct gtp_tracepoint *tp;
	int trap, off;

	kc_assert_held(&gtp.lock);
	memset(&probes, 0, sizeof(probes));
	list_for_each_entry(tp, &gtp.tracepoints, list) {
		/* Check each probe once. */
		if (!tp->site || tp->site->first != tp)
			continue;
		trap = !on_ftrace(tp->site);
		off = is_off(tp->site);
		probes.armed++;
		probes.off += off;
		probes.traps += trap;
		probes.traps_off += trap && off;
	}
	probes.was_off = was_off || probes.off;
}

const char *gtp_served_by(const struct gtp_tracepoint *tp)
{
	const struct gtp_site *site = tp->site;

	if (!site)
		return BY_NOTHING;
	if (is_off(site))
		return BY_OFF;
	if (tp->kind_flags & PROBE_AT_RETURN)
		return BY_RETURN;
	if (site->by == GTP_BY_FTRACE)
		return BY_FTRACE;
	if (kc_kprobe_on_ftrace(&site->kp))
		return BY_KPROBE_ON_FTRACE;
	return arch_probe_is_jump((unsigned long)site->kp.addr) ? BY_JUMP :
								  BY_INT3;
}

/* Only ftrace's probes are off: find out whether ftrace is. */
static const char *off_by_ftrace(void)
{
	unsigned long addr;
	int on;

	if (probes.traps)
		return REMARK_FTRACE_ON;
	addr = kc_symbol("ftrace_enabled");
	if (!addr || kc_read_kernel(&on, addr, sizeof(on)))
		return REMARK_FTRACE_ON ", or " REMARK_KPROBES_ON;
	return on ? REMARK_KPROBES_ON : REMARK_FTRACE_ON;
}

int gtp_remark_off(u32 n, char *buf, size_t size)
{
	if (n)
		return 0;
	if (gtp.armed)
		gtp_check_armed(0);
	if (gtp.armed && probes.off)
		snprintf(buf, size, REMARK_OFF, probes.off, probes.armed,
			 probes.traps_off ? REMARK_KPROBES_ON :
					    off_by_ftrace());
	else if (probes.was_off)
		snprintf(buf, size, REMARK_WAS_OFF);
	else
		return 0;
	return 1;
}
