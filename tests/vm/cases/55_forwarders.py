# SPDX-License-Identifier: GPL-2.0
"""Without our relay: netcats between the device and a TCP port, with the device as their stdin and stdout."""
import time

from harness import GdbError, case

PORT = 1234
LISTENING = f":{PORT:04X} 0000"      # in /proc/net/tcp: a socket without a peer

# The C library of Debian's programs refuses older kernels ("FATAL: kernel too old").
GLIBC = ">=3.2"


def forward(t, command):
    """Start a forwarder, as in the manual, and wait until it listens."""
    t.sh("loup")
    job = t.spawn(f"exec {command} </proc/gtp >/proc/gtp")
    deadline = time.monotonic() + 20
    while t.run(f"cat /proc/net/tcp* | grep '{LISTENING}'").status:
        assert job.status is None and time.monotonic() < deadline, (job.status, job.text())
        time.sleep(0.1)
    return job


def ended(t, job):
    """Close the connection, and check that the forwarder ends by itself."""
    t.guest.stop_relay()
    job.wait(10)
    assert job.text() == "", job.text()


def experiment(t, gdb):
    """Run a whole experiment: print, trace, tstart, tstop, tfind."""
    assert int(gdb.eval("jiffies_64")) > 0
    load = t.load("pread", n=5, file="/proc/version", size=64)
    gdb.cmd("delete")
    gdb.cmd(f"trace *vfs_read if $current_task_pid == {load.pid}")
    gdb.actions(gdb.eval("$tpnum"), "collect $args, init_task")     # some kilobytes, so that replies are long
    gdb.cmd("tstart")
    assert load.go()["ok"] == 5
    gdb.cmd("tstop")
    assert "Collected 5 trace frames" in gdb.cmd("tstatus")
    for i in range(5):
        gdb.cmd("tfind")
        assert gdb.eval("$trace_frame") == str(i)
        assert int(gdb.eval("(unsigned long)buf")) == load.buf
        assert gdb.eval("init_task.comm").startswith('"swapper')
        assert len(gdb.cmd("print init_task")) > 2000
    gdb.cmd("tfind none")


def own_hits(gdb, job):
    """The forwarder's own reads are not traced, unless $self_trace is set."""
    gdb.cmd("delete")
    gdb.trace("*vfs_read", f"$current_task_pid == {job.pid}")
    for wanted in (0, 1):
        gdb.cmd(f"tvariable $self_trace = {wanted}")
        gdb.cmd("tstart")
        for _ in range(3):
            gdb.eval("jiffies_64")
        gdb.cmd("tstop")
        assert (gdb.frames() > 0) == bool(wanted), (wanted, gdb.cmd("tstatus"))
    gdb.cmd("tvariable $self_trace = 0")


def sessions(t, command):
    """Run a session that detaches, one whose connection is lost during a run, and another one."""
    gdb = t.gdb(connect=False)
    patience = gdb.eval("$_gdb_setting(\"remotetimeout\")")
    job = forward(t, command)
    t.connect(gdb, f"tcp {PORT}")
    experiment(t, gdb)
    own_hits(gdb, job)
    gdb.cmd("detach")
    ended(t, job)

    job = forward(t, command)
    t.connect(gdb, f"tcp {PORT}")
    gdb.cmd("delete")
    gdb.cmd("trace vfs_read")
    gdb.cmd("tstart")
    assert "vfs_read" in t.probes()
    t.guest.relay.kill(9)
    t.guest.relay.wait()
    ended(t, job)
    assert t.probes() == ""
    gdb.cmd("set remotetimeout 1")      # GDB asks for the status first, and gets no answer
    try:
        gdb.cmd("disconnect")
    except GdbError:
        pass
    gdb.cmd(f"set remotetimeout {patience}")

    job = forward(t, command)
    t.connect(gdb, f"tcp {PORT}")
    assert "Trace stopped because of disconnection." in gdb.cmd("tstatus")
    experiment(t, gdb)
    gdb.cmd("disconnect")
    ended(t, job)


@case(programs="gdb", needs=GLIBC, timeout=300)
def nc_traditional(t):
    """The traditional netcat works: nc -l -p PORT -s ADDRESS."""
    sessions(t, f"nc.traditional -l -p {PORT} -s 127.0.0.1")


@case(programs="gdb", needs=GLIBC, timeout=300)
def nc_openbsd(t):
    """OpenBSD's netcat, which RHEL has up to 6, works: nc -l ADDRESS PORT."""
    sessions(t, f"nc.openbsd -l 127.0.0.1 {PORT}")


@case(programs="gdb", needs=GLIBC, timeout=300)
def nc_busybox(t):
    """BusyBox's netcat works: nc -l -p PORT; Debian's build takes no address."""
    sessions(t, f"busybox nc -l -p {PORT}")


@case(timeout=300)
def nc_ours(t):
    """The test suite's own netcat works, and runs on every kernel."""
    sessions(t, f"tcp -l {PORT}")
