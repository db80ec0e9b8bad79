/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kernel.h>
#include <linux/stddef.h>
#include "compat/config.h"
#include "compat/kprobe.h"
#include "compat/missing.h"
#include "compat/oops.h"
#include "compat/task.h"

static const char * const missing[] = {
#ifndef CONFIG_OPTPROBES
	"jump-optimised probes (a hit costs a breakpoint)",
#endif
#ifndef CONFIG_KPROBES_ON_FTRACE
	"ftrace-based probes at the start of functions",
#endif
#if !kc_has_kretprobes()
	"return probes ($kret)",
#elif !kc_kretprobe_has_data()
	"what return probes keep of the entry ($kret_ns, $kret_args)",
#endif
#ifndef KC_HAVE_UNREGISTER_KPROBES
	"removal of many probes at once (tstop takes longer)",
#endif
#if !defined(KC_HAVE_CHECK_TSC_UNSTABLE) && \
	!defined(KC_HAVE_SCHED_CLOCK_H) && !defined(KC_HAVE_LOCAL_CLOCK)
	"clocks known to agree on all CPUs (a shared counter orders the trace frames)",
#endif
#ifndef KC_HAVE_KTIME_GET_REAL_FAST_NS
	"a time of day for any context ($xtime_nsec is up to a clock tick off)",
#endif
#if !defined(KC_HAVE_DEBUGFS_CREATE) && !defined(KC_HAVE_DEBUGFS_UNSAFE)
	"debugfs",
#endif
#if !kc_has_tasks()
	"tasks as threads (monitor threads)",
#endif
#if !KC_HAS_OOPS
	"frames in the kernel's log at an oops or panic (log_frames=)",
#endif
#ifndef CONFIG_UPROBES
	"uprobes",
#endif
	NULL
};

const char *kc_missing_feature(unsigned int i)
{
	return i < sizeof(missing) / sizeof(missing[0]) ? missing[i] : NULL;
}
