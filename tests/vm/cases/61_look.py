# SPDX-License-Identifier: GPL-2.0
"""`monitor look': tfind shows the frames of a run that goes on."""
import re

from harness import GdbError, case

OVERWRITTEN = r"The run has overwritten frames (\d+) to (\d+)\."


def look(gdb, argument=""):
    """Return what GDB says of the run afterwards."""
    gdb.cmd(f"monitor look {argument}")
    return gdb.cmd("tstatus")


def walk(gdb):
    """Return the value of `count' in each frame, and what was said."""
    counts, said = [], gdb.cmd("tfind start")
    while "Found trace frame" in said:
        counts.append(gdb.value("count"))
        try:
            said = gdb.cmd("tfind")
        except GdbError as error:
            said = str(error)
    return counts, said


@case
def look_at_a_run(t):
    """Frames that are there have fixed numbers; the run goes on, and has all frames in the end."""
    gdb = t.gdb()
    loads = [t.load("pread", n=20, file="/proc/version", size=size) for size in (5, 6, 7)]
    gdb.trace("*vfs_read", " || ".join(load.mine for load in loads), "collect $args")
    gdb.cmd("tstart")
    loads[0].go()
    try:
        gdb.packet("QTFrame:0")
    except GdbError:
        pass
    assert "cannot select a trace frame: the trace is running" in gdb.packet("QTFrame:0")
    status = look(gdb)
    assert "the run goes on" in status and "Collected 20 trace frames" in status, status
    assert walk(gdb)[0] == [5] * 20
    # Hits go on, and have no number yet.
    gdb.cmd("tfind 7")
    loads[1].go()
    assert gdb.value("count") == 5 and gdb.value("$trace_frame") == 7
    assert walk(gdb)[0] == [5] * 20
    # GDB does not ask before it starts another run.
    message = gdb.fails("tstart")
    assert "a run is on, whose frames this session looks at" in message, message
    assert "Collected 40" in look(gdb)
    assert walk(gdb)[0] == [5] * 20 + [6] * 20
    status = look(gdb, "off")
    assert "Trace is running" in status and "Collected 40" in status, status
    assert "cannot select a trace frame" in gdb.packet("QTFrame:0")
    loads[2].go()
    gdb.cmd("tstop")
    assert walk(gdb)[0] == [5] * 20 + [6] * 20 + [7] * 20
    assert "No run is on" in gdb.cmd("monitor look")


@case
def look_and_the_run_ends(t):
    """A run that ends while it is looked at shows all its frames, and why it ended."""
    gdb = t.gdb()
    loads = [t.load("pread", n=3, file="/proc/version", size=size) for size in (5, 6)]
    gdb.trace("*vfs_read", " || ".join(load.mine for load in loads), "collect $args")
    gdb.cmd("passcount 5 1")
    gdb.cmd("tstart")
    loads[0].go()
    look(gdb)
    gdb.cmd("tfind 2")
    loads[1].go()
    # The selected frame is a copy; others get new numbers with the end.
    assert gdb.value("count") == 5
    status = gdb.cmd("tstatus")
    assert "tracepoint 1" in status and "Collected 5" in status, status
    assert walk(gdb)[0] == [5, 5, 5, 6, 6]


@case
def look_at_what_is_overwritten(t):
    """In a circular buffer, tfind goes on at the first frame that is still there, and says what is gone."""
    gdb = t.gdb()
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd(f"set trace-buffer-size {32768 * t.guest.smp}")
    first, more, most = [t.load("pread", n=n, file="/proc/version", size=size, cpu=0) for n, size in ((1000, 5), (40, 6), (2000, 7))]
    gdb.trace("*vfs_read", " || ".join(load.mine for load in (first, more, most)), "collect $args")
    gdb.cmd("tstart")
    first.go()
    look(gdb)
    counts, said = walk(gdb)
    assert set(counts) == {5} and len(counts) > 50 and "overwritten" not in said, (counts, said)
    more.go()
    said = gdb.cmd("tfind 0")
    gone = int(re.search(OVERWRITTEN, said)[2]) + 1
    assert 20 <= gone <= 60 and f"Found trace frame {gone}," in said, said
    assert gdb.value("count") == 5
    # The selected frame stays until another one is asked for.
    most.go()
    assert gdb.value("count") == 5
    assert "the run has overwritten all frames from there on" in gdb.packet("QTFrame:0")
    look(gdb)
    assert set(walk(gdb)[0]) == {7}
    assert "Trace is running" in look(gdb, "off")
    gdb.cmd("tstop")
    assert set(walk(gdb)[0]) == {7}


@case
def look_ends_with_the_session(t):
    """Another session sees a running trace."""
    gdb = t.gdb()
    load = t.load("pread", n=3, file="/proc/version", size=5)
    gdb.trace("*vfs_read", load.mine, "collect $args")
    gdb.cmd("set disconnected-tracing on")
    gdb.cmd("tstart")
    load.go()
    assert "the run goes on" in look(gdb)
    gdb.cmd("disconnect")
    t.connect(gdb)
    assert "Trace is running" in gdb.cmd("tstatus")
    gdb.cmd("tstop")
    assert gdb.frames() == 3
