# SPDX-License-Identifier: GPL-2.0
"""Function entries are served by ftrace, beside all its other users, or else by a kprobe."""
import contextlib
import re
import signal

from harness import Skip, case

TRACING = "/sys/kernel/debug/tracing"
FTRACE = "/proc/sys/kernel/ftrace_enabled"
ENTRIES = ["CONFIG_KPROBES_ON_FTRACE"]
TRAPS = ("int3", "jump")


def reads(t, n=20):
    return t.load("pread", n=n, file="/proc/version", size=8)


def any_of(loads):
    return " || ".join(load.mine for load in loads)


def errors(t, number):
    """Return how many errors gtpstat has for a tracepoint."""
    return int(re.search(rf"^tracepoint {number} (.*)$", t.sh("cat /proc/gtpstat"), re.M)[1].split()[5])


def needs_entries(t):
    if not t.kernel.entries_by_ftrace:
        raise Skip("this kernel's entries are kprobes")


@case(core=True)
def entry_by_ftrace(t):
    """An entry is served by ftrace where the kernel has it: each hit once, with the registers and the stack of the entry."""
    gdb = t.gdb()
    load = reads(t)
    gdb.cmd("tvariable $bt = 512")
    gdb.trace("*vfs_read", load.mine, "collect $args, $bt")
    gdb.trace("*vfs_read", f"({load.mine}) && count == 8", "collect count")
    gdb.trace(f"*{gdb.inside('vfs_read')[0]:#x}", load.mine, "collect $regs")
    gdb.cmd("tstart")
    by = t.served()
    expected = "ftrace" if t.kernel.entries_by_ftrace else "kprobe-on-ftrace" if t.kernel.config(ENTRIES[0]) else "int3"
    assert by[1] == by[2] == expected and by[3] in TRAPS, by
    assert load.go()["ok"] == 20
    gdb.cmd("tstop")
    assert set(t.served().values()) == {"-"}, t.served()
    assert gdb.frames() == 60, gdb.cmd("tstatus")
    gdb.cmd("tfind 0")
    assert gdb.eval("$pc == (unsigned long)vfs_read") == "1"
    assert gdb.eval("count") == "8"
    entry = {name: gdb.eval(f"(unsigned long)${name}") for name in ("rbx", "rbp", "rsp", "r12", "r13", "r14", "r15")} \
        if t.bits == 64 else {}
    caller = gdb.cmd("backtrace 2")
    assert re.search(r"#1 .*(pread|ksys_read|sys_read)", caller), caller
    # The probe behind the entry sees the same registers, as far as no instruction has changed them.
    gdb.cmd("tfind 2")
    assert gdb.eval("$tracepoint") == "3"
    same = [name for name, value in entry.items() if gdb.eval(f"(unsigned long)${name}") == value]
    assert not entry or len(same) >= 5, (entry, same)


@case(needs=ENTRIES + ["CONFIG_KRETPROBES"])
def served_by(t):
    """gtpstat says by what each tracepoint is served, also what is switched off, and nothing when no run is on."""
    gdb = t.gdb()
    t.cleanup.callback(t.run, "echo 1 >/sys/kernel/debug/kprobes/enabled")
    gdb.trace("*vfs_read", "", "collect $regs")
    gdb.trace(f"*{gdb.inside('vfs_write')[0]:#x}", "", "collect $regs")
    gdb.trace("*vfs_write", "", "teval $kret = 0", "collect $regs")
    gdb.cmd("tstart")
    by = t.served()
    entry = "ftrace" if t.kernel.entries_by_ftrace else "kprobe-on-ftrace"
    assert by[1] == entry and by[2] in TRAPS and by[3] == "return", by
    t.sh("echo 0 >/sys/kernel/debug/kprobes/enabled")
    by = t.served()
    assert by[1] == (entry if t.kernel.entries_by_ftrace else "off") and by[2] == by[3] == "off", by
    t.sh("echo 1 >/sys/kernel/debug/kprobes/enabled")
    gdb.cmd("tstop")
    assert set(t.served().values()) == {"-"}, t.served()


@case(needs=ENTRIES)
def entry_joins(t):
    """Entries that join a run are served by ftrace: the first one, one at a new function, a second one at the same place."""
    needs_entries(t)
    gdb = t.gdb()
    loads = [reads(t) for _ in range(3)]
    mine = any_of(loads)
    gdb.trace(f"*{gdb.inside('vfs_write')[0]:#x}", "", "collect $regs")
    gdb.cmd("tstart")
    first = gdb.trace("*vfs_read", mine)
    assert loads[0].go()["ok"] == 20
    other = gdb.trace(f"*{t.syscall('pread64')}", mine)
    assert loads[1].go()["ok"] == 20
    second = gdb.trace("*vfs_read", mine)
    assert loads[2].go()["ok"] == 20
    by = t.served()
    assert by[first] == by[other] == by[second] == "ftrace", by
    hits = {int(n): int(hits) for n, hits in re.findall(r"^tracepoint (\d+) \S+ (\d+)", t.sh("cat /proc/gtpstat"), re.M)}
    assert (hits[first], hits[other], hits[second]) == (60, 40, 20), hits
    gdb.cmd("tstop")
    assert t.probes() == "", t.probes()


@case(needs=ENTRIES)
def entry_conditions(t):
    """At an entry each way to decide lets the right hits through: by a register, memory, the kernel's image, an error, a counter."""
    needs_entries(t)
    gdb = t.gdb()
    quick, image, fails = "file->f_op", "(long)init_task.stack", "*(char *)8"
    gdb.cmd("tvariable $p_hits = 0")
    for condition, wanted, failed in [
            ("count == 8 && {mine}", 20, 0), ("count == 9 && {mine}", 0, 0), ("{mine} && count > 7 && count == 9", 0, 0),
            ("(count == 9 || count == 8) && {mine}", 20, 0), ("(count == 9 || count == 7) && {mine}", 0, 0),
            ("{quick} != 0 && {mine}", 20, 0), ("{quick} == 0 && {mine}", 0, 0), ("{mine} && {quick} != 0 && count == 8", 20, 0),
            ("{mine} && {image} != 0", 20, 0), ("{mine} && {image} == 0", 0, 0), ("{mine} && {image} * 2 != 0", 20, 0),
            ("{mine} && count == 8 && {fails} == 1", 0, 20), ("{mine} && {fails} == 1 && count == 9", 0, 20),
            ("{mine} && count == 9 && {fails} == 1", 0, 0),
            ("($p_hits = $p_hits + 1) == 0", 0, 0), ("($p_hits = $p_hits + 1) > 0 && {mine}", 20, 0)]:
        load = reads(t)
        condition = condition.format(mine=load.mine, quick=quick, image=image, fails=fails)
        number = gdb.trace("*vfs_read", condition, "collect count")
        gdb.cmd("tstart")
        assert t.served() == {number: "ftrace"}, t.served()
        assert load.go()["ok"] == 20
        gdb.cmd("tstop")
        assert gdb.frames() == wanted, (condition, gdb.cmd("tstatus"))
        assert errors(t, number) == failed, (condition, t.sh("cat /proc/gtpstat"))
        gdb.cmd(f"delete {number}")


@case(needs=ENTRIES, cmdline="memmap=4M$0x4000000")
def entry_load_faults(t):
    """A condition that reads a hole in the direct map faults and is counted as an error, also where its fault is handled."""
    needs_entries(t)
    gdb = t.gdb()
    hole = gdb.value("(unsigned long)page_offset_base") + 0x4100000
    # Addresses of a register and a constant: what is read without another check than that it is in the direct map.
    condition = f"*(long *)(count + {hole}) == 1"
    load = reads(t)
    first = gdb.trace("*vfs_read", f"{load.mine} && {condition}", "collect count")
    gdb.cmd("tstart")
    assert t.served() == {first: "ftrace"}, t.served()
    assert load.go()["ok"] == 20
    gdb.cmd("tstop")
    assert errors(t, first) == 20 and gdb.frames() == 0, gdb.cmd("tstatus")
    if not gdb.knows("fixup_exception"):
        raise Skip("this kernel's fixup_exception() is not known")
    # The fault of the decision leads to itself: no more than a hit in each context.
    gdb.cmd(f"delete {first}")
    load = reads(t)
    first = gdb.trace("*vfs_read", f"{load.mine} && {condition}", "collect count")
    second = gdb.trace("*fixup_exception", f"*(long *)((long)$rsi + {hole}) == 1", "collect $regs")
    gdb.cmd("tstart")
    assert t.served() == {first: "ftrace", second: "ftrace"}, t.served()
    assert load.go()["ok"] == 20
    gdb.cmd("tstop")
    nested = int(re.search(r"^lost_nested +(\d+)", t.sh("cat /proc/gtpstat"), re.M)[1])
    assert gdb.frames() == 0 and errors(t, second) >= 20 and nested >= 20, t.sh("cat /proc/gtpstat")
    t.note(f"{errors(t, second)} errors at fixup_exception(), {nested} nested hits lost")


@case(needs=ENTRIES)
def entry_joins_shut_gate(t):
    """A tracepoint that joins one whose condition a register decides has all hits; the first one still has none."""
    needs_entries(t)
    gdb = t.gdb()
    load = reads(t)
    first = gdb.trace("*vfs_read", f"count == 12345 && {load.mine}", "collect count")
    gdb.cmd("tstart")
    second = gdb.trace("*vfs_read", load.mine, "collect count")
    assert t.served() == {first: "ftrace", second: "ftrace"}, t.served()
    assert load.go()["ok"] == 20
    gdb.cmd("tstop")
    assert gdb.frames() == 20, gdb.cmd("tstatus")
    gdb.cmd("tfind 0")
    assert gdb.eval("$tracepoint") == str(second)


@case(needs=ENTRIES)
def entry_with_ftrace_off(t):
    """With sysctl kernel.ftrace_enabled=0 an entry is served by a kprobe behind ftrace's instruction: same pc, registers and
    caller, and each hit once, also when ftrace is switched on."""
    needs_entries(t)
    gdb = t.gdb()
    loads = [reads(t) for _ in range(2)]
    t.cleanup.callback(t.run, f"echo 1 >{FTRACE}")
    gdb.cmd("tvariable $bt = 512")
    gdb.trace("*vfs_read", any_of(loads), "collect $args, $bt")
    t.sh(f"echo 0 >{FTRACE}")
    assert "switched off" not in gdb.cmd("tstart")
    assert t.served()[1] in TRAPS, t.served()
    loads[0].go()
    t.sh(f"echo 1 >{FTRACE}")
    loads[1].go()
    assert t.served()[1] in TRAPS, t.served()
    gdb.cmd("tstop")
    assert gdb.frames() == 40, gdb.cmd("tstatus")
    for n in (0, 39):
        gdb.cmd(f"tfind {n}")
        assert gdb.eval("$pc == (unsigned long)vfs_read") == "1" and gdb.eval("count") == "8"
        caller = gdb.cmd("backtrace 2")
        assert re.search(r"#1 .*(pread|ksys_read|sys_read)", caller), caller
    # The next run finds ftrace switched on.
    again = reads(t)
    gdb.cmd("delete tracepoints")
    gdb.trace("*vfs_read", again.mine, "collect $args")
    gdb.cmd("tstart")
    assert set(t.served().values()) == {"ftrace"}, t.served()
    again.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 20


@case(needs=ENTRIES)
def entry_unknown_to_ftrace(t):
    """A function that ftrace cannot trace is served by a kprobe at its entry."""
    needs_entries(t)
    gdb = t.gdb()
    known = set(t.sh(f"cat {TRACING}/available_filter_functions").split())
    names = ("ktime_get_mono_fast_ns", "ktime_get_real_fast_ns", "rcu_is_watching", "__rcu_read_lock", "irq_enter")
    known |= set(re.findall(r"(\w+)$", t.sh("cat /sys/kernel/debug/kprobes/blacklist"), re.M))
    name = next((name for name in names if name in t.functions() and name not in known), None)
    if not name:
        raise Skip("ftrace can trace each of these, or no kprobe may: " + ", ".join(names))
    t.note(name)
    gdb.trace(f"*{name}", "", "collect $regs")
    gdb.cmd("tstart")
    assert t.served()[1] in TRAPS, t.served()
    gdb.cmd("tstop")


@case(needs=ENTRIES)
def entry_that_no_kprobe_may_have(t):
    """What the kernel keeps kprobes from is refused, although ftrace can trace it."""
    needs_entries(t)
    gdb = t.gdb()
    known = set(t.sh(f"cat {TRACING}/available_filter_functions").split())
    listed = re.findall(r"^0x\S+-0x\S+\s+(\w+)$", t.sh("cat /sys/kernel/debug/kprobes/blacklist"), re.M)
    both = [name for name in listed if name in known and gdb.knows(f"&{name}")][:5]
    if not both:
        raise Skip("ftrace traces none of them")
    t.note(" ".join(both))
    for name in both:
        gdb.cmd("delete tracepoints")
        gdb.trace(f"*{name}", "", "collect $regs")
        gdb.fails("tstart")
        assert t.probes() == "", (name, t.probes())


# ---- other tracers ---------------------------------------------------------------

class FunctionTracer:
    """ftrace's own function tracer."""

    def __init__(self, t, function):
        self.t, self.function = t, function

    def start(self):
        self.t.sh(f"echo {self.function} >{TRACING}/set_ftrace_filter; echo function >{TRACING}/current_tracer")

    def stop(self):
        """Return the pid of each hit."""
        hits = self.lines(f"{self.function} <-")
        self.t.sh(f"echo nop >{TRACING}/current_tracer; echo >{TRACING}/set_ftrace_filter")
        return hits

    def lines(self, text):
        """Reading the trace must not add to it."""
        trace = self.t.sh(f"echo 0 >{TRACING}/tracing_on; cat {TRACING}/trace; echo >{TRACING}/trace; echo 1 >{TRACING}/tracing_on")
        return re.findall(rf"-(\d+) .*\b{text}", trace)


class KprobeEvent(FunctionTracer):
    """A kprobe event at the entry: another kprobe on ftrace."""

    def start(self):
        self.t.sh(f"echo 'p:kgtp/other {self.function}' >{TRACING}/kprobe_events; echo 1 >{TRACING}/events/kgtp/other/enable")

    def stop(self):
        hits = self.lines("other: ")
        self.t.sh(f"echo 0 >{TRACING}/events/kgtp/other/enable; echo >{TRACING}/kprobe_events")
        return hits


class ReturnEvent(KprobeEvent):
    """A return probe of the same function."""

    def start(self):
        self.t.sh(f"echo 'r:kgtp/other {self.function}' >{TRACING}/kprobe_events; echo 1 >{TRACING}/events/kgtp/other/enable")


class Program:
    """A tracer in the guest. pattern: finds the pid of a hit in what it, or else `read`, prints in the end."""

    def __init__(self, t, command, begun, pattern, read=""):
        """begun: waits until the job traces."""
        self.t, self.command, self.begun, self.pattern, self.read = t, command, begun, pattern, read

    def start(self):
        self.job = self.t.spawn(f"export PATH=/bin:/usr/bin HOME=/tmp; exec {self.command}")
        self.begun(self.job)

    def stop(self):
        self.t.sh("usleep 2000000")         # until it has read the events: it drops the others when it ends
        self.job.kill(signal.SIGINT)
        self.job.wait(120)
        said = self.t.sh(f"export PATH=/bin:/usr/bin HOME=/tmp; {self.read}", 120) if self.read else self.job.text()
        return re.findall(self.pattern, said, re.M)


def beside(t, tracer):
    """Our run begins and ends before, during and after the tracer's; each sees all of its hits."""
    gdb = t.gdb()
    loads = [reads(t) for _ in range(8)]
    gdb.trace("*vfs_read", any_of(loads), "collect $args")
    t.cleanup.callback(t.run, f"echo nop >{TRACING}/current_tracer; echo >{TRACING}/kprobe_events")
    frames, theirs = 0, None        # pids of loads that the tracer must have seen
    with contextlib.suppress(IndexError):
        for step in ("ours", "theirs", "-theirs", "-ours", "theirs", "ours", "-ours", "-theirs"):
            if step == "ours":
                gdb.cmd("tstart")
                assert t.served()[1] == ("ftrace" if t.kernel.entries_by_ftrace else "kprobe-on-ftrace"), t.served()
                frames = 0
            elif step == "-ours":
                gdb.cmd("tstop")
            elif step == "theirs":
                tracer.start()
                theirs = []
            else:
                hits = tracer.stop()
                assert [hits.count(str(pid)) for pid in theirs] == [20] * len(theirs), (step, theirs, hits)
                theirs = None
            load = loads.pop(0)
            load.go()
            running = "Trace is running" in gdb.cmd("tstatus")
            frames += 20 * running
            assert gdb.frames() == frames, (step, gdb.cmd("tstatus"))
            if theirs is not None:
                theirs.append(load.pid)
    assert t.probes() == "", t.probes()


@case(needs=ENTRIES + ["CONFIG_FUNCTION_TRACER"])
def entry_beside_function_tracer(t):
    """ftrace's function tracer on the same function loses no hit, and we lose none."""
    beside(t, FunctionTracer(t, "vfs_read"))


@case(needs=ENTRIES + ["CONFIG_KPROBE_EVENTS"])
def entry_beside_kprobe(t):
    """The same with another kprobe at the entry."""
    beside(t, KprobeEvent(t, "vfs_read"))


@case(needs=ENTRIES + ["CONFIG_KPROBE_EVENTS", "CONFIG_KRETPROBES"])
def entry_beside_return_probe(t):
    """The same with another return probe of the function."""
    beside(t, ReturnEvent(t, "vfs_read"))


@case(needs=ENTRIES + ["CONFIG_DEBUG_INFO_BTF", "CONFIG_BPF_SYSCALL", "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS"], programs="tracers", timeout=600)
def entry_beside_bpftrace(t):
    """The same with bpftrace's fentry: ftrace's trampoline jumps to one of BPF's."""
    def begun(job):
        """BEGIN comes before the other probes are there."""
        for _ in range(300):
            if "direct" in t.sh(f"cat {TRACING}/enabled_functions"):
                return
            if "not available for your kernel" in job.text():
                raise Skip(job.text().strip())
            t.sh("usleep 200000")
        raise AssertionError(job.text())
    beside(t, Program(t, """bpftrace -e 'kfunc:vfs_read { printf("hit %d\\n", pid); }'""", begun, r"^hit (\d+)$"))


def ftrace_of_4_4(t):
    """Without our module, too: ftrace_bug() at the kprobe's function when perf removes its event."""
    return "4.4's ftrace fails with perf's event beside a kprobe" if t.kernel.version[:2] == (4, 4) else None


@case(needs=ENTRIES + ["CONFIG_FUNCTION_TRACER", "CONFIG_PERF_EVENTS", ftrace_of_4_4], programs="tracers", timeout=600)
def entry_beside_perf(t):
    """The same with perf's function event."""
    beside(t, Program(t, "perf record -a -e ftrace:function --filter 'ip == vfs_read' -o /tmp/perf.data sh -c 'echo begun; exec sleep 1000'",
                      lambda job: job.readline(120), r"^ *\S+ +(\d+) ",
                      "perf script -i /tmp/perf.data -F comm,tid,time; rm /tmp/perf.data"))


@case(needs=ENTRIES)
def entry_in_a_hit(t):
    """A hit in what a hit calls is lost, counted as nested, and does no harm: entries have no guard of the kernel's."""
    needs_entries(t)
    gdb = t.gdb()
    load = reads(t, n=100)
    reader = "copy_from_kernel_nofault"
    # A byte is read by the kernel's reader.
    gdb.trace("*vfs_read", load.mine, "collect $regs, *(char *)&jiffies_64")
    gdb.trace(f"*{reader}", load.mine, "collect $regs")
    gdb.cmd("tstart")
    assert set(t.served().values()) == {"ftrace"}, t.served()
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 100, gdb.cmd("tstatus")
    assert int(re.search(r"^lost_nested +(\d+)", t.sh("cat /proc/gtpstat"), re.M)[1]) >= 100
