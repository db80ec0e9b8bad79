# SPDX-License-Identifier: GPL-2.0
"""Long operations: GDB's own remotetimeout of two seconds is enough, other processes do not wait, and an interrupt ends
them."""
import re
import threading
import time

from harness import GdbError, GdbTimeout, case
from talk import Device, Talk

PROC = "/proc/gtp"


def packet(text):
    return f"${text}#{sum(text.encode()) % 256:02x}"


def hexed(text):
    return text.encode().hex()


def large_frames(t, gdb, n):
    """Leave a trace buffer with n frames of 100 KB, and no run."""
    load = t.load("pread", n=n, file="/proc/version", size=8)
    gdb.cmd("set trace-buffer-size 32000000")
    gdb.trace("*vfs_read", load.mine, "collect *(char(*)[100000])&_text")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == n


def is_in_step(gdb):
    """Check that each reply belongs to its packet."""
    first = int(gdb.eval("jiffies_64"))
    assert first > 0 and int(gdb.eval("jiffies_64")) >= first
    assert "Trace stopped by a tstop command" in gdb.cmd("tstatus")


@case(disk=True, module="save_dir=/tmp/disk", timeout=600)
def tsave_slow(t):
    """With `tsave -r` to a disk that takes more than six seconds, GDB gets a notice each second, and replies stay in step."""
    t.mount_disk("/tmp/disk")
    gdb = t.gdb()
    large_frames(t, gdb, 100)
    began = time.monotonic()
    shown = gdb.cmd("tsave -r /tmp/disk/slow.tfile", timeout=300)
    took = time.monotonic() - began
    t.note(f"it took {took:.0f} s")
    assert took > 6, took
    assert "Trace data saved to file '/tmp/disk/slow.tfile'" in shown, shown
    told = [int(n) for n in re.findall(r"(\d+) trace frames saved so far", shown)]
    assert len(told) >= 3 and told == sorted(told) and told[-1] > told[0], told
    is_in_step(gdb)
    assert max(int(word) for word in t.sh("ls /tmp/disk/slow.tfile").split() if word.isdigit()) > 100 * 100000
    t.sh("rm /tmp/disk/slow.tfile")


def save_in_background(t, gdb, path):
    """Start `tsave -r` and wait until it writes. Return the thread that waits for it, and the list that gets the outcome."""
    said = []

    def save():
        try:
            said.append(gdb.cmd(f"tsave -r {path}", timeout=300))
        except (GdbError, GdbTimeout, OSError, ValueError) as error:
            said.append(str(error))
    thread = threading.Thread(target=save)
    thread.start()
    while t.run(f"test -s {path}").status:
        assert thread.is_alive(), said
    return thread, said


@case(disk=True, module="save_dir=/tmp/disk", timeout=600)
def tsave_hangs(t):
    """A file system that hangs blocks only the file, not gtpstat, the end of the session, or the next session and its run."""
    t.mount_disk("/tmp/disk")
    gdb = t.gdb()
    large_frames(t, gdb, 100)
    thread, said = save_in_background(t, gdb, "/tmp/disk/hung.tfile")
    t.freeze("/tmp/disk")
    time.sleep(8)       # longer than GDB would wait
    assert thread.is_alive(), said
    assert "frames               100" in t.sh("cat /proc/gtpstat")
    assert t.run("rmmod kgtp").status, "the module went while its thread was in the file system"
    gdb.process.kill()
    thread.join()
    t.guest.stop_relay()
    other = t.gdb()
    is_in_step(other)
    message = other.fails("tsave -r /tmp/disk/other.tfile")
    assert "tsave -r: cannot save: the last one has not ended; the file system of /tmp/disk/hung.tfile does not answer" in message, message
    load = t.load("pread", n=3, file="/proc/version", size=8)
    other.trace("*vfs_read", load.mine)
    other.cmd("tstart")
    load.go()
    other.cmd("tstop")
    assert other.frames() == 3
    other.close()
    t.guest.stop_relay()
    assert t.run("rmmod kgtp").status, "the module went while its thread was in the file system"
    t.thaw("/tmp/disk")
    # An incomplete file is removed.
    for _ in range(100):
        if t.run("test -e /tmp/disk/hung.tfile").status and not t.run("rmmod kgtp").status:
            return
        t.sh("usleep 100000")
    raise AssertionError(t.sh("ls /tmp/disk; cat /proc/modules"))


@case(disk=True, module="save_dir=/tmp/disk", timeout=600)
def tsave_interrupted(t):
    """0x03 ends `tsave -r` at once, also if the file system hangs, and removes the file; the next packet waits for the reply."""
    t.mount_disk("/tmp/disk")
    gdb = t.gdb()
    large_frames(t, gdb, 100)
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write("+" + packet("QStartNoAckMode"))
    talk.until(b"$OK#9a")
    save = packet("QTSave:" + hexed("/tmp/disk/x.tfile"))
    talk.write(save)
    while t.run("test -s /tmp/disk/x.tfile").status:
        pass
    talk.write(b"\x03")
    said = b""
    while b"$E." not in said:
        said += talk.read()
    # The second text if one write takes longer than a second.
    assert b"$E.tsave -r: cannot save: interrupted (errno 4)#" in said or b"$E.tsave -r: cannot save: interrupted; " in said, said
    for _ in range(100):
        if t.run("test -e /tmp/disk/x.tfile").status:
            break
        t.sh("usleep 100000")
    assert t.run("test -e /tmp/disk/x.tfile").status
    time.sleep(2)
    talk.write(save)
    while t.run("test -s /tmp/disk/x.tfile").status:
        pass
    t.freeze("/tmp/disk")
    talk.write(b"\x03")
    said = b""
    while b"$E.tsave -r: cannot save: interrupted; /tmp/disk/x.tfile is removed when its file system answers#" not in said:
        said += talk.read()
    talk.write(packet("qC"))
    assert talk.until(b"#c5").endswith(b"$QC1#c5")
    talk.write(save)
    assert b"has not ended" in talk.read()
    t.thaw("/tmp/disk")
    for _ in range(100):
        if t.run("test -e /tmp/disk/x.tfile").status:
            break
        t.sh("usleep 100000")
    assert t.run("test -e /tmp/disk/x.tfile").status
    talk.end()


@case(disk=True, module="save_dir=/tmp/disk", timeout=600)
def tsave_waits_for_its_file(t):
    """If the file system blocks the creation of the file, only the process that writes the packet waits."""
    t.mount_disk("/tmp/disk")
    gdb = t.gdb()
    large_frames(t, gdb, 3)
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    device = Device(t)
    device.open()
    t.freeze("/tmp/disk")
    device.talk.job.send(f"write 0 {packet('QTSave:' + hexed('/tmp/disk/late.tfile')).encode().hex()}\n")
    time.sleep(8)
    assert re.search(r"^frames +3$", t.sh("cat /proc/gtpstat", timeout=10), re.M), t.sh("cat /proc/gtpstat")
    t.thaw("/tmp/disk")
    assert device.talk.job.readline(60)[0] == "="
    assert device.reply() == "OK"
    assert device.ask("qC") == "QC1"
    t.sh("test -s /tmp/disk/late.tfile")
    device.close()
    device.talk.end()


@case(disk=True)
def reader_that_waits(t):
    """A reader that waits for its own memory does not hold the module's lock."""
    t.mount_disk("/tmp/disk")
    t.sh("dd if=/dev/zero of=/tmp/disk/map bs=4096 count=1 2>/dev/null; sync")
    device = Device(t)
    device.talk.call(f"open 0 {PROC} rw")
    t.freeze("/tmp/disk")
    where = int(re.search(r"^(\w+) [tT] vfs_read$", t.sh("grep ' vfs_read' /proc/kallsyms"), re.M)[1], 16)
    for text in ("QTinit", f"QTDP:1:{where:x}:E:0:0"):
        device.must(text)
    # The ack can be read at once; the reply comes from the thread.
    device.talk.write(packet("QTStart"))
    device.talk.job.send("readmap 0 1 /tmp/disk/map\n")
    assert "running" in t.sh("usleep 500000; cat /proc/gtpstat", timeout=10)
    t.thaw("/tmp/disk")
    assert device.talk.job.readline(60) == "= 1"
    assert device.reply() == "OK"
    device.must("QTStop")
    device.close()
    device.talk.end()


@case(module="save_dir=/tmp")
def tsave_without_capability(t):
    """A process that has lost its capabilities since it opened the device cannot save."""
    device = Device(t)
    device.open()
    device.talk.call("nocaps")
    reply = device.ask("QTSave:" + hexed("/tmp/x.tfile"))
    assert reply == "E.tsave -r: cannot save: this needs CAP_SYS_ADMIN", reply
    assert t.run("test -e /tmp/x.tfile").status
    device.close()
    device.talk.end()


@case(timeout=600)
def many_frames(t):
    """With more frames than one write() looks at, the first tfind, searches and tsave's reads are right."""
    gdb = t.gdb()
    n = 70000
    load = t.load("getppid", n=n)
    gdb.cmd("set trace-buffer-size 40000000")
    getppid = t.syscall("getppid")
    gdb.cmd("tvariable $n = 0")
    mine = gdb.trace(f"*{getppid}", load.mine, "teval $n = $n + 1", "collect $n")
    other = gdb.trace("*vfs_write", "$current_task_pid == 0")
    gdb.cmd("tstart")
    load.go(timeout=300)
    gdb.cmd("tstop")
    assert gdb.frames() == n
    gdb.cmd("tfind start", timeout=120)
    assert gdb.frame() == 0 and int(gdb.eval("$n")) == 1
    gdb.cmd(f"tfind {n - 1}")
    assert int(gdb.eval("$n")) == n
    assert "failed to find" in gdb.fails(f"tfind tracepoint {other}")
    gdb.cmd("tfind none")
    gdb.cmd(f"tfind pc *{getppid}", timeout=120)
    assert gdb.frame() == 0
    # In a smaller buffer the selected frame has another number, unknown to GDB; a search goes on from it.
    gdb.cmd(f"tfind {n - 10}")
    here = int(gdb.eval("$n"))
    gdb.cmd("set trace-buffer-size 1000000", timeout=120)
    gdb.cmd(f"tfind tracepoint {mine}")
    assert int(gdb.eval("$n")) == here + 1
    far = gdb.packet("qTBuffer:%x,%x" % (1000, 100))
    assert re.fullmatch(r"([0-9a-f]{2})+", far), far
    # Interrupted before it begins: what looks at all frames ends, and the next one works.
    gdb.cmd("set trace-buffer-size 40000000", timeout=120)
    load = t.load("getppid", n=n)
    gdb.cmd(f"condition {mine} {load.mine}")
    gdb.cmd("tstart")
    load.go(timeout=300)
    gdb.cmd("tstop")
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    device = Device(t)
    device.open()
    for text, what in (("QTFrame:tdp:63", "tfind: cannot select a trace frame"), ("qTBuffer:100000,10", "tsave: cannot read the trace frames")):
        device.talk.write(packet(text) + "\x03")
        reply = device.reply()
        assert reply == f"E.{what}: interrupted", (text, reply)
    assert device.ask("QTFrame:tdp:63") == "F-1"
    assert re.fullmatch(r"([0-9a-f]{2})+", device.ask("qTBuffer:100000,10"))
    device.close()
    device.talk.end()


@case
def long_packet_order(t):
    """Packets behind a long one wait for its reply, and replies come in order, however the bytes are split."""
    gdb = t.gdb()
    place = gdb.value("(unsigned long)&vfs_read")
    gdb.close()
    t.guest.stop_relay()
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write("+" + packet("QStartNoAckMode"))
    talk.until(b"$OK#9a")
    # Once a run has created the buffer, enlarging it by 64 MiB takes a while.
    for text in (f"QTDP:1:{place:x}:E:0:0", "QTStart", "QTStop"):
        talk.write(packet(text))
        talk.until(b"$OK#9a")
    stream = (packet("QTBuffer:size:4000000") + packet("qC") + packet("QTinit") + "\x03" + packet("qTStatus") +
              packet("QTStop") + packet("qC") + packet("QTBuffer:size:100000"))
    for step in (len(stream), 1, 7):
        for at in range(0, len(stream), step):
            talk.write(stream[at:at + step])
        said = b""
        while len(replies := [r for r in re.findall(rb"\$([^#]*)#..", said) if r == b"OK" or not r.startswith(b"O")]) < 7:
            more = talk.read(ms=20000)
            assert more != "late", said
            said += more
        assert [r[:3] for r in replies] == [b"OK", b"QC1", b"OK", b"T0;", b"OK", b"QC1", b"OK"], replies
    talk.end()


@case(timeout=400)
def stat_of_many(t):
    """gtpstat lists all of 20,000 tracepoints, in complete records, and a reader that stops half way blocks nobody."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write("+" + packet("QStartNoAckMode"))
    talk.until(b"$OK#9a")
    total, step = 20000, 500
    for first in range(1, total + 1, step):
        talk.write("".join(packet(f"QTDP:{i:x}:{0x100000 + i:x}:D:0:0") for i in range(first, first + step)))
        said = b""
        while said.count(b"#") < step:
            said += talk.read()
        assert said.count(b"$OK#9a") == step, said
    shown = t.sh("cat /proc/gtpstat", timeout=120)
    found = [int(n) for n in re.findall(r"^tracepoint (\d+) 0x[0-9a-f]+ 0 0 0 0\b", shown, re.M)]
    assert found == list(range(1, total + 1)), (len(found), found[:3], found[-3:])
    assert shown.startswith("running ") and shown.count("# tracepoint address") == 1
    # Read a part; then another process goes on, and even removes the tracepoints that follow.
    talk.call("open 1 /proc/gtpstat r")
    part = talk.read(count=5000, fd=1)
    assert b"tracepoint 1 0x100001 " in part
    talk.write(packet("QTinit"))
    assert talk.until(b"#9a").endswith(b"$OK#9a")
    while more := talk.read(count=65536, fd=1):
        part += more
    rest = part.decode().splitlines()
    for line in rest:
        assert re.fullmatch(r"|#.*|\w+ +\d+|cpu \d+( \d+){6}|tracepoint \d+ 0x[0-9a-f]+( \S+){4,}", line), line
    # The text is generated in pieces: the rest had not been generated when QTinit removed the tracepoints.
    assert sum(line.startswith("tracepoint ") for line in rest) < 1000, len(rest)
    talk.end()


def memory(t, name):
    return int(re.search(rf"^{name}: +(\d+) kB", t.sh("cat /proc/meminfo"), re.M)[1]) << 10


def watermarks(t):
    """Return what MemAvailable leaves out, but not the module's own estimate for kernels without si_mem_available().
    The kernel's counters of pages may be behind, by 125 pages for each item, CPU and zone."""
    return (0 if "si_mem_available" in t.kernel.functions() else 4 << 20) + (2 << 20)


@case(needs=[">=3.14"])
def memory_margin(t):
    """A trace buffer leaves an eighth of the memory, or 256 MiB, to others; the error names the largest possible size."""
    gdb = t.gdb()
    margin = min(memory(t, "MemTotal") // 8, 256 << 20)

    def can_be_had():
        """Return the largest size, from the error."""
        message = gdb.fails(f"set trace-buffer-size {memory(t, 'MemAvailable') - margin // 2}")
        return int(re.search(r"it stays at 5242880 bytes; use at most (\d+)", message)[1])
    before, there = memory(t, "MemAvailable"), can_be_had()
    assert abs(before - margin - there) < 24 << 20, (before, margin, there)
    load = t.load("pread", n=1, file="/proc/version", size=8)
    gdb.trace("*vfs_read", load.mine)
    gdb.cmd("set trace-buffer-size 5242880")    # GDB repeats a refused size at each tstart
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    there = can_be_had()
    gdb.cmd(f"set trace-buffer-size {there}", timeout=120)
    left = memory(t, "MemAvailable")
    t.note(f"of {before} bytes {there} are had, {left} left; promised: {margin}")
    # Each CPU keeps some free pages, which the kernel does not count as available.
    assert left > margin - watermarks(t) - (1 << 20), (left, margin)


def leave(t, spare):
    """Fill the guest's memory up to spare bytes above the margin, until the case ends. Return the margin."""
    margin = min(memory(t, "MemTotal") // 8, 256 << 20)
    # Not a ramfs: up to 4.4 at least, its pages count as available until the kernel has tried to free them.
    t.sh("mkdir -p /tmp/fill; grep /tmp/fill /proc/mounts >/dev/null || mount -t tmpfs -o size=100% none /tmp/fill")
    t.cleanup.callback(t.run, "umount /tmp/fill")
    # The previous case's memory may still be freed.
    for _ in range(20):
        there = memory(t, "MemAvailable") - margin - spare
        if there < 2 << 20:
            return margin
        t.sh(f"dd if=/dev/zero bs=65536 count={there >> 16} 2>/dev/null >>/tmp/fill/zero", timeout=120)
        time.sleep(0.2)
    raise AssertionError(there)


@case(needs=[">=3.14"], timeout=400)
def memory_margin_in_steps(t):
    """A buffer that grows by 1 MiB at a time stops at the margin, too."""
    gdb = t.gdb()
    load = t.load("pread", n=1, file="/proc/version", size=8)
    gdb.trace("*vfs_read", load.mine)
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    margin = leave(t, 24 << 20)
    for size in range(6 << 20, 6 + 24 + (margin >> 20) << 20, 1 << 20):
        try:
            gdb.cmd(f"set trace-buffer-size {size}")
        except GdbError as error:
            assert "no memory for a trace buffer" in str(error), error
            break
        assert memory(t, "MemAvailable") > margin // 2, size
    else:
        raise AssertionError("nothing was refused")
    left = memory(t, "MemAvailable")
    t.note(f"refused at {size}, {left} left; promised: {margin}")
    assert size > 20 << 20 and left > margin - watermarks(t) - (2 << 20), (size, left, margin)


@case(needs=[">=3.14"], timeout=600)
def memory_margin_of_definitions(t):
    """Tracepoints, their sources and their actions stop at the margin, too: they are refused, and the session goes on."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write("+" + packet("QStartNoAckMode"))
    talk.until(b"$OK#9a")
    where = int(re.search(r"^(\w+) \w vfs_read$", t.sh("grep vfs_read /proc/kallsyms"), re.M)[1], 16)

    def ask(text):
        talk.write(packet(text))
        return talk.until(b"$OK#9a")
    for spare, size, text in ((12, 15000, "QTDPsrc:1:{:x}:cmd:0:3a98:"), (12, 15000, "QTDP:-1:{:x}:X3a98,"), (4, 0, "QTDP:*:{:x}:D:0:0")):
        ask("QTinit")
        margin = leave(t, spare << 20)
        before = memory(t, "MemAvailable")
        if size:
            ask(f"QTDP:1:{where:x}:E:0:0-")
        most = 2 * (spare + (margin >> 20) << 20) // (size or 256)
        for done in range(0, most, 200):
            # A tracepoint is identified by its number and address.
            place = where if size else where + done
            got = int(talk.call(f"flood 0 200 {size} {text.format(place)}"))
            if got < 200:
                break
        done += got
        left = memory(t, "MemAvailable")
        t.note(f"{text}: {done} taken, of {before} bytes {left} left; promised: {margin}")
        assert 0 < done < most and left > margin - watermarks(t) - (3 << 20), (text, done, left, margin)
        # There is memory for the rest of the session.
        for line in ("QTinit", f"QTDP:1:{where:x}:E:0:0", "QTBuffer:size:10000", "QTStart", "QTStop", "QTinit"):
            ask(line)
    talk.end()
