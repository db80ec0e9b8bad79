# SPDX-License-Identifier: GPL-2.0
"""The module names what this kernel lacks, and nothing else."""
from harness import case

# Messages for kernels without the option.
OPTIONS = {
    "CONFIG_OPTPROBES": "jump-optimised probes",
    "CONFIG_KPROBES_ON_FTRACE": "ftrace-based probes",
    "CONFIG_DEBUG_FS": "debugfs",
    "CONFIG_UPROBES": "uprobes",
}
# Messages for kernels that export none of these functions; vendors backport them.
FUNCTIONS = {
    "a time of day for any context": ["ktime_get_real_fast_ns"],
    "removal of many probes at once": ["unregister_kprobes"],
    "clocks known to agree on all CPUs": ["check_tsc_unstable", "local_clock"],
}
# Older kernels have them without an option.
RETURNS = "return probes"
ENTRIES = "what return probes keep of the entry"
# All have them.
TASKS = "tasks as threads"
SAID = "ot available on this kernel: "


@case(core=True)
def missing_is_told(t):
    """Missing features are listed once at load, once per session at tstart, and in gtpstat."""
    wanted = {text for option, text in OPTIONS.items() if not t.kernel.config(option)}
    if not t.kernel.config("CONFIG_KRETPROBES") and t.kernel.version >= (2, 6, 26):
        wanted.add(RETURNS)
    if t.kernel.version < (2, 6, 25):
        wanted.add(ENTRIES)
    wanted |= {text for text, names in FUNCTIONS.items() if not any(map(t.kernel.exports, names))}

    def told(text, where):
        lines = [line.split(SAID)[1] for line in text.splitlines() if SAID in line]
        names = {text for text in (*OPTIONS.values(), *FUNCTIONS, RETURNS, ENTRIES, TASKS) for line in lines if line.startswith(text)}
        assert names == wanted and len(lines) == len(wanted), (where, lines, wanted)

    t.guest.sync_console()
    told(t.guest.console_text(t.console_start), "at load")
    told(t.sh("cat /proc/gtpstat"), "gtpstat")
    for _ in range(2):
        gdb = t.gdb()
        gdb.cmd("trace vfs_read")
        told(gdb.cmd("tstart"), "tstart")
        gdb.cmd("tstop")
        assert SAID not in gdb.cmd("tstart")
        gdb.cmd("tstop")
        gdb.close()
