# SPDX-License-Identifier: GPL-2.0
"""Access to the device, and what it accepts: the module's own checks, which hold without our relay."""
import errno
import pathlib
import re
import subprocess
import time

import userland
from harness import Skip, case
from talk import Talk, packet

SOURCE = pathlib.Path(__file__).resolve().parents[3] / "putgtprsp"
PROC, DEBUGFS = "/proc/gtp", "/sys/kernel/debug/gtp"
STAT = "/proc/gtpstat", "/sys/kernel/debug/gtpstat"
LOCKDOWN = "/sys/kernel/security/lockdown"
PORT = 1234

# What a web page can make a browser send to a port of its own machine.
POST = (b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        + packet("QTNotes:user:" + b"mallory".hex() + ";") + packet("QTinit"))


def status(t):
    """Return the reply to qTStatus."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write(packet("QStartNoAckMode"))
    talk.until(b"#9a")
    talk.write(packet("qTStatus"))
    reply = b""
    while not re.search(rb"#..$", reply):
        reply += talk.read()
    talk.end()
    return reply


def is_dead(talk, why, fd=0):
    """Check that the session has been ended: write fails, read returns the end, and poll() reports it."""
    assert talk.errno(f"write {fd} {packet('qC').hex()}") == why
    assert talk.call(f"poll {fd} 0").split() == ["in", "out"]
    assert talk.read(fd=fd) == b""


@case
def http_post(t):
    """A session whose first byte is not GDB's is ended at once, and nothing of it is served."""
    for mode in "rw", "rw n":
        talk = Talk(t)
        talk.call(f"open 0 {PROC} {mode}")
        assert talk.errno(f"write 0 {POST.hex()}") == errno.EPROTO
        is_dead(talk, errno.EPROTO)
        talk.end()
        assert b"mallory".hex().encode() not in status(t)
    assert "kgtp: session ended: its first byte is 0x50, and GDB begins with + - $ or 0x03" in t.sh("dmesg")
    # Each byte alone; those not GDB's end the session.
    talk = Talk(t)
    for byte in range(256):
        talk.call(f"open 0 {PROC} rw")
        if byte in b"+-$\x03":
            assert talk.write(bytes([byte])) == 1
            assert talk.read(ms=50) == "late", byte
        else:
            assert talk.errno(f"write 0 {byte:02x}") == errno.EPROTO, byte
            is_dead(talk, errno.EPROTO)
        talk.call("close 0")


@case
def http_post_through_a_forwarder(t):
    """The same holds through nc < /proc/gtp > /proc/gtp, and the next session is served."""
    t.sh("loup")
    for way in range(2):
        job = t.spawn(f"exec tcp -l {PORT} <{PROC} >{PROC}")
        deadline = time.monotonic() + 20
        while t.run(f"cat /proc/net/tcp* | grep ':{PORT:04X} 0000'").status:
            assert job.status is None and time.monotonic() < deadline, job.text()
            time.sleep(0.1)
        t.guest.push_bytes(POST if not way else packet("qC"), "/tmp/said")
        got = t.run(f"(cat /tmp/said; sleep 2) | tcp {PORT}").output
        assert got == ("+$QC1#c5" if way else ""), got
        job.wait(10)
    assert b"mallory".hex().encode() not in status(t)


@case(timeout=300)
def deadlines(t):
    """A packet that has begun must end within 5 s, plus 1 s for each 100 bytes. Between packets there is no deadline."""
    talk = Talk(t)
    for begin in b"+", b"-+", b"$", b"$qC", packet("qC") + b"$qC#", packet("qC") + b"+$":
        talk.call(f"open 0 {PROC} rw")
        talk.write(begin)
        if b"#c" in begin or b"#b" in begin:
            talk.until(b"#c5")
        start = time.monotonic()
        # A process that sleeps in poll() is woken up.
        assert talk.call("poll 0 20000").split() == ["in"], begin
        assert 4 < time.monotonic() - start < 12, (begin, time.monotonic() - start)
        is_dead(talk, errno.ETIMEDOUT)
        talk.call("close 0")
    # Single bytes do not extend the deadline, even if each begins a new packet.
    talk.call(f"open 0 {PROC} rw")
    talk.write(packet("qC"))
    start = time.monotonic()
    try:
        while time.monotonic() - start < 20:
            talk.write("$")
            time.sleep(0.5)
    except OSError as error:
        assert error.errno == errno.ETIMEDOUT
    assert 4 < time.monotonic() - start < 12
    talk.call("close 0")
    # A slow line; then silence.
    talk.call(f"open 0 {PROC} rw")
    slow = packet("m" + "0" * 900)
    for i in range(0, len(slow), 60):
        talk.write(slow[i:i + 60])
        time.sleep(0.5)
    assert talk.read().startswith(b"+$E")
    assert talk.read(ms=8000) == "late"
    talk.write(b"+")
    assert talk.read(ms=6000) == "late"
    talk.write(packet("qC"))
    assert talk.until(b"#c5") == b"+$QC1#c5"
    talk.end()


@case(core=True)
def no_capability(t):
    """A container's root, without CAP_SYS_ADMIN, can open neither the device nor gtpstat, which has addresses."""
    talk = Talk(t)
    for path in STAT:
        talk.call(f"open 0 {path} r")
        assert b"running " in talk.read()
        talk.call("close 0")
    talk.call("nocaps")
    for path in (PROC, DEBUGFS) + STAT:
        assert talk.errno(f"open 0 {path} r") == errno.EPERM, path
    # Nor can another user, whatever the file mode.
    other = Talk(t)
    t.sh(f"chmod 444 {STAT[0]}")
    other.call("setuid 1000")
    assert other.errno(f"open 0 {STAT[0]} r") == errno.EPERM


def no_lockdown(t):
    t.run("mount -t securityfs none /sys/kernel/security")
    if t.run(f"cat {LOCKDOWN}").status:
        return "this kernel has no lockdown"
    return None


@case(needs=[no_lockdown], last=True)
def lockdown(t):
    """In lockdown mode "integrity" root has access, as to /proc/kcore and kprobes; in "confidentiality" nobody has."""
    gdb = t.gdb(connect=False)
    talk = Talk(t)
    t.sh(f"echo integrity >{LOCKDOWN}")
    assert "[integrity]" in t.sh(f"cat {LOCKDOWN}")
    # The kernel itself refuses files in debugfs that can be written.
    assert talk.errno(f"open 0 {DEBUGFS} rw") == errno.EPERM
    t.connect(gdb)
    assert int(gdb.eval("jiffies_64")) > 0
    load = t.load("pread", n=2, file="/proc/version", size=64)
    gdb.cmd(f"trace *vfs_read if {load.mine}")
    gdb.actions(1, "collect $args")
    gdb.cmd("tstart")
    assert load.go()["ok"] == 2
    gdb.cmd("tstop")
    assert "Collected 2 trace frames" in gdb.cmd("tstatus")
    assert "running 0" in re.sub(" +", " ", t.sh(f"cat {STAT[0]}"))
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    t.sh(f"echo confidentiality >{LOCKDOWN}")
    for path in (PROC, DEBUGFS) + STAT:
        assert talk.errno(f"open 0 {path} r") == errno.EPERM, path
    said = t.run("putgtprsp", input="+")
    assert said.status == 1 and "/sys/kernel/security/lockdown" in said.output, said


@case(needs=["CONFIG_IA32_EMULATION"])
def relay_of_32_bits(t):
    """A 32-bit putgtprsp on a 64-bit kernel names GDB's process, too, on either node."""
    relay = t.logs / "putgtprsp32"
    try:
        cc = userland.get("i386").cc
    except Exception as error:
        raise Skip(f"no 32-bit C library: {error}")
    subprocess.run([*cc, "-O2", "-std=gnu89", "-o", relay, *sorted(map(str, SOURCE.glob("*.c")))], check=True)
    t.guest.push(relay, "/tmp/putgtprsp32")
    t.sh("chmod 755 /tmp/putgtprsp32; loup")
    for node in PROC, DEBUGFS:
        job = t.spawn(f"exec /tmp/putgtprsp32 -v -1 -l {PORT} -d {node} 2>&1")
        while "listening" not in job.readline():
            pass
        t.guest.push_bytes(packet("qC"), "/tmp/said")
        assert t.sh(f"(cat /tmp/said; sleep 1) | tcp {PORT}") == "+$QC1#c5"
        job.wait(10)
        said = job.text()
        assert "our peer is process" in said and "hits by it are not traced" in said, said


@case
def only_what_gdb_sends(t):
    """Actions, types and names that GDB never sends are refused, as `tsave -r` writes them out unchanged."""
    where = f"1:{t.kernel.functions()['_text']:x}"
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    for text in (f"QTDP:-{where}:R03\n#!/bin/sh\nid\n-", f"QTDP:-{where}:R03X3,220027 ", f"QTDP:-{where}:\n",
                 f"QTDPsrc:{where}:\n#!/bin/sh\nid>/tmp/x\n:0:1:41", f"QTDPsrc:{where}:x:0:1:41",
                 f"QTDPsrc:{where}:cmd:0:3:410a41", "QTDV:100:0:0:610a61", "QTDV:100:0:0:" + "a b".encode().hex(),
                 "QTNotes:user:41\n;"):
        talk.call(f"write 0 {(packet('QTinit') + packet(f'QTDP:{where}:E:0:0-')).hex()}")
        assert talk.until(b"OK#9a").startswith(b"+$OK#9a"), text
        # Both replies may come in one piece.
        rest = talk.read(ms=300)
        assert rest in ("late", b"+$OK#9a"), rest
        talk.write(packet(text.replace("#", "}\x03")))     # escaped, as in a packet
        reply = talk.read()
        assert reply.startswith(b"+$E."), (text, reply)
    talk.end()
