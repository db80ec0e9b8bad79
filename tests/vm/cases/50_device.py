# SPDX-License-Identifier: GPL-2.0
"""The device is a robust byte stream, with one session at a time."""
import errno
import random
import re

from harness import GUEST_RELAY, GdbError, case
from talk import PROC, Talk, packet

DEBUGFS = "/sys/kernel/debug/gtp"


@case(core=True)
def nodes(t):
    """Both nodes exist, for root alone, and are one device."""
    talk, other, user = Talk(t), Talk(t), Talk(t)
    for path in (PROC, DEBUGFS):
        assert talk.call(f"mode {path}") == "100600"
    user.call("setuid 1000")
    assert user.errno(f"open 0 {PROC} rw") == errno.EACCES
    t.sh(f"chmod 666 {PROC}")
    assert user.errno(f"open 0 {PROC} rw") == errno.EPERM
    talk.call(f"open 0 {PROC} rw")
    assert other.errno(f"open 0 {DEBUGFS} rw") == errno.EBUSY
    assert other.errno(f"open 0 {PROC} r") == errno.EBUSY
    assert other.errno(f"open 0 {PROC} w") == errno.EBUSY
    talk.call("close 0")
    other.call(f"open 0 {DEBUGFS} rw")
    assert talk.errno(f"open 0 {PROC} rw") == errno.EBUSY
    # A descriptor that a child has inherited keeps the session open.
    child = int(other.call("fork"))
    other.end()
    assert talk.errno(f"open 0 {PROC} rw") == errno.EBUSY
    t.sh(f"kill -9 {child}; usleep 200000")
    talk.call(f"open 0 {PROC} rw")


@case(module="transport=proc")
def proc_only(t):
    assert t.run(f"cat {DEBUGFS} </dev/null").status
    gdb = t.gdb()
    assert int(gdb.eval("jiffies_64")) > 0


@case(module="transport=debugfs")
def debugfs_only(t):
    assert t.run(f"cat {PROC} </dev/null").status
    gdb = t.gdb()
    assert int(gdb.eval("jiffies_64")) > 0


@case(module=None)
def bad_parameters(t):
    """A bad module parameter gives one clear line, and the module is not loaded."""
    for param, line in (("transport=tcp", "transport=tcp: must be auto, proc or debugfs"),
                        ("buffer_size=0", "buffer_size=0: must be at least 1")):
        result = t.run(f"insmod /lib/kgtp.ko {param}")
        assert result.status and "Invalid argument" in result.output, result
        assert line in t.sh("dmesg"), line
        assert t.run("grep 'kgtp ' /proc/modules").status == 1


@case(core=True)
def chunks(t):
    """A packet may arrive in any pieces, and several at once."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    for byte in packet("qAttached"):
        assert talk.write(bytes([byte])) == 1
    assert talk.until(b"#31") == b"+$1#31"
    assert talk.write(packet("qAttached") + packet("qC") + b"+++" + packet("!")) == 13 + 6 + 3 + 5
    assert talk.until(b"#9a") == b"+$1#31+$QC1#c5+$OK#9a"
    # A reply can be read in any pieces.
    talk.write(packet("qC"))
    assert [talk.read(1) for _ in range(8)] == [b"+", b"$", b"Q", b"C", b"1", b"#", b"c", b"5"]
    # Nothing is left.
    assert talk.read(ms=200) == "late"


@case
def acks(t):
    """Checksums are checked, '-' repeats the reply, and there are no acks after QStartNoAckMode."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write("$qC#00")
    assert talk.read() == b"-"
    talk.write(packet("qC"))
    assert talk.until(b"#c5") == b"+$QC1#c5"
    talk.write("-")
    assert talk.until(b"#c5") == b"$QC1#c5"
    talk.write("--")
    assert talk.until(b"#c5") in (b"$QC1#c5", b"$QC1#c5$QC1#c5")
    talk.write("+" + "garbage" + "\x03" + "$qC$qAttached#8f")
    assert talk.until(b"#31").endswith(b"+$1#31")
    talk.write(packet("QStartNoAckMode"))
    assert talk.until(b"#9a") == b"+$OK#9a"
    talk.write("+" + "$qC#00")
    assert talk.until(b"#c5") == b"$QC1#c5"
    talk.write("-")
    assert talk.read(ms=200) == "late"


def whole_reply(talk):
    data = b""
    while not re.search(rb"#..$", data):
        more = talk.read()
        assert more not in (b"", "late"), (data[:40], more)
        data += more
    return data


@case
def replies_across_the_end(t):
    """Large replies of all lengths are whole where the FIFO of 128 KiB starts again, also when they are repeated."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    text = int(re.search(r"^(\w+) T vfs_read$", t.sh("grep ' vfs_read' /proc/kallsyms"), re.M)[1], 16)
    whole = None
    for n in range(16300, 16000, -11):
        talk.write(packet(f"m{text:x},{n:x}"))
        got = whole_reply(talk)
        data = re.fullmatch(rb"\+(\$([0-9a-f]+)#(..))", got)
        whole = whole or data[2]
        assert data[2] == whole[:2 * n] and int(data[3], 16) == sum(data[2]) & 0xff, (n, got[:40], got[-40:])
        talk.write("-")
        again = whole_reply(talk)
        assert again == data[1], (n, again[:40], again[-40:])
        talk.write("+")
    talk.end()


@case
def unknown_packets(t):
    """An unknown packet gets the empty reply; a malformed one gets an error message."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write(packet("QStartNoAckMode"))
    talk.until(b"#9a")
    for text in ("vMustReplyEmpty", "qNonsense", "Z9,0,0", "vCont?", "jThreads", "b", "\x80\xff", "}\x03"):
        talk.write(packet(text.encode("latin-1")))
        assert talk.until(b"#00") == b"$#00", text
    for text in ("QTDP:x", "m12", "mzz,4", "QTFrame:", "QTBuffer:size:", "QTDV:1", "qTV:", "qTP:1"):
        talk.write(packet(text))
        reply = talk.read()
        assert reply.startswith(b"$E.") and len(reply) > 12, (text, reply)


@case
def blocking(t):
    """read blocks until there is a reply, or fails with EAGAIN with O_NONBLOCK; poll agrees."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    assert talk.read(ms=300) == "late"
    assert talk.call("poll 0 0").split() == ["out"]
    assert talk.call("poll 0 200") == ""
    talk.write(packet("qC"))
    assert talk.call("poll 0 0").split() == ["in", "out"]
    talk.call("close 0")
    talk.call(f"open 0 {PROC} rw n")
    assert talk.errno("read 0 10 1000") == errno.EAGAIN
    talk.write(packet("qC"))
    assert talk.until(b"#c5") == b"+$QC1#c5"
    assert talk.errno("read 0 10 1000") == errno.EAGAIN
    # Nobody reads: replies are queued until the queue is full, and none is lost.
    sent, got = 0, b""
    request = packet("qXfer:features:read:target.xml:0,7000")
    while "out" in talk.call("poll 0 0"):
        sent += talk.write(request)
        assert sent < 1000 * len(request)
    assert talk.errno(f"write 0 {request.hex()}") == errno.EAGAIN
    assert sent % len(request) == 0
    while True:
        try:
            got += talk.read(100000)
        except OSError as error:
            assert error.errno == errno.EAGAIN
            break
    replies = got.split(b"$")
    assert len(replies) == sent // len(request) + 1 and len(set(replies[1:-1])) == 1, len(replies)
    assert talk.errno("close 7") == errno.EBADF


@case
def two_descriptors(t):
    """`nc < /proc/gtp > /proc/gtp` opens the device twice, for one session."""
    talk, other = Talk(t), Talk(t)
    talk.call(f"open 0 {PROC} r")
    assert talk.errno(f"open 2 {PROC} r") == errno.EBUSY
    talk.call(f"open 1 {PROC} w")
    assert talk.errno(f"open 2 {PROC} w") == errno.EBUSY
    assert other.errno(f"open 0 {PROC} rw") == errno.EBUSY
    talk.write(packet("qC"), fd=1)
    assert talk.errno("write 0 00") == errno.EBADF
    assert talk.until(b"#c5", fd=0) == b"+$QC1#c5"
    # When the writer closes, the reader gets the rest, then the end.
    talk.write(packet("qC"), fd=1)
    talk.call("close 1")
    assert talk.until(b"#c5", fd=0) == b"+$QC1#c5"
    assert talk.read(fd=0) == b""
    assert other.errno(f"open 0 {PROC} rw") == errno.EBUSY
    talk.call("close 0")
    other.call(f"open 0 {PROC} rw")
    other.end()
    # The same from a shell, with a program that knows nothing of the device.
    t.guest.push_bytes(packet("qC") + packet("!"), "/tmp/in")
    got = t.sh(f"sh -c 'cat /tmp/in >&1; dd bs=1 count=15 2>/dev/null >/tmp/out' <{PROC} >{PROC}; cat /tmp/out")
    assert got == "+$QC1#c5+$OK#9a", got


@case
def relay_errors(t):
    """The relay reports in one line that the device is busy or absent."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    for relay in (GUEST_RELAY, f"{GUEST_RELAY} -d {PROC}", f"{GUEST_RELAY} -d {DEBUGFS}"):
        result = t.run(relay, input="+")
        assert result.status == 1 and result.output.count("\n") == 1, result
        assert result.output.startswith("putgtprsp: ") and "is busy" in result.output, result
    talk.end()
    t.rmmod()
    result = t.run(f"{GUEST_RELAY} </dev/null")
    assert result.status == 1 and result.output.count("\n") == 1 and "kgtp" in result.output, result


def memory(t):
    """Return the kB of the guest's memory that the kernel itself uses, with caches dropped."""
    t.sh("echo 3 >/proc/sys/vm/drop_caches")
    facts = dict(line.split(":") for line in t.sh("cat /proc/meminfo").splitlines())
    return sum(int(facts[name].split()[0]) for name in ("SUnreclaim", "VmallocUsed", "PageTables", "Percpu")
               if name in facts)


GOOD = ("qSupported:x", "?", "g", "m0,10", "mTEXT,20", "qTStatus", "QTinit",
        "QTDP:1:TEXT:E:0:0-", "QTDP:-1:TEXT:R03X3,220027",
        "QTDPsrc:1:TEXT:at:0:1:41", "QTDV:1:5:0:61", "QTro:1000,2000", "QTStart",
        "QTStop", "QTFrame:0", "QTFrame:pc:10", "qTfP", "qTsP", "qTfV", "qTsV", "qTV:1",
        "QTBuffer:size:1000", "QTBuffer:circular:1", "qXfer:traceframe-info:read::0,100",
        "QTNotes:user:41;", "QTEnable:1:10", "qTP:1:10", "qTBuffer:0,100")


def noise(rnd, good):
    """Return a good packet, a corrupted one with or without a good checksum, a truncated one, or random bytes."""
    data = bytearray(rnd.choice(good)) if rnd.random() < 0.8 else bytearray(rnd.randbytes(rnd.randrange(1, 200)))
    if rnd.random() < 0.6:
        for _ in range(rnd.randrange(3)):
            data[rnd.randrange(len(data))] = rnd.randrange(256)
        if rnd.random() < 0.7 and data[:1] == b"$" and b"#" in data[1:]:
            data = bytearray(packet(bytes(data[1:data.rindex(b"#")])))
    elif rnd.random() < 0.2:
        data = data[:rnd.randrange(1, len(data) + 1)]
    return bytes(data)


def quietly(call, *args):
    """Make a call on the device that may fail with EAGAIN."""
    try:
        return call(*args)
    except OSError as error:
        assert error.errno == errno.EAGAIN, error
        return None


@case(timeout=900)
def garbage(t):
    """After twenty sessions of noise and partial packets, each with a second opener refused, the device works, without leaks."""
    rnd = random.Random(4)
    good = [packet(text.replace("TEXT", f"{t.kernel.functions()['_text']:x}")) for text in GOOD]
    used = []
    for _ in range(20):
        talk, other = Talk(t), Talk(t)
        talk.call(f"open 0 {PROC} rw n")
        talk.write(b"+")        # without it, the first byte would end most of the sessions
        sent = 0
        while sent < 5000:
            data = noise(rnd, good)
            sent += len(data)
            quietly(talk.write, data)
            quietly(talk.read, 70000)
        assert other.errno(f"open 0 {PROC} rw") == errno.EBUSY
        # A start or a stop may still be in progress; until it ends, no input is accepted.
        while "out" not in talk.call("poll 0 0"):
            quietly(talk.read, 70000)
        talk.write(b"$half a pack")
        talk.end()
        other.call(f"open 0 {PROC} rw")
        other.write(packet("QTinit"))
        assert other.until(b"#9a").endswith(b"$OK#9a")
        other.end()
        used.append(memory(t))
    assert max(used[10:]) - min(used[1:10]) < 600, used
    # A packet that is too long is refused, and the session goes on.
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write(packet(b"m" * 40000))
    assert talk.read().startswith(b"+$E." + b"m" * 16 + b": a packet over 32768 bytes")
    talk.write(packet("qC"))
    assert talk.until(b"#c5").endswith(b"$QC1#c5")
    talk.end()
    assert t.probes() == ""
    gdb = t.gdb()
    assert int(gdb.eval("jiffies_64")) > 0


@case
def descriptors(t):
    """Access mode 3 opens no session and leaks nothing, and '-' before the first reply repeats nothing."""
    talk = Talk(t)
    assert talk.errno(f"open 0 {PROC} x") == errno.EINVAL
    before = memory(t)
    for _ in range(50):
        assert talk.errno(f"open 0 {PROC} x") == errno.EINVAL
    assert memory(t) - before < 600
    talk.call(f"open 0 {PROC} rw")
    talk.write(packet("qC"))
    assert talk.until(b"#c5") == b"+$QC1#c5"
    talk.end()
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write("-")
    assert talk.read(ms=200) == "late"


def start_run(t, gdb, disconnected=False):
    """Start a busy run. Return the load, which is running."""
    load = t.load("pread", n=0, file="/proc/version", size=64)
    gdb.cmd(f"set disconnected-tracing {'on' if disconnected else 'off'}")
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("delete")
    gdb.cmd(f"trace vfs_read if $current_task_pid == {load.pid}")
    n = gdb.eval("$tpnum")
    gdb.actions(n, "collect $args, $bt")
    gdb.cmd("tstart")
    load.start()
    return load


@case(timeout=600)
def kill_the_relay(t):
    """kill -9 of the relay during a run ends the run, leaves no probes, and leaks no memory, however often."""
    gdb = t.gdb(connect=False)
    used = []
    for _ in range(12):
        gdb.cmd("set remotetimeout 2")          # GDB's default
        t.connect(gdb)
        load = start_run(t, gdb)
        assert "vfs_read" in t.probes()
        gdb.cmd("set remotetimeout 1")          # for the disconnect, which nobody answers
        t.sh("usleep 100000")
        t.guest.relay.kill(9)
        t.guest.relay.wait()
        assert t.probes() == ""
        load.finish()
        try:
            gdb.cmd("disconnect")
        except GdbError:
            pass
        used.append(memory(t))
    assert max(used[6:]) - min(used[1:6]) < 400, used
    t.connect(gdb)
    assert "Trace stopped because of disconnection." in gdb.cmd("tstatus")


@case(timeout=600, module=None)
def unload_during_a_run(t):
    """rmmod is refused in a session and in a run, and works after tstop, without leaks."""
    gdb = t.gdb(connect=False)
    used = []
    for n in range(20):
        t.sh("insmod /lib/kgtp.ko")
        t.connect(gdb)
        load = start_run(t, gdb, disconnected=True)
        refused = t.run("rmmod kgtp")
        assert refused.status and "unavailable" in refused.output, refused     # EAGAIN: in use
        gdb.cmd("disconnect")
        t.guest.stop_relay()
        assert "vfs_read" in t.probes()
        refused = t.run("rmmod kgtp")
        assert refused.status and "unavailable" in refused.output, refused
        if n % 2:
            t.end_run()
        else:
            t.connect(gdb)
            gdb.cmd("tstop")
            gdb.cmd("disconnect")
            t.guest.stop_relay()
        assert t.probes() == ""
        t.sh("rmmod kgtp")
        load.finish()
        assert t.run(f"cat {PROC} </dev/null").status
        used.append(memory(t))
    assert max(used[10:]) - min(used[1:10]) < 600, used
