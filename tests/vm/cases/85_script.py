# SPDX-License-Identifier: GPL-2.0
"""gdb/kgtp.py with a real GDB: what it tells on connecting, and what it says instead of GDB's misleading texts."""
import re

import gdbs
import kernels
from harness import GUEST_RELAY, SCRIPT, Skip, case



@case(core=True)
def script_checks_the_vmlinux(t):
    """The right vmlinux gets no message; without one, and with another kernel's, it says which kernel runs, and what to load."""
    gdb, shown = t.scripted()
    assert "vmlinux" not in shown, shown
    version = t.sh("cat /proc/version")
    assert f"is the vmlinux of the running kernel, {t.kernel.release} #" in gdb.cmd("kgtp vmlinux")
    assert gdb.cmd("show print entry-values").count("no")
    gdb.cmd("disconnect")
    assert "not connected to KGTP" in gdb.fails("kgtp vmlinux")
    # What one part of the script does not understand keeps nobody from connecting.
    gdb.cmd("python import kgtp_gdb.log; kgtp_gdb.log.on_connect = lambda: int('strange')")
    t.guest.start_relay(GUEST_RELAY)
    shown = gdb.cmd("kgtp connect")
    assert re.search("^kgtp_gdb.log: .*strange", shown, re.M), shown
    assert "is the vmlinux of" in gdb.cmd("kgtp vmlinux")
    gdb.cmd("disconnect")

    gdb, shown = t.scripted(program=False)
    build = version[version.index("#"):].strip()
    assert f"GDB has no symbols: the running kernel is {t.kernel.release} {build}" in shown, shown
    gdb.cmd("disconnect")
    for name in ("5.10", "7.2", "6.1") if t.bits == 64 else ():
        other = kernels.cached(name)
        if other and name != t.kernel.name:
            gdb, shown = t.scripted(program=other)
            assert re.search(rf"running: {re.escape(t.kernel.release)} #.*\n  file:    {re.escape(name)}\S* #.*vmlinux\)", shown), shown
            assert "Install it" in shown or "  file /" in shown, shown
            return
    raise Skip(f"no other kernel of {t.bits} bits is in the cache")


COMMANDS = {"breakpoint": "break vfs_read|b vfs_read|tbreak vfs_read|hbreak vfs_read", "watchpoint": "watch jiffies|rwatch jiffies",
            "nothing to continue": "continue|c|fg", "nothing to step": "step|s|next|stepi|si|ni", "nothing to run on": "until|advance 1",
            "Trace the return": "finish", "`print' shows expressions": "call 1", "`disconnect' ends": "kill", "it runs already": "run"}


@case(core=True)
def script_explains_refusals(t):
    """break, watch, continue, step, finish, call, set var and kill say what to type instead; the session goes on."""
    gdb, _ = t.scripted()
    for text, commands in COMMANDS.items():
        for command in commands.split("|"):
            said = gdb.fails(command)
            assert said.startswith("The kernel is never stopped: ") and text in said, (command, said)
    assert "No breakpoints" in gdb.cmd("info breakpoints")
    said = gdb.fails("set var init_task.pid = 7")
    assert "KGTP writes nothing into it" in said and "ccess memory" in said, said
    gdb.cmd("set var $mine = 7")
    assert gdb.value("$mine + init_task.pid") == 7
    # Tracing, and what ends the session, go through.
    load = t.load("read", n=3, file="/dev/zero", size=8)
    gdb.trace("*vfs_read", load.mine)
    gdb.cmd("tstart")
    assert load.go()["ok"] == 3
    gdb.cmd("tstop")
    assert gdb.frames() == 3
    gdb.cmd("disconnect")
    assert "never stopped" not in gdb.fails("continue")


@case
def script_without_python(t):
    """gdb/kgtp.gdb, for a GDB without Python, shows both kernels on connecting, and refuses what needs a stopped one."""
    gdb = t.gdb(connect=False, path=gdbs.fetch("13.1-minimal"))
    assert "Python scripting is not supported" in gdb.fails("python print(1)")
    gdb.cmd(f"source {SCRIPT.with_suffix('.gdb')}")
    assert "are those of the running kernel" in t.connect(gdb)
    assert t.sh("cat /proc/version").split("(")[0] in gdb.cmd("kgtp-vmlinux")
    for command in ("break vfs_read", "continue", "step", "finish", "call 1", "kill", "watch jiffies"):
        try:
            raise AssertionError(gdb.cmd(command))
        except Exception as error:
            assert "never stopped" in getattr(error, "shown", ""), (command, error)
    gdb.cmd("set confirm off")
    gdb.trace("*vfs_read", "0")
    gdb.cmd("tstart")
    gdb.cmd("tstop")


@case
def script_shows_user_pointers(t):
    """A pointer to user space that the frame lacks is an address; what the frame has collected is a text, as are the kernel's."""
    gdb, _ = t.scripted()
    load = t.load("open", file="/proc/version")
    function = t.first("do_sys_openat2", "do_sys_open")
    for action in ("collect $args", "collect $args, filename, *filename@14"):
        gdb.trace(f"*{function}", load.mine, action)
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    gdb.cmd("tfind 0")
    shown = gdb.cmd("frame")
    assert re.search(r"filename=0x[0-9a-f]+,", shown) and "<error" not in shown, shown
    gdb.cmd("tfind 1")
    shown = gdb.cmd("frame")
    assert re.search(r'filename=0x[0-9a-f]+ "/proc/version', shown), shown
    gdb.cmd("tfind none")
    assert '"swapper' in gdb.cmd("print (char *)init_task.comm")


@case(timeout=300)
def script_looks_at_a_run(t):
    """kgtp look shows the frames of a run that goes on, kgtp live each as it comes."""
    gdb, _ = t.scripted()
    load = t.load("pread", n=40, file="/proc/version", size=9, pause=100000)
    gdb.trace("*vfs_read", load.mine, "collect $args, $cpu_id")
    assert "no run is on" in gdb.fails("kgtp look")
    gdb.cmd("tstart")
    load.start()
    while gdb.frames() < 3:
        pass
    shown = gdb.cmd("kgtp look")
    assert re.search(r"Found trace frame 0, tracepoint 1", shown), shown
    assert gdb.value("count") == 9
    shown = gdb.cmd("kgtp look off")
    assert "Trace is running" in gdb.cmd("tstatus"), shown
    shown = gdb.cmd("kgtp live 3", timeout=60)
    lines = re.findall(r"^ *(\d+)  vfs_read  .*count = 9.*\$cpu_id = \d", shown, re.M)
    assert len(lines) > 3 and "The run goes on" in shown, shown
    assert lines == [str(int(lines[0]) + i) for i in range(len(lines))], lines
    load.finish()
    gdb.cmd("tstop")
    assert gdb.frames() == 40
