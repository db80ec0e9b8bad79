# SPDX-License-Identifier: GPL-2.0
"""Errors are reported to the GDB user, and have no other effects."""
import re
import time

from harness import GdbError, Skip, case

MINE = "$current_task_pid == {}"


def run(t, gdb, where, condition, *actions, op="pread", **options):
    """Trace one run with one tracepoint and three reads. Return its number and tstatus."""
    load = t.load(op, **dict({"n": 3, "file": "/proc/version", "size": 8}, **options))
    gdb.cmd("tfind none")
    gdb.cmd("delete")
    shown = gdb.cmd(f"trace {where} if {MINE.format(load.pid)}" + (f" && ({condition})" if condition else ""))
    n = int(re.search(r"Tracepoint (\d+)", shown)[1])
    if actions:
        gdb.actions(n, *actions)
    gdb.cmd("tstart")
    load.go()
    shown = gdb.cmd("tstatus")
    if "Trace is running" in shown:
        gdb.cmd("tstop")
    return n, shown


WILD = {32: ["0", "8", "0x7fffffff", "0xbffffffe", "0xfffff000", "-1", "-4096"],
        64: ["0", "8", "0x7fffffffe000", "0x800000000000", "0xdead000000000000", "0xffff7fffffffffff", "0xffffffffff000000",
             "0xffffffffff600000", "-1", "-4096"]}


def errors(t, number):
    """Return gtpstat's counts of a tracepoint: (hits, errors)."""
    words = re.search(rf"^tracepoint {number} (.*)$", t.sh("cat /proc/gtpstat"), re.M)[1].split()
    return int(words[1]), int(words[5])


def strict(gdb, on):
    gdb.cmd(f"tvariable $stop_on_error = {int(on)}")


@case(timeout=400)
def wild_pointers_collected(t):
    """A pointer that cannot be read leaves its block out, is counted in tstatus and gtpstat, and the run goes on."""
    gdb = t.gdb()
    for address in WILD[t.bits]:
        n, shown = run(t, gdb, "*vfs_read", "", "collect $regs", f"collect *(long *){address}", "collect jiffies_64")
        bad = int(address, 0) & (1 << t.bits) - 1
        assert f'tracepoint {n}: action "*(long *){address}": cannot read memory at {bad:#x}, 3 times' in shown, shown
        assert "Trace stopped by a tstop command" in shown or "Trace is running" in shown, shown
        assert "Collected 3 trace frame" in shown, shown
        assert errors(t, n) == (3, 3)
        for frame in range(3):
            gdb.cmd(f"tfind {frame}")
            assert gdb.eval(t.arg(3)) == "8" and int(gdb.eval("jiffies_64")) > 0
            assert "<unavailable>" in gdb.cmd(f"output *(long *){address}")
        gdb.cmd("tfind none")


@case(timeout=400)
def wild_pointers_in_conditions(t):
    """A condition that cannot be computed is false, and counted as an error."""
    gdb = t.gdb()
    for address in WILD[t.bits]:
        n, shown = run(t, gdb, "*vfs_read", f"*(int *){address} == 1", "collect $regs")
        bad = int(address, 0) & (1 << t.bits) - 1
        assert f"tracepoint {n}: condition: cannot read memory at {bad:#x}, 3 times" in shown, shown
        assert "Trace is running" in shown and "Collected 0 trace frames" in shown, shown
        assert errors(t, n) == (0, 3)


@case
def stop_on_error(t):
    """With $stop_on_error the first error ends the run, and the frame keeps what came before it; without, the run goes on."""
    gdb = t.gdb()
    strict(gdb, True)
    n, shown = run(t, gdb, "*vfs_read", "", "collect $regs", "collect *(long *)8", "collect jiffies_64")
    assert f"Trace stopped by an error (actions: cannot read memory at 0x8, tracepoint {n})" in shown, shown
    assert "Collected 1 trace frame" in shown, shown
    gdb.cmd("tfind start")
    assert gdb.eval(t.arg(3)) == "8" and "<unavailable>" in gdb.cmd("output jiffies_64")
    n, shown = run(t, gdb, "*vfs_read", "*(int *)8 == 1", "collect $regs")
    assert f"condition: cannot read memory at 0x8, tracepoint {n})" in shown, shown
    assert "Collected 0 trace frames" in shown, shown
    n, shown = run(t, gdb, "*vfs_read", "100 / (count - 8) == 1", "collect $regs")
    assert re.search(rf"condition: .*zero, tracepoint {n}\)", shown), shown
    strict(gdb, False)
    n, shown = run(t, gdb, "*vfs_read", "*(int *)8 == 1", "collect $regs")
    assert "Trace is running" in shown, shown


@case
def failed_teval_changes_nothing(t):
    """An expression that fails undoes its assignments, also of several variables and of one for each CPU."""
    gdb = t.gdb()
    for name in ("a", "b", "p_c", "after"):
        gdb.cmd(f"tvariable ${name} = 5")
    n, shown = run(t, gdb, "*vfs_read", "", "teval ($a = $a + 1, $b = 7, $p_c = $p_c + 1, $a + *(char *)8)",
                   "teval ($b = 9) / (count - 8)", "teval $after = $after + ($a = $a + 2)", "collect $a, $b, $after")
    assert "Trace is running" in shown and "Collected 3 trace frames" in shown, shown
    assert errors(t, n) == (3, 6)
    assert (gdb.value("$a"), gdb.value("$b"), gdb.value("$p_c"), gdb.value("$after")) == (11, 5, 5, 5 + 7 + 9 + 11)
    gdb.cmd("tfind 1")
    assert (gdb.value("$a"), gdb.value("$b"), gdb.value("$after")) == (9, 5, 21)
    gdb.cmd("tfind none")
    # One that does not fail keeps all, and reads back what it has set.
    n, shown = run(t, gdb, "*vfs_read", "", "teval ($a = 20, $b = $a + 1, $a = $b + *(char *)&jiffies_64 * 0 + 1)")
    assert (gdb.value("$a"), gdb.value("$b")) == (22, 21) and errors(t, n) == (3, 0)


@case
def part_of_an_expression(t):
    """What an expression collects before it fails stays in the frame."""
    gdb = t.gdb()
    gdb.cmd("tvariable $zero")
    n, shown = run(t, gdb, "*vfs_read", "", "collect ((struct task_struct *)*(unsigned long *)(jiffies_64 * 0 + 8))->pid",
                   "collect *(long *)(init_task.comm[0] * 0 + 8)", "collect $zero")
    assert "Collected 3 trace frames" in shown and errors(t, n) == (3, 6), shown
    gdb.cmd("tfind 2")
    assert gdb.value("$zero") == 0 and int(gdb.eval("init_task.comm[0]").split()[0]) != 0


@case(smp=2)
def errors_of_all_cpus(t):
    """Errors of many actions are summed over the CPUs; those that do not fit into the table are counted in gtpstat."""
    gdb = t.gdb()
    loads = [t.load("pread", n=10 * (cpu + 1), file="/proc/version", size=8, cpu=cpu) for cpu in range(2)]
    n = gdb.trace("*vfs_read", " || ".join(f"$current_task_pid == {load.pid}" for load in loads),
                  *(f"collect *(char *){address}" for address in range(1, 41)))
    gdb.cmd("tstart")
    for load in loads:
        load.go()
    gdb.cmd("tstop")
    shown = gdb.cmd("tstatus")
    assert f'tracepoint {n}: action "*(char *)' in shown and "30 times" in shown and "more in gtpstat" in shown, shown
    assert errors(t, n) == (30, 30 * 40)
    stat = t.sh("cat /proc/gtpstat")
    assert len(re.findall(r"cannot read memory at 0x\w+, 30 times", stat)) == 32, stat
    assert f"{8 * 30} more errors" in stat, stat
    gdb.cmd("tstart")
    assert "cannot read" not in gdb.cmd("tstatus")
    gdb.cmd("tstop")
    # The first and the last address are those over all CPUs.
    for order in ((0, 1), (1, 0)):
        loads = [t.load("pread", n=2, file="/proc/version", size=8, cpu=cpu) for cpu in order]
        gdb.cmd("delete")
        n = gdb.trace("*vfs_read", " || ".join(load.mine for load in loads), "collect *(char *)$current_task_pid")
        gdb.cmd("tstart")
        for load in loads:
            load.go()
        gdb.cmd("tstop")
        shown = gdb.cmd("tstatus")
        assert f"cannot read memory at {loads[0].pid:#x}, last at {loads[1].pid:#x}, 4 times" in shown, (order, shown)


def end_of_image(gdb):
    """Return the first unreadable page behind the kernel's image: old kernels map some megabytes more than the image has."""
    def readable(address):
        try:
            gdb.cmd(f"x/bx {address:#x}")
            return True
        except GdbError:
            return False
    good = int(gdb.eval("(unsigned long)&__bss_stop")) - 1 & -4096
    bad = next(address for address in range(good, good + (1 << 30), 1 << 20) if not readable(address))
    good = max(good, bad - (1 << 20))
    while bad - good > 4096:
        middle = (good + bad) // 2 & -4096
        good, bad = (middle, bad) if readable(middle) else (good, middle)
    return bad


@case(core=True)
def block_faults_half_way(t):
    """For a block that runs into a hole, the error names the hole's first byte, and the other actions run once."""
    gdb = t.gdb()
    hole = end_of_image(gdb)
    for length in (64, 3000, 300000):
        gdb.cmd("tvariable $done = 0")
        n, shown = run(t, gdb, "*vfs_read", "", "teval $done = $done + 1", "collect jiffies_64, $done",
                       f"collect *(char(*)[{length}]){hole - length // 16 * 8:#x}", "teval $done = $done + 100")
        # 32-bit kernels may map memory that the firmware has reserved behind their RAM.
        assert re.search(rf"cannot read (memory|a device's memory without .monitor io on.) at {hole:#x}, 3 times", shown), shown
        assert errors(t, n) == (3, 3), shown
        assert gdb.value("$done") == 303
        gdb.cmd("tfind start")
        assert int(gdb.eval("jiffies_64")) > 0 and gdb.value("$done") == 1
        assert "<unavailable>" in gdb.cmd(f"x/bx {hole - 8:#x}")
        gdb.cmd("tfind 2")
        assert gdb.value("$done") == 203
        gdb.cmd("tfind none")


@case
def division_by_zero(t):
    gdb = t.gdb()
    n, shown = run(t, gdb, "*vfs_read", "100 / (count - 8) == 1", "collect $regs")
    assert f"tracepoint {n}: condition: divide by zero, 3 times" in shown and errors(t, n) == (0, 3), shown
    n, shown = run(t, gdb, "*vfs_read", "", "collect jiffies_64", "collect *(char *)(&jiffies_64 + 1 % (count - 8))")
    assert re.search(rf'tracepoint {n}: action "\*\(char.*": divide by zero, 3 times', shown) and errors(t, n) == (3, 3), shown


BUFFER, PATH = 0x10000000, 0xf000000     # the load's


@case(core=True)
def user_memory(t):
    """A hit can read the current task's memory, for blocks, strings and conditions; live reads cannot."""
    gdb = t.gdb()
    word = int.from_bytes(b"KGTP", "little")
    n, shown = run(t, gdb, "*vfs_read", f"*(int *){BUFFER} == {word}", f"collect *(char(*)[1000]){BUFFER}, *(int *){t.arg(2)}",
                   f"collect *(char(*)[8]){BUFFER - 4}", op="read", file="/dev/null", size=2000)
    assert "Collected 3 trace frames" in shown and errors(t, n) == (3, 3), shown
    assert f"cannot read memory at {BUFFER - 4:#x}, 3 times" in shown, shown
    gdb.cmd("tfind 1")
    assert gdb.value(f"*(int *){BUFFER + 996}") == word and gdb.value(f"*(int *){t.arg(2)}") == word
    assert "<unavailable>" in gdb.cmd(f"output *(char(*)[8]){BUFFER - 4}")
    gdb.cmd("tfind none")
    gdb.fails(f"x/bx {BUFFER}")


@case
def file_names(t):
    """A file name that openat gets by a user pointer can be collected, tested in a condition, and printed."""
    gdb = t.gdb()
    where = t.first("do_sys_openat2", "do_sys_open", "do_sys_openat")
    name = f"(char *){t.arg(2)}"
    n, shown = run(t, gdb, f"*{where}", f"*({name} + 6) == {ord('v')}", f"collect/s {name}", op="open", file="/proc/version")
    assert "Collected 3 trace frames" in shown and errors(t, n) == (3, 0), shown
    gdb.cmd("tfind 2")
    assert '"/proc/version"' in gdb.cmd(f"output (char *){PATH}")
    n, shown = run(t, gdb, f"*{where}", f"*({name} + 6) == {ord('w')}", f"collect/s {name}", op="open", file="/proc/version")
    assert "Collected 0 trace frames" in shown and errors(t, n) == (0, 0), shown
    n, shown = run(t, gdb, f"*{where}", "", "teval $printk_level = 5", f"collect/s {name}", op="open", file="/proc/version")
    assert "Collected 0 trace frames" in shown, shown
    t.guest.sync_console()
    assert '= "/proc/version"' in t.sh("dmesg | grep -c . >/dev/null; dmesg") or '="/proc/version"' in t.sh("dmesg")


@case
def user_memory_in_interrupts(t):
    """User memory is not read in interrupts or in kernel threads, where it could be anybody's."""
    gdb = t.gdb()
    load = t.load("getppid", n=0)
    n = gdb.trace("*" + t.first("update_process_times", "tick_sched_timer"), MINE.format(load.pid), f"collect *(int *){BUFFER}", "collect $cpu_id")
    threads = gdb.trace("*schedule", "((struct task_struct *)$current_task)->mm == 0", f"collect *(int *){BUFFER}", "collect $cpu_id")
    gdb.cmd("tstart")
    load.start()
    t.sh("sleep 1")
    load.finish()
    gdb.cmd("tstop")
    for number in (n, threads):
        hits, failed = errors(t, number)
        assert hits > 3 and hits == failed, (hits, failed)


@case
def user_memory_in_nmis(t):
    """User memory is not read in an NMI, traced at the message that it prints, even in a task where other hits can read it."""
    gdb = t.gdb()
    load = t.load("getppid", n=0, cpu=0)
    n = gdb.trace("*" + t.first("_printk", "printk"), load.mine, f"collect *(int *){BUFFER}", "collect $cpu_id")
    gdb.cmd("tstart")
    load.start()
    for _ in range(8):
        t.guest.inject_nmi()
        time.sleep(0.1)
    gdb.cmd("tstop")
    hits, failed = errors(t, n)
    gdb.cmd("delete")
    gdb.cmd("set circular-trace-buffer on")
    other = gdb.trace("*" + t.syscall("getppid"), load.mine, f"collect *(int *){BUFFER}")
    gdb.cmd("tstart")
    time.sleep(0.2)
    load.finish()
    gdb.cmd("tstop")
    t.guest.sync_console()
    count = t.guest.console_text(t.console_start).count("NMI received for unknown reason")
    t.note(f"{count} NMIs, {hits} hits in them; {errors(t, other)[0]} others")
    assert count >= 4 and hits >= 4 and hits == failed, (count, hits, failed)
    assert errors(t, other)[0] > 10 and errors(t, other)[1] == 0, errors(t, other)


def areas(t):
    """Parse /proc/vmallocinfo. Return (addresses of devices, addresses of RAM)."""
    if t.run("test -e /proc/vmallocinfo").status:
        raise Skip("this kernel has no /proc/vmallocinfo")
    if t.run("test -e /proc/sys/kernel/kptr_restrict").status == 0:
        t.sh("echo 1 >/proc/sys/kernel/kptr_restrict")      # unhashed for us, as we are privileged
    lines = t.sh("cat /proc/vmallocinfo").splitlines()
    ram = [(int(start, 16), int(end, 16)) for start, end in
           re.findall(r"^([0-9a-f]+)-([0-9a-f]+) : System RAM", t.sh("cat /proc/iomem"), re.M)]

    def start(line):
        return int(line.split("-")[0], 16)

    def is_device(line):
        found = re.search(r"phys=(?:0x)?([0-9a-f]+).* ioremap", line)
        return found and not any(first <= int(found[1], 16) <= last for first, last in ram)
    return [start(line) for line in lines if is_device(line)], [start(line) for line in lines if re.search(r"pages=\d+ vmalloc", line)]


@case(core=True)
def device_memory(t):
    """Device memory is not read, live or in hits, unless `monitor io on` allows it; other vmalloc memory is."""
    gdb = t.gdb()
    devices, others = areas(t)
    if not devices:
        raise Skip("nothing is mapped by ioremap in this guest")
    t.note(f"{len(devices)} areas of devices, {len(others)} of RAM")
    refused = []
    for other in others:
        try:
            gdb.cmd(f"x/bx {other:#x}")
        except GdbError:
            refused.append(other)
    others = sorted(set(others) & set(areas(t)[1]))     # some have been freed meanwhile: stacks of processes that have ended
    assert others and not set(refused) & set(others), (refused, others)
    assert "monitor io" not in gdb.cmd("tstatus")
    for device in devices:
        assert f"Cannot access memory at address {device:#x}" in gdb.fails(f"x/wx {device:#x}")
    assert f"Not read: {devices[-1]:#x}." in gdb.cmd("monitor io")
    assert f"{devices[-1]:#x} is a device's memory and was not read" in gdb.cmd("tstatus")
    actions = [f"collect *(int *){devices[-1]:#x}", f"collect *(int *){others[0]:#x}"]
    n, shown = run(t, gdb, "*vfs_read", "", *actions)
    assert f"cannot read a device's memory without `monitor io on' at {devices[-1]:#x}, 3 times" in shown, shown
    assert errors(t, n) == (3, 3)
    gdb.cmd("tfind 1")
    assert "<unavailable>" in gdb.cmd(f"output *(int *){devices[-1]:#x}")
    assert "<unavailable>" not in gdb.cmd(f"output *(int *){others[0]:#x}")
    gdb.cmd("tfind none")
    assert "is read" in gdb.cmd("monitor io on")
    gdb.cmd(f"x/wx {devices[-1]:#x}")
    n, shown = run(t, gdb, "*vfs_read", "", *actions)
    assert errors(t, n) == (3, 0), shown
    gdb.cmd("tfind 1")
    assert "<unavailable>" not in gdb.cmd(f"output *(int *){devices[-1]:#x}")
    gdb.cmd("tfind none")
    assert "is not read" in gdb.cmd("monitor io off")
    gdb.fails(f"x/wx {devices[-1]:#x}")


@case
def device_memory_of_a_user(t):
    """A hit does not read device memory that a task has mapped; it still reads the task's own memory."""
    gdb = t.gdb()
    t.sh("test -e /dev/mem || mknod /dev/mem c 1 1")
    where = t.first("vfs_write")
    # The end of the BIOS, which is not RAM, and which /dev/mem has on all kernels. The BIOS date is there.
    rom, date = 0xff000, f"*(char(*)[8])({t.arg(2)} + 0xff5)"
    writes = dict(op="write", file="/dev/null", size=4096, map="/dev/mem", map_offset=rom)
    actions = [f"collect *(int *){t.arg(2)}", f"collect/s (char *){t.arg(2)}", f"collect {date}", f"collect/s (char *){PATH}"]
    refused = f"cannot read a device's memory without `monitor io on' at {BUFFER:#x}, 3 times"
    n, shown = run(t, gdb, f"*{where}", "", *actions, **writes)
    assert refused in shown and errors(t, n) == (3, 9), shown
    gdb.cmd("tfind 1")
    assert "<unavailable>" in gdb.cmd(f"output *(int *){BUFFER}") and "<unavailable>" in gdb.cmd(f"output {date}")
    assert '"/dev/null"' in gdb.cmd(f"output (char *){PATH}")
    n, shown = run(t, gdb, f"*{where}", f"*(char *){t.arg(2)} != 1", "collect $regs", **writes)
    assert f"condition: {refused}" in shown and errors(t, n) == (0, 3), shown
    gdb.cmd("tfind none")
    gdb.cmd("monitor io on")
    n, shown = run(t, gdb, f"*{where}", "", *actions, **writes)
    assert errors(t, n) == (3, 0), shown
    gdb.cmd("tfind 1")
    shown = gdb.cmd(f"output {date}")
    assert re.search(r'"\d\d/\d\d/\d\d"', shown), shown
    gdb.cmd("tfind none")
    gdb.cmd("monitor io off")


@case(core=True)
def refused_places(t):
    """A tracepoint where there can be no probe is refused with its number, address and reason, and no probe is left."""
    gdb = t.gdb()
    starts = [start for start, _ in gdb.instructions("vfs_read", 9)]
    middle = next(address for address in range(starts[0], starts[-1]) if address not in starts)
    for where in ("*0x1000", "*&jiffies_64", f"*{middle:#x}", "*get_kprobe"):
        gdb.cmd("delete")
        gdb.cmd("trace vfs_write")
        gdb.cmd(f"trace {where}")
        message = gdb.fails("tstart")
        assert re.search(r"tracepoint \d+ at 0x[0-9a-f]+: ", message), message
        assert "outgoing packet" not in message, message
        assert t.probes() == "", (where, t.probes())
        assert "No trace has been run" in gdb.cmd("tstatus")
    gdb.cmd("delete")
    n, shown = run(t, gdb, "*vfs_read", "", "collect $regs")
    assert "Collected 3 trace frames" in shown, shown


@case
def device_memory_is_for_a_session(t):
    """`monitor io on` ends with its session, except for a run that goes on."""
    gdb = t.gdb()
    devices = areas(t)[0]
    if not devices:
        raise Skip("nothing is mapped by ioremap in this guest")
    device = devices[-1]

    def again():
        gdb.cmd("disconnect")
        t.connect(gdb)
    gdb.cmd("monitor io on")
    gdb.cmd(f"x/wx {device:#x}")
    again()
    gdb.fails(f"x/wx {device:#x}")
    assert "is not read" in gdb.cmd("monitor io")
    # A run that goes on.
    gdb.cmd("set disconnected-tracing on")
    gdb.cmd("monitor io on")
    load = t.load("pread", n=3, file="/proc/version", size=8)
    number = gdb.trace("*vfs_read", load.mine, f"collect *(int *){device:#x}")
    gdb.cmd("tstart")
    again()
    gdb.fails(f"x/wx {device:#x}")
    assert "The current run reads it" in gdb.cmd("monitor io")
    load.go()
    gdb.cmd("tstop")
    assert errors(t, number) == (3, 0), gdb.cmd("tstatus")
    gdb.cmd("tfind 1")
    assert "<unavailable>" not in gdb.cmd(f"output *(int *){device:#x}")
    gdb.cmd("tfind none")
    gdb.fails(f"x/wx {device:#x}")
    # The next run is not allowed to.
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.cmd(f"condition {number} {load.mine}")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert errors(t, number) == (3, 3), gdb.cmd("tstatus")
    gdb.cmd("set disconnected-tracing off")


@case
def refused_actions(t):
    """An action that cannot be collected is refused at tstart, with its tracepoint."""
    gdb = t.gdb()
    gdb.cmd("trace vfs_read")
    gdb.actions(1, "while-stepping 3", "collect $regs", "end")
    message = gdb.fails("tstart")
    assert "tracepoint 1 at 0x" in message and "while-stepping is not available" in message, message
    # GDB before 7.6.1 still sends the step count when its actions are gone: this gives a notice, not an error.
    gdb.actions(1, "while-stepping 3", "end")
    shown = gdb.cmd("tstart")
    assert "Tracepoint 1: while-stepping is not available; a step count without actions is ignored." in shown, shown
    gdb.cmd("tstop")


@case
def no_tracepoints(t):
    gdb = t.gdb()
    try:
        gdb.cmd("tstart")
    except GdbError as error:
        assert "No tracepoints" in str(error), error
    else:
        raise AssertionError("tstart without tracepoints")


@case
def buffer_sizes(t):
    """Buffer sizes are exact; an impossible size is refused and changes nothing."""
    gdb = t.gdb()
    for size in (4, 1, 4096, 4097, 1000000):
        gdb.cmd(f"set trace-buffer-size {size}")
        assert f"of {size} bytes free" in gdb.cmd("tstatus")
    n, shown = run(t, gdb, "*vfs_read", "", "collect $regs")
    assert "of 1000000 bytes free" in shown
    for size in (1 << 62, 1 << 40):
        answer = gdb.cmd(f"maint packet QTBuffer:size:{size:x}")
        assert "no memory for a trace buffer" in answer, answer
        assert "of 1000000 bytes free" in gdb.cmd("tstatus")
    for text in ("", "0", "xyz", "10:", "-2", "11111111111111111"):
        answer = gdb.cmd(f"maint packet QTBuffer:size:{text}")
        assert re.search(r'received: "E\.\S+', answer), (text, answer)
    assert "of 1000000 bytes free" in gdb.cmd("tstatus")
    assert "Collected 3 trace frames" in gdb.cmd("tstatus")
    gdb.cmd("tfind 2")
    assert gdb.eval(t.arg(3)) == "8"
    gdb.cmd("tfind none")
    gdb.cmd("set trace-buffer-size 4")
    n, shown = run(t, gdb, "*vfs_read", "", "collect $regs")
    assert "of 4 bytes free" in shown and "because the buffer was full" in shown, shown


@case
def collecting_while_changing(t):
    """An expression that both updates a variable, which makes other CPUs wait, and collects memory is refused."""
    gdb = t.gdb()
    gdb.cmd("trace vfs_read")
    gdb.cmd("tvariable $v")
    gdb.actions(1, "teval $v = $v + 1", "collect $v")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    # GDB itself never creates such an expression: getv 1, setv 1, const 8, trace.
    number = int(re.search(r"T(\w+):", gdb.cmd("maint packet qTfP"))[1], 16)
    address = int(gdb.eval("(unsigned long)vfs_read"))
    var = len(re.findall(r"^\$", gdb.cmd("info tvariables"), re.M))
    for packet in ("QTinit", f"QTDV:{var:x}:0:0:76", f"QTDP:{number:x}:{address:016x}:E:0:0-",
                   f"QTDP:-{number:x}:{address:016x}:XA,2c{var:04x}2d{var:04x}22080c27"):
        assert '"OK"' in gdb.cmd(f"maint packet {packet}"), packet
    answer = gdb.cmd("maint packet QTStart")
    assert "updates a variable and collects memory; split it" in answer, answer
    gdb.cmd("maint packet QTinit")


@case
def bad_bytecode(t):
    """QTStart checks bytecode: each kind of mistake is refused, with its tracepoint, and leaves no probe."""
    gdb = t.gdb(raw=True)
    address = int(gdb.eval("(unsigned long)vfs_read"))
    for code, complaint in (("ff27", "unknown bytecode instruction"), ("0127", "does not support"), ("3127", "unknown"),
                            ("34000027", "does not support"), ("2200", "runs past its end"), ("23ff", "ends inside an instruction"),
                            ("0227", "stack underflow"), ("2b27", "stack underflow"), ("28" * 2 + "27", "stack underflow"),
                            ("2201" * 101 + "27", "stack overflow"), ("21000427", "no instruction begins"),
                            ("21ffff27", "no instruction begins"), ("22012000072200" + "27", "stack depth differs"),
                            ("22011600" + "27", "0 bits"), ("26001827", "no such register"), ("26ffff27", "no such register"),
                            ("2cffff27", "no such trace state variable")):
        for where in ("condition", "actions"):
            text = f"X{len(code) // 2:x},{code}"
            packets = ["QTinit"]
            if where == "condition":
                packets.append(f"QTDP:7:{address:016x}:E:0:0:{text}")
            else:
                packets += [f"QTDP:7:{address:016x}:E:0:0-", f"QTDP:-7:{address:016x}:{text}"]
            for packet in packets:
                assert '"OK"' in gdb.cmd(f"maint packet {packet}"), packet
            answer = gdb.cmd("maint packet QTStart")
            assert f"E.tracepoint 7 at {address:#x}: cannot compile {where}: " in answer and complaint in answer, (code, answer)
            assert t.probes() == ""
    # An endless loop is ended at run time.
    load = t.load("pread", n=1, file="/proc/version", size=8)
    for packet in ("QTinit", f"QTDP:7:{address:016x}:E:0:0:X3,210000"):
        assert '"OK"' in gdb.cmd(f"maint packet {packet}"), packet
    assert '"OK"' in gdb.cmd("maint packet QTStart")
    load.go()
    shown = gdb.cmd("tstatus")
    assert "condition: too many jumps backward" in shown and "tracepoint 7)" in shown, shown
    gdb.cmd("maint packet QTinit")


@case
def complaints_name_their_part(t):
    """An error about a whole tracepoint names neither a condition nor actions; it may have none."""
    gdb = t.gdb(raw=True)
    address = int(gdb.eval("(unsigned long)vfs_read"))
    for packet in ("QTinit", f"QTDP:7:{address:016x}:E:0:0:S"):
        assert gdb.packet(packet) == "OK", packet
    assert gdb.packet("QTStart") == f"E.tracepoint 7 at {address:#x}: cannot set: static tracepoints are not available; use trace"
    gdb.packet("QTinit")
