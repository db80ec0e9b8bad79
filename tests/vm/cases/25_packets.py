# SPDX-License-Identifier: GPL-2.0
"""Requests during and after a run: tracepoints that join, pass counts, files on the target, reconnecting."""
import errno
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness import GdbError, Skip, case
from talk import Device, packet

MINE = "$current_task_pid == {}"


def hexed(text):
    return text.encode().hex()


def address(gdb, name):
    return int(gdb.eval(f"(unsigned long)&{name}"))


@case(core=True)
def added_in_a_run(t):
    """A tracepoint that is set during a run joins it; one that cannot be set gets an error, and the run goes on."""
    gdb = t.gdb()
    loads = [t.load("pread", n=3, file="/proc/version", size=8) for _ in range(3)]
    pids = " || ".join(MINE.format(load.pid) for load in loads)
    inside = gdb.inside("vfs_read")[0]          # looked up before it has a probe
    first = gdb.trace("*vfs_read", pids, "collect $regs")
    gdb.cmd("tstart")
    loads[0].go()
    # GDB sends the tracepoint at once, so its actions must be set before.
    gdb.cmd("set default-collect $regs, jiffies_64")
    try:
        second = gdb.trace(f"*{inside:#x}", pids)
    except GdbError as error:
        if t.kernel.version >= (3, 4) or "an optimized probe before it in the function hides it" not in str(error):
            raise
        t.note(f"refused: {error}")
        gdb.cmd("delete $tpnum")
        second = gdb.trace(f"*{t.syscall('pread64')}", pids)
    gdb.cmd("set default-collect")
    third = gdb.trace("*vfs_read", MINE.format(loads[1].pid))
    assert "vfs_read" in t.probes()
    loads[1].go()
    starts = [at for at, _ in gdb.instructions("vfs_write", 9)]
    middle = next(a for a, following in zip(starts, starts[1:]) if following - a >= 2) + 1
    for bad in ("*0x1000", "*&jiffies_64", f"*{middle:#x}"):
        message = gdb.fails(f"trace {bad}")
        assert re.search(r"tracepoint \d+ at 0x[0-9a-f]+: ", message), message
        gdb.cmd("delete $tpnum")
    assert "Trace is running on the target." in gdb.cmd("tstatus")
    loads[2].go()
    gdb.cmd("tstop")
    seen = []
    for _ in range(gdb.frames()):
        gdb.cmd("tfind")
        seen.append(int(gdb.eval("$tracepoint")))
        if seen[-1] == second:
            assert int(gdb.eval("jiffies_64")) > 0 and gdb.eval(t.arg(1)) != "<unavailable>"
    assert [seen.count(n) for n in (first, second, third)] == [9, 6, 3], seen
    gdb.cmd("tfind none")
    assert "already hit 6 times" in gdb.cmd(f"info tracepoints {second}")
    # In the next run GDB defines it itself, from the start.
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    assert t.probes() == ""


@case(smp=4)
def passcount_on_four_cpus(t):
    """The n-th hit ends the run with exactly n frames, also when four CPUs hit at once."""
    gdb = t.gdb()
    getppid = t.syscall("getppid")
    for count in (1, 2, 777):
        loads = [t.load("getppid", n=0, cpu=cpu) for cpu in range(4)]
        gdb.cmd("tfind none")
        gdb.cmd("delete")
        n = gdb.trace(f"*{getppid}", " || ".join(MINE.format(load.pid) for load in loads), "collect $cpu_id")
        gdb.trace("*vfs_write", MINE.format(loads[0].pid))
        gdb.cmd(f"passcount {count} {n}")
        gdb.cmd("tstart")
        for load in loads:
            load.start()
        t.sh("usleep 300000")
        for load in loads:
            load.finish()
        shown = gdb.cmd("tstatus")
        assert f"Trace stopped by tracepoint {n}." in shown, shown
        assert gdb.frames() == count, shown
        assert gdb.packet("qTStatus").startswith(f"T0;tpasscount:{n:x};")
        assert gdb.packet(f"qTP:{n:x}:{address(gdb, getppid):x}").startswith(f"V{count:x}:")
    assert t.probes() == ""


@case
def passcount_without_room(t):
    """A hit whose frame does not fit into a circular buffer counts towards the pass count."""
    gdb = t.gdb()
    load = t.load("pread", n=9, file="/proc/version", size=8)
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("set trace-buffer-size 60")
    n = gdb.trace("*vfs_read", MINE.format(load.pid), "collect $regs")
    gdb.cmd(f"passcount 4 {n}")
    gdb.cmd("tstart")
    load.go()
    shown = gdb.cmd("tstatus")
    assert f"Trace stopped by tracepoint {n}." in shown, shown
    assert int(gdb.eval("$lost_too_big")) == 4


def saved(t, path):
    """Copy that file from the guest. Return its path here."""
    data = t.sh(f"cat {path}").encode(errors="surrogateescape")
    here = os.path.join(t.logs, f"{t.kernel.name}-{t.name}.tfile")
    pathlib.Path(here).write_bytes(data)
    return here


@case(core=True, module="save_dir=/tmp")
def tsave_on_the_target(t):
    """`tsave -r` writes the file on the traced machine, for root alone, and `target tfile` reads all of it."""
    gdb = t.gdb()
    load = t.load("pread", n=5, file="/proc/version", size=24)
    gdb.cmd("set trace-user operator")
    gdb.cmd("set trace-notes " + "long " * 200)
    gdb.cmd("tvariable $n = 100")
    n = gdb.trace("*vfs_read", MINE.format(load.pid), "teval $n = $n + 1", "collect $regs, $n, jiffies_64",
              "collect *(char(*)[70000])&_text")
    # Its source is longer than a line that GDB reads from a trace file.
    long = gdb.trace("*vfs_write", " || ".join(f"$current_task_pid == {i + 10000000}" for i in range(60)), "collect $regs")
    gdb.cmd("tstart")
    message = gdb.fails("tsave -r /tmp/early.tfile")
    assert "the trace is running" in message, message
    load.go()
    gdb.cmd("tstop done")
    shown = gdb.cmd("tsave -r /tmp/frames.tfile")
    assert "lines that GDB would find too long are left out" in shown and "/tmp/frames.tfile" in shown, shown
    assert t.sh("ls /tmp/frames.tfile").startswith("-rw-------"), t.sh("ls /tmp/frames.tfile")
    here = saved(t, "/tmp/frames.tfile")
    gdb.cmd("disconnect")
    gdb.cmd("delete")
    gdb.cmd(f"target tfile {here}")
    shown = gdb.cmd("tstatus")
    assert "Collected 5 trace frames" in shown and "Trace stopped by a tstop command" in shown, shown
    shown = gdb.cmd("info tracepoints")
    assert "vfs_read" in shown and "already hit 5 times" in shown and "teval $n = $n + 1" in shown, shown
    for i in range(5):
        gdb.cmd("tfind")
        assert int(gdb.eval("$n")) == 101 + i
        assert gdb.eval(t.arg(3)) == "24"
        assert int(gdb.eval("jiffies_64")) > 0
        assert "unavailable" not in gdb.eval("*(char(*)[1000])(69000 + (char *)&_text)")
    assert "failed to find" in gdb.fails("tfind")
    assert (n, long) == (1, 2)
    os.unlink(here)


@case
def long_notes(t):
    """Notes and users of 9000 bytes are truncated with a message, and tstatus, tstart, tstop and the next GDB work."""
    gdb = t.gdb()
    gdb.trace("*vfs_read", "$current_task_pid == 0")
    for what, most in (("trace-user", 1024), ("trace-notes", 4096), ("trace-stop-notes", 4096)):
        # Three bytes per character: none is split.
        shown = gdb.cmd(f"set {what} " + "\u20ac" * 3000)
        assert f"{what.replace('-', ' ', 1)} of 9000 bytes is cut to {most - most % 3} " in shown, shown
    # tstart sends both in one packet, which is longer than the announced size.
    shown = gdb.cmd("tstart")
    assert "user of 9000 bytes is cut" in shown and "notes of 9000 bytes is cut" in shown, shown
    assert "Trace is running on the target." in gdb.cmd("tstatus")
    gdb.cmd("tstop")
    shown = gdb.cmd("tstatus")
    assert "Trace stopped by a tstop command (" + "\u20ac" * 1365 + ")" in shown, shown
    assert "Trace user is " + "\u20ac" * 341 + "." in shown and "Trace notes: " + "\u20ac" * 1365 + "." in shown, shown
    gdb.close()
    other = t.gdb()
    shown = other.cmd("tstatus")
    assert "Trace stopped by a tstop command" in shown and "Trace notes: \u20ac" in shown, shown
    # The longest that is not truncated gives no message.
    assert other.cmd("set trace-notes " + "x" * 4096) == ""
    assert f"Trace notes: {'x' * 4096}." in other.cmd("tstatus")
    other.close()
    t.guest.stop_relay()
    # Packets that exceed the limit, with notes and without.
    device = Device(t)
    device.open()
    for text in ("QTNotes:notes:" + "78" * 32800 + ";", "m" + "1" * 32800):
        assert f"{text.split(':')[0].rstrip('1')}: a packet over 32768 bytes; what it says must be shorter" in device.ask(text)
    status = device.ask("qTStatus")
    assert f";notes:{'78' * 4096}" in status, status[:300]
    device.close()


@case
def tsave_is_off(t):
    """Without its parameter the module writes nothing on `tsave -r`, and names the parameter; bad values are refused."""
    gdb = t.gdb()
    for reply in (gdb.fails("tsave -r /tmp/off.tfile"), gdb.packet("QTSave:" + hexed("/tmp/off.tfile"))):
        assert "cannot save: it is off; load the module with save_dir=DIRECTORY" in reply, reply
    assert t.run("test -e /tmp/off.tfile").status
    gdb.close()
    t.guest.stop_relay()
    t.rmmod()
    for bad in ("tmp", "/tmp/", "/"):
        assert t.run(f"insmod /lib/kgtp.ko save_dir={bad}").status, bad


@case(old=True, module="save_dir=/tmp/d")
def tsave_refused(t):
    """`tsave -r` writes only below its directory, overwrites nothing, follows no symlink, and leaves no partial file."""
    gdb = t.gdb()
    load = t.load("pread", n=3, file="/proc/version", size=24)
    t.sh("mkdir /tmp/d")
    for name in ("frames.tfile", "/tmp/x.tfile", "/tmp/dd/x.tfile", "/tmp/d.tfile", "/tmp/d", "/etc/cron.d/x.tfile"):
        assert "must be below /tmp/d, the parameter save_dir; give an absolute name" in \
            gdb.packet("QTSave:" + hexed(name)), name
    assert "absolute" in gdb.fails("tsave -r frames")
    for name in ("/tmp/d/x", "/tmp/d/x.sh", "/tmp/d/.tfile", "/tmp/d/x.tfile.sh", "/tmp/d/"):
        assert "must end in .tfile" in gdb.packet("QTSave:" + hexed(name)), name
    for text, words in (("", "no name in hex"), ("2", "odd number"), (hexed("/tmp/d/a\0b.tfile"), "NUL byte"),
                        (hexed("/tmp/d/" + "x" * 300 + ".tfile"), "name is too long"), (hexed("/" + "x/" * 2100), "name is too long")):
        reply = gdb.packet("QTSave:" + text)
        assert reply.startswith("E.") and words in reply, (text, reply)
    gdb.trace("*vfs_read", MINE.format(load.pid), "collect *(char(*)[100000])&_text")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    t.sh("mkdir /tmp/e /tmp/d/full /tmp/d/proc /tmp/d/d.tfile; echo old >/tmp/d/there.tfile")
    t.sh("ln -s /tmp/d/new /tmp/d/link.tfile; ln -s /tmp/e /tmp/d/out")
    t.sh("mount -t tmpfs -o size=128k none /tmp/d/full; mount -t proc none /tmp/d/proc")
    t.cleanup.callback(t.run, "umount /tmp/d/full; umount /tmp/d/proc; rm -rf /tmp/d /tmp/e")
    for path, words in (("/tmp/d/there.tfile", "it already exists"), ("/tmp/d/link.tfile", "it already exists"),
                        ("/tmp/d/d.tfile", "it already exists"), ("/tmp/d/out/x.tfile", "leads to /tmp/e/x.tfile"),
                        ("/tmp/d/../e/x.tfile", "leads to /tmp/e/x.tfile"), ("/tmp/d/./x.tfile", "leads to /tmp/d/x.tfile"),
                        ("/tmp/d/none/x.tfile", "no such directory"), ("/tmp/d/there.tfile/x.tfile", "no such directory"),
                        ("/tmp/d/proc/x.tfile", "cannot create the file"), ("/tmp/d/full/x.tfile", "no space is left")):
        message = gdb.fails(f"tsave -r {path}")
        assert words in message and "outgoing packet" not in message, (path, message)
    assert t.sh("cat /tmp/d/there.tfile") == "old\n"
    assert t.sh("echo /tmp/d/*.tfile /tmp/e/* /tmp/d/full/*").split() == \
        ["/tmp/d/d.tfile", "/tmp/d/link.tfile", "/tmp/d/there.tfile", "/tmp/e/*", "/tmp/d/full/*"]
    # The partial file is gone, so the disk has space again. Without a run, the file has no frames.
    gdb.cmd("set trace-buffer-size 4000")
    gdb.cmd("tsave -r /tmp/d/full/x.tfile")
    assert len(t.sh("cat /tmp/d/full/x.tfile")) > 500


@case
def upload(t):
    """A new GDB uploads all of a disconnected run: definitions, counts, variables, notes; and continues it."""
    gdb = t.gdb()
    loads = [t.load("pread", n=4, file="/proc/version", size=24) for _ in range(2)]
    pids = " || ".join(MINE.format(load.pid) for load in loads)
    gdb.cmd("set disconnected-tracing on")
    gdb.cmd("set trace-user operator")
    gdb.cmd("set trace-notes seen from afar")
    gdb.cmd("tvariable $seen = -5")
    where = gdb.inside("vfs_read")[0]
    first = gdb.trace("*vfs_read", pids, "teval $seen = $seen + 1", "collect $seen, $regs", "collect/s (char *)&linux_banner")
    second = gdb.trace(f"*{where:#x}", "", "collect jiffies_64")
    gdb.cmd(f"disable {second}")
    third = gdb.trace("*vfs_write", f"{pids} && {t.arg(3)} == 1000000", "collect $regs")
    gdb.cmd(f"passcount 1000 {third}")
    gdb.cmd("tstart")
    loads[0].go()
    gdb.cmd("disconnect")
    gdb.close()
    t.guest.stop_relay()
    # The run goes on without a GDB; the next GDB adds a tracepoint and ends it.
    loads[1].go()
    again = t.gdb()
    shown = again.cmd("tstatus")
    for text in ("Trace is running on the target.", "Trace will continue if GDB disconnects.", "Trace user is operator",
                 "Trace notes: seen from afar"):
        assert text in shown, shown
    shown = again.cmd("info tracepoints")
    for text in (f"trace only if {pids}", f"trace only if {pids} && {t.arg(3)} == 1000000", "teval $seen = $seen + 1",
                 "collect $seen, $regs", "collect/s (char *)&linux_banner", "collect jiffies_64", "Pass count 1000", "already hit 8 times"):
        assert text.lower() in shown.lower(), (text, shown)
    assert re.search(rf"^{second} +tracepoint +keep n ", shown, re.M), shown
    assert re.search(rf"^{first} +tracepoint +keep y +0x\w+ in vfs_read", shown, re.M), shown
    assert int(again.eval("$seen")) == 3
    assert re.search(r"\$seen +-5 +3", again.cmd("info tvariables")), again.cmd("info tvariables")
    last = t.load("pread", n=2, file="/proc/version", size=24)
    fourth = again.trace("*vfs_read", MINE.format(last.pid))
    last.go()
    again.cmd("tstop")
    assert again.frames() == 10
    again.cmd("tfind 7")
    assert int(again.eval("$seen")) == 3 and again.eval(t.arg(3)) == "24"
    assert '"Linux version' in again.cmd("tdump").replace("\\\"", '"'), again.cmd("tdump")
    again.cmd("tfind")
    assert int(again.eval("$tracepoint")) == fourth
    again.cmd("tfind none")
    if again.has_ctf:
        check_ctf(again)
    # A new run, with the uploaded definitions.
    more = t.load("pread", n=3, file="/proc/version", size=24)
    again.cmd(f"condition {first} {MINE.format(more.pid)}")
    again.cmd(f"delete {fourth}")
    again.cmd("tstart")
    more.go()
    again.cmd("tstop")
    assert again.frames() == 3
    assert int(again.eval("$seen")) == -2
    again.needs_ctf()


def check_ctf(gdb):
    """Check that babeltrace2 reads the frames that GDB has saved with `tsave -ctf`, with registers and memory."""
    if not shutil.which("babeltrace2"):
        raise Skip("babeltrace2 is missing: run tests/vm/setup")
    with tempfile.TemporaryDirectory(prefix="kgtp-ctf-") as folder:
        gdb.cmd(f"tsave -ctf {folder}/ctf")
        text = subprocess.run(["babeltrace2", f"{folder}/ctf"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              errors="replace", check=False)
        assert text.returncode == 0, text.stderr
        events = re.findall(r"\bframe: \{ tpnum = [1-9]", text.stdout)
        assert len(events) == gdb.frames(), text.stdout[:3000]
        for event in ("register:", "tsv:", "memory:", "status:", "tp_def:", "tsv_def:"):
            assert event in text.stdout, (event, text.stdout[:3000])


@case
def monitor_stat(t):
    """`monitor stat` shows what gtpstat has; with many tracepoints, what fits, and says that there are more."""
    gdb = t.gdb()
    load = t.load("read", n=3, file="/dev/zero", size=8)
    gdb.trace("*vfs_read", load.mine, "collect $args", "collect *(long *)8")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    shown = gdb.cmd("monitor stat")
    assert shown == t.sh("cat /proc/gtpstat"), shown
    assert re.search(r"^frames  +3$", shown, re.M) and "# tracepoint 1: action" in shown, shown
    for _ in range(300):
        gdb.cmd("trace *vfs_read if 0")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    shown, there = gdb.cmd("monitor stat"), t.sh("cat /proc/gtpstat")
    assert shown.endswith("# more in gtpstat\n") and there.startswith(shown[:shown.rindex("# more")]), shown
    assert shown.count("tracepoint ") > 100, shown


@case
def monitor(t):
    """`monitor help` lists the commands, an unknown command gets a message, and `monitor disable` excludes addresses."""
    gdb = t.gdb()
    shown = gdb.cmd("monitor help")
    for text in ("monitor help", "monitor disable ADDRESS", "monitor disable clear"):
        assert text in shown, shown
    assert gdb.cmd("monitor") == shown
    for text in ("replay", "x" * 100, "disabled", "x" * 300):
        assert re.search("no such monitor command|at most 200", gdb.cmd(f"monitor {text}")), text
    assert "No address is left out" in gdb.cmd("monitor disable")
    for text in ("hello", "0x", "0x12345678123456789", "12 34"):
        assert "not a hex address" in gdb.cmd(f"monitor disable {text}"), text
    read = address(gdb, "vfs_read")
    assert f"{read:#x} are left out from the next tstart on" in gdb.cmd(f"monitor disable {read:#x}")
    assert "left out already" in gdb.cmd(f"monitor disable {read:x}")
    assert gdb.cmd("monitor disable").count("left out") == 1
    load = t.load("pread", n=3, file="/proc/version", size=8)
    first = gdb.trace("*vfs_read", MINE.format(load.pid), "collect $regs")
    other = gdb.trace(f"*{gdb.inside('vfs_read')[0]:#x}", MINE.format(load.pid), "collect $regs")
    shown = gdb.cmd("tstart")
    assert f"Tracepoint {first} at {read:#x} is left out" in shown, shown
    gdb.cmd(f"disable {first}")
    assert "left out by" in gdb.fails(f"enable {first}")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 3
    gdb.cmd("tfind")
    assert int(gdb.eval("$tracepoint")) == other
    gdb.cmd("tfind none")
    gdb.cmd("monitor disable clear")
    gdb.cmd(f"enable {first}")
    load = t.load("pread", n=3, file="/proc/version", size=8)
    for n in (first, other):
        gdb.cmd(f"condition {n} {MINE.format(load.pid)}")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 6


def init_function(t):
    """Return the name of a function in __init text."""
    names = t.functions()
    for name in ("start_kernel", "rest_init", "kernel_init_freeable", "do_basic_setup", "init_post", "parse_early_param"):
        if name in names and names.get("_sinittext", 0) <= names[name] < names.get("_einittext", 0):
            return name
    raise Skip("no function is known to be __init")


@case
def reasons(t):
    """tstart gives the reason why there can be no probe, and leaves none; with $ignore_error the other tracepoints run."""
    gdb = t.gdb()
    gone = module_address(t)
    init = init_function(t)
    # The kernel has no names for data then, so it is not recognised as data.
    data = "that is data" if t.kernel.config("CONFIG_KALLSYMS_ALL") else "no code of the kernel"
    places = {f"*{init}": ("that is __init code", init), f"*{address(gdb, init) + 1:#x}": ("that is __init code", init),
              "*&jiffies_64": (data, ""), "*0x1000": ("no code of the kernel", ""),
              f"*{gone:#x}": ("no code of the kernel or of a loaded module is there", "")}
    for place, (why, name) in places.items():
        gdb.cmd("delete")
        gdb.trace("*vfs_write", "0")
        n = gdb.trace(place)
        message = gdb.fails("tstart")
        assert f"tracepoint {n} at 0x" in message and why in message and name in message, (place, message)
        assert t.probes() == "" and "No trace has been run" in gdb.cmd("tstatus"), place
    gdb.cmd("delete")
    load = t.load("pread", n=3, file="/proc/version", size=8)
    for place in places:
        gdb.trace(place)
    gdb.trace("*vfs_read", MINE.format(load.pid), "collect $regs")
    gdb.cmd("tvariable $ignore_error = 1")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 3 and int(gdb.eval("$last_errno")) in (-2, -22), gdb.eval("$last_errno")
    assert t.probes() == ""


def module_address(t):
    """Return an address behind a module's code where no module is loaded."""
    symbols = t.sh("grep '[kgtp]' /proc/kallsyms").splitlines()
    found = [line.split() for line in symbols]
    at = max(int(word[0], 16) for word in found if word[1] in "tT")
    return at + (64 << 20)


@case
def one_address_and_many_locations(t):
    """Several tracepoints at one address all hit, and one with many locations (an inlined function) hits at each."""
    gdb = t.gdb()
    load = t.load("pread", n=5, file="/proc/version", size=8)
    numbers = [gdb.trace("*vfs_read", MINE.format(load.pid), f"collect {what}") for what in ("$regs", "jiffies_64", "$cpu_id")]
    many = many_locations(gdb)
    gdb.actions(many, "collect $regs")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() > 15
    shown = gdb.cmd("info tracepoints")     # with the counts that came with the status
    for n in numbers:
        part = re.search(rf"^{n} +tracepoint.*?(?=^\d+ +tracepoint|\Z)", shown, re.M | re.S)[0]
        assert "already hit 5 times" in part, shown
    found = {}
    for _ in range(gdb.frames()):
        gdb.cmd("tfind")
        n = int(gdb.eval("$tracepoint"))
        found.setdefault(n, set()).add(int(gdb.eval("(unsigned long)$pc")))
    assert set(found) >= set(numbers) and len(found[numbers[0]]) == 1, found
    assert len(found.get(many, ())) > 1, found
    gdb.cmd("tfind none")
    t.note(f"{len(found[many])} locations hit")


def many_locations(gdb):
    """Set a tracepoint on a function that is inlined in several that every process calls. Return its number."""
    for name in ("fdget_pos", "fdput_pos", "file_ppos", "fput_light", "get_file", "file_inode", "fsnotify_access", "security_file_permission"):
        found = re.search(r"Tracepoint (\d+) at (?:.*\((\d+) locations\))?", gdb.cmd(f"trace {name}"))
        if found and 2 <= int(found[2] or 1) <= 60:
            return int(found[1])
        if found:
            gdb.cmd(f"delete {found[1]}")
    raise Skip("no function is known to be inlined a few times")


@case
def the_tools_themselves(t):
    """The relay's own system calls are not traced, unless $self_trace is set."""
    gdb = t.gdb()
    relay = int(re.search(r"\d+", t.sh("cat /proc/[0-9]*/stat | grep '(putgtprsp)'"))[0])
    for wanted in (0, 1):
        gdb.cmd("tfind none")
        gdb.cmd("delete")
        gdb.cmd(f"tvariable $self_trace = {wanted}")
        gdb.trace(f"*{t.syscall('poll')}", MINE.format(relay), "collect $current_task_pid")
        gdb.trace("*vfs_read", MINE.format(relay), "collect $current_task_pid")
        gdb.cmd("tstart")
        for _ in range(5):
            gdb.eval("jiffies_64")
        gdb.cmd("tstop")
        assert (gdb.frames() > 0) == bool(wanted), gdb.cmd("tstatus")


STARTS = ((b"\xf3\x0f\x1e\xfa\xe8", 9), (b"\xe8", 5), (b"\x55", 1), (b"\x41\x54", 2), (b"\x41\x55", 2), (b"\x41\x56", 2),
          (b"\x41\x57", 2), (b"\x53", 1), (b"\x48\x83\xec", 4))


def text(vmlinux):
    """Return the address and the contents of vmlinux's code; with CONFIG_REORDER each function has a section."""
    sections = re.findall(r"^ *\d+ \.text\S* +\w+ +(\w+)", subprocess.check_output(["objdump", "-hw", vmlinux], text=True), re.M)
    with tempfile.NamedTemporaryFile(prefix="kgtp-text-") as file:
        subprocess.check_call(["objcopy", "-O", "binary", "-j", ".text*", vmlinux, file.name])
        return min(int(address, 16) for address in sections), file.read()


def second_instructions(t, count):
    """Return linked addresses behind the first instruction (or the call that ftrace disables) of count plain functions."""
    start, code = text(t.kernel.vmlinux)
    found = []
    for name, at in sorted(t.functions().items()):
        if re.match(r"(__x64_|__ia32_|compat_|__x64_compat_)?sys_\w+$|(vfs|proc|sock|tcp|udp|ip|inet|ext4|tty|seq|simple|shmem|pci|ata|scsi|do|ide|usb)_\w+$", name):
            found += [at + skip for first, skip in STARTS if start <= at and code.startswith(first, at - start)][:1]
    return sorted(set(found))[:count]


@case(timeout=400)
def a_thousand_tracepoints(t):
    """A thousand tracepoints are all set, all work, and are all removed."""
    gdb = t.gdb(connect=False)
    count = 1000 if t.kernel.exports("unregister_kprobes") else 200      # without it, each removal costs a grace period
    linked, places = address(gdb, "_text"), second_instructions(t, count)
    assert len(places) == count, len(places)
    t.connect(gdb)
    slide = address(gdb, "_text") - linked
    places = [at + slide for at in places]
    read = gdb.inside("vfs_read")[0]
    # No probe is allowed at some of them.
    gdb.cmd("tvariable $ignore_error = 1")
    gdb.trace("*vfs_read", "0")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    device = Device(t)
    device.open()
    places = [read] + [at for at in places if at != read]
    made = device.many("QTinit", *[f"QTDP:{n:x}:{at:x}:E:0:0:X3,220{0 if n > 20 else 1}27" for n, at in enumerate(places, 1)])
    assert set(made) == {"OK"}, set(made)
    assert device.ask("QTStart") == "OK"
    armed = len(t.probes().splitlines())
    assert count * 0.95 < armed <= len(places), armed
    load = t.load("pread", n=3, file="/proc/version", size=8)
    load.go()
    assert device.ask("QTStop") == "OK"
    assert t.probes() == ""
    hits = [int(reply[1:].split(":")[0], 16) for reply in device.many(*[f"qTP:{n:x}:{at:x}" for n, at in enumerate(places, 1)])]
    assert hits[0] >= 3 and sum(hits) == int(re.search(r";tcreated:(\w+)", device.ask("qTStatus"))[1], 16), sum(hits)
    assert device.ask("QTinit") == "OK"
    device.end()
    t.note(f"{armed} probes, {sum(hits)} hits")


@case(timeout=300)
def a_long_start(t):
    """The write of QTStart returns before all probes are set, and closing the device meanwhile leaves none."""
    places = sorted(t.functions()[name] for name in t.syscalls(40))
    gdb = t.gdb(raw=True)
    slide = address(gdb, "_text") - t.functions()["_text"]
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    for late in (0, 1):
        device = Device(t)
        device.open()
        made = device.many("QTinit", "QTDisconnected:0", *[f"QTDP:1:{at + slide:x}:E:0:0:X3,220027" for at in places])
        assert set(made) == {"OK"}, set(made)
        device.talk.write(packet("QTStart"))
        waiting = "out" not in device.talk.call("poll 0 0").split()
        if late:
            # The first reply is QTStart's.
            assert device.many("qC", "qC")[:2] == ["OK", "QC1"] and "sys_" in t.probes()
        device.end()
        assert t.probes() == ""
        t.note("QTStart was " + ("still at work" if waiting else "done already"))
    t.connect(gdb)
    assert "Trace is running" not in gdb.cmd("tstatus")


@case
def the_peer(t):
    """A peer that putgtprsp names, by its own process numbers, is not traced in this session, unless $self_trace is set."""
    gdb = t.gdb()
    getppid = address(gdb, t.syscall("getppid"))
    gdb.cmd("disconnect")
    t.guest.stop_relay()

    def hits(device, peer, *definitions):
        loads = [t.load("getppid", n=5) for _ in range(2)]
        if peer:
            assert device.talk.call(f"peer 0 0 {loads[0].pid}") == "0"
        made = device.many("QTinit", *definitions, f"QTDP:1:{getppid:x}:E:0:0", "QTStart")
        assert set(made) == {"OK"}, made
        for load in loads:
            assert load.go()["ok"] == 5
        stopped, found = device.many("QTStop", f"qTP:1:{getppid:x}")
        assert stopped == "OK"
        return int(re.match(r"V(\w+):", found)[1], 16)

    device = Device(t)
    device.open()
    assert hits(device, False) == 10
    for self, peer, error in ((1, 1, errno.ESRCH), (0, 0, errno.EINVAL), (0, -1, errno.EINVAL)):
        assert device.talk.errno(f"peer 0 {self} {peer}") == error
    assert hits(device, True) == 5
    piece, variables = device.ask("qTfV"), {}
    while piece != "l":
        number, _, _, name = piece.split(":")
        variables[bytes.fromhex(name).decode()] = number
        piece = device.ask("qTsV")
    self_trace = f"QTDV:{variables['self_trace']}:%x:0:{hexed('self_trace')}"
    assert hits(device, True, self_trace % 1) == 10
    assert hits(device, True, self_trace % 0) == 5
    device.end()
    device = Device(t)
    device.open()
    assert hits(device, False) == 10
    device.end()
