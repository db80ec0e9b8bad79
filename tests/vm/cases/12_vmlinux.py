# SPDX-License-Identifier: GPL-2.0
"""The module asks GDB for some symbols (qSymbol): a GDB with another kernel's vmlinux gets a warning and cannot start a run."""
import os
import re
import subprocess
import tempfile

import kernels
from harness import Skip, case

WRONG = "not those of the running kernel"


def other_vmlinux(t):
    """Return the vmlinux of another kernel in the cache."""
    for name in ("5.10", "6.1"):
        path = kernels.cached(name)
        if path and name != t.kernel.name.split("-")[0]:
            return path
    raise Skip("no other kernel is in the cache")


def with_file(t, path):
    """Return a GDB with that file's symbols, not connected."""
    gdb = t.gdb(connect=False, program=False)
    gdb.cmd(f"file {path}", timeout=120)
    return gdb


@case(needs="CONFIG_X86_64")
def another_kernels_vmlinux(t):
    """Another kernel's vmlinux is reported at once, and tstart fails unless `monitor vmlinux any' allows it for the session."""
    other = other_vmlinux(t)
    right = t.gdb()
    assert WRONG not in right.cmd("tstatus")
    assert "are those of the running kernel" in right.cmd("monitor vmlinux")
    place = right.value("(unsigned long)&vfs_read")
    right.cmd("disconnect")

    gdb = with_file(t, other)
    shown = t.connect(gdb)
    assert WRONG in shown and t.kernel.release in shown and "monitor vmlinux any" in shown, shown
    assert WRONG not in gdb.cmd("tstatus"), "it is told once"
    gdb.cmd(f"trace *{place:#x}")
    message = gdb.fails("tstart")
    assert WRONG in message and t.kernel.release in message and "load its vmlinux" in message, message
    assert t.probes() == ""
    assert WRONG in gdb.cmd("monitor vmlinux") and "any" in gdb.cmd("monitor vmlinux some")
    gdb.cmd("monitor vmlinux any")
    gdb.cmd("tstart")
    assert "vfs_read" in t.probes()
    gdb.cmd("tstop")
    gdb.cmd("disconnect")
    assert WRONG in t.connect(gdb)
    assert WRONG in gdb.fails("tstart")
    gdb.cmd("disconnect")

    # The right one, in the same GDB.
    gdb.cmd(f"file {t.kernel.vmlinux}", timeout=120)
    shown = t.connect(gdb)
    assert WRONG not in shown, shown
    gdb.cmd("tstart")
    gdb.cmd("tstop")


@case(needs="CONFIG_X86_64")
def joining_with_another_kernels_vmlinux(t):
    """With another kernel's vmlinux, no tracepoint joins a run, which goes on, unless `monitor vmlinux any' allows it."""
    other = other_vmlinux(t)
    right = t.gdb()
    load = t.load("pread", n=3, file="/proc/version", size=8)
    place = right.value("(unsigned long)&vfs_write")
    right.trace("*vfs_read", load.mine)
    right.cmd("set disconnected-tracing on")
    right.cmd("tstart")
    right.cmd("disconnect")

    gdb = with_file(t, other)
    assert WRONG in t.connect(gdb)
    before = t.probes()
    assert "vfs_read" in before and "vfs_write" not in before
    for command in (f"trace *{place:#x}", f"trace *{place:#x} if $current_task_pid == 1"):
        message = gdb.fails(command)
        assert WRONG in message and t.kernel.release in message and "monitor vmlinux any" in message, message
        assert t.probes() == before
    # Incomplete packet sequences do not work either: a refused tracepoint is not defined.
    assert WRONG in gdb.packet(f"QTDP:63:{place:x}:E:0:0-") and "E." in gdb.packet(f"QTDP:-63:{place:x}:R03")
    assert t.probes() == before
    gdb.cmd("delete 2 3")       # GDB keeps them, and would define them with the next one
    gdb.cmd("monitor vmlinux any")
    writer = t.load("write", n=2, file="/dev/null", size=8)
    gdb.trace(f"*{place:#x}", writer.mine)
    assert "vfs_write" in t.probes()
    assert load.go()["ok"] == 3 and writer.go()["ok"] == 2
    gdb.cmd("tstop")
    assert gdb.frames() == 5, gdb.cmd("tstatus")
    gdb.cmd("disconnect")

    # A GDB with the right one may join.
    t.connect(right)
    right.cmd("delete")
    right.trace("*vfs_read", "$current_task_pid == 0")
    right.cmd("tstart")
    right.trace("*vfs_write", "$current_task_pid == 0")
    assert "vfs_write" in t.probes()
    right.cmd("tstop")


@case
def vmlinux_of_no_use(t):
    """A vmlinux without symbols gives no message, one loaded after connecting is refused, a module's file changes nothing."""
    right = t.gdb()
    place, linked = right.value("(unsigned long)&vfs_read"), t.functions()["vfs_read"]
    text = t.sh("cat /sys/module/kgtp/sections/.text").strip()
    right.cmd(f"add-symbol-file {t.built.module} {text}")
    assert "are those of the running kernel" in right.cmd("monitor vmlinux")
    right.cmd("disconnect")

    with tempfile.TemporaryDirectory(prefix="kgtp-stripped-") as folder:
        stripped = os.path.join(folder, "vmlinux")
        subprocess.run(["objcopy", "--strip-all", t.kernel.vmlinux, stripped], check=True)
        for gdb in (with_file(t, stripped), t.gdb(connect=False, program=False)):
            shown = t.connect(gdb)
            assert WRONG not in shown and "monitor vmlinux" not in shown, shown
            assert "no symbols that identify its kernel" in gdb.cmd("monitor vmlinux")
            gdb.cmd(f"trace *{place:#x}")
            gdb.cmd("tstart")
            gdb.cmd("tstop")
            gdb.cmd("disconnect")

    late = t.gdb(program=False)
    shown = late.cmd(f"file {t.kernel.vmlinux}", timeout=120)
    shown += late.cmd("tstatus")
    if place == linked:
        assert "are those of the running kernel" in late.cmd("monitor vmlinux")
        raise Skip("KASLR has not moved the kernel")
    assert "connect again" in shown and "after it had connected" in shown, shown
    late.cmd(f"trace *{place:#x}")
    assert "connect again" in late.fails("tstart")
    late.cmd("disconnect")
    assert "connect again" not in t.connect(late)
    assert late.value("(unsigned long)&vfs_read") == place
    late.cmd("tstart")
    late.cmd("tstop")


@case(core=True)
def symbols_by_packet(t):
    """Each qSymbol answer gets the next question, and a GDB that stops answering blocks nothing and gives no verdict."""
    gdb = t.gdb(program=False)
    question = gdb.packet("qSymbol::")
    asked = []
    while question != "OK":
        name = re.fullmatch(r"qSymbol:((?:[0-9a-f]{2})+)", question)[1]
        asked.append(bytes.fromhex(name).decode())
        question = gdb.packet(f"qSymbol::{name}")
        assert len(asked) < 50
    assert len(asked) >= 10 and len(set(asked)) == len(asked), asked
    # The kernel has all of these symbols.
    symbols = t.sh("for n in " + " ".join(asked) + "; do grep \" $n\" /proc/kallsyms; done", timeout=120)
    known = set(re.findall(r"^\w+ \w (\w+)$", symbols, re.M))
    assert set(asked) <= known, set(asked) - known
    first = asked[0].encode().hex()
    assert gdb.packet("qSymbol::") == f"qSymbol:{first}"
    gdb.packet(f"qSymbol:12345678:{first}")         # a wrong answer, and no further ones
    assert "no symbols that identify" in gdb.cmd("monitor vmlinux")
    for text in ("qSymbol:1:6162", "qSymbol:1:" + "61" * 100):
        assert gdb.packet(text) == "OK"
    gdb.packet("qSymbol::")
    for name in asked[:2]:
        gdb.packet(f"qSymbol:1000:{name.encode().hex()}")
    for name in asked[2:]:
        last = gdb.packet(f"qSymbol::{name.encode().hex()}")
    assert last == "OK"
    assert WRONG in gdb.cmd("monitor vmlinux")
    # Another file: all symbols are asked for again if the last answer differs from before, but only two if none does.
    places = {name: int(at, 16) for at, name in re.findall(r"^(\w+) \w (\w+)$", symbols, re.M) if name in asked}

    def answered(of):
        question, times = gdb.packet("qSymbol::"), 0
        while question != "OK":
            name = bytes.fromhex(question[8:]).decode()
            question = gdb.packet(f"qSymbol:{of[name]:x}:{question[8:]}")
            times += 1
        return times
    moved = {name: at + (0x1000 if name != asked[0] else 0) for name, at in places.items()}
    for of, times, verdict in ((places, len(asked), "are those of the running kernel"), (places, 2, "are those of the running kernel"),
                               (moved, len(asked) + 1, WRONG), (moved, 2, WRONG), (places, len(asked) + 1, "are those of the running kernel")):
        assert answered(of) == times
        assert verdict in gdb.cmd("monitor vmlinux")
