# SPDX-License-Identifier: GPL-2.0
"""A failed tstart discards nothing: the last run's frames, counts, values and definitions stay until a run begins."""
import re
import tempfile

from harness import case

MINE = "$current_task_pid == {}"


def first_run(t, gdb):
    """Collect three frames, with $n at 101, 102, 103. Return the load that caused them."""
    load = t.load("pread", n=3, file="/proc/version", size=24)
    gdb.cmd("tvariable $n = 100")
    gdb.cmd("tvariable $p_n = 7")
    gdb.trace("*vfs_read", MINE.format(load.pid), "teval $n = $n + 1, $p_n = $p_n + 1", "collect $args, $n, $clock")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop seen enough")
    return load


def counts(t):
    """Return gtpstat's lines on frames and tracepoints."""
    return re.findall(r"^(?:frames .*|tracepoint .*(?= \S+$))", t.sh("cat /proc/gtpstat"), re.M)


def look(gdb, load, where):
    """Check that the first run is complete."""
    gdb.cmd("tfind none")
    shown = gdb.cmd("tstatus")
    assert "Collected 3 trace frames." in shown and "tstop command (seen enough)" in shown, (where, shown)
    assert "already hit 3 times" in gdb.cmd("info tracepoints 1"), (where, gdb.cmd("info tracepoints 1"))
    assert gdb.value("$n") == 103, where
    for i in range(3):
        gdb.cmd("tfind")
        assert gdb.value("$n") == 101 + i and gdb.value("count") == 24 and gdb.value("$clock") > 0, (where, i)
        assert gdb.value("(unsigned long)buf") == load.buf, (where, i)
        assert "Data collected at tracepoint 1" in gdb.cmd("tdump"), (where, i)
        # Constant memory, which no frame has collected.
        assert gdb.value("*(unsigned char *)&vfs_write") >= 0, where
    assert "failed to find" in gdb.fails("tfind")
    gdb.cmd("tfind none")
    gdb.cmd("tfind tracepoint 1")
    assert gdb.frame() == 0, where
    gdb.cmd("tfind none")


@case(core=True)
def failed_start_keeps_all(t):
    """After a tstart that fails on a bad address, action, variable or definition, the first run is unchanged."""
    gdb = t.gdb()
    load = first_run(t, gdb)
    look(gdb, load, "before")
    usage = re.search(r"usage (\d+) bytes", gdb.cmd("info tracepoints 1"))[1]
    stat = counts(t)

    def fails(where, words):
        gdb.cmd("tfind 1")
        message = gdb.fails("tstart")
        assert words in message, (where, message)
        # GDB still has that frame selected.
        assert gdb.frame() == 1 and gdb.value("$n") == 102, where
        look(gdb, load, where)
        assert counts(t) == stat, where
        assert t.probes() == "", where

    gdb.cmd("trace *0x1000")
    fails("place", "tracepoint 2 at 0x1000: ")
    gdb.cmd("delete 2")
    gdb.cmd("trace *vfs_write")
    gdb.actions(3, "teval $cpu_id = 1")
    fails("action", "read-only: cpu_id")
    gdb.cmd("delete 3")
    gdb.cmd("tvariable $p_y99")
    fails("variable", "there is no CPU of that number")
    gdb.cmd("delete tvariable $p_y99")
    # Definitions that are refused at once; then the device is closed.
    for packet in ("QTinit", "QTDV:7:0:0:78", "QTDP:5:1000:E:0:0", "QTDP:5:1000:E:0:0", "QTStart"):
        gdb.cmd(f"maint packet {packet}")
    look(gdb, load, "packets")
    gdb.cmd("disconnect")
    t.connect(gdb)
    look(gdb, load, "reconnected")

    # A trace file has what belongs to the frames, and a new GDB uploads nothing else.
    with tempfile.TemporaryDirectory(prefix="kgtp-failed-") as folder:
        gdb.cmd(f"tsave {folder}/t")
        gdb.cmd("disconnect")
        gdb.cmd("delete")
        gdb.cmd("delete tvariable")
        gdb.cmd(f"target tfile {folder}/t")
        shown = gdb.cmd("info tracepoints")
        assert shown.count("tracepoint ") >= 1 and "vfs_read" in shown and "0x1000" not in shown, shown
        assert f"usage {usage} bytes" in shown and "teval $n = $n + 1" in shown, shown
        gdb.cmd("tfind 2")
        assert gdb.value("$n") == 103 and gdb.value("count") == 24
        gdb.cmd("tfind none")
    fresh = t.gdb()
    shown = fresh.cmd("info tracepoints")
    assert "vfs_read" in shown and "0x1000" not in shown, shown
    look(fresh, load, "fresh")

    # The next run that begins discards it.
    fresh.cmd("tstart")
    fresh.cmd("tstop")
    assert fresh.frames() == 0, fresh.cmd("tstatus")
    assert "failed to find" in fresh.fails("tfind 0")
    assert fresh.value("$n") == 100
    assert "already hit" not in fresh.cmd("info tracepoints")


@case
def failed_start_keeps_errors(t):
    """After a failed tstart, the errors of the last run are still reported in the same words."""
    gdb = t.gdb()
    load = t.load("pread", n=3, file="/proc/version", size=24)
    gdb.trace("*vfs_read", load.mine, "collect *(long *)8")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    text = 'tracepoint 1: action "*(long *)8": cannot read memory at 0x8, 3 times'
    assert text in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    gdb.cmd("trace *0x1000")
    for _ in range(2):
        gdb.fails("tstart")
        assert text in gdb.cmd("tstatus"), gdb.cmd("tstatus")
        assert text in t.sh("cat /proc/gtpstat")
    gdb.cmd("disconnect")
    t.connect(gdb)
    assert text in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    # The next run starts without errors.
    gdb.cmd("delete 2")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    assert "cannot read" not in gdb.cmd("tstatus")
