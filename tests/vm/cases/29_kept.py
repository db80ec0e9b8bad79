# SPDX-License-Identifier: GPL-2.0
"""Probes that the kernel fails to remove: ftrace needs memory for that, and refuses after a bug of its own."""
import re
import time

from console import FTRACE_REFUSES
from harness import GdbError, case
from probed import build, calls
from probed import load_module as load_probed

MINE = "$current_task_pid == {}"
NEEDS = [">=4.16", "CONFIG_KPROBES_ON_FTRACE", "CONFIG_KRETPROBES"]


def load_module(t):
    """Load kgtp without unloading it after the case, which is not possible."""
    t.guest.insmod("/lib/kgtp.ko")
    t.allow(FTRACE_REFUSES)


def ftrace_refuses(t, gdb):
    """Make ftrace refuse, as after a bug of its own."""
    t.guest.poke(int(gdb.eval("(unsigned long)&ftrace_disabled")), b"\1")
    assert int(gdb.eval("*(int *)&ftrace_disabled")) == 1


def read_some(t):
    t.load("pread", n=5, file="/proc/version", size=8).go()


def cannot_be_unloaded(t):
    refused = t.run("rmmod kgtp")
    return refused.status and "unavailable" in refused.output


@case(needs=NEEDS, last=True, module=None)
def probe_stays(t):
    """When unregister_kprobes() fails, the user is informed, nothing is hit any more, and the module stays."""
    load_module(t)
    gdb = t.gdb()
    load = t.load("pread", n=5, file="/proc/version", size=8)
    first = gdb.trace("*vfs_read", MINE.format(load.pid), "collect $args, $bt")
    left = gdb.trace("*vfs_read", MINE.format(load.pid), "teval $kret = 0", "collect $regs")
    other = gdb.trace("*vfs_write", MINE.format(load.pid), "collect $regs")
    gdb.cmd("tstart")
    assert "FTRACE" in t.probes(), t.probes()
    load.go()
    ftrace_refuses(t, gdb)
    shown = gdb.cmd("tstop")
    assert re.search(r"did not remove \d probes?: tstatus says which", shown), shown
    assert len(t.probes().splitlines()) >= 2 - t.kernel.entries_by_ftrace, t.probes()
    status = gdb.cmd("tstatus")
    assert "the kernel did not remove the probe at 0x" in status and "vfs_write+0x" in status, status
    assert "stays loaded until the machine is restarted" in t.sh("cat /proc/gtpstat")
    assert gdb.frames() == 10
    # Their tracepoints are freed, then the probes are hit: the handlers must not touch anything.
    gdb.cmd("delete tracepoints")
    gdb.cmd("tfind none")
    again = t.load("pread", n=5, file="/proc/version", size=8)
    n = gdb.trace("*vfs_read", MINE.format(again.pid), "collect $args")
    gdb.cmd("tstart")       # sends QTinit first
    read_some(t)
    again.go()
    shown = gdb.cmd("tstop")
    if t.kernel.entries_by_ftrace:
        assert "did not remove" not in shown, shown         # a kprobe behind ftrace's instruction
    else:
        assert "did not remove 1 probe:" in shown, shown    # only new ones are reported
    assert gdb.frames() == 5, gdb.cmd("tstatus")
    assert n > other > left > first
    read_some(t)
    assert cannot_be_unloaded(t)
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    assert len(t.probes().splitlines()) >= 2 - t.kernel.entries_by_ftrace, t.probes()
    assert cannot_be_unloaded(t)
    read_some(t)
    t.connect(gdb)
    assert "the kernel did not remove" in gdb.cmd("tstatus")


@case(needs=NEEDS, last=True, module=None)
def probe_stays_at_close(t):
    """The same holds when the session ends in a run, and when a start fails."""
    load_module(t)
    gdb = t.gdb()
    gdb.trace("*vfs_read", "", "collect $regs")
    gdb.cmd("tstart")
    ftrace_refuses(t, gdb)
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    assert "vfs_read" in t.probes() or t.kernel.entries_by_ftrace      # ftrace lists nothing any more
    read_some(t)
    assert cannot_be_unloaded(t)
    t.connect(gdb)
    assert "the kernel did not remove the probe" in gdb.cmd("tstatus")
    # Probes that do not need ftrace still work.
    inside = hex(gdb.inside("vfs_read")[0])
    load = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.cmd("delete tracepoints")
    gdb.trace(f"*{inside}", MINE.format(load.pid), "collect $regs")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 2 and inside[2:] not in t.probes()
    gdb.trace("*vfs_write", "", "collect $regs")
    # At an entry a kprobe behind ftrace's instruction takes over. Without that, a probe that needs ftrace is refused, or is not
    # in the code.
    if t.kernel.entries_by_ftrace:
        gdb.cmd("tstart")
        read_some(t)
        assert t.served()[3] in ("int3", "jump"), t.served()
        gdb.cmd("tstop")
        assert gdb.frames() > 2
        return
    try:
        shown = gdb.cmd("tstart")
        gdb.cmd("tstop")
    except GdbError as error:
        shown = str(error)
    assert re.search("kernel refused the probe|1 of 2 probes are switched off", shown), shown
    assert inside[2:] not in t.probes()
    read_some(t)


@case(needs=NEEDS, last=True, module=None)
def probe_stays_when_full(t):
    """When the buffer is full and the thread removes the probes, a kept probe is reported, whatever the number of errors."""
    load_module(t)
    gdb = t.gdb()
    gdb.cmd("set trace-buffer-size 65536")
    load = t.load("pread", n=2000, file="/proc/version", size=8)
    gdb.trace("*vfs_read", load.mine, "collect $regs", *(f"collect *(char *){address}" for address in range(1, 13)))
    gdb.cmd("tstart")
    ftrace_refuses(t, gdb)
    load.go()
    for _ in range(40):
        status = gdb.cmd("tstatus")
        if "Trace stopped because the buffer was full" in status:
            break
        time.sleep(0.5)
    assert "the kernel did not remove the probe at 0x" in status and "vfs_read+0x" in status, status
    frames = gdb.frames()
    assert 10 < frames < 2000
    read_some(t)
    assert gdb.frames() == frames and cannot_be_unloaded(t)


@case(needs=[*NEEDS, "CONFIG_MODULE_UNLOAD"], last=True, module=None)
def probe_stays_in_a_module(t):
    """A kept probe in a module that is unloaded and reloaded does nothing and does no harm."""
    load_module(t)
    built = build(t, "probed")
    gdb = t.gdb()
    where = load_probed(t, built)
    gdb.cmd("set confirm off")
    gdb.cmd(f"add-symbol-file {built} {where:#x}")
    for actions in (["collect $regs"], ["teval $kret = 0", "collect $regs"]):
        gdb.trace("*probed_work", None, *actions)
    gdb.cmd("tstart")
    calls(t)
    ftrace_refuses(t, gdb)
    assert re.search(r"did not remove \d probes?: tstatus says which", gdb.cmd("tstop"))
    assert "probed_work+0x" in gdb.cmd("tstatus") and gdb.frames() == 6
    calls(t)
    t.sh("rmmod probed")
    assert "the kernel did not remove the probe at 0x" in gdb.cmd("tstatus")
    read_some(t)
    for _ in range(2):
        load_probed(t, built)
        calls(t)
        t.sh("rmmod probed")
    assert gdb.frames() == 6 and cannot_be_unloaded(t)
    gdb.cmd("delete tracepoints")
    read_some(t)
