# SPDX-License-Identifier: GPL-2.0
"""Tracepoints at one address share a probe and run in the order of their definition."""
import re

from harness import Skip, case

MINE = "$current_task_pid == {}"


def rows(gdb, *names):
    """Return each frame's tracepoint and the values of the names; None for one it has not collected."""
    found = []
    for n in range(gdb.frames()):
        gdb.cmd(f"tfind {n}")
        values = []
        for name in names:
            value = gdb.eval(name)
            values.append(int(value) if re.fullmatch(r"-?\d+", value) else None)
        found.append((int(gdb.eval("$tracepoint")), *values))
    gdb.cmd("tfind none")
    return found


def probes_at(t, function):
    return len(re.findall(rf"\b{function}\+", t.probes()))


def stat(t):
    """Return {tracepoint: [address, hits, bytes, missed, returns]}."""
    return {int(n): rest.split() for n, rest in re.findall(r"^tracepoint (\d+) (.*)$", t.sh("cat /proc/gtpstat"), re.M)}


def special(gdb, name):
    """Return the number of one of the module's variables, in the form that bytecode uses."""
    text = gdb.packet("qTfV")
    while text != "l":
        for part in text.split("|"):
            number, _, _, called = part.split(":")[:4]
            if bytes.fromhex(called).decode() == name:
                return f"{int(number, 16):04x}"
        text = gdb.packet("qTsV")
    raise AssertionError(f"there is no {name}")


def set_to(variable, value):
    """Return an action: const16, setv, end."""
    return f"X7,23{value:04x}2d{variable}27"


@case(core=True)
def order_at_an_address(t):
    """The second tracepoint at an address collects what the first one computed, at entries, inside, and at returns."""
    gdb = t.gdb()
    # Inside, the probe is a trap or a jump; at the entry it may use ftrace.
    places = [("*vfs_read", ()), (f"*{gdb.inside('vfs_read')[0]:#x}", ()), ("*vfs_read", ("teval $kret = 0",))]
    for where, how in places:
        gdb.cmd("delete tracepoints")
        gdb.cmd("tvariable $x = 0")
        gdb.cmd("tvariable $p_y = 0")
        load = t.load("pread", n=3, file="/proc/version", size=8)
        mine = MINE.format(load.pid)
        # Conditions of different kinds, so each tracepoint would have a different handler.
        first = gdb.trace(where, mine, *how, "teval $x = $x + 10", "collect $x")
        second = gdb.trace(where, mine, *how, "collect $x, $regs")
        third = gdb.trace(where, f"{t.arg(3)} == 8" if not how else mine, *how, "teval $x = $x + 1", "collect $x, $bt")
        fourth = gdb.trace(where, f"({mine}) && $x > 11", *how, "collect $x")
        gdb.cmd("tstart")
        assert probes_at(t, "vfs_read") == 1, t.probes()
        load.go()
        gdb.cmd("tstop")
        found = [row for row in rows(gdb, "$x")]
        expected = []
        for i in range(3):
            x = 11 * i + 10
            expected += [(first, x), (second, x), (third, x + 1)] + ([(fourth, x + 1)] if x + 1 > 11 else [])
        mine_only = [row for row in found if row[0] != third or row[1] % 11 == 0]
        assert mine_only == expected or found == expected, (where, how, found, expected)
        assert {n: int(facts[1]) for n, facts in stat(t).items()} == {first: 3, second: 3, third: 3, fourth: 2}, stat(t)
        assert t.probes() == "", t.probes()


@case(core=True)
def order_behind_endbr(t):
    """With IBT one probe serves a function's first byte and the address behind its endbr, in the order of definition.
    The kernel moves probes from the first byte behind the endbr. Each frame shows its tracepoint's own pc."""
    gdb = t.gdb()
    at = int(gdb.eval("(unsigned long)&vfs_read"))
    behind = at + t.behind_endbr(gdb, at)
    if at == behind:
        raise Skip("functions begin with no endbr here")
    for how in ((), ("teval $kret = 0",)):
        for places in ((at, behind, at), (behind, at, behind)):
            gdb.cmd("delete tracepoints")
            gdb.cmd("tvariable $x = 0")
            load = t.load("pread", n=3, file="/proc/version", size=8)
            numbers = [gdb.trace(f"*{place:#x}", load.mine, *how, *actions) for place, actions in
                       zip(places, (("teval $x = $x + 10", "collect $x"), ("collect $x",), ("teval $x = $x + 1", "collect $x")))]
            gdb.cmd("tstart")
            probes = probes_at(t, "vfs_read")
            load.go()
            gdb.cmd("tstop")
            found = rows(gdb, "$x")
            expected = [(n, 11 * i + more) for i in range(3) for n, more in zip(numbers, (10, 10, 11))]
            assert found == expected and probes == 1, (how, places, probes, found, expected)
            for n, place in zip(numbers, places):
                gdb.cmd(f"tfind tracepoint {n}")
                assert int(gdb.eval(f"(unsigned long){t.pc}")) == place, (n, gdb.cmd("info registers"))
                gdb.cmd("tfind none")


@case
def order_switched(t):
    """The order holds with disabled tracepoints, $enable and $disable in the same hit, passcounts, and entries and returns."""
    gdb = t.gdb()
    gdb.cmd("tvariable $x = 0")
    load = t.load("pread", n=4, file="/proc/version", size=8)
    mine = MINE.format(load.pid)
    first = gdb.trace("*vfs_read", mine, "teval $x = $x + 1", "collect $x", "teval $enable = 2")
    second = gdb.trace("*vfs_read", mine, "collect $x", "teval $disable = 1")
    left = gdb.trace("*vfs_read", mine, "teval $kret = 0", "collect $x", "teval $enable = 1")
    last = gdb.trace("*vfs_read", mine, "collect $x")
    assert (first, second) == (1, 2)
    gdb.cmd("disable 2")
    gdb.cmd(f"passcount 3 {last}")
    gdb.cmd("tstart")
    assert probes_at(t, "vfs_read") == 2, t.probes()        # of the entry, and of the return
    load.go()
    gdb.cmd("tstop")
    assert f"Trace stopped by tracepoint {last}." in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    once = [first, second, last, left]
    found = rows(gdb, "$x")
    assert [row[0] for row in found] == (once * 3)[:-1], found
    assert [row[1] for row in found] == [i // 4 + 1 for i in range(11)], found


def join(gdb, number, at, condition, *actions):
    """Join the run, by packets with bytecode: GDB sends a tracepoint that is typed in a run before its actions."""
    texts = [f"QTDP:{number:x}:{at:x}:E:0:0:X{len(condition) // 2:x},{condition}"]
    texts += [f"QTDP:-{number:x}:{at:x}:X{len(code) // 2:x},{code}" for code in actions]
    for text in texts[:-1]:
        assert gdb.packet(text + "-") == "OK"
    assert gdb.packet(texts[-1]) == "OK"


@case
def order_joined(t):
    """A tracepoint that is enabled or defined in a run takes its place in the order and shares the probe."""
    gdb = t.gdb()
    gdb.cmd("tvariable $x = 0")
    loads = [t.load("pread", n=2, file="/proc/version", size=8) for _ in range(4)]
    mine = " || ".join(load.mine for load in loads)
    first = gdb.trace("*vfs_read", mine, "teval $x = $x + 10", "collect $x")
    second = gdb.trace("*vfs_read", f"({mine}) && {t.arg(3)} == 8", "collect $x")
    # Its own handler checks a range, and its condition is false: neither may affect the others.
    gdb.cmd(f"disable {first}")
    gdb.cmd("tstart")
    pid, kret, x = (special(gdb, name) for name in ("current_task_pid", "kret", "x"))
    at = int(gdb.eval("(unsigned long)&vfs_read"))
    # pid == ... | pid == ... | ...
    condition = "".join(f"2c{pid}23{load.pid:04x}13" for load in loads) + "10" * 3 + "27"
    collect, add = f"2e{x}27", (lambda n: f"2c{x}22{n:02x}022d{x}27")
    follow = (lambda n: f"23{n:04x}2d{kret}27")
    loads[0].go()
    gdb.cmd(f"enable {first}")
    assert probes_at(t, "vfs_read") == 1, t.probes()
    loads[1].go()
    third, fourth, fifth, sixth = 13, 14, 15, 16
    join(gdb, third, at, condition, add(1), collect)
    join(gdb, fourth, at, condition, follow(4), collect)
    assert probes_at(t, "vfs_read") == 2, t.probes()
    loads[2].go()
    join(gdb, fifth, at, condition, follow(2), add(100), collect)
    assert probes_at(t, "vfs_read") == 2, t.probes()
    join(gdb, sixth, at, condition, follow(4000), collect)      # more calls than that probe follows
    assert probes_at(t, "vfs_read") == 3, t.probes()
    loads[3].go()
    gdb.cmd("tstop")
    found = rows(gdb, "$x")
    expected = [(second, 0)] * 2
    expected += [(first, 10), (second, 10), (first, 20), (second, 20)]
    for value in (30, 41):
        expected += [(first, value), (second, value), (third, value + 1), (fourth, value + 1)]
    assert found[:14] == expected, (found, expected)
    rest = found[14:]
    for i, value in enumerate((52, 163)):
        part = rest[6 * i:6 * i + 6]
        assert part[:3] == [(first, value), (second, value), (third, value + 1)], found
        # The sixth has a probe of its own, in the kernel's order.
        assert [row for row in part[3:] if row[0] != sixth] == [(fourth, value + 1), (fifth, value + 101)], found
        assert any(row[0] == sixth for row in part[3:]), found
    assert t.probes() == ""


@case
def order_missed(t):
    """A hit that the kernel does not deliver counts as missed for each tracepoint of the probe; later ones start at 0."""
    gdb = t.gdb()
    load = t.load("pread", n=100, file="/proc/version", size=8)
    again = t.load("pread", n=100, file="/proc/version", size=8)
    mine = f"{load.mine} || {again.mine}"
    # A kprobe: a hit in what ftrace calls is delivered, and lost as nested.
    gdb.trace(f"*{gdb.inside('vfs_read')[0]:#x}", mine, "collect $regs, *(char *)&jiffies_64")
    reader = t.first("copy_from_kernel_nofault", "probe_kernel_read", "copy_user_generic")
    inside = gdb.inside(reader)[0]
    numbers = [gdb.trace(f"*{inside:#x}", mine, "collect $cpu_id") for _ in range(2)]
    gdb.cmd("tstart")
    load.go()
    late = gdb.trace(f"*{inside:#x}", mine)        # sent as it is typed, without actions
    facts = stat(t)
    missed = [int(facts[n][3]) for n in numbers]
    assert missed[0] == missed[1] >= 100 and int(facts[late][3]) < missed[0], facts
    again.go()
    gdb.cmd("tstop")
    facts = stat(t)
    total = [int(facts[n][3]) for n in numbers + [late]]
    assert total[0] == total[1] >= missed[0] + 100 and 100 <= total[2] <= total[0] - missed[0], facts
    assert int(gdb.eval("$lost_missed")) == sum(int(words[3]) for words in facts.values())


@case
def join_switches(t):
    """A tracepoint that joins a run may disable itself at its first hit, and enable those that were disabled at tstart."""
    gdb = t.gdb(raw=True)
    enable, disable = special(gdb, "enable"), special(gdb, "disable")
    load = t.load("pread", n=20, file="/proc/version", size=8)
    busy = t.load("getppid", n=0)               # hits from the first moment on
    read, getppid = (int(gdb.eval(f"(unsigned long)&{name}")) for name in ("vfs_read", t.syscall("getppid")))
    assert gdb.packet("QTinit") == "OK"
    assert gdb.packet(f"QTDP:1:{read:x}:D:0:0-") == "OK"
    assert gdb.packet(f"QTDP:-1:{read:x}:MFFFFFFFF,{read:x},8") == "OK"
    assert gdb.packet(f"QTDP:2:{getppid:x}:E:0:1-") == "OK"
    assert gdb.packet(f"QTDP:-2:{getppid:x}:R03FFFFFF") == "OK"
    assert gdb.packet("QTDisable:2:%x" % getppid) == "OK"
    assert gdb.packet("QTDP:3:%x:E:0:0:X3,220027" % read) == "OK"      # its condition is 0
    assert gdb.packet("QTStart") == "OK"
    busy.start()
    for n in range(10, 30):
        assert gdb.packet(f"QTDP:{n:x}:{getppid:x}:E:0:0-") == "OK"
        assert gdb.packet(f"QTDP:-{n:x}:{getppid:x}:{set_to(disable, n)}") == "OK"
        status = gdb.packet("qTStatus")
        assert status.startswith("T1"), (n, status)
    for n in range(10, 30):
        hits = int(gdb.packet(f"qTP:{n:x}:{getppid:x}").split(":")[0][1:], 16)
        assert hits >= 1, n
    busy.finish()
    # Both were disabled at the start: they have no probe, or none of their own.
    assert gdb.packet(f"QTDP:40:{getppid:x}:E:0:0-") == "OK"
    assert gdb.packet(f"QTDP:-40:{getppid:x}:{set_to(enable, 1)}") == "OK"
    t.load("getppid", n=1).go()
    load.go()
    status = gdb.packet("qTStatus")
    assert status.startswith("T1"), status
    assert int(gdb.packet(f"qTP:1:{read:x}").split(":")[0][1:], 16) >= 20
    assert gdb.packet("QTStop") == "OK"
    assert t.probes() == ""


@case
def join_that_cannot_arm(t):
    """A joining tracepoint with $enable is refused if a disabled one cannot be armed, and the run goes on without it."""
    gdb = t.gdb(raw=True)
    enable = special(gdb, "enable")
    read, getppid = (int(gdb.eval(f"(unsigned long)&{name}")) for name in ("vfs_read", t.syscall("getppid")))
    assert gdb.packet("QTinit") == "OK"
    assert gdb.packet("QTDP:1:1000:D:0:0") == "OK"
    assert gdb.packet(f"QTDP:2:{read:x}:E:0:0:X3,220027") == "OK"
    assert gdb.packet("QTStart") == "OK"
    assert gdb.packet(f"QTDP:3:{getppid:x}:E:0:0-") == "OK"
    answer = gdb.packet(f"QTDP:-3:{getppid:x}:{set_to(enable, 1)}")
    assert answer.startswith("E.tracepoint 1 at 0x1000: "), answer
    assert gdb.packet("qTStatus").startswith("T1")
    assert probes_at(t, t.syscall("getppid")) == 0, t.probes()
    assert gdb.packet("QTStop") == "OK"
