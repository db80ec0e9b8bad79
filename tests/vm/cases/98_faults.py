# SPDX-License-Identifier: GPL-2.0
"""Fault injection: in each step, the n-th operation that can fail (an allocation, a copy from or to user memory) does, for
rising n until none fails any more: each n up to EACH, then every 2nd, 3rd and so on. Each time the step succeeds or reports
an error, and everything goes on. Needs a kernel with fault injection, see ../fragments. make lint checks that each packet
and each monitor command is a Step."""
import re
import time
from typing import NamedTuple

from console import INJECTED, LEAKS
from harness import GUEST_MODULE, MODULE, case
from probed import build, calls, load_module
from talk import PROC, Device, Talk

INJECTION = ["CONFIG_FAILSLAB", "CONFIG_FAIL_PAGE_ALLOC", "CONFIG_FAULT_INJECTION_USERCOPY", "CONFIG_FAULT_INJECTION_DEBUG_FS"]
EACH = 400          # beyond, every n // EACH + 1st
MOST = 3000         # above the largest n of any step
SMALL = "buffer_size=65536"
KMEMLEAK = "/sys/kernel/debug/kmemleak"
KEPT = "stays loaded until the machine is restarted"


NO_ERROR = "(?!E)."


class Step(NamedTuple):
    """A packet, its reply when nothing fails, and what is sent before and after each attempt. The packet is a literal up to
    its first value, or a monitor(), so that make lint can read it."""
    packet: str
    good: str = "OK"
    before: tuple = ()
    after: tuple = ()


class Faults:
    """A session, and another process that reads and writes the guest's files."""

    def __init__(self, t):
        self.t, self.files, self.talk = t, Talk(t), Talk(t)
        self.device = Device(t, self.talk)
        self.few = []       # failures tried, of each step that had few
        t.allow(INJECTED)
        for knob, value in (("failslab/ignore-gfp-wait", "N"), ("fail_page_alloc/ignore-gfp-wait", "N"),
                            ("fail_page_alloc/ignore-gfp-highmem", "N"), ("fail_page_alloc/min-order", "0"),
                            ("failslab/verbose", "0"), ("fail_page_alloc/verbose", "0"), ("fail_usercopy/verbose", "0")):
            t.sh(f"echo {value} >/sys/kernel/debug/{knob}")

    def probes(self):
        return self.files.get("/sys/kernel/debug/kprobes/list")

    def open(self):
        self.device.open()
        self.find_threads()

    def find_threads(self):
        tasks = self.t.sh("for p in /proc/[0-9]*; do read a b c <$p/stat && echo $a $b; done 2>/dev/null; true")
        found = re.findall(rf"^(\d+) \(({MODULE}\w*)\)$", tasks, re.M)
        self.threads = {name: pid for pid, name in found}

    def alive(self):
        self.device.must("qTStatus", "T[01];")
        self.files.get("/proc/gtpstat")

    def end(self):
        self.device.close()
        if self.few:
            self.t.note(f"{len(self.few)} other steps: {sum(self.few)} failures tried")
        leaks(self.t)

    # One step, in which one operation fails.

    def walk(self, what, attempt, start=1):
        """Call attempt(n), which returns whether something failed, for rising n. Return how often something failed."""
        n, tried = start, 0
        while attempt(n):
            tried += 1
            n += 1 + n // EACH
            assert n < MOST, f"{what}: something fails always"
        if tried > 3:
            self.t.note(f"{what}: {tried} failures tried, of the first {n - 1}")
        elif tried:
            self.few.append(tried)
        return tried

    def call(self, n, line):
        """Make a system call. Return its answer, and whether something failed in it."""
        self.talk.call(f"nth {n}")
        answer = self.talk.ask(line)
        return answer, self.talk.call("left") == "0"

    def in_the_writer(self, n, text):
        """Return the reply, and whether something failed in the process that writes the packet."""
        data = packet_hex(text)
        answer, failed = self.call(n, f"write 0 {data}")
        if isinstance(answer, OSError):
            assert failed, (text, answer)
            return None, failed
        if int(answer) < len(data) // 2:
            self.talk.call(f"write 0 {data[2 * int(answer):]}")
        return self.device.reply(), failed

    def in_a_thread(self, n, text, name=MODULE):
        """The same, in one of the module's threads."""
        pid = self.threads[name]
        nth = f"/proc/{pid}/task/{pid}/fail-nth"
        self.files.put(nth, str(n))
        reply = self.device.ask(text)
        failed = self.files.get(nth).strip() == "0"
        self.files.put(nth, "0")
        return reply, failed

    def step(self, step, inject, where):
        """Walk through one step in one of the processes. Return how often something failed."""
        def attempt(n):
            for packet in step.before:
                self.device.must(packet, NO_ERROR)
            reply, failed = inject(n, step.packet)
            said = reply is None or re.match(rf"(?:{step.good})", reply) or failed and re.match(r"E", reply)
            assert said, (step.packet, n, failed, reply)
            assert "condition: no memory" not in (reply or ""), reply
            self.alive()
            for packet in step.after:
                self.device.must(packet, NO_ERROR)
            return failed
        return self.walk(f"{step.packet} in {where}", attempt)

    def steps(self, *steps):
        for step in steps:
            # At least the copy of the packet can fail.
            assert self.step(step, self.in_the_writer, "the writer") > 0, step
            for name in self.threads:
                self.step(step, lambda n, text, name=name: self.in_a_thread(n, text, name), f"the thread {name}")


def monitor(command):
    return "qRcmd," + command.encode().hex()


def packet_hex(text):
    return (b"$%s#%02x" % (text.encode(), sum(text.encode()) & 0xff)).hex()


def address(t, name):
    """Return a function's address in the running kernel."""
    return int(re.search(rf"^(\w+) [tT] {name}(?:\t|$)", t.sh(f"grep ' {name}' /proc/kallsyms"), re.M)[1], 16)


def scan(t):
    """Make kmemleak scan for unreferenced memory."""
    t.allow(LEAKS)
    t.sh(f"echo scan >{KMEMLEAK}", timeout=120)


def leaks(t):
    """Check that kmemleak finds no leak of ours. Scan twice, since a first scan may be wrong."""
    if not t.kernel.config("CONFIG_DEBUG_KMEMLEAK"):
        return
    for _ in range(2):
        time.sleep(2 * t.kernel.slow)
        scan(t)
    found = re.split(r"(?m)^(?=unreferenced object)", t.sh(f"cat {KMEMLEAK}", timeout=60))
    t.sh(f"echo clear >{KMEMLEAK}")
    # The functions of an unloaded module are only numbers.
    ours = [one for one in found if f"[{MODULE}]" in one or re.search(r"^ +\[<\w+>\] 0x\w+$", one, re.M)]
    assert not ours, "memory is lost:\n" + "\n".join(ours[:5])


def point(address, number=1, flag="E", actions=("R03FFFFFF", "M7,0,40X7,26000722080c27")):
    """Yield the packets that define a tracepoint with a condition, registers, a block and an expression."""
    yield f"QTDP:{number:x}:{address:x}:{flag}:0:0:X3,220127-"
    for action in actions[:-1]:
        yield f"QTDP:-{number:x}:{address:x}:{action}-"
    yield f"QTDP:-{number:x}:{address:x}:{actions[-1]}"


def number_of(faults, name):
    """Return the number of one of the module's own variables."""
    reply = faults.device.ask("qTfV")
    while reply != "l":
        for piece in reply.split("|"):
            number, _, _, text = piece.split(":")
            if bytes.fromhex(text).decode() == name:
                return int(number, 16)
        reply = faults.device.ask("qTsV")
    raise AssertionError(f"there is no variable {name}")


@case(module=None, needs=INJECTION, timeout=300)
def faults_at_load(t):
    """A failed insmod leaves nothing behind, and the next one works."""
    f = Faults(t)

    def load(n):
        return f.call(n, f"insmod {GUEST_MODULE} {SMALL}")

    def unload():
        for _ in range(20):
            if not isinstance(f.talk.ask(f"rmmod {MODULE}"), OSError):
                return
            time.sleep(0.2)
        raise AssertionError("it cannot be unloaded")

    # Most operations are the kernel's own; the module's come last.
    f.talk.call("nth 100000")
    assert not isinstance(f.talk.ask(f"insmod {GUEST_MODULE} {SMALL}"), OSError)
    total = 100000 - int(f.talk.call("left"))
    unload()
    refused = 0
    for n in range(max(1, total - 120), total + 10):
        answer, _ = load(n)
        if not isinstance(answer, OSError):
            unload()
            continue
        refused += 1
        assert f"{MODULE} " not in f.files.get("/proc/modules")
        for path in (PROC, "/proc/gtpstat", "/sys/kernel/debug/gtp", "/sys/kernel/debug/gtpstat"):
            assert not f.files.exists(path), (n, path)
    assert refused > 10, (refused, total)
    t.note(f"{total} things that can fail; {refused} refusals among the last 120")
    t.insmod()
    t.rmmod()
    leaks(t)


@case(module=SMALL, needs=INJECTION, timeout=300)
def faults_in_definitions(t):
    """Definitions survive faults: tracepoints, actions, sources, variables, ranges, notes, and the opening of a session."""
    f = Faults(t)
    where = address(t, "vfs_read")
    first, *_ = point(where)
    again = ("QTinit",)
    defined = ("QTinit", first)

    def opening(n):
        answer, failed = f.call(n, f"open 0 {PROC} rw")
        if not isinstance(answer, OSError):
            f.device.close()
        f.open()
        f.device.close()
        return failed

    assert f.walk("open", opening) > 2
    f.open()
    f.steps(Step("QTinit"), Step(f"QTDP:1:{where:x}:E:0:0:X3,220127-", before=again),
            Step(f"QTDP:-1:{where:x}:R03FFFFFF-", before=defined),
            Step(f"QTDP:-1:{where:x}:M7,0,40X7,26000722080c27", before=defined),
            Step(f"QTDPsrc:1:{where:x}:cmd:0:7:" + b"collect".hex(), before=defined),
            Step("QTDV:401:5:0:" + b"mine".hex(), before=again),
            Step("QTDV:402:5:0:" + b"p_mine".hex(), before=again), Step("QTDV:402:5:0:" + b"per_cpu_mine1".hex(), before=again),
            Step("QTro", before=again), Step("QTro:1000,2000:3000,4000:5000,6000", before=again), Step("QTNotes:user:6162;notes:6364;tstop:6566;"),
            Step("QTDisconnected:0"), Step("QTBuffer:circular:0"), Step("qTMinFTPILen", ""),
            Step(f"QTEnable:1:{where:x}", before=defined), Step(f"QTDisable:1:{where:x}", before=defined),
            Step("qTfP", ".", before=defined), Step("qTsP", ".", before=(*defined, "qTfP")),
            Step("qTfV", "."), Step("qTsV", ".", before=("qTfV",)))
    f.end()


@case(module=SMALL, needs=INJECTION, timeout=600)
def faults_in_a_session(t):
    """Other packets of a session survive faults: threads, symbols, monitor commands, refused requests, leaving."""
    f = Faults(t)
    where, data = address(t, "vfs_read"), address(t, "vfs_write")
    f.open()
    f.steps(Step("qSupported", "PacketSize"), Step("qSupported:xmlRegisters=i386", "PacketSize"), Step("QStartNoAckMode"),
            Step("!"), Step("?", "T05"), Step("Hg0"), Step("qC", "QC1"), Step("qfThreadInfo", "m1"), Step("qsThreadInfo", "l"),
            Step("qThreadExtraInfo,1", "[0-9a-f]+"), Step("T1"), Step("qAttached", "1"), Step("qAttached:1", "1"),
            Step("qOffsets", "TextSeg"), Step("qXfer:features:read:target.xml:0,ffb", "[lm]<"),
            Step("qSymbol::", "qSymbol:"), Step(f"qSymbol:{where:x}:" + b"wake_up_process".hex(), "qSymbol:", before=("qSymbol::",)))
    f.steps(Step("g", "[0-9a-fx]+"), Step("p10", "[0-9a-fx]+"), Step(f"m{where:x},40", "[0-9a-f]+"), Step(f"x{where:x},40", "b"),
            Step("G00", "E01"), Step("P10=00", "E01"), Step(f"M{data:x},1:90", "E01"), Step(f"X{data:x},1:A", "E01"),
            Step(f"Z0,{where:x},1", "E01"), Step(f"z0,{where:x},1", "E01"),
            Step("c", "T00"), Step("s", "T00"), Step("C05", "T00"), Step("S05", "T00"), Step("bs", "T00"), Step("bc", "T00"),
            Step("vCont?", ""), Step("vCont;c", "T00"), Step("QThreadSuffixSupported", ""))
    shown, hidden = (monitor("threads on"),), (monitor("threads off"),)
    f.steps(Step(monitor("")), Step(monitor("help")), Step(monitor("nonsense")),
            Step(monitor("disable")), Step(monitor("disable 0x1000"), before=(monitor("disable clear"),)),
            Step(monitor("disable clear"), before=(monitor("disable 0x1000"),)),
            Step(monitor("io")), Step(monitor("io on"), after=(monitor("io off"),)),
            Step(monitor("io off"), before=(monitor("io on"),)),
            Step(monitor("mem")), Step(monitor("mem phys"), after=(monitor("mem kernel"),)),
            Step(monitor("mem pid 1"), after=(monitor("mem kernel"),)), Step(monitor("mem kernel"), before=(monitor("mem phys"),)),
            Step("m100000,40", "[0-9a-f]+", before=(monitor("mem phys"),), after=(monitor("mem kernel"),)),
            Step("m1,1", "E01", before=(monitor("mem pid 1"),), after=(monitor("mem kernel"),)),
            Step(monitor("stat")), Step(monitor("threads")), Step(monitor("threads on"), after=(monitor("threads off"),)),
            Step("qXfer:threads:read::0,7000", "m<", before=shown, after=hidden),
            Step("qfThreadInfo", "m1,5b8d80,", before=shown, after=hidden), Step("qsThreadInfo", "l", before=(*shown, "qfThreadInfo"), after=hidden),
            Step("T2", before=shown, after=hidden), Step("qThreadExtraInfo,2", "[0-9a-f]+", before=shown, after=hidden),
            Step("Hg2", before=shown, after=hidden), Step("g", "[0-9a-fx]+", before=(*shown, "Hg2"), after=hidden),
            Step(monitor("vmlinux")), Step(monitor("vmlinux any")))
    f.steps(Step("D"), Step("D;1"), Step("k"), Step("vKill;1"))
    f.end()


@case(module=None, needs=INJECTION, timeout=600)
def faults_at_first_start(t):
    """The first start after loading survives faults: the buffer, the printing buffers, the probes."""
    f = Faults(t)
    where = address(t, "vfs_read")
    t.insmod(SMALL)
    f.open()
    number = number_of(f, "printk_level")
    f.device.close()
    t.rmmod()

    def attempt(n):
        t.guest.insmod(GUEST_MODULE, SMALL)
        f.open()
        for packet in point(where, actions=("R03FFFFFF", f"X6,22042d{number:04x}27")):
            f.device.must(packet)
        reply, failed = f.in_a_thread(n, "QTStart")
        assert reply == "OK" or failed and reply.startswith("E."), (n, reply)
        if reply != "OK":
            assert f.probes() == "", (n, f.probes())
            f.device.must("QTStart")
        f.device.must("QTStop")
        f.device.close()
        t.rmmod()
        return failed

    assert f.walk("the first QTStart", attempt) > 10
    leaks(t)


def all_kinds(f):
    """Return the packets that define tracepoints at entries and returns, and disabled ones."""
    read, write, getppid = (address(f.t, name) for name in ("vfs_read", "vfs_write", "__x64_sys_getppid"))
    kret = number_of(f, "kret")
    return ("QTinit", *point(read), *point(write, 2), *point(getppid, 3, actions=(f"X6,22002d{kret:04x}27", "R03FFFFFF")),
            *point(getppid, 4, "D"))


@case(module=SMALL, needs=INJECTION, timeout=600)
def faults_at_start(t):
    """A failed start, with tracepoints at entries and returns and disabled ones, keeps the last run's frames and counts."""
    f = Faults(t)
    read, write = (address(t, name) for name in ("vfs_read", "vfs_write"))
    f.open()
    packets = all_kinds(f)
    kept = 0

    def define():
        for packet in packets:
            f.device.must(packet)

    def run():
        """Run. Return the number of frames, the first of them, its registers, and a tracepoint's hits."""
        t.load("pread", n=5, file="/proc/version", size=8).go()
        f.device.must("QTStop")
        assert frames_of(f) >= 5
        return last_run()

    def last_run():
        frame = f.device.must("QTFrame:0", "F0T")
        regs = f.device.must("g", "[0-9a-fx]+")
        f.device.must("QTFrame:ffffffff", "F-1|OK")
        return frames_of(f), frame, regs, f.device.must(f"qTP:1:{read:x}", "V")

    def starting(n):
        nonlocal before, kept
        define()
        reply, failed = f.in_a_thread(n, "QTStart")
        assert reply == "OK" or failed and re.match(r"E\.(tracepoint|tstart: cannot start: no memory)", reply), (n, reply)
        f.alive()
        if reply == "OK":
            before = run()
        else:
            assert last_run() == before, (n, reply)
            kept += 1
        assert f.probes() == "", (n, reply, f.probes())
        return failed

    define()
    f.device.must("QTStart")
    before = run()
    assert f.walk("QTStart", starting) > 10
    t.note(f"{kept} starts were refused, and kept the last run")
    assert kept > 10
    running = ("QTinit", *point(write, 2), f"QTDP:6:{read:x}:D:0:0", "QTStart")
    *head, last = point(read, 5)
    f.steps(Step(monitor("look"), before=running, after=("QTStop",)),
            Step(monitor("look off"), before=(*running, monitor("look")), after=("QTStop",)),
            Step("QTFrame:0", "F", before=(*running, monitor("look")), after=("QTStop",)))
    f.steps(Step(last, before=(*running, *head), after=("QTStop",)),
            Step(f"QTEnable:6:{read:x}", before=running, after=("QTStop",)))
    f.device.must("QTinit")
    f.end()


def stopped(f, before, failed):
    """Check that probes that the kernel did not remove stay, are reported, and do nothing, also beside a new probe. Return
    their number."""
    listed = f.probes().splitlines()
    assert all("[DISABLED]" in line for line in listed), listed
    assert len(listed) == before or failed and len(listed) > before, (before, listed)
    if listed:
        assert KEPT in f.files.get("/proc/gtpstat")
    f.alive()
    f.t.load("getppid", n=5).go()
    f.device.must("QTStart")
    f.t.load("getppid", n=5).go()
    f.device.must("QTStop")
    assert len(f.probes().splitlines()) == len(listed), f.probes()
    f.device.must("QTStart")
    return len(listed)


@case(module=None, needs=INJECTION, timeout=600, last=True)
def faults_at_stop(t):
    """The end of a run, by QTStop and by the end of the session, survives faults in the removal of probes."""
    f = Faults(t)
    t.guest.insmod(GUEST_MODULE, SMALL)     # it cannot be unloaded
    f.open()
    for packet in (*all_kinds(f), "QTStart"):
        f.device.must(packet)
    kept = 0

    def stopping(n):
        nonlocal kept
        reply, failed = f.in_a_thread(n, "QTStop")
        assert reply == "OK" or failed and reply.startswith("E."), (n, reply)
        kept = stopped(f, kept, failed)
        return failed

    def closing(n):
        nonlocal kept
        _, failed = f.call(n, "close 0")
        f.open()
        kept = stopped(f, kept, failed)
        return failed

    assert f.walk("QTStop", stopping) > 0
    assert f.walk("close in a run", closing) > 0
    t.note(f"{kept} probes stay")
    assert kept > 0
    f.device.must("QTStop")
    f.end()
    assert t.run(f"rmmod {MODULE}").status, "the module went, and probes of its are in the kernel"


def have_frames(f):
    """Complete a run. Return the address of its tracepoint, and the number of frames."""
    where = address(f.t, "__x64_sys_getppid")
    f.open()
    for packet in ("QTinit", "QTBuffer:size:10000", *point(where), f"QTDPsrc:1:{where:x}:at:0:8:2a7666735f726561",
                   "QTDV:401:5:0:" + b"mine".hex(), "QTStart"):
        f.device.must(packet)
    f.t.load("getppid", n=60).go()
    f.device.must("QTStop")
    frames = frames_of(f)
    assert frames > 20
    return where, frames


def frames_of(f):
    return int(re.search(r"tframes:(\w+)", f.device.ask("qTStatus"))[1], 16)


@case(module=SMALL, needs=INJECTION, timeout=600)
def faults_with_frames(t):
    """Finding, showing and uploading frames and resizing the buffer survive faults, and no frame is lost."""
    f = Faults(t)
    where, before = have_frames(f)
    # A changed size drops the index of the frames.
    fresh = ("QTBuffer:size:10000", "QTBuffer:size:10100")
    looked = ("QTFrame:3",)
    f.steps(Step("QTFrame:0", "F0T1", before=fresh), Step("QTFrame:tdp:1", "F", before=fresh),
            Step("qXfer:traceframe-info:read::0,ffb", "[lm]<", before=looked), Step("g", "[0-9a-fx]+", before=looked),
            Step(f"m{where:x},40", "[0-9a-f]+", before=("QTFrame:ffffffff",)), Step("qTV:401", "[VU]", before=looked),
            Step(f"qTP:1:{where:x}", "V", before=looked), Step("QTFrame:ffffffff", "F-1|OK"),
            Step("qTBuffer:0,1000", "[0-9a-f]+", before=fresh), Step("qTStatus", "T0"),
            Step("QTBuffer:size:40000", before=fresh), Step("QTBuffer:size:10000", before=("QTBuffer:size:40000",)))
    assert frames_of(f) == before

    def reading(n):
        f.talk.write("$qC#b4")
        answer, failed = f.call(n, "read 0 65536 2000")
        if isinstance(answer, OSError):
            assert f.device.reply() == "QC1"
        return failed

    def stat(n):
        answer, failed = f.call(n, "open 1 /proc/gtpstat r")
        if not isinstance(answer, OSError):
            f.talk.call("close 1")
        return failed

    def stat_text(n):
        f.talk.call("open 1 /proc/gtpstat r")
        _, failed = f.call(n, "read 1 65536 2000")
        f.talk.call("close 1")
        return failed

    for what, attempt in (("read", reading), ("open gtpstat", stat), ("read gtpstat", stat_text)):
        assert f.walk(what, attempt) > 0, what
        f.alive()
    assert frames_of(f) == before
    f.end()


@case(module=f"{SMALL} save_dir=/tmp", needs=INJECTION, timeout=600)
def faults_in_saving(t):
    """With `tsave -r`, a file reported as saved is complete, a failed one is removed, and the next one can be saved."""
    f = Faults(t)
    _, before = have_frames(f)
    path = "/tmp/faults.tfile"
    packet = "QTSave:" + path.encode().hex()
    f.device.must(packet)
    whole = f.files.get(path)
    f.files.remove(path)
    assert whole.startswith("\x7fTRACE0\n"), whole[:20]
    f.find_threads()    # the thread that writes files is started by the first file
    assert set(f.threads) == {MODULE, f"{MODULE}_save"}, f.threads

    def saving(n, inject):
        f.device.must("QTFrame:ffffffff")
        reply, failed = inject(n, packet)
        assert reply == "OK" or failed and (reply is None or reply.startswith("E.")), (n, failed, reply)
        if reply == "OK":
            assert f.files.get(path) == whole, n
            f.files.remove(path)
        assert not f.files.exists(path), (n, reply)
        f.alive()
        return failed

    assert f.walk("QTSave in the writer", lambda n: saving(n, f.in_the_writer)) > 2
    for name in f.threads:
        tried = f.walk(f"QTSave in the thread {name}",
                       lambda n, name=name: saving(n, lambda n, text: f.in_a_thread(n, text, name)))
        assert tried > 2 or name == MODULE, name
    f.device.must(packet)
    assert f.files.get(path) == whole
    f.files.remove(path)
    assert frames_of(f) == before
    f.end()


@case(module=None, needs=["CONFIG_DEBUG_KMEMLEAK"], timeout=300)
def nothing_leaks(t):
    """Loading, defining, tracing, looking, saving and unloading, repeated, leak no memory that kmemleak finds."""
    scan(t)
    t.sh(f"echo clear >{KMEMLEAK}")     # leaks from before this case
    for turn in range(4):
        t.guest.insmod(GUEST_MODULE, SMALL)
        device = Device(t)
        device.open()
        where = address(t, "vfs_read")
        for packet in (*point(where), "QTDV:401:5:0:" + b"mine".hex(), "QTDV:402:5:0:" + b"p_mine".hex(),
                       "QTro:1000,2000:3000,4000", "QTNotes:user:6162;notes:6364;tstop:6566;", "QTStart"):
            device.must(packet)
        t.load("pread", n=50, file="/proc/version", size=8).go()
        for packet, good in (("QTStop", "OK"), ("QTFrame:0", "F0T1"), ("qTBuffer:0,1000", "."), ("QTBuffer:size:40000", "OK"),
                             ("qXfer:features:read:target.xml:0,ffb", "."), ("qXfer:traceframe-info:read::0,ffb", "."),
                             *([("QTinit", "OK")] if turn % 2 else [])):
            device.must(packet, good)
        device.close()
        device.talk.end()
        t.rmmod()
    leaks(t)


GONE, BACK = "module probed was unloaded; not armed until", "armed again; load|armed again$|armed again;"
LOST = "no memory when module probed was {}: tracepoints in it are not armed again"
REFUSED = r"not armed: .*`disable' and `enable' try again"


class Comings:
    """A run with a tracepoint in a module that is unloaded and reloaded, and one in the kernel."""

    def __init__(self, t):
        self.t, self.f = t, Faults(t)
        load_module(t, build(t, "probed"))
        t.cleanup.callback(t.run, "rmmod probed")
        self.kernel = address(t, "__x64_sys_getppid")
        self.load = t.load("getppid", n=0, pause=1000)
        self.told = 0
        self.f.open()
        self.f.talk.call("rmmod probed")
        self.load.start()

    def begin(self):
        """Start a run, with the module loaded."""
        f = self.f
        f.device.must("QTStop")
        assert f.probes() == "", f.probes()
        if not f.files.exists("/sys/module/probed"):
            f.talk.call("insmod /tmp/probed.ko")
        self.module = address(self.t, "probed_work")
        for packet in ("QTinit", "QTBuffer:circular:1", *point(self.module), *point(self.kernel, 2), "QTStart"):
            f.device.must(packet)
        assert self.notes() == ""
        self.hit(3)

    def notes(self):
        """Return tstatus's notes, which gtpstat must agree with unless they change meanwhile."""
        def said():
            return bytes.fromhex(re.search(r";notes:([0-9a-f]*)", self.f.device.must("qTStatus", "T1"))[1]).decode()
        before, stat, after = said(), self.f.files.get("/proc/gtpstat"), said()
        remarks = [line[2:] for line in stat.splitlines() if re.match("# (?!cpu |tracepoint address|not available)", line)]
        assert before != after or all(remark in after for remark in remarks) and bool(remarks) == bool(after), (after, stat)
        return after

    def walk(self, what, attempt, in_record=True):
        """Walk through the failures of a step; in_record: one must be that of the module's record."""
        told = self.told
        # What rmmod and insmod allocate varies, so one walk may miss the record.
        for _ in range(3):
            assert self.f.walk(what, attempt) > 0, what
            if self.told > told or not in_record:
                return
        raise AssertionError(f"{what}: the record of the module was never what failed")

    def until(self, pattern):
        end = time.monotonic() + 10 * self.t.kernel.slow
        while not re.search(pattern, said := self.notes()):
            assert time.monotonic() < end, (pattern, said)
            time.sleep(0.1)
        return said

    def hits(self, number, where):
        return int(re.match(r"V(\w+):", self.f.device.must(f"qTP:{number}:{where:x}", "V"))[1], 16)

    def hit(self, expected):
        """Check that of three calls in the module so many are hits, and that the tracepoint in the kernel is hit."""
        before, elsewhere = self.hits(1, self.module), self.hits(2, self.kernel)
        calls(self.t)
        assert self.hits(1, self.module) - before == expected, self.notes()
        end = time.monotonic() + 10 * self.t.kernel.slow
        while self.hits(2, self.kernel) == elsewhere:
            assert time.monotonic() < end, self.notes()

    def gone(self):
        self.f.talk.call("rmmod probed")
        self.until(GONE)

    def is_lost(self, how, said, failed):
        if not re.search(LOST.format(how), said):
            return False
        assert failed, said
        self.told += 1
        return True

    # Make a call with a fault in a process or thread. Return the answer, and a function that returns whether something
    # failed.

    def in_the_process(self, n, line):
        answer, failed = self.f.call(n, line)
        return answer, lambda: failed

    def in_the_thread(self, n, line):
        pid = self.f.threads[MODULE]
        nth = f"/proc/{pid}/task/{pid}/fail-nth"
        self.f.files.put(nth, str(n))
        answer = self.f.talk.ask(line)

        def failed():
            left = self.f.files.get(nth).strip()
            self.f.files.put(nth, "0")
            return left == "0"
        return answer, failed

    def going(self, n, inject):
        self.begin()
        answer, has_failed = inject(n, "rmmod probed")
        if isinstance(answer, OSError):
            assert has_failed(), answer
            self.hit(3)
            return True
        said = self.until(f"{GONE}|{LOST.format('unloaded')}")
        failed = has_failed()
        lost = self.is_lost("unloaded", said, failed)
        self.f.talk.call("insmod /tmp/probed.ko")
        if not lost:
            self.until(BACK)
        self.hit(0 if lost else 3)
        return failed

    def coming(self, n, inject):
        """Reload the module. The run is reused for the next attempt while it is intact."""
        answer, has_failed = inject(n, "insmod /tmp/probed.ko")
        if isinstance(answer, OSError):
            assert has_failed(), answer
            self.until(GONE)
            return True
        said = self.until(f"{BACK}|{REFUSED}|{LOST.format('loaded')}")
        failed = has_failed()
        if self.is_lost("loaded", said, failed):
            self.hit(0)
            self.begin()
        elif re.search(REFUSED, said):
            assert failed, said
            self.hit(0)
            for packet in ("QTDisable", "QTEnable"):
                self.f.device.must(f"{packet}:1:{self.module:x}")
            self.hit(3)
            assert not re.search(REFUSED, self.notes()), self.notes()
        else:
            self.hit(3)
        self.gone()
        return failed


@case(module=SMALL, needs=[*INJECTION, "CONFIG_MODULE_UNLOAD"], timeout=1500)
def faults_as_a_module_goes(t):
    """When rmmod of a traced module lacks memory to record it, tstatus reports this, and nothing else is lost."""
    c = Comings(t)
    for where, inject in (("the process", c.in_the_process), ("the thread", c.in_the_thread)):
        c.walk(f"rmmod in {where}", lambda n, inject=inject: c.going(n, inject))
    c.f.device.must("QTStop")
    c.f.end()


@case(module=SMALL, needs=[*INJECTION, "CONFIG_MODULE_UNLOAD"], timeout=1500)
def faults_as_a_module_comes(t):
    """When insmod of a traced module lacks memory to record it, tstatus reports this.
    What the thread cannot arm is reported, too, and armed on the next attempt."""
    c = Comings(t)
    c.begin()
    c.gone()
    for where, inject in (("the thread", c.in_the_thread), ("the process", c.in_the_process)):
        c.walk(f"insmod in {where}", lambda n, inject=inject: c.coming(n, inject), in_record=where == "the process")
    c.f.device.must("QTStop")
    c.f.end()
