# SPDX-License-Identifier: GPL-2.0
"""GDB's own tests of tracepoints, repeated with a running kernel: one case for each test, by its name.

82_gdb_mi.py has those of the machine interface, 30_conditions.py has scenario_trace_condition.
"""
import re
import tempfile

from harness import GdbError, case

FILE = "/proc/version"


def experiment(gdb, *loads):
    """Trace one run while the loads do all their operations."""
    gdb.cmd("tstart")
    for load in loads:
        done = load.go()
        assert done["ok"] == done["n"], done
    gdb.cmd("tstop")


def find(gdb, command, frame, tracepoint=None):
    """Check that this tfind finds this frame, and reports it."""
    shown = gdb.cmd(f"tfind {command}")
    assert f"Found trace frame {frame}, tracepoint {tracepoint or ''}" in shown, (command, shown)
    assert gdb.frame() == frame, (command, gdb.frame())
    if tracepoint:
        assert int(gdb.eval("$tracepoint")) == tracepoint, command


def stack(t):
    """Return an expression for a piece of stack that any system call has; $bt itself detects where the stack ends."""
    return "*(void **)$esp@20" if t.bits == 32 else "*(void **)$rsp@32"


@case(timeout=120)
def scenario_tfind(t):
    """tfind works by number, pc, tracepoint, line, range and outside, each starting from the current frame."""
    load = t.load("open", n=3, file=FILE)
    gdb = t.gdb()
    live_pc = gdb.eval("(unsigned long)$pc")
    # Two functions that each open(2) calls once, one after the other.
    one, two = t.first("vfs_open", "getname"), t.first("do_dentry_open", "may_open", "fd_install")
    first = gdb.trace(f"*{one}", load.mine, "collect $regs")
    second = gdb.trace(f"*{two}", load.mine, "collect $regs")
    gdb.cmd("tstart")
    assert "Trace is running on the target." in gdb.cmd("tstatus")
    load.go()
    gdb.cmd("tstop")
    shown = gdb.cmd("tstatus")
    assert "Trace stopped by a tstop command" in shown and "Not looking at any trace frame" in shown, shown
    assert gdb.frames() == 6, shown

    find(gdb, "start", 0, first)
    a = int(gdb.eval("(unsigned long)$pc"))
    assert gdb.eval(f"$pc == {one}") == "1"             # at its first instruction, before the prologue
    assert one in gdb.eval("$trace_func"), gdb.eval("$trace_func")
    line, file = gdb.eval("$trace_line"), gdb.eval("$trace_file").strip('"')
    assert f"Looking at trace frame 0, tracepoint {first}" in gdb.cmd("tstatus")
    assert "End of assembler dump" in gdb.cmd(f"disassemble {one}")
    for none in ("none", "end", "-1"):
        gdb.cmd("tfind 1")
        gdb.cmd(f"tfind {none}")
        assert gdb.frame() == -1 and gdb.eval("(unsigned long)$pc") == live_pc, none
    find(gdb, "1", 1, second)
    b = int(gdb.eval("(unsigned long)$pc"))
    assert two in gdb.eval("$trace_func") and a != b

    # If nothing is found, there is an error, and the frame stays selected.
    for command, message in (("32767", "failed to find"), ("6", "failed to find"), ("-3", "invalid input"),
                             ("tracepoint 0", "failed to find"), ("tracepoint 32767", "failed to find"),
                             ("tracepoint -1", "failed to find"), ("pc 0", "failed to find"), ("pc -1", "failed to find"),
                             ("line 0", "line 0|out of range|failed to find"), ("line no_such_file.c:1", "No source file named"),
                             ("nosuchthing 21", "No symbol")):
        assert re.search(message, gdb.fails(f"tfind {command}")), command
        assert gdb.frame() == 1, command

    gdb.cmd("tfind none")
    for i in range(6):
        find(gdb, "", i, (first, second)[i % 2])
    assert "failed to find" in gdb.fails("tfind")
    for i in (4, 3, 2, 1, 0):
        find(gdb, "-", i, (first, second)[i % 2])

    def walk(command):
        gdb.cmd("tfind none")
        found = []
        while True:
            try:
                gdb.cmd(f"tfind {command}")
            except GdbError as error:
                assert "failed to find" in str(error), error
                return found
            found.append(gdb.frame())

    assert walk(f"tracepoint {first}") == [0, 2, 4]
    gdb.cmd(f"delete {second}")                         # its frames stay
    assert walk(f"tracepoint {second}") == [1, 3, 5]
    assert walk(f"pc {b:#x}") == [1, 3, 5]
    assert walk(f"line {file}:{line}") == [0, 2, 4]
    low, high = min(a, b), max(a, b)
    assert walk(f"range {a:#x}, {a:#x}") == [0, 2, 4]
    assert walk(f"range {low:#x}, {high:#x}") == [0, 1, 2, 3, 4, 5]
    assert walk(f"range {low + 1:#x}, {high - 1:#x}") == []
    assert walk(f"outside {a:#x}, {a:#x}") == [1, 3, 5]
    assert walk(f"outside {low:#x}, {high:#x}") == []
    # Without an argument: like the selected frame; for a line, a different one.
    gdb.cmd("tfind 1")
    find(gdb, "tracepoint", 3, second)
    gdb.cmd("tfind 0")
    find(gdb, "pc", 2, first)
    gdb.cmd("tfind line")
    assert gdb.eval("$trace_line") != line
    gdb.cmd("tfind none")


@case(timeout=120)
def scenario_tstatus(t):
    """tstatus shows notes, user, stop note, times, hits and usage, live and in saved trace files."""
    load = t.load("pread", n=3, file=FILE, size=8)
    gdb = t.gdb()
    n = gdb.trace("*vfs_read", load.mine, "collect $args")
    gdb.cmd("tstart first note")
    shown = gdb.cmd("tstatus")
    assert re.search(r"Trace is running(?s:.*)Trace will stop if GDB disconnects\.\nTrace notes: first note\.\n", shown), shown
    gdb.cmd("set trace-notes another note")
    assert "Trace notes: another note.\n" in gdb.cmd("tstatus")
    gdb.cmd("set trace-user some one")
    load.go()
    shown = gdb.cmd("tstatus")
    assert "Trace user is some one.\nTrace notes: another note.\nNot looking at any trace frame.\n" in shown, shown
    gdb.cmd("tstop seen enough")
    live = gdb.cmd("tstatus")
    assert live.startswith("Trace stopped by a tstop command (seen enough).\nCollected 3 trace frames.\n"), live
    # The guest's clock is the host's, perhaps set to full seconds.
    began, took = re.search(r"Trace started at ([\d.]+) secs, stopped ([\d.]+) secs later\.", live).groups()
    now = float(t.sh("date +%s"))
    assert now - 300 < float(began) <= now + 1 and 0 < float(took) < 300, (began, took, now)
    info = gdb.cmd(f"info tracepoints {n}")
    hits = r"tracepoint already hit 3 times\n\ttrace buffer usage \d+ bytes\n(?s:.*)collect \$args\n"
    assert re.search(hits, info), info
    with tempfile.TemporaryDirectory(prefix="kgtp-tstatus-") as folder:
        assert f"Trace data saved to file '{folder}/t'" in gdb.cmd(f"tsave {folder}/t")
        files = [("tfile", "t")]
        if gdb.has_ctf:
            assert f"Trace data saved to directory '{folder}/ctf'" in gdb.cmd(f"tsave -ctf {folder}/ctf")
            files.append(("ctf", "ctf"))
        gdb.cmd("disconnect")
        for kind, path in files:
            gdb.cmd(f"target {kind} {folder}/{path}")
            try:
                saved = gdb.cmd("tstatus")
            except GdbError as error:           # GDB 13 ends with this error, after all of the status
                assert kind == "ctf" and "your target is `ctf'" in str(error), error
                saved = error.shown
            assert saved.startswith("Using a trace file.\nTrace stopped by a tstop command (seen enough).\n"), (kind, saved)
            for text in ("Collected 3 trace frames.", "Trace user is some one.", "Trace notes: another note."):
                assert text in saved, (kind, saved)
            usage = re.search(r"usage \d+ bytes", info)[0]
            assert usage in gdb.cmd(f"info tracepoints {n}") and "already hit 3 times" in gdb.cmd(f"info tracepoints {n}"), kind
    gdb.needs_ctf()


@case(timeout=120)
def scenario_tsv(t):
    """Trace state variables are created, changed and deleted, live, in frames and in a trace file, also negative 64-bit ones."""
    gdb = t.gdb()
    for command, answer in (("$tvar1", "Trace state variable $tvar1 created, with initial value 0."),
                            ("$tvar2 = 45", "Trace state variable $tvar2 created, with initial value 45."),
                            ("$tvar2 = -92", "Trace state variable $tvar2 now has initial value -92."),
                            ("$tvar3 = 2 + 3", "Trace state variable $tvar3 created, with initial value 5."),
                            ("$tvar3 = 1234567000000", "Trace state variable $tvar3 now has initial value 1234567000000."),
                            ("$gone = 1", "Trace state variable $gone created, with initial value 1."),
                            ("$tvar5 = 15", "Trace state variable $tvar5 created, with initial value 15.")):
        assert answer in gdb.cmd(f"tvariable {command}"), command
    assert "should start with '$'" in gdb.fails("tvariable vfs_read")
    assert "Syntax must be $NAME [ = EXPR ]" in gdb.fails("tvariable $tvar1 - 93")
    shown = gdb.cmd("info tvariables")
    for name, initial in (("tvar1", "0"), ("tvar2", "-92"), ("tvar3", "1234567000000"), ("gone", "1"), ("tvar5", "15")):
        assert re.search(rf"^\${name} +{initial}\s", shown, re.M), (name, shown)
    gdb.cmd("delete tvariable $gone")
    assert "$gone" not in gdb.cmd("info tvariables") and "$tvar5" in gdb.cmd("info tvariables")

    load, more = (t.load("pread", n=1, file=FILE, size=8) for _ in range(2))
    gdb.trace("*vfs_read", f"{load.mine} || {more.mine}", "teval $tvar5 = $tvar5 + 1", "teval $tvar2 = $tvar2 * 2",
          "teval $tvar3 = -$tvar3", "collect $tvar5, $tvar2, $tvar3")
    gdb.cmd("tstart")
    assert gdb.eval("$tvar5") == "15"
    load.go()
    assert gdb.eval("$tvar5") == "16" and gdb.eval("$tvar2") == "-184" and gdb.eval("$tvar3") == "-1234567000000"
    shown = gdb.cmd("info tvariables")
    for name, initial, current in (("tvar1", "0", "0"), ("tvar2", "-92", "-184"), ("tvar5", "15", "16")):
        assert re.search(rf"^\${name} +{initial} +{current} *$", shown, re.M), (name, shown)
    more.go()
    gdb.cmd("tstop")

    def look():
        for i, values in enumerate((("16", "-184", "-1234567000000"), ("17", "-368", "1234567000000"))):
            find(gdb, "", i)
            assert tuple(gdb.eval(f"$tvar{n}") for n in (5, 2, 3)) == values, i
            assert gdb.eval("$tvar1") == "void", "it was not collected"
        gdb.cmd("tfind none")

    look()
    assert gdb.eval("$tvar5") == "17"
    with tempfile.TemporaryDirectory(prefix="kgtp-tsv-") as folder:
        gdb.cmd(f"tsave {folder}/t")
        gdb.cmd("disconnect")
        gdb.cmd(f"target tfile {folder}/t")
        look()
        assert re.search(r"^\$tvar5 +15\s", gdb.cmd("info tvariables"), re.M)
    gdb.cmd("delete tvariable")
    assert "No trace state variables" in gdb.cmd("info tvariables")


@case(timeout=120)
def scenario_passc_dyn(t):
    """Of three pass counts, at tracepoints that are hit in turn, the lowest ends the run for all."""
    gdb = t.gdb()
    load = t.load("pread", n=9, file=FILE, size=8)
    places = "vfs_read", *map(hex, gdb.inside("vfs_read", 2)[:2])
    points = [gdb.trace(f"*{place}", load.mine, "collect $regs") for place in places]
    for n, passes in zip(points, (4, 2, 3)):
        assert f"Setting tracepoint {n}'s passcount to {passes}" in gdb.cmd(f"passcount {passes} {n}")
    gdb.cmd("tstart")
    load.go()
    shown = gdb.cmd("tstatus")
    assert f"Trace stopped by tracepoint {points[1]}." in shown, shown
    assert "Trace is not running" in gdb.fails("tstop")
    gdb.cmd("tfind none")
    for frame, which in enumerate((0, 1, 2, 0, 1)):
        find(gdb, f"tracepoint {points[which]}", frame, points[which])
    assert "failed to find" in gdb.fails("tfind")
    gdb.cmd("tfind none")
    for n, hits in zip(points, (2, 2, 1)):
        assert f"already hit {hits} time" in gdb.cmd(f"info tracepoints {n}"), n


@case(core=True, timeout=120)
def scenario_trace_enable_disable(t):
    """disable and enable take effect during a run, for one tracepoint only, and repeating them changes nothing."""
    gdb = t.gdb()
    loads = [t.load("open", n=1, file=FILE) for _ in range(7)]
    pids = " || ".join(load.mine for load in loads)
    a = gdb.trace(f"*{t.first('vfs_open', 'getname')}", pids, "collect $regs")
    b = gdb.trace(f"*{t.first('do_dentry_open', 'may_open', 'fd_install')}", pids, "collect $regs")
    gdb.cmd("tstart")
    counts = []
    for load, command in zip(loads, ("", f"disable {a}", f"disable {b}", f"disable {a}", f"enable {a}", f"enable {b}",
                                     f"enable {b}")):
        if command:
            gdb.cmd(command)
        load.go()
        counts.append(gdb.frames())
    gdb.cmd("tstop")
    assert counts == [2, 3, 3, 3, 4, 6, 8], counts


@case(timeout=120)
def scenario_read_memory(t):
    """Collected, uncollected and constant memory is right live, in a frame, and in a trace file with and without a frame."""
    t.cleanup.callback(t.sh, "echo %s >/proc/sys/kernel/panic" % t.sh("cat /proc/sys/kernel/panic").strip())
    t.sh("echo 1 >/proc/sys/kernel/panic")
    gdb = t.gdb()
    load = t.load("pread", n=1, file=FILE, size=8)
    # Use code: .rodata is marked writable in a vmlinux, so GDB does not take it for constant.
    one, other = (f"*(unsigned char *){address:#x}" for address in gdb.inside("vfs_write", 2)[:2])
    code = gdb.eval(one), gdb.eval(other)
    gdb.trace("*vfs_read", load.mine, "collect panic_timeout", f"collect {one}")
    experiment(gdb, load)
    t.sh("echo 2 >/proc/sys/kernel/panic")

    def constants():
        # One that was collected, and one that was not.
        assert (gdb.eval(one), gdb.eval(other)) == code

    def without_a_frame():
        for name in ("panic_timeout", "panic_on_oops"):
            assert gdb.eval(name) == "<unavailable>", name
        constants()

    def in_the_frame():
        find(gdb, "0", 0)
        assert gdb.eval("panic_timeout") == "1"
        assert gdb.eval("panic_on_oops") == "<unavailable>"
        assert "<unavailable>" in gdb.eval("init_task.comm")
        assert gdb.eval(t.arg(1)) == "<unavailable>" and gdb.eval("$sp") == "<unavailable>"
        assert gdb.eval("count") in ("<optimized out>", "<unavailable>"), gdb.eval("count")
        # A frame has its own pc, and the code there is constant.
        assert "vfs_read" in gdb.eval("$pc") and "vfs_read" in gdb.cmd("x/2i $pc")
        constants()
        assert "failed to find" in gdb.fails("tfind")

    assert gdb.eval("panic_timeout") == "2" and int(gdb.eval("panic_on_oops")) >= 0
    constants()
    in_the_frame()
    gdb.cmd("tfind none")
    assert gdb.eval("panic_timeout") == "2"
    moved = int(gdb.eval("(unsigned long)&_text"))
    with tempfile.TemporaryDirectory(prefix="kgtp-read-") as folder:
        gdb.cmd(f"tsave {folder}/t")
        gdb.cmd("disconnect")
        gdb.cmd(f"target tfile {folder}/t")
        # If KASLR has moved the kernel, GDB finds its constants in the vmlinux only with this setting.
        gdb.cmd("set trust-readonly-sections on")
        without_a_frame()
        in_the_frame()
        gdb.close()
        # Another GDB, without a connection before, needs the kernel's address.
        gdb = t.gdb(connect=False)
        gdb.cmd(f"symbol-file -o {moved - int(gdb.eval('(unsigned long)&_text')):#x} {t.kernel.vmlinux}")
        gdb.cmd(f"target tfile {folder}/t")
        assert gdb.eval("panic_timeout") == "<unavailable>"
        find(gdb, "0", 0)
        assert gdb.eval("panic_timeout") == "1" and gdb.eval("panic_on_oops") == "<unavailable>"
        assert gdb.eval(one) == code[0] and "vfs_read" in gdb.eval("$pc")


@case(timeout=120)
def scenario_qtro(t):
    """Code is disassembled in a frame, with traceframe-info and with QTro's constant ranges alone."""
    gdb = t.gdb()
    load = t.load("open", n=1, file=FILE)
    function = t.first("vfs_open", "getname")
    gdb.trace(function, load.mine, "collect panic_timeout")
    experiment(gdb, load)
    gdb.cmd("tfind start")
    assert "currently enabled" in gdb.cmd("show remote traceframe-info-packet")
    for info in ("auto", "off"):
        gdb.cmd(f"set remote traceframe-info-packet {info}")
        gdb.cmd("tfind none")
        find(gdb, "start", 0)
        shown = gdb.cmd(f"disassemble {function}")
        assert "<+0>:" in shown and "End of assembler dump." in shown, (info, shown)
        # Only constants: other memory is not read live.
        if info == "auto":
            assert gdb.eval("panic_on_oops") == "<unavailable>"
        else:
            assert "Cannot access memory" in gdb.fails("output panic_on_oops")
        assert re.match(r"-?\d+$", gdb.eval("panic_timeout")), info


def callers(gdb):
    """Return [(function, its line)] of a backtrace."""
    return [(re.match(r"#\d+ +(?:0x\w+ in )?([\w.]+) \(", line)[1], line)
            for line in gdb.cmd("bt").splitlines() if re.match(r"#\d+ +(?:0x\w+ in )?[\w.]+ \(", line)]


@case(core=True, timeout=120)
def scenario_backtrace(t):
    """A backtrace is as long as the collected data allows: nothing, registers, also arguments, a piece of stack, and $bt."""
    gdb = t.gdb()
    load = t.load("pread", n=2, file=FILE, size=8)
    gdb.cmd("set print entry-values no")
    gdb.cmd("tvariable $bt = 4096")
    nothing, regs, args, piece, bt = (
        gdb.trace("*vfs_read", load.mine, *actions)
        for actions in ([], ["collect $regs"], ["collect $regs, $args, $locals"],
                        [f"collect $regs, {stack(t)}"], ["collect $args, $bt"]))
    experiment(gdb, load)
    assert gdb.frames() == 10

    def look(n):
        gdb.cmd(f"tfind tracepoint {n}")
        return callers(gdb)

    for _ in range(2):
        found = look(nothing)
        assert found[0][0] == "vfs_read" and len(found) == 1, found
        assert "count=<unavailable>" in found[0][1], found
        gdb.cmd("tfind none")
        found = look(regs)
        # Arguments are in registers, but the caller is on the stack, which was not collected.
        assert found[0][0] == "vfs_read" and "count=8" in found[0][1] and len(found) == 1, found
        gdb.cmd("tfind none")
        found = look(args)
        assert re.search(r"file=0x\w+, buf=0x10000000 .*count=8, pos=0x\w+\)", found[0][1]) and len(found) == 1, found
        gdb.cmd("tfind none")
        for n in (piece, bt):
            found = look(n)
            names = [name for name, _ in found]
            assert names[0] == "vfs_read" and any(re.search("(?i)sysc?_(ia32_)?pread64", name) for name in names[1:]), names
            assert n == piece or "do_syscall_64" in names or "do_syscall_64" not in t.functions(), names
            assert "count=8" in found[0][1] and any("count=8" in line for _, line in found[1:]), found
            gdb.cmd("up")
            assert "vfs_read" not in gdb.cmd("frame").splitlines()[0]
            gdb.cmd("tfind none")


@case(timeout=120)
def scenario_collection(t):
    """Frames show arguments, registers, arrays, strings, structures and globals with the kernel's values."""
    gdb = t.gdb()
    gdb.cmd("tvariable $five = 5")
    read = t.load("pread", n=1, file=FILE, size=77, offset=3)
    task = "((struct task_struct *)$current_task)"
    # A string that is not constant, as GDB would read a constant past its collected end. GDB cannot compile 7.2's f_path,
    # so there it is constant.
    name, text = ((f"{t.inode('file')}->i_sb->s_type->name", "proc") if t.kernel.version >= (7, 0) else
                  ("file->f_path.dentry->d_name.name" if t.kernel.version >= (2, 6, 20) else "file->f_dentry->d_name.name",
                   "version"))
    live = {what: gdb.eval(what) for what in ("panic_timeout", "init_task.pid", "init_task.comm", "panic_on_oops",
                                              "init_task.cpus_mask" if t.kernel.version >= (5, 3) else "init_task.flags")}
    args = gdb.trace("*vfs_read", read.mine, "collect $args")
    registers = gdb.trace("*vfs_read", read.mine, "collect $regs")
    one = gdb.trace("*vfs_read", read.mine, f"collect {t.arg(3)}, $five")
    strings = gdb.trace("*vfs_read", read.mine, f"collect/s {name}")
    short = gdb.trace("*vfs_read", read.mine, f"collect/s3 {name}")
    no_string = gdb.trace("*vfs_read", read.mine, f"collect {name}")
    memory = gdb.trace("*vfs_read", read.mine, "collect *file, " + ", ".join(live),
                   f"collect {task}->comm, {task}->pid, *pos, init_task.comm[2]@3")
    computed = gdb.trace("*vfs_read", read.mine, "collect count * 3 + $five, (long)count - 100")
    experiment(gdb, read)
    assert gdb.frames() == 8, gdb.cmd("tstatus")

    def at(n):
        gdb.cmd("tfind none")
        gdb.cmd(f"tfind tracepoint {n}")
        assert int(gdb.eval("$tracepoint")) == n

    at(args)
    assert gdb.eval("count") == "77" and int(gdb.eval("(unsigned long)buf")) == read.buf
    assert gdb.eval("file") != "<unavailable>" and gdb.eval("pos") != "<unavailable>"
    shown = gdb.cmd("info args")
    assert "unavailable" not in shown and "count = 77" in shown, shown
    at(registers)
    assert gdb.eval(t.arg(3)) == "77" and int(gdb.eval(f"(unsigned long){t.arg(2)}")) == read.buf
    assert gdb.eval(f"{t.pc} == vfs_read") == "1"
    at(one)
    assert gdb.eval(t.arg(3)) == "77" and gdb.eval("$five") == "5"
    at(strings)
    assert gdb.cmd(f"output (char *){name}").endswith(f'"{text}"')
    at(short)
    assert f'"{text[:3]}"' in gdb.cmd(f"output (char *){name}"), gdb.cmd(f"output (char *){name}")
    at(no_string)
    assert gdb.eval(f"(unsigned long){name}") != "0" and text not in gdb.cmd(f"output (char *){name}")
    at(memory)
    for what, value in live.items():
        assert gdb.eval(what) == value, what
    assert "proc" in gdb.eval("file->f_op") and gdb.eval("*pos") == "3"
    at(computed)
    shown = gdb.cmd("tdump")
    assert "count * 3 + $five = 236" in shown and "(long)count - 100 = -23" in shown, shown
    gdb.cmd("tfind none")


@case(timeout=120)
def scenario_collection_locals(t):
    """$locals collects a structure on the stack, which $regs does not."""
    gdb = t.gdb()
    stat = t.load("stat", n=1, file=FILE)
    function, local, _ = t.with_path()
    locals_ = gdb.trace(f"*{function}", stat.mine, "collect $locals")
    no_locals = gdb.trace(f"*{function}", stat.mine, "collect $regs")
    experiment(gdb, stat)
    gdb.cmd(f"tfind tracepoint {locals_}")
    shown = gdb.cmd("info locals")
    assert re.search(rf"^{local} = {{\w+ = ", shown, re.M) and f"{local} = <unavailable>" not in shown, shown
    gdb.cmd("tfind none")
    gdb.cmd(f"tfind tracepoint {no_locals}")
    assert "unavailable" in re.search(rf"^{local} = .*$", gdb.cmd("info locals"), re.M)[0]
    gdb.cmd("tfind none")


@case(timeout=120)
def scenario_disconnected_tracing(t):
    """After a disconnect no frame is selected, and GDB uploads from the target what it has forgotten."""
    gdb = t.gdb()
    gdb.cmd("set disconnected-tracing on")
    load = t.load("pread", n=1, file=FILE, size=8)
    n = gdb.trace("*vfs_read", load.mine, "collect panic_timeout")
    experiment(gdb, load)
    listed = rf"^{n} +tracepoint +keep y +0x\w+ in vfs_read at fs/read_write.c:\d+"
    assert re.search(listed, gdb.cmd("info tracepoints"), re.M)
    gdb.cmd("disconnect")
    t.connect(gdb)
    assert re.search(listed, gdb.cmd("info tracepoints"), re.M)
    gdb.cmd("delete")
    assert "No tracepoints." in gdb.cmd("info tracepoints")
    gdb.cmd("disconnect")
    t.connect(gdb)
    assert gdb.frames() == 1
    shown = gdb.cmd("info tracepoints")
    assert re.search(r"^\d+ +tracepoint +keep y .*in vfs_read at fs/read_write.c:\d+\n"
                     rf"\ttrace only if \{load.mine}\n(?s:.*)"
                     r"\ttracepoint already hit 1 time\n\ttrace buffer usage \d+ bytes\n +collect panic_timeout\n", shown, re.M), shown

    find(gdb, "start", 0)
    assert int(gdb.eval("$tracepoint")) > 0 and "vfs_read" in gdb.eval("$trace_func")
    gdb.cmd("disconnect")
    for name, value in (("trace_frame", "-1"), ("tracepoint", "-1"), ("trace_line", "-1"), ("trace_file", "void"),
                        ("trace_func", "void")):
        assert gdb.eval(f"${name}") == value, (name, gdb.eval(f"${name}"))
    # The target has not kept the frame for the next session either.
    t.connect(gdb)
    assert gdb.frame() == -1 and int(gdb.eval("jiffies_64")) > 0 and gdb.eval("(unsigned long)$pc") == "0"


@case(timeout=120)
def scenario_packetlen(t):
    """Actions that take many long packets all arrive, and all is collected."""
    gdb = t.gdb()
    load = t.load("pread", n=2, file=FILE, size=8)
    wanted = [f"init_task.comm[{i}]" for i in range(16)] + [f"*(unsigned int *)((char *)&_text + {i * 4096})" for i in range(16)] + \
        [f"init_task.{name}" for name in ("pid", "tgid", "mm", "active_mm", "group_leader", "real_parent", "parent", "flags")
         if gdb.knows(f"init_task.{name}")] + \
        ["file", "count", "pos", "*pos", "file->f_mode", "file->f_flags", "file->f_op"] + \
        ["jiffies_64", "panic_timeout", "panic_on_oops", "linux_banner[0]"]
    gdb.trace("*vfs_read", load.mine, *[f"collect {', '.join(wanted[i:i + 4])}" for i in range(0, len(wanted), 4)],
          "collect " + ", ".join(wanted))
    experiment(gdb, load)
    assert gdb.frames() == 2, gdb.cmd("tstatus")
    for _ in range(2):
        gdb.cmd("tfind")
        shown = gdb.cmd("tdump")
        for what in wanted:
            assert f"{what} = " in shown, what
        assert "unavailable" not in shown and "Cannot" not in shown, shown
        assert "count = 8\n" in shown and "linux_banner[0] = 76 'L'\n" in shown and "\n*pos = 0\n" in shown, shown


@case(timeout=120)
def scenario_report(t):
    """tdump shows what each frame has, and scripts report on all frames with $trace_frame, $tracepoint and the like."""
    gdb = t.gdb()
    load = t.load("pread", n=4, file=FILE, size=88)
    collected = ([], ["collect $regs"], ["collect $args"], ["collect $locals"], [f"collect {t.pc}, {stack(t)}"],
                 ["collect panic_timeout, init_task.pid"])
    # GDB merges a trace file's tracepoints of the same place and condition.
    points = [gdb.trace("*vfs_read", f"{load.mine} && {i}", *actions) for i, actions in enumerate(collected, 1)]
    experiment(gdb, load)
    assert gdb.frames() == 24
    nothing, regs, args, locals_, piece, globals_ = points
    live = gdb.eval("panic_timeout")

    def look():
        dumps = {}
        for n in points:
            gdb.cmd("tfind none")
            gdb.cmd(f"tfind tracepoint {n}")
            dumps[n] = gdb.cmd("tdump")
            assert dumps[n].startswith(f"Data collected at tracepoint {n}, trace frame {gdb.frame()}:"), dumps[n]
        assert len(dumps[nothing].splitlines()) == 1, dumps[nothing]
        assert re.search(rf"^{t.arg(3)[1:]} +0x58 +88$", dumps[regs], re.M) and re.search(r"^[re]ip +0x", dumps[regs], re.M)
        assert re.search(r"^count = 88$", dumps[args], re.M) and re.search(r"^buf = 0x10000000", dumps[args], re.M), dumps[args]
        assert re.search(r"^ret = ", dumps[locals_], re.M), dumps[locals_]
        assert f"{stack(t)} = {{0x" in dumps[piece] and f"\n{t.pc} = " in dumps[piece], dumps[piece]
        assert f"panic_timeout = {live}\ninit_task.pid = 0\n" in dumps[globals_], dumps[globals_]

        find(gdb, "start", 0)
        first = int(gdb.eval("$tracepoint"))
        assert first in points and gdb.eval("$trace_func") == '"vfs_read"'
        assert gdb.eval("$trace_file").endswith('read_write.c"') and int(gdb.eval("$trace_line")) > 0
        shown = gdb.script("while $trace_frame != -1\n  output $trace_file\n"
                           '  printf ", line %d (tracepoint #%d)\\n", $trace_line, $tracepoint\n  tfind\nend\n')
        for n in points:
            assert len(re.findall(rf"read_write.c\", line \d+ \(tracepoint #{n}\)", shown)) == 4, shown
        assert gdb.frame() == -1
        for n, form, values, expected in (
                (regs, "FP %#lx, SP %#lx, PC %#lx", "(long)$fp, (long)$sp, (long)$pc", r"FP 0x\w+, SP 0x\w+, PC 0x\w+"),
                (args, "count %d, buf %#lx", "count, (long)buf", "count 88, buf 0x10000000"),
                (globals_, "timeout %d, pid %d", "panic_timeout, init_task.pid", f"timeout {live}, pid 0")):
            gdb.cmd(f"tfind tracepoint {n}")
            shown = gdb.script("while $trace_frame != -1\n"
                               f'  printf "frame %d: {form}\\n", $trace_frame, {values}\n  tfind tracepoint\nend\n')
            found = re.findall(rf"^frame (\d+): {expected}$", shown, re.M)
            assert len(found) == len(set(found)) == 4, (n, shown)

    look()
    with tempfile.TemporaryDirectory(prefix="kgtp-report-") as folder:
        gdb.cmd(f"tsave {folder}/t")
        gdb.cmd("disconnect")
        gdb.cmd(f"target tfile {folder}/t")
        look()


@case(timeout=120)
def scenario_actions_changed(t):
    """Each run uses its tracepoints' current actions, and none of the run before."""
    gdb = t.gdb()

    def run(*expected):
        """Run with a read that hits each tracepoint once, and compare the frames with those expected."""
        load = t.load("open", n=1, file=FILE)
        for n in range(1, len(points) + 1):
            gdb.cmd(f"condition {n} {load.mine}")
        experiment(gdb, load)
        assert gdb.frames() == len(expected), gdb.cmd("tstatus")
        for what, absent in expected:
            gdb.cmd("tfind")
            assert "unavailable" not in gdb.eval(what) and gdb.eval(absent) == "<unavailable>", (what, absent)
        gdb.cmd("tfind none")

    points = [gdb.trace(f"*{t.first('vfs_open', 'getname')}", "", "collect panic_timeout")]
    run(("panic_timeout", "panic_on_oops"))
    gdb.actions(1, "collect panic_on_oops", "collect init_task.pid")
    run(("panic_on_oops", "panic_timeout"))
    # Stepping is not supported: it is refused, and leaves nothing behind.
    gdb.actions(1, "collect panic_timeout", "while-stepping 5", "collect $regs", "end")
    assert "while-stepping is not available" in gdb.fails("tstart")
    gdb.actions(1, "collect panic_timeout")
    run(("panic_timeout", "panic_on_oops"))
    points.append(gdb.trace(f"*{t.first('do_dentry_open', 'may_open', 'fd_install')}", ""))
    gdb.script("commands 1-2\ncollect panic_timeout\nwhile-stepping 5\ncollect $regs\nend\nend\n")
    assert "while-stepping is not available" in gdb.fails("tstart")
    gdb.script("commands 1-2\ncollect panic_on_oops\nend\n")
    run(("panic_on_oops", "panic_timeout"), ("panic_on_oops", "panic_timeout"))


@case(timeout=120)
def scenario_status_stop(t):
    """Runs can be started, stopped and started again, also twice in a row, and after the buffer was full."""
    gdb = t.gdb()
    gdb.cmd("trace vfs_read if $current_task_pid == 1")
    gdb.actions(1, "collect $regs")
    for _ in range(2):
        gdb.cmd("tstart")
        assert "Trace is running" in gdb.cmd("tstatus")
        gdb.cmd("tstart")           # GDB would ask first; the answer is yes
        assert "Trace is running" in gdb.cmd("tstatus")
        gdb.cmd("tstop")
        assert "Trace stopped by a tstop command" in gdb.cmd("tstatus")
        assert "Trace is not running" in gdb.fails("tstop")
    gdb.cmd("set trace-buffer-size 2000")
    for _ in range(2):
        load = t.load("pread", n=20, file=FILE, size=8)
        gdb.cmd("delete")
        n = gdb.trace("*vfs_read", load.mine, "collect $regs")
        gdb.cmd("tstart")
        load.go()
        assert "Trace stopped because the buffer was full." in gdb.cmd("tstatus")
        # tfull names the tracepoint that did not fit.
        assert f";tfull:{n:x};" in gdb.cmd("maint packet qTStatus")
