# SPDX-License-Identifier: GPL-2.0
"""The node gtpframe: the trace as a file for GDB's `target tfile'."""
import errno
import os
import re
import struct

from harness import SCRIPT, GdbError, case
from talk import Talk
from tfiles import PROC, frames_of, here, read_file

DEBUGFS = "/sys/kernel/debug/gtpframe"
NAME = "file->f_mapping->host->i_sb->s_type->name"      # on all kernels
READ = {"op": "pread", "file": "/proc/version"}


def show_all(gdb, expressions):
    """Return what GDB shows of each frame."""
    shown = []
    said = gdb.cmd("tfind start")
    while "Found trace frame" in said:
        # GDB counts what it has shown: $1, $2.
        values = [f"{e}: {gdb.eval(e)}" for e in expressions]
        shown.append([said, gdb.cmd("tdump"), stack(gdb.cmd("bt")), gdb.cmd("info registers"), values])
        said = tfind(gdb)
    return shown


def stack(shown):
    """Return what `bt' shows but what is below assembly code, where GDB guesses from the code: that is not in a file."""
    return re.sub(r"^(#\d+ .*\.S:\d+)$.*", r"\1", shown, flags=re.M | re.S)


def same(shown, live):
    """Compare, but for registers that a frame does not have: GDB's format cannot say so, they are 0 in any file."""
    for one, other in zip(shown, live):
        for part, wanted in zip(one, other):
            if isinstance(wanted, str):
                lost = set(re.findall(r"^(\w+) +(?:\{\w+ = )?<unavailable>", wanted, re.M))
                part, wanted = ([line for line in text.split("\n") if line.split(" ")[0] not in lost] for text in (part, wanted))
            assert part == wanted, (part, wanted)
    assert len(shown) == len(live)


def tfind(gdb):
    try:
        return gdb.cmd("tfind")
    except GdbError as error:
        assert "failed to find" in str(error), error
        return ""


@case(core=True, timeout=600)
def frames_as_live(t):
    """GDB shows of each frame in a copy of gtpframe what it has shown live: registers, memory of many pages, strings, stacks, variables."""
    gdb = t.gdb()
    load = t.load(n=6, size=24, **READ)
    gdb.cmd("tvariable $n = 100")
    gdb.trace("*vfs_read", load.mine, "teval $n = $n + 1", "collect $regs, $n, jiffies_64, $bt",
              "collect *(char(*)[20000])&_text", f"collect/s {NAME}")
    gdb.trace(f"*{t.first('vfs_open', 'do_sys_open')}", load.mine, "collect $args")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop why not")
    values = ["$n", "jiffies_64", "*(unsigned char(*)[20000])&_text", f"(char*){NAME}"]
    live = show_all(gdb, values)
    assert len(live) == 6 and "proc" in live[0][4][3], live[0][4]
    # Reading the file leaves GDB's frame selected.
    gdb.cmd("tfind 3")
    data = read_file(t)
    assert gdb.value("$trace_frame") == 3 and gdb.value("$n") == 104
    assert data == read_file(t, DEBUGFS)
    lines, frames = frames_of(data)
    assert len(frames) == 6
    # What GDB saves has the same frames.
    saved = here(t, b"", "saved")
    gdb.cmd(f"tsave {saved}")
    assert frames_of(saved.read_bytes())[1] == frames
    text = int(gdb.eval("(unsigned long)&_text"))
    comment = f"<!-- kgtp: _text={text:#x} offset="
    for file in (data, saved.read_bytes()):
        assert comment in file.decode(errors="replace"), frames_of(file)[0][-40:]
    gdb.cmd("disconnect")

    path = here(t, data)
    other = t.gdb(connect=False, program=False)
    other.cmd(f"source {SCRIPT}")
    message = other.fails(f"kgtp open {path}")
    # A kernel whose kallsyms have no data does not tell its build-id.
    known = "build-id=" in "\n".join(lines)
    assert known == (not t.run("grep __start_notes /proc/kallsyms")[1]), lines[-40:]
    assert ("no vmlinux with build-id" if known else "does not say which build") in message and "file VMLINUX" in message, message
    other.cmd(f"file {t.kernel.vmlinux}", timeout=120)
    shown = other.cmd(f"kgtp open {path}", timeout=120)
    offset = re.search(r"kgtp: .* offset=(\S+)", "\n".join(lines))[1]
    assert f"Symbols of {os.path.realpath(t.kernel.vmlinux)}" + (f", moved by {offset}." if int(offset, 16) else ".") in shown, shown
    assert int(other.eval("(unsigned long)&_text")) == text
    shown = other.cmd("tstatus")
    assert "Collected 6 trace frames" in shown and "why not" in shown, shown
    shown = other.cmd("info tracepoints")
    assert "already hit 6 times" in shown and "teval $n = $n + 1" in shown, shown
    same(show_all(other, values), live)
    # By hand, with the line of the manual.
    third = t.gdb(connect=False, program=False)
    third.cmd(f"symbol-file {t.kernel.vmlinux} -o {offset}", timeout=120)
    third.cmd(f"target tfile {path}")
    same(show_all(third, values), live)
    # Where the kernel was linked there is something else, when it was moved: GDB does not show its code there.
    if int(offset, 16):
        for one in (other, third):
            one.cmd("tfind 0")
            shown = one.cmd(f"x/xw {text - int(offset, 16):#x}")
            assert "<unavailable>" in shown, shown


@case(timeout=600)
def ten_thousand_frames(t):
    """A file of 10,000 frames has the frames that GDB reads of the target, in order; gtpframe is read while GDB looks at them."""
    gdb = t.gdb()
    load = t.load(n=10000, size=9, **READ)
    gdb.cmd("set trace-buffer-size 16777216")
    gdb.cmd("tvariable $n = 0")
    gdb.trace("*vfs_read", load.mine, "teval $n = $n + 1", "collect $regs, $n")
    gdb.cmd("tstart")
    load.go(timeout=300)
    gdb.cmd("tstop")
    gdb.cmd("tfind 9998")
    t.sh(f"cat {PROC} >/tmp/frames", timeout=120)
    data = read_file(t, "/tmp/frames")
    frames = frames_of(data)[1]
    assert len(frames) == 10000
    assert [struct.unpack("<q", body[-8:])[0] for _, body in frames] == list(range(1, 10001))
    assert gdb.value("$n") == 9999
    saved = here(t, b"", "saved")
    gdb.cmd(f"tsave {saved}", timeout=300)
    assert frames_of(saved.read_bytes())[1] == frames
    os.unlink(saved)
    # Any part of it, in any order.
    talk = Talk(t)
    talk.call(f"open 0 {PROC} r")
    assert int(talk.call("seek 0 0 END")) == len(data)
    for offset, count in ((len(data) - 100, 200), (5, 60), (len(data) // 2, 5000), (len(data) // 2 + 100000, 7), (0, 8)):
        assert int(talk.call(f"seek 0 {offset} SET")) == offset
        assert talk.read(count, 60000) == data[offset:offset + count], offset
    assert talk.errno("seek 0 -1 SET") == errno.EINVAL
    assert talk.call(f"seek 0 {len(data)} SET") and talk.read(10, 60000) == b""
    t.sh("rm /tmp/frames")


@case(core=True, programs="shell")
def frame_node(t):
    """The node is for root with capabilities; before, during and after a run it says what it has; a new run ends an open file."""
    gdb = t.gdb()
    talk, user, bare = Talk(t), Talk(t), Talk(t)
    for path in (PROC, DEBUGFS):
        assert talk.call(f"mode {path}") == "100400"
    user.call("setuid 1000")
    assert user.errno(f"open 0 {PROC} r") == errno.EACCES
    t.sh(f"chmod 666 {PROC}")
    assert user.errno(f"open 0 {PROC} r") == errno.EPERM
    bare.call("nocaps")
    assert bare.errno(f"open 0 {PROC} r") == errno.EPERM
    # No run yet.
    lines, frames = frames_of(read_file(t))
    assert not frames and any(line.startswith("status 0;tnotrun:0") for line in lines), lines
    load = t.load(n=3, size=9, **READ)
    gdb.trace("*vfs_read", load.mine, "collect $args")
    gdb.cmd("tstart")
    assert talk.errno(f"open 0 {PROC} r") == errno.EBUSY
    load.go()
    gdb.cmd("tstop")
    # cp takes a size of 0 for what it is; two may read at once.
    t.sh(f"busybox cp {PROC} /tmp/copy && busybox cmp {PROC} /tmp/copy && busybox wc -c </tmp/copy")
    assert len(frames_of(read_file(t, "/tmp/copy"))[1]) == 3
    talk.call(f"open 0 {PROC} r")
    talk.call(f"open 1 {DEBUGFS} r")
    assert talk.read(8) == talk.read(8, fd=1) == b"\x7fTRACE0\n"
    # The experiment of the frames stays when the next one is refused.
    before = talk.read(200)
    gdb.trace("*vfs_read + 1", "0")
    gdb.fails("tstart")
    assert talk.call("seek 0 8 SET") and talk.read(200) == before
    gdb.cmd("delete 2")
    gdb.cmd("tstart")
    assert talk.errno("read 0 10 2000") == errno.ESTALE
    assert talk.errno("seek 0 0 END") == errno.ESTALE
    gdb.cmd("tstop")
    assert talk.errno("read 1 10 2000") == errno.ESTALE
    # So does another size of the buffer.
    talk.call(f"open 2 {PROC} r")
    assert talk.read(8, fd=2) == b"\x7fTRACE0\n"
    gdb.cmd("set trace-buffer-size 100000")
    assert talk.errno("read 2 10 2000") == errno.ESTALE
    for fd in range(3):
        talk.call(f"close {fd}")
    # With the device closed, the trace is still there.
    load = t.load(n=2, size=9, **READ)
    gdb.cmd(f"condition 1 {load.mine}")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    assert len(frames_of(read_file(t))[1]) == 2
    # An open file keeps the module.
    talk.call(f"open 0 {PROC} r")
    assert talk.errno("rmmod kgtp") == errno.EAGAIN
    talk.call("close 0")
