# SPDX-License-Identifier: GPL-2.0
"""Probes that are not armed because kprobes or ftrace are switched off are reported, and only then."""
import re
import time

from harness import case

FTRACE = "/proc/sys/kernel/ftrace_enabled"
KPROBES = "/sys/kernel/debug/kprobes/enabled"
OFF = r"(\d+) of (\d+) probes are switched off: `{}"
WAS = "probes were switched off for a time in this run: hits are missing"
SAID = "switched off"


def setup(t, gdb, inside):
    """Set probes at a function's entry, at a return, and at inside. Return the load that hits the first and the last kind."""
    load = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.trace("*vfs_read", load.mine, "collect $regs")
    gdb.trace(f"*{inside:#x}", load.mine, "collect $regs")
    gdb.trace(f"*{t.syscall('pread64')}", load.mine, "teval $kret = 0", "collect $regs")
    return load


def remark(t, gdb):
    """Return tstatus's remark on switched-off probes; gtpstat must agree."""
    status = gdb.cmd("tstatus")
    found = re.search(r"notes: (.*?)\.?$", status, re.M)
    text = found[1] if found and SAID in found[1] else ""
    stat = t.sh("cat /proc/gtpstat")
    assert (f"# {text}" in stat) if text else SAID not in stat, (status, stat)
    return text


def off_and_on(t, path, command, before, during):
    """before, during: how many of the three probes are off if that is switched off before, or during the run."""
    gdb = t.gdb()
    by_other = t.kernel.entries_by_ftrace       # the entry of vfs_read is not off
    inside = gdb.inside("vfs_write")[0]
    t.cleanup.callback(t.run, f"echo 1 >{path}")
    # Before the run.
    load = setup(t, gdb, inside)
    t.sh(f"echo 0 >{path}")
    told = gdb.cmd("tstart")
    found = re.search(OFF.format(command), told)
    assert found and found.groups() == (str(before), "3"), told
    load.go()
    text = remark(t, gdb)
    assert re.match(OFF.format(command), text).groups() == (str(before), "3"), text
    assert gdb.frames() == 2 * by_other, gdb.cmd("tstatus")
    t.sh(f"echo 1 >{path}")
    assert remark(t, gdb) == WAS, gdb.cmd("tstatus")
    gdb.cmd("tstop")
    assert remark(t, gdb) == WAS, gdb.cmd("tstatus")
    # During the run; then a run without it.
    gdb.cmd("delete")
    load = setup(t, gdb, inside)
    assert SAID not in gdb.cmd("tstart")
    assert remark(t, gdb) == ""
    t.sh(f"echo 0 >{path}")
    assert re.match(OFF.format(command), remark(t, gdb)).groups() == (str(during), "3")
    t.sh(f"echo 1 >{path}")
    assert remark(t, gdb) == WAS
    assert load.go()["ok"] == 2
    assert gdb.frames() == 4, gdb.cmd("tstatus")
    gdb.cmd("tstop")
    # Noticed by the thread alone: nobody asks for the status while they are off.
    gdb.cmd("tstart")
    t.sh(f"echo 0 >{path}")
    time.sleep(5)
    t.sh(f"echo 1 >{path}")
    assert remark(t, gdb) == WAS
    gdb.cmd("tstop")
    gdb.cmd("tstart")
    assert remark(t, gdb) == ""
    gdb.cmd("tstop")
    assert remark(t, gdb) == ""


@case(needs=["CONFIG_KPROBES_ON_FTRACE", "CONFIG_KRETPROBES"])
def ftrace_switched_off(t):
    """With sysctl kernel.ftrace_enabled=0, probes at returns are off, others are on. At an entry, a kprobe behind ftrace's
    instruction takes over if ftrace is off when the trace starts."""
    off_and_on(t, FTRACE, "sysctl kernel.ftrace_enabled=1'", 2 - t.kernel.entries_by_ftrace, 2)


@case(needs=[">=2.6.30", "CONFIG_KRETPROBES"], timeout=300)
def kprobes_switched_off(t):
    """With debugfs kprobes/enabled at 0, all probes are off but those at entries that ftrace serves."""
    off = 3 - t.kernel.entries_by_ftrace
    off_and_on(t, KPROBES, "echo 1 >/sys/kernel/debug/kprobes/enabled'", off, off)
