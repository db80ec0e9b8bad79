# SPDX-License-Identifier: GPL-2.0
"""The node gtpframe_pipe: frames that leave the buffer while the run goes on."""
import errno
import struct
import time

from harness import case
from talk import Talk
from tfiles import cut, frames_of, here, read_file

PIPE = "/proc/gtpframe_pipe"
DEBUGFS = "/sys/kernel/debug/gtpframe_pipe"
READ = {"op": "pread", "file": "/proc/version"}


def stat(t):
    lines = (line.split() for line in t.sh("cat /proc/gtpstat").splitlines())
    return {words[0]: int(words[1]) for words in lines if len(words) == 2 and words[1].isdigit()}


def until(t, name, value, seconds=30):
    """Wait until that counter of gtpstat has this value."""
    end = time.monotonic() + seconds * t.kernel.slow
    while stat(t)[name] != value:
        assert time.monotonic() < end, (name, value, stat(t))
        time.sleep(0.2)


def values(frames):
    """Return the last variable of each frame."""
    return [struct.unpack("<q", body[-8:])[0] for _, body in frames]


def drain(talk, fd=0, ms=2000):
    """Read to the end of a file, or until nothing comes. Return the data."""
    data = b""
    while (more := talk.read(60000, ms, fd)) not in (b"", "late"):
        data += more
    return data


@case(smp=2, core=True, timeout=400)
def stream_in_order(t):
    """cat takes a run of two CPUs out of the buffer as it goes on: frames in the order of their hits, and the file is whole."""
    gdb = t.gdb()
    job = t.spawn(f"exec cat {PIPE} >/tmp/stream")
    loads = [t.load("getppid", n=2, cpu=n % 2) for n in range(12)]
    wanted = [(load.pid, n % 2) for n, load in enumerate(loads) for _ in range(2)]
    low, high = min(load.pid for load in loads), max(load.pid for load in loads)
    # What 30 frames do not fit into.
    gdb.cmd("set trace-buffer-size 1000")
    gdb.cmd("tvariable $n = 0")
    gdb.trace("*" + t.syscall("getppid"), f"$current_task_pid >= {low} && $current_task_pid <= {high}",
              "teval $n = $n + 1", "collect $current_task_pid, $cpu_id, $n")
    gdb.cmd("tstart")
    for count, load in enumerate(loads, 1):
        load.go()
        until(t, "frames_streamed", 2 * count)
    facts = stat(t)
    assert facts["running"] == 1 and facts["frames"] == 0 and facts["buffer_free_bytes"] == facts["buffer_bytes"], facts
    assert facts["frames_created"] == 24 and facts["lost_unread"] == facts["lost_overwritten"] == 0, facts
    gdb.cmd("tstop")
    assert job.wait(10) == 0
    # Nothing is left for others.
    assert "failed to find" in gdb.fails("tfind start")
    assert not frames_of(read_file(t))[1]
    data = read_file(t, "/tmp/stream")
    lines, frames = frames_of(data)
    assert values(frames) == list(range(1, 25)), values(frames)
    gdb.cmd("disconnect")
    other = t.gdb(connect=False)
    other.cmd(f"target tfile {here(t, data)}")
    said = other.cmd("tstatus")
    assert "streamed by gtpframe_pipe" in said and "running" not in said, said
    assert "$n = $n + 1" in other.cmd("info tracepoints")
    found = []
    for _ in wanted:
        other.cmd("tfind")
        found.append((other.value("$current_task_pid"), other.value("$cpu_id")))
    assert found == wanted, (found, wanted)
    t.sh("rm /tmp/stream")


@case(core=True, programs="shell")
def stream_node(t):
    """One reader at a time, with the rights that the device needs; reads wait or not, poll says when; each file of the stream ends with
    end of file; a tracepoint that joins, or a new run, begins the next one."""
    gdb = t.gdb()
    talk, user, bare = Talk(t), Talk(t), Talk(t)
    for path in (PIPE, DEBUGFS):
        assert talk.call(f"mode {path}") == "100400"
    user.call("setuid 1000")
    assert user.errno(f"open 0 {PIPE} r") == errno.EACCES
    bare.call("nocaps")
    assert bare.errno(f"open 0 {PIPE} r") == errno.EPERM
    talk.call(f"open 0 {PIPE} r")
    for path in (PIPE, DEBUGFS):
        assert bare.errno(f"open 0 {path} r") == errno.EPERM
        assert talk.errno(f"open 1 {path} r") == errno.EBUSY
    assert talk.errno("rmmod kgtp") == errno.EAGAIN
    assert talk.errno("seek 0 0 SET") == errno.ESPIPE
    talk.call("close 0")
    # Before the first run: no file yet.
    talk.call(f"open 0 {PIPE} r n")
    assert talk.errno("read 0 100 2000") == errno.EAGAIN
    assert not talk.call("poll 0 300").split()
    talk.call("close 0")
    talk.call(f"open 0 {PIPE} r")
    assert talk.read(100, 300) == "late"
    one, two = (t.load(n=n, size=9, **READ) for n in (3, 2))
    gdb.cmd("tvariable $n = 0")
    gdb.trace("*vfs_read", one.mine, "teval $n = $n + 1", "collect $args, $n")
    gdb.cmd("tstart")
    assert talk.call("poll 0 5000").split() == ["in"]
    data = drain(talk)
    assert data.startswith(b"\x7fTRACE0\n") and data.endswith(b"\n\n"), data
    assert not talk.call("poll 0 300").split()
    one.go()
    assert talk.call("poll 0 5000").split() == ["in"]
    # By parts of any size.
    for _ in range(40):
        data += talk.read(1)
    data += drain(talk)
    assert values(cut(data)[1]) == [1, 2, 3]
    # GDB sends its definition at once, without actions, and its condition's source after it has joined.
    gdb.trace("*vfs_read", two.mine)
    two.go()
    data += drain(talk, ms=5000)
    lines, frames = frames_of(data)
    assert values(frames) == [1, 2, 3] and not any("T2:" in line for line in lines), lines
    assert talk.call("poll 0 5000").split() == ["in"]
    data = drain(talk)
    lines, frames, _ = cut(data)
    assert [number for number, _ in frames] == [2, 2], frames
    assert any("T2:" in line for line in lines), lines
    assert any(two.mine.encode().hex() in line for line in lines if line.startswith("tp Z2:")), lines
    # A run that begins while frames of the last one wait.
    gdb.cmd("tstop")
    third = t.load(n=5, size=9, **READ)
    gdb.cmd(f"condition 1 {third.mine}")
    gdb.cmd("tstart")
    data += drain(talk)
    assert frames_of(data)[1] == frames
    assert talk.read(8) == b"\x7fTRACE0\n"
    third.go()
    gdb.cmd("tstop")
    fourth = t.load(n=1, size=9, **READ)
    gdb.cmd(f"condition 1 {fourth.mine}")
    gdb.cmd("tstart")
    data = b"\x7fTRACE0\n" + drain(talk)
    assert not frames_of(data)[1]
    assert stat(t)["lost_unread"] == 5
    fourth.go()
    gdb.cmd("tstop")
    data = drain(talk)
    assert values(frames_of(data)[1]) == [1], frames_of(data)
    # No run, no file.
    assert not talk.call("poll 0 300").split()
    assert talk.read(10, 300) == "late"
    talk.call("close 0")


@case(core=True, timeout=400)
def stream_too_slow(t):
    """Hits do not wait for a reader: a circular buffer overwrites what it has not read, and counts it; another one is full, and loses
    nothing. What is read stays in order."""
    gdb = t.gdb()
    talk = Talk(t)
    load = t.load(n=3000, size=9, **READ)
    gdb.cmd("set trace-buffer-size 20000")
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("tvariable $n = 0")
    gdb.trace("*vfs_read", load.mine, "teval $n = $n + 1", "collect $n")
    talk.call(f"open 0 {PIPE} r")
    gdb.cmd("tstart")
    load.start()
    data = b""
    while (more := talk.read(500)) != "late":
        data += more
        time.sleep(0.05)
    load.finish(120)
    gdb.cmd("tstop")
    data += drain(talk)
    facts = stat(t)
    found = values(frames_of(data)[1])
    assert found == sorted(found) and found[-1] == 3000 and len(set(found)) == len(found), found
    assert facts["frames_created"] == 3000 and facts["frames"] == 0, facts
    assert facts["lost_unread"] == 3000 - len(found) > 0 and facts["frames_streamed"] == len(found), (facts, len(found))
    # Not circular: up to the end of the run, nothing is lost.
    gdb.cmd("set circular-trace-buffer off")
    more = t.load(n=3000, size=9, **READ)
    gdb.cmd(f"condition 1 {more.mine}")
    gdb.cmd("tstart")
    more.go(120)
    until(t, "running", 0)
    assert "buffer" in gdb.cmd("tstatus") and "full" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    data = drain(talk)
    found = values(frames_of(data)[1])
    facts = stat(t)
    assert found == list(range(1, 1 + len(found))) and len(found) == facts["frames_created"], (found[:3], facts)
    assert facts["lost_unread"] == 0, facts
    talk.call("close 0")
