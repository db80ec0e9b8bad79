# SPDX-License-Identifier: GPL-2.0
"""Returns of functions ($kret), and the ends of stacks."""
import re

from harness import GdbError, case

MINE = "$current_task_pid == {}"


def returns(t):
    return "$rax" if t.bits == 64 else "$eax"


def stack_pointer(t):
    return "$rsp" if t.bits == 64 else "$esp"


def names(shown):
    return re.findall(r"^#\d+ .*?(\w+) \(", shown, re.M)


@case(core=True)
def return_values(t):
    """At a function's return, its value, task and callers are collected, and tdump and tfind work."""
    load = t.load("pread", n=3, file="/proc/version", size=11)
    fails = t.load("pread", n=2, file="/proc/version", size=8, offset=1 << 20)
    gdb = t.gdb()
    gdb.cmd("tvariable $bt = 4096")
    gdb.cmd("tvariable $sum")
    gdb.cmd("tvariable $word")
    mine = f"{MINE.format(load.pid)} || {MINE.format(fails.pid)}"
    entry = gdb.trace("*vfs_read", mine, "collect $args")
    value = returns(t)
    left = gdb.trace("*vfs_read", mine, "teval $kret = 0", f"teval $sum = $sum + {value}", f"teval $word = *(long *){stack_pointer(t)} + 0",
                 f"collect $regs, $bt, $sum, $word, $current_task_pid, jiffies_64")
    # A condition sees the value, too.
    gdb.trace("*vfs_read", f"{value} == 11 && {MINE.format(load.pid)}", "teval $kret = 100", f"collect {value}")
    gdb.cmd("tstart")
    assert load.go()["ok"] == 3
    fails.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 13, gdb.cmd("tstatus")
    total = 0
    for i in range(5):
        gdb.cmd(f"tfind tracepoint {left}")
        total += 11 if i < 3 else 0
        assert int(gdb.eval(f"(int){value}")) == (11 if i < 3 else 0), gdb.cmd("info registers")
        assert int(gdb.eval("$sum")) == total
        assert int(gdb.eval("$current_task_pid")) == (load.pid if i < 3 else fails.pid)
        stack = gdb.cmd("bt")
        found = names(stack)
        assert found[0] == "vfs_read" and any(re.search("(?i)sysc?_(ia32_)?pread64", name) for name in found[1:]), stack
        assert "vfs_read (file=" not in stack or t.bits == 32 or "vfs_read (file=<unavailable>" in stack, stack
        shown = gdb.cmd("tdump")
        assert f"tracepoint {left}, trace frame" in shown and f"$sum = {total}" in shown and "jiffies_64 = " in shown, shown
        # The return address itself, not the kernel's trampoline.
        gdb.cmd("up")
        assert int(gdb.eval(f"(unsigned long){t.pc}")) == int(gdb.eval("$word")) & (1 << t.bits) - 1, stack
    gdb.cmd("tfind none")
    gdb.cmd(f"tfind tracepoint {entry}")
    assert int(gdb.eval("count")) == 11


@case(old=True)
def refusals(t):
    """A $kret tracepoint that is not at an entry, and other uses of $kret, are refused with the reason and leave no probe."""
    gdb = t.gdb()
    gdb.cmd("tvariable $n")
    gdb.cmd("set circular-trace-buffer on")
    start = int(gdb.eval("(unsigned long)vfs_read"))
    inside = hex(gdb.inside("vfs_read")[0])
    entry = "kret works only at a function's entry"
    usage = "the variables kret and kret_args can only be set, to a constant, by a teval of their own"
    size = "the number of calls to follow at once: 1 to 4096, or 0 for the kernel's default"
    condition = "if $kret == 0"
    for where, actions, why in ((inside, ["teval $kret = 0"], entry), (hex(start), ["teval $kret = -1"], size),
                                (hex(start), ["teval $kret = 5000"], size), (hex(start), ["teval $kret = 1000000"], size),
                                (hex(start), ["collect $kret"], usage), (hex(start), ["teval $kret = $cpu_id"], usage),
                                (hex(start), ["teval $kret = 0", "teval $kret = $kret + 1"], usage),
                                (hex(start), [condition, "teval $kret = 0"], usage)):
        gdb.cmd("delete")
        good = gdb.trace("*vfs_write", None, "teval $kret = 0", "collect $regs")
        n = gdb.trace(f"*{where}" + (f" {actions.pop(0)}" if actions[0] == condition else ""), None, *actions)
        message = gdb.fails("tstart")
        assert f"tracepoint {n} at {where}: " in message and why in message, (where, actions, message)
        assert t.probes() == "" and "Trace is running" not in gdb.cmd("tstatus")
    # A function that the kernel's own handling of returns calls, on kernels that do not guard against that.
    gdb.cmd("delete")
    gdb.trace("*" + t.first("_raw_spin_lock_irqsave", "_spin_lock_irqsave"), None, "teval $kret = 0", "teval $n = $n + 1")
    if "kprobe_busy_begin" not in t.functions():        # 5.8, and vendors' kernels
        assert "this kernel's own handling of returns uses that function" in gdb.fails("tstart")
    else:
        gdb.cmd("tstart")
        t.sh("cat /proc/version; usleep 50000")
        gdb.cmd("tstop")
        assert int(gdb.eval("$n")) > 0, gdb.cmd("tstatus")
    # A function that the kernel refuses for all probes.
    gdb.cmd("delete")
    bad = t.first("exc_int3", "do_int3")
    gdb.trace(f"*{bad}", None, "teval $kret = 0")
    assert "probe" in gdb.fails("tstart")
    gdb.cmd("tvariable $ignore_error = 1")
    gdb.trace("*vfs_read", None, "teval $kret = 4096", "collect $regs")
    gdb.cmd("tstart")
    assert len(t.probes().splitlines()) == 1, t.probes()
    t.sh("cat /proc/version")
    gdb.cmd("tstop")
    assert gdb.frames() > 0 and t.probes() == ""


@case
def any_constant(t):
    """$kret accepts a constant in any language of GDB's; in Rust the constant is not the last operation."""
    load = t.load("pread", n=2, file="/proc/version", size=8)
    gdb = t.gdb()
    value = returns(t)
    texts = [("c", "0"), ("c", "sizeof(long) * 8"), ("c++", "(unsigned char)7"), ("asm", "1 << 6"), ("rust", "0"), ("rust", "64 as u8"),
             ("rust", "8 * 8"), ("rust", "66 - 2")]

    def define(language, text, *more):
        """Use C for the location, but another language when the action is read, and compiled at tstart."""
        gdb.cmd("set language c")
        gdb.cmd("delete")
        n = gdb.trace("*vfs_read", load.mine)
        gdb.cmd(f"set language {language}")
        gdb.actions(n, f"teval $kret = {text}", *more)

    for language, text in texts:
        define(language, text, "collect $regs")
        gdb.cmd("tstart")
        assert t.probes().count("vfs_read") == 1, (language, text, t.probes())
        gdb.cmd("tstop")
    for language, text, why in (("rust", "5000", "1 to 4096"), ("rust", "$cpu_id", "to a constant")):
        define(language, text)
        assert why in gdb.fails("tstart"), (language, text)
    define("rust", "32", f"collect {value}")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    gdb.cmd("set language c")
    assert gdb.frames() == 2, gdb.cmd("tstatus")
    gdb.cmd("tfind start")
    assert int(gdb.eval(f"(int){value}")) == 8


@case(needs=[">=4.9"], old=True)
def value_in_two_registers(t):
    """For a 16-byte value (8 bytes with 32 bits), both halves are available if named, and no argument is."""
    gdb = t.gdb()
    gdb.cmd("tvariable $second")
    first, second = ("$rax", "$rdx") if t.bits == 64 else ("$eax", "$edx")
    where = t.first("current_time") if t.bits == 64 else "vfs_llseek"
    both = gdb.trace(f"*{where}", None, "teval $kret = 0", f"teval $second = {second} + 0", f"collect {first}, {second}, $second")
    one = gdb.trace(f"*{where}", None, "teval $kret = 0", f"collect {first}, $bt")
    gdb.cmd("tstart")
    now = int(t.sh("date +%s; echo x > /tmp/two; dd if=/tmp/two of=/dev/null bs=1 skip=1 count=1 2>/dev/null").split()[0])
    gdb.cmd("tstop")
    assert gdb.frames() >= 2, gdb.cmd("tstatus")
    gdb.cmd(f"tfind tracepoint {both}")
    mask = (1 << t.bits) - 1
    assert int(gdb.eval(f"(unsigned long){second}")) == int(gdb.eval("$second")) & mask, gdb.cmd("info registers")
    if t.bits == 64:
        assert abs(int(gdb.eval(f"(long){first}")) - now) < 600 and int(gdb.eval(f"(long){second}")) < 10**9, gdb.cmd("info registers")
        assert "<unavailable>" in gdb.eval("$rdi") and "<unavailable>" in gdb.eval("$rsi"), gdb.cmd("info registers")
        gdb.cmd("tfind none")
        gdb.cmd(f"tfind tracepoint {one}")
        assert gdb.eval("$rdx") == "<unavailable>" and gdb.eval("$rax") != "<unavailable>"


@case(old=True)
def no_arguments_at_return(t):
    """`collect $args' at a return collects no arguments, since their registers are stale.
    Nor does it collect the second half of a value, unless that or all registers are named."""
    load = t.load("pread", n=1, file="/proc/version", size=8)
    gdb = t.gdb()
    second = "$rdx" if t.bits == 64 else "$ecx"
    six = t.first("vm_mmap_pgoff", "do_mmap_pgoff")
    points = [gdb.trace("*vfs_read", load.mine, "teval $kret = 0", action) for action in
              ("collect $args", f"collect $args, {returns(t)}, {second}", f"collect {returns(t)}, $rdx", "collect $regs")[:4 if t.bits == 64 else 2]]
    many = gdb.trace(f"*{six}", None, "teval $kret = 0", "collect $args")
    gdb.cmd("tstart")
    load.go()
    t.sh("cat /proc/version")
    gdb.cmd("tstop")
    for n in points:
        gdb.cmd("tfind none")
        gdb.cmd(f"tfind tracepoint {n}")
        assert int(gdb.eval("$tracepoint")) == n, gdb.cmd("tstatus")
        named = n in points[2:]
        assert (gdb.eval(second) == "<unavailable>") == (not named), (n, gdb.cmd("info registers"))
        assert (gdb.eval("count") == "<unavailable>") == (not named), (n, gdb.cmd("info args"))
        assert gdb.eval(returns(t)) != "<unavailable>"
    gdb.cmd("tfind none")
    gdb.cmd(f"tfind tracepoint {many}")
    assert int(gdb.eval("$tracepoint")) == many, gdb.cmd("tstatus")
    shown = re.findall(r"^(\w+) = (.*)$", gdb.cmd("info args"), re.M)
    lost = shown[:6] if t.bits == 64 else shown[2:3]
    assert len(shown) == 6 and all(value == "<unavailable>" for _, value in lost), shown


@case(core=True, old=True)
def arguments_in_expressions_at_return(t):
    """At a return, a condition or an action that needs an argument's register fails with that register's name.
    It reads no stale value, and what needs no such register is collected."""
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb = t.gdb()
    gone = "rdi" if t.bits == 64 else "ecx"
    value = returns(t)
    second = "$rdx" if t.bits == 64 else "$edx"
    gdb.cmd("tvariable $seen = 77")
    kret = "teval $kret = 0"
    wants = gdb.trace("*vfs_read", f"{load.mine} && (${gone} & 1) + 1", kret, f"collect {value}")
    # The third argument may be the second half of a value, if an action names that.
    third = "rdx" if t.bits == 64 else gone
    other = gdb.trace("*vfs_read", f"{load.mine} && (${third} & 1) + 1", kret, f"collect {value}")
    named = gdb.trace("*vfs_read", f"{load.mine} && ({second} & 1) + 1", kret, f"collect {value}, {second}")
    # Of these GDB makes a block at a register, one that the interpreter collects, and two updates.
    fails = gdb.trace("*vfs_read", load.mine, kret, f"collect *(long *)(${gone} + 16)", f"collect *(long *)(${gone} * 1)",
                      f"teval $seen = ${gone} + 0", f"teval ($seen = $seen + 1) + ${gone}", f"collect {value}, $seen")
    gdb.cmd("tstart")
    assert load.go()["ok"] == 3
    gdb.cmd("tstop")
    status = gdb.cmd("tstatus")
    assert gdb.frames() == 6 and int(gdb.eval("$seen")) == 77, status
    why = f"register {gone} is unavailable at a return; use it at the entry, or set kret_args, 3 times"
    assert f"tracepoint {wants}: condition: {why}" in status, status
    assert f"tracepoint {other}: condition: {why.replace(gone, third)}" in status and f"tracepoint {named}: " not in status, status
    assert len(re.findall(f"tracepoint {fails}: action [^;]*: {why}", status)) == 4, status
    for _ in range(3):
        gdb.cmd(f"tfind tracepoint {fails}")
        assert int(gdb.eval(f"(int){value}")) == 8 and int(gdb.eval("$seen")) == 77, gdb.cmd("tdump")
    gdb.cmd("tfind none")
    gdb.cmd("delete")
    again = t.load("pread", n=1, file="/proc/version", size=8)
    wants = gdb.trace("*vfs_read", f"{again.mine} && (${gone} & 1) + 1", kret, f"collect {value}")
    gdb.cmd("tvariable $stop_on_error = 1")
    gdb.cmd("tstart")
    again.go()
    status = gdb.cmd("tstatus")
    assert "(" + f"condition: {why}".removesuffix(", 3 times") + f", tracepoint {wants})" in status, status


@case(core=True)
def no_return_there(t):
    """Returns of functions that do not return as ordinary functions do are refused with the reason.
    These return as another task, are not entered by a call, or are used by the handling of returns. They are refused at their
    first byte and behind an endbr; the entry of __switch_to can be traced. (6.12 and 7.2 crashed: IBT moves the probe behind
    the endbr, and the kernel compares addresses exactly.)"""
    gdb = t.gdb()
    gdb.cmd("set circular-trace-buffer on")
    symbols = t.functions()
    left = "left as another"
    uncalled = "not entered by a call"
    handling = "own handling of returns uses that function"
    asm = "ret_from_fork_asm" if "ret_from_fork_asm" in symbols else "ret_from_fork"
    tried = []
    for name, why in (("__switch_to", left), ("__switch_to_asm", left), (asm, uncalled), ("ret_from_kernel_thread", uncalled),
                      ("objpool_push", handling), ("freelist_add", handling), ("__freelist_add", handling),
                      ("kprobe_busy_begin", handling), ("kprobe_busy_end", handling)):
        where = next((symbol for symbol in symbols if symbol == name or symbol.startswith(f"{name}.isra")), None)
        if not where:
            continue
        at = int(gdb.eval(f"(unsigned long)&'{where}'"))
        for address in sorted({at, at + t.behind_endbr(gdb, at)}):
            gdb.cmd("delete")
            n = gdb.trace(f"*{address:#x}", None, "teval $kret = 0", "collect $regs")
            message = gdb.fails("tstart")
            assert f"tracepoint {n} at {address:#x}: " in message, (where, message)
            # Some kernels refuse any probe there.
            assert why in message and "trace " in message or "no probe" in message, (where, message)
            assert t.probes() == "" and "Trace is running" not in gdb.cmd("tstatus")
            tried.append(where)
    assert tried[0] == "__switch_to", tried
    t.note(", ".join(tried))
    gdb.cmd("delete")
    if t.kernel.version >= (3, 10):
        entry = gdb.trace("*__switch_to", None, "collect $regs")
        gdb.cmd("tstart")
        t.sh("usleep 50000; cat /proc/version")
        gdb.cmd("tstop")
        gdb.cmd("tfind start")
        assert f"tracepoint {entry}, trace frame" in gdb.cmd("tdump")
        gdb.cmd("tfind none")
        gdb.cmd("delete")
    gdb.trace("*schedule", None, "teval $kret = 100", "collect $regs")
    gdb.cmd("tstart")
    t.sh("usleep 50000; cat /proc/version")
    gdb.cmd("tstop")
    assert gdb.frames() > 0 and t.probes() == "", gdb.cmd("tstatus")


@case(needs=[">=6.6"])
def return_of_ret_from_fork(t):
    """Since 6.6 ret_from_fork() is a C function that is called, so its return can be traced."""
    gdb = t.gdb()
    gdb.trace("*ret_from_fork", "$current_task_user == 1", "teval $kret = 100", "collect $regs, $bt")
    gdb.cmd("tstart")
    t.sh("cat /proc/version; cat /proc/version")
    gdb.cmd("tstop")
    assert gdb.frames() >= 2 and t.probes() == "", gdb.cmd("tstatus")
    gdb.cmd("tfind start")
    found, shown = callers(gdb)
    assert found[0][1] == "ret_from_fork" and found[1][1] == "ret_from_fork_asm", shown


@case(core=True)
def calls_under_way(t):
    """Returns in excess of $kret are counted, and calls still in progress at the end of a run do no harm.
    Neither in the next run nor after the module is unloaded."""
    gdb = t.gdb()
    where = t.first("hrtimer_nanosleep", "do_nanosleep")
    gdb.cmd(f"trace *{where}")
    gdb.actions(1, "teval $kret = 1", "collect $regs")
    gdb.cmd("trace *vfs_read if 0")
    gdb.cmd("tstart")
    sleepers = [t.spawn("exec usleep 4000000") for _ in range(3)]
    t.sh("usleep 300000")
    gdb.cmd("tstop")
    stat = t.sh("cat /proc/gtpstat")
    lost = int(re.search(r"^lost_returns +(\d+)$", stat, re.M)[1])
    assert lost >= 2 and int(gdb.eval("$lost_returns")) == lost, stat
    shown = gdb.cmd("tstatus")
    assert f"tracepoint 1: {lost} returns were missed: more calls were under way at once than $kret allows" in shown, shown
    assert re.search(rf"^tracepoint 1 0x\w+ \d+ \d+ \d+ {lost} 0 \S+$", stat, re.M), stat
    assert re.search(r"^tracepoint 2 0x\w+ 0 0 \d+ 0 0 \S+$", stat, re.M), stat
    # Its memory is reused for a probe while a call of the first run is still on a stack.
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    gdb.close()
    t.guest.stop_relay()
    t.rmmod()
    running = t.run(f"test -d /proc/{sleepers[0].pid}").status == 0
    if not running:
        t.note("too slow: the calls had ended before the module went")
    for job in sleepers:
        assert job.wait() == 0, job.output
    t.insmod()


@case(old=True)
def enable_and_many(t):
    """Return tracepoints can be enabled and disabled in a run, be many, and share a function with each other and an entry."""
    gdb = t.gdb()
    value = returns(t)
    loads = [t.load("pread", n=2, file="/proc/version", size=8) for _ in range(3)]
    mine = " || ".join(MINE.format(load.pid) for load in loads)
    for n in range(1, 4):
        gdb.trace("*vfs_read", mine, *(["teval $kret = 0"] if n != 2 else []), f"collect {value}")
    counts = []
    gdb.cmd("disable 3")
    gdb.cmd("tstart")
    for load, command in zip(loads, ("enable 3", "disable 1", None)):
        load.go()
        counts.append(gdb.frames())
        if command:
            gdb.cmd(command)
            gdb.cmd(command)
    gdb.cmd("tstop")
    assert counts == [4, 10, 14], counts
    names = t.syscalls(30)
    gdb.cmd("delete")
    gdb.script("".join(f"trace *{name}\nactions\nteval $kret=0\ncollect {value}\nend\n" for name in names), timeout=120)
    gdb.cmd("tstart", timeout=120)
    assert len(t.probes().splitlines()) == len(names)
    t.sh("cat /proc/version; usleep 1000; ls /")
    gdb.cmd("tstop", timeout=120)
    assert t.probes() == "" and gdb.frames() > 5


def collected_up_to(gdb, address):
    """Return the first page boundary above address at which the frame has no memory."""
    while True:
        address = (address | 4095) + 1
        try:
            if "unavailable" in gdb.cmd(f"x/1wx {address:#x}"):
                return address
        except GdbError as error:
            assert "annot access memory" in str(error), error
            return address


def interrupts_stack(t, gdb, cpu, sp):
    """Return the end of that CPU's interrupt stack, as the kernel's own variable has it."""
    page = 4096
    if t.bits == 32:
        return (sp + 8191) // 8192 * 8192
    names = t.kernel.symbols()
    if "_cpu_pda" in names:
        at = int(gdb.eval(f"(unsigned long)_cpu_pda[{cpu}]->irqstackptr"))
    else:
        name = next(name for name in ("pcpu_hot.hardirq_stack_ptr", "hardirq_stack_ptr", "irq_stack_ptr", "per_cpu__irq_stack_ptr")
                    if name.split(".")[0] in names)
        at = int(gdb.eval(f"*(unsigned long *)((char *)&{name} + __per_cpu_offset[{cpu}])"))
    return (at + page - 1) // page * page


@case(old=True)
def stacks_end(t):
    """A $bt larger than the stack collects up to its very end, for tasks and interrupts, and the run goes on."""
    load = t.load("pread", n=1, file="/proc/version", size=8)
    gdb = t.gdb()
    gdb.cmd("tvariable $bt = 1000000")
    gdb.cmd("tvariable $self_trace = 1")
    gdb.cmd("set circular-trace-buffer on")
    gdb.trace("*" + t.first("update_process_times", "scheduler_tick"), None, "collect $bt, $cpu_id")
    gdb.cmd("tstart")
    t.sh("usleep 50000")
    gdb.cmd("tstop")
    assert "Trace stopped by a tstop command" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    gdb.cmd("tfind start")
    stack = gdb.cmd("bt -frame-arguments none")
    assert len(names(stack)) > 3, stack
    t.note(", ".join(names(stack)))
    sp, cpu = int(gdb.eval("(unsigned long)$sp")), int(gdb.eval("$cpu_id"))
    end = collected_up_to(gdb, sp)
    gdb.cmd("tfind none")
    top = interrupts_stack(t, gdb, cpu, sp)
    t.note(f"from {sp:#x} to {end:#x}; the stack of interrupts: {top:#x}")
    assert end <= top if top - sp < 65536 else end <= sp + 16384, (hex(sp), hex(end), hex(top))
    gdb.cmd("delete")
    gdb.trace("*vfs_read", MINE.format(load.pid), "collect $bt")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 1, gdb.cmd("tstatus")
    gdb.cmd("tfind start")
    end = collected_up_to(gdb, int(gdb.eval("(unsigned long)$sp")))
    # The stack ends behind user mode's registers, on a boundary where stacks end.
    if t.bits == 64:
        assert any(int(gdb.eval(f"*(unsigned long *){end - back:#x}")) == 0x33 for back in (4 * 8, 6 * 8)), gdb.cmd(f"x/8gx {end - 64:#x}")
    assert end % 8192 == 0, hex(end)
    assert names(gdb.cmd("bt -frame-arguments none"))[0] == "vfs_read"


def callers(gdb):
    """Return a backtrace without numbers, arguments and source lines, which replaced return addresses must not change; and
    its text."""
    shown = gdb.cmd("bt -frame-arguments none")
    lines = [line for line in shown.splitlines() if line.startswith("#")]
    # RHEL 6's system_call has the CFI of a signal frame.
    found = [re.match(r"#\d+ +(?:(0x\w+) in |<unavailable> in )?(?:([\w.?]+) \(|(<signal handler called>))", line) for line in lines]
    return [(one[1], one[2] or one[3]) for one in found], shown


def returns_are_listed(gdb):
    """Return whether each task lists its replaced return addresses; up to 5.10 there is one table for all."""
    return gdb.knows("init_task.rethooks") or gdb.knows("init_task.kretprobe_instances")


def ends(what, found, shown):
    """Check that the backtrace ends behind the kernel's entry code, with at most a 0."""
    if what == "an interrupt" and "Backtrace stopped: not enough" in shown and found[-1] == (None, "??"):
        # The interrupt stack ends there, and GDB looks behind it for the function that switched to it.
        return
    if what == "an interrupt" and "Backtrace stopped: previous frame inner to this frame" in shown:
        # So does the stack, and the one of the task, to which GDB would go on, has lower addresses: seen on 5.10.
        return
    if what == "an interrupt" and "Backtrace stopped: frame did not save the PC" in shown:
        # GDB 16's words for the first of these, without a frame of `??'.
        return
    assert "Backtrace stopped" not in shown, shown
    unknown = [pc for pc, name in found if name == "??"]
    assert unknown in ([], ["0x0000000000000000"], ["0x00000000"]) and (not unknown or found[-1][1] == "??"), shown


def in_a_graph(t, functions):
    """Trace these functions with function_graph. Return a function that ends this."""
    where = t.sh("for d in /sys/kernel/tracing /sys/kernel/debug/tracing; do test -e $d/set_ftrace_filter && echo $d && break; done; true").strip()
    if not where and t.run("mount -t tracefs nodev /sys/kernel/tracing").status == 0:
        where = "/sys/kernel/tracing"
    if not where or "function_graph" not in t.sh(f"cat {where}/available_tracers"):
        return None
    for name in functions:
        t.sh(f"echo {name} >> {where}/set_ftrace_filter")
    t.sh(f"echo function_graph > {where}/current_tracer")

    def undo():
        t.sh(f"echo nop > {where}/current_tracer; echo > {where}/set_ftrace_filter")
    return undo


@case(core=True, timeout=240)
def callers_whose_return_is_traced(t):
    """bt shows the real callers where our return probes, function_graph, or both have replaced their return addresses.
    Where the kernel does not tell the original address, bt ends."""
    gdb = t.gdb()
    gdb.cmd("tvariable $bt = 8192")
    points = [gdb.trace("*" + t.first("version_proc_show"), None, "collect $bt")]

    def look():
        load = t.load("pread", n=1, file="/proc/version", size=8)
        for n in points:
            gdb.cmd(f"condition {n} {load.mine}")
        gdb.cmd("tstart")
        load.go()
        gdb.cmd("tstop")
        gdb.cmd("tfind tracepoint 1")
        found = callers(gdb)
        gdb.cmd("tfind none")
        return found

    real, shown = look()
    # A function that is partly inlined into itself has two lines.
    outer = list(dict.fromkeys(name for _, name in real if name in ("seq_read_iter", "seq_read", "vfs_read")))
    assert len(outer) == 2 and "vfs_read" in outer, shown
    for name in outer + ["vfs_read"]:
        points.append(gdb.trace(f"*{name}", None, "teval $kret = 64", f"collect {returns(t)}, $bt"))
    probed, shown = look()
    listed = returns_are_listed(gdb)
    if listed:
        assert probed == real, shown
    else:
        assert len(probed) > 1 and probed[:-1] == real[:len(probed) - 1] and probed[-1][1] == "??" and not int(probed[-1][0], 16), shown
    # At a return, the callers above it.
    for n in points[1:]:
        gdb.cmd(f"tfind tracepoint {n}")
        found, shown = callers(gdb)
        gdb.cmd("tfind none")
        last = max(i for i, (_, name) in enumerate(real) if name == found[0][1])
        assert not listed or found[1:] == real[last + 1:], shown
        assert "trampoline" not in shown and len(found) > 1, shown
    undo = in_a_graph(t, outer)
    if not undo:
        t.note("no function_graph here")
        return
    try:
        both, shown = look()
        assert both == real or not listed and both[:-1] == real[:len(both) - 1] and both[-1][1] == "??", shown
        while len(points) > 1:
            gdb.cmd(f"delete {points.pop()}")
        graphed, shown = look()
        # Before 4.9 (9a7c348ba6a4) function_graph does not keep the slots.
        slots = "retp" in gdb.cmd("ptype struct ftrace_ret_stack")
        assert graphed == real or not slots and graphed[:-1] == real[:len(graphed) - 1] and graphed[-1][1] == "??", shown
    finally:
        undo()


@case(core=True, timeout=240)
def backtraces_end(t):
    """bt ends behind entry code of system calls, interrupts, faults and kernel threads, and collected memory is unchanged."""
    load = t.load("pread", n=1, file="/proc/version", size=8)
    gdb = t.gdb()
    gdb.cmd("tvariable $bt = 16384")
    gdb.cmd("tvariable $self_trace = 1")
    gdb.cmd("tvariable $its_first")
    gdb.cmd("set circular-trace-buffer on")
    regs = "(*(struct pt_regs *)$task_pt_regs)"
    field = "r15" if t.bits == 64 else "bx" if gdb.knows("((struct pt_regs *)0)->bx") else "ebx"
    points = {}

    def add(what, where, condition, *actions):
        if where in t.functions():
            points[what] = gdb.trace(f"*{where}", condition, *actions)

    tick = t.first("update_process_times", "scheduler_tick")
    add("a system call", "vfs_read", load.mine, "collect $args, $bt")
    # GDB looks for a caller of entry code at the first of user mode's registers; take one that is not 0.
    other = f"$current_task_user == 1 && {regs}.{field} != 0"
    add("another program", "vfs_read", other, "collect $bt")
    add("its registers", "vfs_read", other, f"teval $its_first = {regs}.{field} + 0", f"collect $bt, $its_first, {regs}")
    add("an interrupt", tick, None, "collect $bt")
    add("a fault", "handle_mm_fault", None, "collect $bt")
    add("a kernel thread", "process_one_work", None, "collect $bt")
    add("an idle task", "do_idle", None, "collect $bt")
    gdb.cmd("tstart")
    load.go()
    t.sh("dd if=/init of=/dev/null bs=4096 count=2 2>/dev/null; cat /proc/version > /dev/null; usleep 100000")
    gdb.cmd("tstop")
    for what, n in points.items():
        gdb.cmd("tfind none")
        gdb.cmd(f"tfind tracepoint {n}")
        if int(gdb.eval("$tracepoint")) != n:
            t.note(f"no hit in {what}")
            continue
        found, shown = callers(gdb)
        t.note(f"{what}: " + ", ".join(name if name != "??" else pc or "?" for pc, name in found))
        assert len(found) > 3, shown
        if what == "its registers":
            assert gdb.eval(f"{regs}.{field}") != "0"
            assert gdb.eval(f"(long){regs}.{field}") == gdb.eval("(long)$its_first"), gdb.cmd(f"print {regs}") + gdb.cmd("print $its_first")
        elif t.kernel.version >= (4, 2):
            ends(what, found, shown)


@case(core=True, timeout=240)
def only_the_caller(t):
    """`collect $_ret' collects only the caller, also where its return address has been replaced.
    By return probes set before or after the tracepoint, or by function_graph. Where the kernel does not tell the original
    address, bt ends."""
    gdb = t.gdb()
    gdb.cmd("tvariable $n = 0")

    def entries():
        """Collect the caller alone, with a following action, and on the slow path, for conditions in bytecode."""
        return [gdb.trace("*vfs_read", None, "collect $_ret"), gdb.trace("*vfs_read", None, "collect $_ret, jiffies_64"),
                gdb.trace("*vfs_read", None, "collect $_ret", "teval $n = $n + 1")]

    def returned():
        gdb.trace("*vfs_read", None, "teval $kret = 0", f"collect {returns(t)}")

    def look(points, listed=True):
        load = t.load("pread", n=1, file="/proc/version", size=8)
        for n in points:
            gdb.cmd(f"condition {n} {load.mine}" + (" && $n >= 0" if n == points[-1] else ""))
        gdb.cmd("tstart")
        load.go()
        gdb.cmd("tstop")
        assert "Trace stopped by a tstop command" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
        for n in points:
            gdb.cmd("tfind none")
            gdb.cmd(f"tfind tracepoint {n}")
            found, stack = callers(gdb)
            assert found[0][1] == "vfs_read", stack
            if listed or "pread64" in found[1][1]:
                assert "pread64" in found[1][1], stack
                assert "<unavailable>" in stack or "do_syscall_64" not in stack, stack
            else:
                assert len(found) == 2 and found[1][1] == "??" and not int(found[1][0], 16), stack
        gdb.cmd("tfind none")

    look(entries())
    listed = returns_are_listed(gdb)
    for before in (True, False):
        gdb.cmd("delete tracepoints")
        if before:
            returned()
        points = entries()
        if not before:
            returned()
        look(points, listed)
    undo = in_a_graph(t, ["vfs_read"])
    if not undo:
        t.note("no function_graph here")
        return
    try:
        look(points, listed)
        gdb.cmd("delete tracepoints")
        look(entries(), gdb.knows("((struct ftrace_ret_stack *)0)->retp"))
    finally:
        undo()
