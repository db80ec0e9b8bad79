# SPDX-License-Identifier: GPL-2.0
"""putgtprsp --record: a run into files while it goes on, whatever becomes of the recorder and its disk."""
import re
import signal
import struct
import time

from harness import SCRIPT, case
from tfiles import cut, frames_of, here, read_file

RECORD = "exec putgtprsp --record"
READ = {"op": "pread", "file": "/proc/version", "size": 9}


def stat(t):
    lines = (line.split() for line in t.sh("cat /proc/gtpstat").splitlines())
    return {words[0]: int(words[1]) for words in lines if len(words) == 2 and words[1].isdigit()}


def values(frames):
    """Return $n of each frame, which is its last block."""
    return [struct.unpack("<q", body[-8:])[0] for _, body in frames]


def files(t, where):
    """Return the recorded files, in their order: (name, data)."""
    return [(name, read_file(t, f"{where}/{name}")) for name in sorted(t.sh(f"cd {where}; echo *").split())]


def remove(t, where):
    t.sh(f"rm {where}/*")


def until(what, true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.3)


def count(gdb, load, *settings):
    """Number the hits of a load, in $n."""
    for setting in settings:
        gdb.cmd(setting)
    gdb.cmd("tvariable $n = 0")
    gdb.trace("*vfs_read", load.mine, "teval $n = $n + 1", "collect $n")
    gdb.cmd("tstart")


@case(core=True, timeout=400)
def record_a_run(t):
    """A run goes into files of so many frames each, until it ends; a tracepoint that joins begins the next one; each is one for GDB."""
    gdb = t.gdb()
    load, other = t.load(n=50, **READ), t.load(n=2, **READ)
    job = t.spawn(f"{RECORD} -o /tmp/rec --frames 20 -v")
    count(gdb, load)
    load.go()
    until("the frames are recorded", lambda: stat(t)["frames_streamed"] == 50)
    gdb.trace("*vfs_read", other.mine)
    other.go()
    until("the frames are recorded", lambda: stat(t)["frames_streamed"] == 52)
    gdb.cmd("tstop")
    assert job.wait() == 0, job.text()
    assert "recorded 52 frames" in job.text() and " 0 lost, in 4 files of /tmp/rec" in job.text(), job.text()
    recorded = files(t, "/tmp/rec")
    parts = [frames_of(data) for _, data in recorded]
    assert [len(frames) for _, frames in parts] == [20, 20, 10, 2], recorded
    assert sum((values(frames) for _, frames in parts[:3]), []) == list(range(1, 51))
    assert [number for number, _ in parts[3][1]] == [2, 2]
    heads = [[line for line in lines if not line.startswith("status ")] for lines, _ in parts]
    assert heads[0] == heads[1] == heads[2] and heads[3] != heads[0]
    assert re.fullmatch(r"\w+-\d{8}-\d{6}-0004\.tfile", recorded[3][0]), recorded[3][0]
    gdb.cmd("disconnect")
    for number, (_, data) in enumerate(recorded):
        # A GDB that goes from one file to the next looks for its last frame there.
        other = t.gdb(connect=False)
        said = other.cmd(f"target tfile {here(t, data, number)}")
        assert "No traceframes" not in said, said
        assert f"Collected {len(parts[number][1])} trace frames" in other.cmd("tstatus"), other.cmd("tstatus")
        other.cmd("tfind 1")
        assert other.value("$tracepoint") == (2 if number == 3 else 1)
        if number < 3:
            assert int(other.eval("$n")) == 20 * number + 2
    # Another recorder has nothing to wait for but the next run; ^C ends it.
    job = t.spawn(f"{RECORD} -o /tmp/rec")
    time.sleep(1)
    assert t.run(f"{RECORD} -o /tmp/rec2").status == 1
    assert "is busy" in t.run(f"{RECORD} -o /tmp/rec2").output
    job.kill(signal.SIGINT)
    assert job.wait() == 0 and "recorded 0 frames" in job.text(), job.text()
    remove(t, "/tmp/rec")


@case(core=True, timeout=600)
def record_ends_and_goes_on(t):
    """^C ends a recording behind a whole frame, and the next one goes on with the next frame; of one that is killed with -9, all whole
    frames can be read."""
    gdb = t.gdb()
    load = t.load(n=0, pause=300, **READ)
    count(gdb, load, "set trace-buffer-size 4000000")
    load.start()
    jobs = []
    for number, sig in enumerate((signal.SIGINT, signal.SIGTERM, signal.SIGKILL, None)):
        had = stat(t)["frames_streamed"]
        job = t.spawn(f"{RECORD} -o /tmp/rec{number}")
        until("frames are recorded", lambda: stat(t)["frames_streamed"] > had + 2000)
        if sig:
            job.kill(sig)
            assert (job.wait() == 0) == (sig != signal.SIGKILL), job.text()
        jobs.append(job)
    load.finish()
    gdb.cmd("tstop")
    assert jobs[3].wait() == 0, jobs[3].text()
    # No hole, but for what the killed one had in its hands.
    found = []
    for number in range(4):
        (_, data), = files(t, f"/tmp/rec{number}")
        lines, frames, rest = cut(data)
        assert (rest == b"\0\0\0\0") == (number != 2), (number, rest)
        found.append(values(frames))
        if number == 2:
            killed = data
        remove(t, f"/tmp/rec{number}")
    assert found[0] + found[1] + found[2] == list(range(1, found[2][-1] + 1))
    assert found[3] == list(range(found[3][0], found[3][-1] + 1)) and found[2][-1] < found[3][0] < found[2][-1] + 3000
    assert stat(t)["lost_unread"] == 0
    gdb.cmd("disconnect")
    # GDB sees all whole frames of it, also if it is cut in a frame, or just the mark is missing.
    end = len(killed) - len(cut(killed)[2])
    for number, (data, wanted) in enumerate(((killed, len(found[2])), (killed[:end - 3], len(found[2]) - 1), (killed[:end], len(found[2])))):
        path = here(t, data, number)
        gdb = t.gdb(connect=False, program=False)
        gdb.cmd(f"source {SCRIPT}")
        gdb.cmd(f"file {t.kernel.vmlinux}", timeout=120)
        said = gdb.cmd(f"kgtp open {path}", timeout=120)
        assert f"was cut off: its {wanted} whole frames are shown" in said, said
        assert path.read_bytes() == data
        gdb.cmd(f"tfind {wanted - 1}")
        assert int(gdb.eval("$n")) == found[2][wanted - 1]
        assert f"Collected {wanted} trace frames" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
        assert "failed to find" in gdb.fails("tfind")


@case(timeout=600)
def record_to_a_full_disk(t):
    """A disk that is full, or about to be, ends the recording with a file that is whole; the run goes on."""
    t.sh("mkdir -p /tmp/full && mount -t tmpfs -o size=400k none /tmp/full")
    t.cleanup.callback(t.run, "umount /tmp/full; rmdir /tmp/full")
    gdb = t.gdb()
    load = t.load(n=0, pause=20, **READ)
    count(gdb, load, "set trace-buffer-size 1000000", "set circular-trace-buffer on")
    load.start()
    for option, text in (("--free 0", "No space left on device"), ("--free 200K", "--free keeps")):
        job = t.spawn(f"{RECORD} -o /tmp/full {option}")
        assert job.wait(120 * t.kernel.slow) == 1 and text in job.text(), job.text()
        (name, data), = files(t, "/tmp/full")
        found = values(frames_of(data)[1])
        assert found == sorted(set(found)) and len(found) > 1000, found
        assert f"recorded {len(found)} frames" in job.text(), (len(found), job.text())
        assert (len(data) < 300000) == ("200K" in option), len(data)
        t.sh(f"rm /tmp/full/{name}")
        assert stat(t)["running"] == 1
    load.finish()
    gdb.cmd("tstop")


@case(timeout=600)
def record_too_slow(t):
    """A recorder that cannot keep up does not slow the load down; what it has missed is counted, and its file is whole."""
    gdb = t.gdb()
    load = t.load(n=20000, **READ)
    count(gdb, load, "set trace-buffer-size 100000", "set circular-trace-buffer on")
    job = t.spawn(f"{RECORD} -o /tmp/rec --pipe 'sleep 5; cat'")
    time.sleep(1)
    load.go(200)
    gdb.cmd("tstop")
    assert job.wait(60) == 0, job.text()
    (_, data), = files(t, "/tmp/rec")
    found = values(frames_of(data)[1])
    facts = stat(t)
    assert facts["frames_created"] == 20000 == len(found) + facts["lost_unread"] and facts["lost_unread"] > 0, (len(found), facts)
    assert found == sorted(set(found)), found[:10]
    assert f"recorded {len(found)} frames" in job.text() and f" {facts['lost_unread']} lost" in job.text(), (facts, job.text())
    remove(t, "/tmp/rec")
