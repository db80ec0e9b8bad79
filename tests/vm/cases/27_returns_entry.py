# SPDX-License-Identifier: GPL-2.0
"""What a return knows of the entry of its call: $kret_args, $kret_ns; and $kret_2."""
import re

from harness import Skip, case

KRET = ("teval $kret = 64", "teval $kret_args = 1")


def returns(t):
    return "$rax" if t.bits == 64 else "$eax"


# Before that the kernel's return probes keep nothing of the entry.
KEEPS = [">=2.6.25"]


def frames_of(gdb, *points):
    """Select each frame of these tracepoints in turn."""
    for i in range(gdb.frames()):
        gdb.cmd(f"tfind {i}")
        if gdb.value("$tracepoint") in points:
            yield gdb.value("$tracepoint")
    gdb.cmd("tfind none")


@case(needs=KEEPS, core=True, old=True)
def arguments_and_result(t):
    """With $kret_args a frame at a return has the function's arguments, its result, the time between, and memory as it is then.
    Live and in the files that tsave writes. Another tracepoint at that return has the registers of the return."""
    load = t.load("pread", n=3, file="/proc/version", size=11)
    gdb = t.gdb()
    value = returns(t)
    plain, last = ("$rdi", "$r9") if t.bits == 64 else ("$ecx", "$ecx")
    # On 32-bit machines the first argument's register holds the result.
    wants = ["file", "count", "buf"] if t.bits == 64 else ["buf", "count"]
    entry = gdb.trace("*vfs_read", load.mine, "collect $regs, $args")
    both = gdb.trace("*vfs_read", f"{load.mine} && {value} == 11 && count == 11", *KRET,
                     f"collect $args, {value}, $kret_ns, $kret_2, *(char(*)[8])buf" + (", file->f_mode" if t.bits == 64 else ""))
    other = gdb.trace("*vfs_read", load.mine, "teval $kret = 64", f"collect {value}, $kret_2, {'$rdx' if t.bits == 64 else '$edx'}")
    gdb.cmd("tstart")
    assert len([line for line in t.probes().splitlines() if "vfs_read" in line]) == 2, t.probes()
    assert load.go()["ok"] == 3
    gdb.cmd("tstop")
    assert gdb.frames() == 9, gdb.cmd("tstatus")
    want = {}

    def look(in_file=False):
        for n in frames_of(gdb, entry, both, other):
            if n == entry:
                want.update({name: gdb.eval(f"(unsigned long){name}") for name in [*wants, last]})
            elif n == both:
                seen = {name: gdb.eval(f"(unsigned long){name}") for name in want}
                assert seen == want, (seen, want)
                assert gdb.value(f"(int){value}") == 11 and gdb.value("count") == 11
                assert gdb.eval("(char)buf[0]").endswith("'L'"), gdb.eval("buf[0]")         # as it is now: Linux
                assert t.bits == 32 or gdb.value("file->f_mode") & 1
                assert 0 <= gdb.value("$kret_ns") < 10**10, gdb.eval("$kret_ns")
                shown = gdb.cmd("bt 1")
                assert "vfs_read (" in shown and (t.bits == 32 or "<unavailable>" not in shown.split("pos=")[0]), shown
                assert "$kret_ns = " in gdb.cmd("tdump")
            else:
                assert gdb.value("(unsigned long)$kret_2") == gdb.value(f"(unsigned long){'$rdx' if t.bits == 64 else '$edx'}")
                # A file has no word for that: there it is 0.
                assert gdb.eval(plain) == "<unavailable>" or in_file and gdb.value(plain) == 0
    look()
    path = t.built.module.parent / "returns.tfile"
    path.unlink(missing_ok=True)
    gdb.cmd(f"tsave {path}")
    gdb.cmd("disconnect")
    gdb.cmd(f"target tfile {path}")
    want.clear()
    look(in_file=True)
    path.unlink()


def calls_of(gdb, names, left, most=400):
    """Return (tracepoint, task, arguments, time at a return) of up to so many frames."""
    for i in range(min(most, gdb.frames())):
        gdb.cmd(f"tfind {i}")
        point = gdb.value("$tracepoint")
        yield (point, gdb.value("$current_task"), [gdb.value(f"(unsigned long){name}") for name in names],
               gdb.value("$kret_ns") if point == left else 0)
    gdb.cmd("tfind none")


@case(needs=KEEPS, old=True)
def nested_calls(t):
    """Of nested calls of one function each return has the arguments and the time of its own entry."""
    gdb = t.gdb()
    # %pS of an address calls sprintf() for its offset. On 32-bit machines the first argument's register holds the result.
    names = [t.arg(n) for n in ((1, 2, 3) if t.bits == 64 else (2, 3))]
    entry = gdb.trace("*vsnprintf", None, "collect $args, $current_task")
    left = gdb.trace("*vsnprintf", None, *KRET, "collect $args, $current_task, $kret_ns")
    gdb.cmd("tstart")
    t.sh("head -n 20 /proc/vmallocinfo >/dev/null || cat /proc/vmallocinfo >/dev/null")
    gdb.cmd("tstop")
    calls, nested, returned = {}, 0, 0
    for point, task, args, ns in calls_of(gdb, names, left):
        open_calls = calls.setdefault(task, [])
        if point == entry:
            open_calls.append((args, []))
        elif open_calls:
            begun, within = open_calls.pop()
            assert begun == args, (begun, args)
            assert ns >= sum(within), (ns, within)
            if open_calls:
                open_calls[-1][1].append(ns)
            returned += 1
            nested += bool(within)
    t.note(f"{returned} returns, {nested} of calls with a nested one")
    assert returned > 20, gdb.cmd("tstatus")
    if not nested:
        raise Skip("no call of vsnprintf() is nested on this kernel")


@case(needs=KEEPS, core=True, old=True)
def how_long(t):
    """$kret_ns is the time from the entry to the return, in a condition and collected, also across a sleep."""
    gdb = t.gdb()
    where = t.first("hrtimer_nanosleep", "do_nanosleep")
    gdb.cmd("tvariable $longest")
    slow = gdb.trace(f"*{where}", "$kret_ns > 150000000", "teval $kret = 64", "teval $longest = $kret_ns > $longest ? $kret_ns : $longest",
                     "collect $kret_ns, $longest")
    each = gdb.trace(f"*{where}", None, "teval $kret = 64", "collect $kret_ns")
    gdb.cmd("tstart")
    t.sh("usleep 50000; usleep 200000; usleep 50000")
    gdb.cmd("tstop")
    times = [(n, gdb.value("$kret_ns")) for n in frames_of(gdb, slow, each)]
    slept = [ns for n, ns in times if n == each]
    longest = [ns for n, ns in times if n == slow]
    assert len(slept) >= 3 and all(ns >= 45_000_000 for ns in slept), times
    # One hit has one time, whichever of its tracepoints asks.
    assert longest == [ns for ns in slept if ns > 150_000_000] and len(longest) < len(slept), times
    assert gdb.value("$longest") == max(longest) and 195_000_000 <= min(longest) and max(longest) < 20_000_000_000, times


@case(needs=[">=4.9"], old=True)
def second_register(t):
    """$kret_2 is the second half of a value, also where its register has an argument."""
    gdb = t.gdb()
    where = t.first("current_time") if t.bits == 64 else "vfs_llseek"
    args = gdb.trace(f"*{where}", None, *KRET, "collect $regs, $kret_2")
    own = gdb.trace(f"*{where}", None, "teval $kret = 64", "collect $regs, $kret_2")
    gdb.cmd("tstart")
    t.sh("echo x > /tmp/two; dd if=/tmp/two of=/dev/null bs=1 skip=1 count=1 2>/dev/null")
    gdb.cmd("tstop")
    second = "$rdx" if t.bits == 64 else "$edx"
    halves, differ = {args: [], own: []}, 0
    for n in frames_of(gdb, args, own):
        halves[n].append(gdb.value("(unsigned long)$kret_2"))
        same = gdb.value(f"(unsigned long){second}") == halves[n][-1]
        assert same or n == args, gdb.cmd("info registers")
        differ += not same
    assert halves[own] and halves[args] == halves[own] and differ, (halves, differ)


@case(needs=KEEPS, old=True)
def conditions_and_blocks(t):
    """At a return a condition has the same answer whichever way it is decided; blocks have what is in memory, and on the stack
    the real return address."""
    loads = [t.load("pread", n=2, file="/proc/version", size=size) for size in (7, 11)]
    gdb = t.gdb()
    value, mine = returns(t), " || ".join(load.mine for load in loads)
    gdb.cmd("tvariable $zero")
    gdb.cmd("tvariable $n")
    first = "buf" if t.bits == 64 else f"{t.arg(2)}"
    conditions = {f"{value} == 11": 2, f"(int){value} > 7": 2, f"(long){value} < 0": 0, f"{value} == 7 || {value} == 11": 4,
                  "count == 11": 2, f"count == {value}": 4, "count == 7 && $kret_ns < 10000000000": 2, "$kret_ns < 0": 0, "$kret_2 == $kret_2": 4,
                  f"*(char *){first} == 76": 4, f"*(char *){first} == 120": 0}
    points = {}
    for condition, frames in conditions.items():
        # In the second the $n makes bytecode of it.
        for text in (f"({mine}) && ({condition})", f"({mine}) && ({condition}) && ($n = $n + 1) > 0"):
            points[gdb.trace("*vfs_read", text, *KRET, f"collect {value}")] = (text, frames)
    stack = "$rsp" if t.bits == 64 else "$esp"
    word = "long" if t.bits == 64 else "int"
    blocks = gdb.trace("*vfs_read", mine, *KRET, f"collect {value}, *({word}(*)[4]){stack}", f"collect *(char(*)[8]){first}, $kret_ns, $kret_2, jiffies_64, $zero")
    backtrace = gdb.trace("*vfs_read", mine, *KRET, "collect $bt")
    gdb.cmd("tstart")
    for load in loads:
        assert load.go()["ok"] == 2
    gdb.cmd("tstop")
    hits = dict(re.findall(r"^tracepoint (\d+) 0x\w+ (\d+) ", t.sh("cat /proc/gtpstat"), re.M))
    for n, (text, frames) in points.items():
        assert int(hits[str(n)]) == frames, (text, hits[str(n)], frames, gdb.cmd("tstatus"))
    callers = {}
    for n in frames_of(gdb, blocks, backtrace):
        shown = gdb.cmd("bt -frame-arguments none 2")
        gdb.cmd("up")
        callers.setdefault(n, []).append(gdb.value(f"(unsigned long){t.pc}"))
        gdb.cmd("down")
        if n == blocks:
            assert gdb.value(f"*(unsigned {word} *){stack}") == callers[n][-1], shown
            assert 0 <= gdb.value("$kret_ns") < 10**10 and gdb.value("jiffies_64") > 0 and gdb.value("$zero") == 0
            assert gdb.eval(f"*(char *){first}").endswith("'L'")
    assert callers[blocks] == callers[backtrace] and len(callers[blocks]) == 4, callers


# Numbers of the module's variables never change.
NUMBERS = {"kret": 19, "kret_args": 38, "kret_ns": 39}


def sets(name, value):
    return f"X6,22{value:02x}2d{NUMBERS[name]:04x}27"


def join(t, gdb, n, *actions):
    """Join the run by packets, as GDB sends a tracepoint that is typed in a run before its actions. Return the number of probes."""
    at = gdb.value("(unsigned long)vfs_read")
    assert gdb.packet(f"QTDP:{n:x}:{at:x}:E:0:0-") == "OK"
    for i, action in enumerate(actions):
        assert gdb.packet(f"QTDP:-{n:x}:{at:x}:{action}" + ("-" if i + 1 < len(actions) else "")) == "OK"
    return len([line for line in t.probes().splitlines() if "vfs_read" in line])


@case(needs=KEEPS, old=True)
def joining_a_run(t):
    """A tracepoint that joins a run and needs the entry gets a probe of its own; one that needs no more shares one."""
    load = t.load("pread", n=0, file="/proc/version", size=11)
    gdb = t.gdb()
    gdb.cmd("set circular-trace-buffer on")
    gdb.trace("*vfs_read", load.mine, "teval $kret = 64", f"collect {returns(t)}")
    gdb.cmd("tstart")
    load.start()
    collect = f"X4,2e{NUMBERS['kret_ns']:04x}27"
    counts = [join(t, gdb, 20, sets("kret", 64), sets("kret_args", 1), collect, "R03FFFFFF"),
              join(t, gdb, 21, sets("kret", 64), collect, "R03FFFFFF")]
    t.sh("usleep 100000")
    load.finish()
    gdb.cmd("tstop")
    assert counts == [2, 2] and t.probes() == "", counts
    register = 2 if t.bits == 64 else 1             # rcx, ecx
    seen = {}
    for i in range(gdb.frames() - 1, max(0, gdb.frames() - 40), -1):
        n = int(gdb.packet(f"QTFrame:{i:x}").split("T")[1], 16)
        if n in (20, 21):
            # By a coarse clock, or if it moves to another CPU, a call may seem to take no time.
            seen[n] = max(seen.get(n, (0,)), (int(gdb.packet(f"qTV:{NUMBERS['kret_ns']:x}")[1:], 16), gdb.packet(f"p{register:x}")))
    gdb.packet("QTFrame:ffffffff")
    assert set(seen) == {20, 21}, seen
    assert "x" not in seen[20][1] and "x" in seen[21][1], seen


@case(old=True)
def refused_uses(t):
    """Where these variables have no meaning, tstart is refused with the reason and leaves no probe."""
    gdb = t.gdb()
    usage = "the variables kret and kret_args can only be set, to a constant, by a teval of their own"
    at_return = "kret_ns, kret_args and kret_2 need a tracepoint at a return; add a teval that sets kret"
    for condition, actions, why in ((None, ["collect $kret_ns"], at_return), ("$kret_ns > 5", [], at_return),
                                    (None, ["collect $kret_2"], at_return), (None, ["teval $kret_args = 1"], at_return),
                                    (None, ["teval $kret_args = 0"], at_return),
                                    (None, ["teval $kret = 0", "teval $kret_args = 2"], "kret_args is 1, for the arguments of the entry, or 0"),
                                    (None, ["teval $kret = 0", "collect $kret_args"], usage),
                                    ("$kret_args == 1", ["teval $kret = 0"], usage),
                                    (None, ["teval $kret = 0", "teval $kret_ns = 1"], "read-only: kret_ns")):
        gdb.cmd("delete")
        n = gdb.trace("*vfs_read", condition, *actions)
        message = gdb.fails("tstart")
        assert f"tracepoint {n} at " in message and why in message, (condition, actions, message)
        assert t.probes() == "" and "Trace is running" not in gdb.cmd("tstatus")
    # Without a use of it they are 0, and `= 0' asks for nothing.
    gdb.cmd("delete")
    assert gdb.value("$kret_ns") == 0 and gdb.value("$kret_2") == 0
    gdb.trace("*vfs_read", None, "teval $kret_args = 0", "teval $kret = 0", f"collect {returns(t)}")
    gdb.cmd("tstart")
    gdb.cmd("tstop")


@case(needs=["<2.6.25"], old=True)
def old_kernels_keep_nothing(t):
    """Before 2.6.25 $kret_ns and $kret_args are refused by name; $kret_2 is there."""
    gdb = t.gdb()
    for actions, name in ((["collect $kret_ns"], "kret_ns"), (["teval $kret_args = 1"], "kret_args")):
        gdb.cmd("delete")
        gdb.trace("*vfs_read", None, "teval $kret = 0", *actions)
        assert f"{name} is not available: this kernel's return probes keep nothing of the entry" in gdb.fails("tstart")
    gdb.cmd("delete")
    gdb.trace("*vfs_read", None, "teval $kret = 0", "collect $kret_2")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
