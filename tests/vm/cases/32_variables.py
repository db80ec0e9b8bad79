# SPDX-License-Identifier: GPL-2.0
"""Trace state variables: exact under concurrency, per CPU, and the module's own."""
import re

from harness import GdbError, case


@case(smp=4)
def no_count_is_lost(t):
    """Reads on four CPUs at once are all counted by one shared variable and by one for each CPU."""
    gdb = t.gdb()
    cpus = range(t.guest.smp)
    for name in ("all = -3", "p_n", "per_cpu_m = 1000000000000", *(f"p_n{cpu}" for cpu in cpus), "p_n1 = -7", "p_m2", "p_m3 = 5"):
        gdb.cmd(f"tvariable ${name}")
    loads = [t.load("pread", n=2000 + cpu, file="/proc/version", size=8, cpu=cpu) for cpu in cpus]
    mine = " || ".join(f"$current_task_pid == {load.pid}" for load in loads)
    gdb.cmd(f"trace *vfs_read if {mine}")
    gdb.actions(1, "teval $all = $all + 1, $p_n = $p_n + 1",
                "teval $per_cpu_m = $per_cpu_m - 1", "collect $p_n, $p_n0, $cpu_id")
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("tstart")
    for load in loads:
        load.start()
    for cpu, load in enumerate(loads):
        assert load.finish()["ok"] == 2000 + cpu
    begin = {1: -7}
    for cpu in cpus:
        assert gdb.value(f"$p_n{cpu}") == begin.get(cpu, 0) + 2000 + cpu, gdb.cmd("info tvariables")
    assert gdb.value("$all") == -3 + sum(2000 + cpu for cpu in cpus), gdb.cmd("info tvariables")
    assert gdb.value("$p_m2") == 1000000000000 - 2002 and gdb.value("$p_m3") == 5 - 2003
    assert gdb.value("$p_n") in [gdb.value(f"$p_n{cpu}") for cpu in cpus]
    shown = gdb.cmd("info tvariables")
    assert re.search(r"^\$p_n1 +-7 +1994 *$", shown, re.M) and re.search(r"^\$all +-3 +8003 *$", shown, re.M), shown
    gdb.cmd("tstop")
    # The last frame of each CPU that still has one.
    seen = {}
    last = int(re.search(r"(?:Collected|contains) (\d+) trace frame", gdb.cmd("tstatus"))[1])
    for n in range(last - 1, max(-1, last - 40), -1):
        gdb.cmd(f"tfind {n}")
        if seen.setdefault(gdb.value("$cpu_id"), gdb.value("$p_n")) and len(seen) == t.guest.smp:
            break
        if gdb.value("$cpu_id") == 0:
            assert gdb.value("$p_n") == gdb.value("$p_n0")
    for cpu, n in seen.items():
        assert n == begin.get(cpu, 0) + 2000 + cpu, (cpu, n)
    gdb.cmd("tfind none")


@case
def names_that_are_refused(t):
    """A CPU that does not exist and variables that cannot be set are refused by name, and no run starts."""
    gdb = t.gdb()
    gdb.cmd("trace *vfs_read")
    gdb.cmd("tvariable $p_x")
    gdb.cmd("tvariable $p_7")           # without a name before the number: an ordinary variable
    gdb.cmd("tvariable $p_x0")
    for action, words in (("teval $p_x0 = 1", "read-only: p_x0"), ("teval $cpu_id = 1", "read-only: cpu_id"),
                          ("teval $lost_nested = $lost_nested + 1", "read-only: lost_nested")):
        gdb.actions(1, action)
        shown = gdb.fails("tstart")
        assert "tracepoint 1 at " in shown and words in shown, shown
    gdb.actions(1, "teval $p_7 = $p_7 + 1")
    for name in ("clock", "cpu_number", "last_errno"):
        gdb.cmd(f"tvariable ${name} = 5")
        shown = gdb.fails("tstart")
        assert f"variable {name}: cannot set: it is read-only" in shown, shown
        gdb.cmd(f"tvariable ${name} = 0")
    gdb.cmd(f"tvariable $p_y{t.guest.smp + 60}")
    shown = gdb.fails("tstart")
    assert f"variable p_y{t.guest.smp + 60}: cannot set: there is no CPU of that number" in shown, shown
    gdb.cmd(f"delete tvariable $p_y{t.guest.smp + 60}")
    assert t.probes() == ""
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.cmd(f"condition 1 $current_task_pid == {load.pid}")
    gdb.cmd("tstart")
    load.go()
    assert gdb.value("$p_7") == 3
    gdb.cmd("tstop")


@case(timeout=300)
def names_of_what_there_is_not(t):
    """Variables of the original's features that are not supported are refused by name at tstart, with the missing feature."""
    gdb = t.gdb()
    gdb.cmd("trace *vfs_read if 0")
    for words, names in (
            ("no performance counters", "pe_val_x p_pe_en p_pe_val_000_c p_pe_val_000_c1 per_cpu_pe_type_x perf_event_val_x p_perf_event_en_x0"),
            ("no hardware watchpoints", "watch_static watch_type watch_size watch_set_id watch_set_addr watch_start watch_stop "
             "watch_trace_num watch_trace_addr watch_addr watch_val watch_prev_val watch_count"),
            ("does not step", "step_count step_id"), ("does not trace user space", "inferior_pid current"),
            ("gtpframe_pipe needs no variable", "pipe_trace"), ("use lost_overwritten", "gtp_rb_discard_page_number")):
        for name in names.split():
            gdb.cmd(f"tvariable ${name} = 1")
            shown = gdb.fails("tstart")
            assert f"variable {name}: cannot set: " in shown and words in shown, (name, shown)
            gdb.cmd(f"delete tvariable ${name}")
    assert t.probes() == ""
    # Without the variable GDB refuses the action.
    for action in ("teval $watch_static = 1", "collect $step_count", "teval $inferior_pid = 1"):
        try:
            gdb.actions(1, action)
        except GdbError as error:
            assert "is not a trace state variable" in str(error) or "is not a trace state variable" in error.shown, error
        else:
            raise AssertionError(action)
    # Names that only look similar are the user's.
    for name in ("watch_mine", "watch", "step", "p_current", "current_one", "pe", "p_pet", "inferior_pids"):
        gdb.cmd(f"tvariable ${name} = 1")
    gdb.cmd("tstart")
    assert gdb.value("$watch_mine") == 1 and gdb.value("$current_one") == 1
    gdb.cmd("tstop")


def spread(t, where, *values, n=1, **load):
    """Trace one load's hits at where. Return GDB, and for each hit the values of these expressions."""
    gdb = t.gdb()
    load = t.load("pread", n=n, file="/proc/version", size=8, **load)
    gdb.cmd(f"trace {where} if $current_task_pid == {load.pid}")
    gdb.actions(1, "collect " + ", ".join(values))
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    hits = []
    for _ in range(n):
        gdb.cmd("tfind")
        hits.append([gdb.value(v) for v in values])
    gdb.cmd("tfind none")
    return gdb, hits


def until(t, gdb, word):
    """Wait until tstatus contains the word."""
    for _ in range(100):
        if word in gdb.cmd("tstatus"):
            return
        t.sh("usleep 100000")
    raise AssertionError(gdb.cmd("tstatus"))


@case
def clocks(t):
    """The time of day is the guest's, sampled once per hit, and the cooked clocks leave out the time spent in hits."""
    names = ("$clock", "$cooked_clock", "$rdtsc", "$cooked_rdtsc", "$xtime_sec", "$xtime_nsec", "$xtime_sec", "$xtime_nsec")
    before = int(t.sh("date +%s"))
    gdb, hits = spread(t, "*vfs_read", *names, n=20, cpu=1)
    after = int(t.sh("date +%s"))
    stands = 0
    for hit, following in zip(hits, hits[1:]):
        clock, cooked, tsc, cooked_tsc, sec, nsec, sec2, nsec2 = hit
        assert before - 1 <= sec <= after + 1 and 0 <= nsec < 10 ** 9, (before, sec, nsec, after)
        assert (sec, nsec) == (sec2, nsec2)
        assert sec * 10 ** 9 + nsec <= following[4] * 10 ** 9 + following[5], (hit, following)
        assert cooked <= clock and cooked_tsc <= tsc, hit
        assert cooked_tsc < following[3], (hit, following)
        # Less cooked time passes between two hits.
        assert following[3] - cooked_tsc < following[2] - tsc, (hit, following)
        # If the kernel does not trust the TSC, its clock may hardly advance until the next tick.
        stands += clock == following[0] or cooked == following[1]
        assert clock == following[0] or cooked <= following[1] and following[1] - cooked < following[0] - clock, (hit, following)
    assert stands < len(hits) // 2 or "TSC unstable" in t.sh("dmesg"), hits
    assert abs(gdb.value("$xtime_sec") - int(t.sh("date +%s"))) <= 1 and 0 <= gdb.value("$xtime_nsec") < 10 ** 9
    assert gdb.value("$rdtsc") > hits[-1][2] > 0


@case
def time_of_day(t):
    """Where nothing else makes a hit slow, too, the time of day is sampled once per hit, and again at the next."""
    names = ("$xtime_sec", "$xtime_nsec", "$current_task_pid", "$xtime_sec", "$xtime_nsec", "$clock")
    before = int(t.sh("date +%s"))
    gdb, hits = spread(t, "*vfs_read", *names, n=20, cpu=1)
    after = int(t.sh("date +%s"))
    for hit, following in zip(hits, hits[1:]):
        sec, nsec, _, sec2, nsec2, clock = hit
        assert before - 1 <= sec <= after + 1 and 0 <= nsec < 10 ** 9, (before, sec, nsec, after)
        assert (sec, nsec) == (sec2, nsec2), hit
        passed = (following[0] - sec) * 10 ** 9 + following[1] - nsec
        # A kernel whose clock advances by ticks may sample the same one.
        assert passed >= 0 and (passed or clock == following[5]), (hit, following)
        assert abs(passed - (following[5] - clock)) < 10 ** 8, (hit, following)


@case(core=True)
def contexts(t):
    """The task's user mode and registers, and the interrupt counts, are those of the traced code.
    They are not those of the probe's own trap, in a system call and in a timer interrupt."""
    names = ("$hardirq_count", "$softirq_count", "$irq_count", "$current_task_user", "$task_pt_regs", "$rsp" if t.bits == 64 else "$esp")
    gdb = t.gdb()
    # Behind the entry a probe does not use ftrace: it is a trap, and some time later a jump.
    for n, where in ((1, "*vfs_read"), (2, f"*{gdb.inside('vfs_read')[0]:#x}")):
        loads = [t.load("pread", n=1, file="/proc/version", size=8) for _ in range(2)]
        gdb.cmd("delete")
        gdb.cmd(f"trace {where} if " + " || ".join(f"$current_task_pid == {load.pid}" for load in loads))
        gdb.actions(n, "collect " + ", ".join(names))
        gdb.cmd("tstart")
        loads[0].go()
        t.sh("usleep 1500000")
        loads[1].go()
        t.note(where + " " + " ".join(re.findall(r"\[\w+\]", t.probes())))
        gdb.cmd("tstop")
        for _ in loads:
            gdb.cmd("tfind")
            hit = [gdb.value(name) for name in names]
            assert hit[:4] == [0, 0, 0, 1], (where, hit)
            assert 0 < (hit[4] - hit[5]) % (1 << t.bits) < 1 << 16, (where, hit)
        gdb.cmd("tfind none")
    gdb.cmd("delete")
    gdb.cmd("trace *" + t.first("update_process_times"))
    gdb.actions(3, "collect $hardirq_count, $irq_count, $softirq_count")
    gdb.cmd("passcount 20 3")
    gdb.cmd("tstart")
    until(t, gdb, "stopped by tracepoint 3")
    gdb.cmd("tfind")
    hard = gdb.value("$hardirq_count")
    assert hard and not hard & hard - 1 and hard >> 16 & 0xfff, hex(hard)
    assert gdb.value("$irq_count") == hard | gdb.value("$softirq_count"), hex(hard)
    gdb.cmd("tfind none")


@case
def kernel_thread(t):
    """A kernel thread has not come from user mode."""
    gdb = t.gdb()
    # The module's own thread, for one, sleeps ten times a second.
    gdb.cmd("trace *schedule_timeout if ((struct task_struct *)$current_task)->mm == 0")
    gdb.actions(1, "collect $current_task_user, $irq_count")
    gdb.cmd("passcount 2 1")
    gdb.cmd("tstart")
    until(t, gdb, "stopped by tracepoint 1")
    gdb.cmd("tfind")
    assert gdb.value("$current_task_user") == 0 and gdb.value("$irq_count") == 0
    gdb.cmd("tfind none")


@case
def enable_and_disable(t):
    """An action enables or disables one tracepoint or all, also its own and those disabled at tstart, from the next hit on."""
    gdb = t.gdb()
    load = t.load("pread", n=10, file="/proc/version", size=8)
    gdb.cmd("tvariable $n")
    gdb.cmd("tvariable $m")
    gdb.cmd(f"trace *vfs_read if $current_task_pid == {load.pid}")
    gdb.actions(1, "teval $n = $n + 1")
    gdb.cmd(f"trace *{gdb.inside('vfs_read')[0]:#x} if $current_task_pid == {load.pid} && $n == 4")
    gdb.actions(2, "teval $disable = 1", "teval $enable = 3")
    gdb.cmd(f"trace *vfs_read if $current_task_pid == {load.pid}")
    gdb.actions(3, "teval $m = $m + 1", "collect $m")
    gdb.cmd("disable 3")
    gdb.cmd("tstart")
    load.go()
    # The first counts four reads, then the third counts the other six.
    assert (gdb.value("$n"), gdb.value("$m")) == (4, 6), gdb.cmd("info tvariables")
    gdb.cmd("tstop")
    gdb.cmd("delete 3")
    load = t.load("pread", n=10, file="/proc/version", size=8)
    gdb.cmd(f"condition 1 $current_task_pid == {load.pid}")
    gdb.actions(1, "teval $n = $n + 1", "teval $disable = 0")
    gdb.cmd("tstart")
    load.go()
    assert gdb.value("$n") == 1
    gdb.cmd("tstop")
    # A number without a tracepoint ends the run, with an error.
    load = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.cmd(f"condition 1 $current_task_pid == {load.pid}")
    gdb.actions(1, "teval $enable = 77")
    gdb.cmd("tstart")
    load.go()
    shown = gdb.cmd("tstatus")
    assert "there is no tracepoint of that number" in shown, shown
    gdb.actions(1, "collect $enable")
    shown = gdb.fails("tstart")
    assert "can only be set: enable" in shown, shown


@case
def self_trace_by_tracepoint(t):
    """A tracepoint whose actions name $self_trace, as in the original's scripts, is hit by the relay's reads; others are not."""
    gdb = t.gdb()
    gdb.cmd("trace *vfs_write if $current_task_pid == $current_task_pid")
    gdb.actions(1, "teval $self_trace = 0")
    gdb.cmd("tvariable $relay")
    gdb.cmd("trace *vfs_write")
    gdb.cmd("tstart")
    for _ in range(10):
        gdb.eval("jiffies_64")
    gdb.cmd("tstop")
    gdb.cmd("tstatus")
    shown = gdb.cmd("info tracepoints")
    hits = [int(n) for n in re.findall(r"already hit (\d+) time", shown)]
    assert hits and hits[0] >= 10, shown
    assert len(hits) == 1 or hits[1] < hits[0] - 9, shown


def printed(t, n=1):
    """Return what tracepoint n has printed in this case, after giving the thread time to print."""
    t.sh("usleep 400000")
    t.guest.sync_console()
    text = t.guest.console_text(t.console_start)
    return re.findall(rf"gtp {n}:(.*?)\r?$", text, re.M)


@case
def print_values(t):
    """With $printk_level, collected values are printed, by type or as $printk_format says, with the user's own expression.
    A hit that only prints leaves no frame."""
    task = "((struct task_struct *)$current_task)"
    gdb = t.gdb()
    load = t.load("pread", n=3, file="/proc/version", size=77)
    name = f"{t.inode('file')}->i_sb->s_type->name"
    jiffies = gdb.value("jiffies_64")
    gdb.cmd("tvariable $c = -2")
    gdb.cmd(f"trace *vfs_read if $current_task_pid == {load.pid}")
    gdb.actions(1, "teval $printk_level = 6", "collect $c = $c + 1", f"collect {task}->pid, {task}->comm",
                "teval $printk_format=4", f"collect {task}->comm", "teval $printk_format = 3", f"collect {task}->tgid",
                "teval $printk_tmp = count + 0", "collect $printk_tmp", "teval $printk_format = 5", "collect $printk_tmp",
                "teval $printk_level = 8", "collect $cpu_id, $c")
    gdb.cmd(f"trace *vfs_read if $current_task_pid == {load.pid}")
    gdb.actions(2, "teval $printk_level = 7", f"collect/s {name}, $current_task_pid", "collect $printk_tmp = jiffies_64")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    shown = gdb.cmd("tstatus")
    assert "Collected 3 trace frames" in shown, shown
    hits = re.findall(r"already hit (\d+) time", gdb.cmd("info tracepoints"))
    assert hits == ["3", "3"], hits
    gdb.cmd("tfind 2")
    assert gdb.value("$c") == 1 and gdb.value("$tracepoint") == 1
    gdb.cmd("tfind none")
    one = []
    comm = b"load\0".hex(" ")       # and the bytes behind it
    for n in range(3):
        one += [f"$c = $c + 1={n - 1}", f"{task}->pid={load.pid}", f"{task}->comm={comm}", f'{task}->comm="load"',
                f"{task}->tgid={load.pid:#x}", "$printk_tmp=0x4d", "$printk_tmp=4d 00 00 00 00 00 00 00"]
    found = [re.sub(f"({comm})( ..){{11}}$", r"\1", line) for line in printed(t)]
    assert found == one, (found, one)
    two = [f'{name}="proc"', f"$current_task_pid={load.pid}"]
    found = printed(t, 2)
    assert [line for n, line in enumerate(found) if n % 3 < 2] == two * 3, (found, two)
    for line in found[2::3]:
        # GDB assigns the global's address to the variable, and collects the global.
        assert jiffies <= int(re.match(r"\$printk_tmp = jiffies_64=(\d+)$", line)[1]) <= gdb.value("jiffies_64"), found


@case
def print_stacks(t):
    """With $dump_stack, the callers are printed with the kernel's own names, and the frame has a 0."""
    gdb = t.gdb()
    load = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.cmd(f"trace *vfs_read if $current_task_pid == {load.pid}")
    gdb.actions(1, "collect $dump_stack")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    lines = printed(t)
    assert lines.count(f"stack of process {load.pid} (load)") == 2, lines
    assert sum("   vfs_read+" in line for line in lines) == 2, lines
    assert sum(bool(re.match(r" \? \S*pread64\+0x\w+/0x\w+", line)) for line in lines) >= 2, lines
    gdb.cmd("tfind 1")
    assert gdb.value("$dump_stack") == 0
    gdb.cmd("tfind none")


@case
def print_losses(t):
    """What does not fit into the FIFO is counted: printed and lost add up. Printing in the scheduler does no harm."""
    gdb = t.gdb()
    load = t.load("pread", n=2000, file="/proc/version", size=8)
    gdb.cmd(f"trace *vfs_read if $current_task_pid == {load.pid}")
    gdb.actions(1, "teval $printk_level = 7", "collect $current_task_pid")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    lines = printed(t)
    lost = gdb.value("$lost_printk")
    t.note(f"{len(lines)} printed, {lost} lost")
    assert lost > 0 and len(lines) > 50 and len(lines) + lost == 2000, (len(lines), lost)
    assert re.search(rf"^lost_printk +{lost}$", t.sh("cat /proc/gtpstat"), re.M)
    gdb.cmd("delete")
    gdb.cmd("tvariable $self_trace = 1")
    for n, place in enumerate((t.first("__schedule", "schedule"), t.first("vprintk_emit", "vprintk"), t.first("try_to_wake_up")), 2):
        try:
            gdb.cmd(f"trace *{place}")
        except GdbError:
            continue
        gdb.actions(n, "teval $printk_level = 7", "collect $clock, $dump_stack")
    gdb.cmd("tstart")
    t.sh("usleep 300000")
    gdb.cmd("tstop")
    assert "Trace stopped by a tstop command" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    assert printed(t, 2), "nothing printed in the scheduler"


@case
def made_again(t):
    """A module variable that is recreated after `delete tvariable` is the module's again, under any number."""
    gdb = t.gdb()
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.cmd("delete tvariable")
    for name in ("clock", "cpu_id", "bt = 128", "kret", "current_task_pid", "disable", "mine = 5", "p_x"):
        gdb.cmd(f"tvariable ${name}")
    n = gdb.trace("*vfs_read", f"$current_task_pid == {load.pid}", "teval $mine = $mine + 1, $p_x = $p_x + 1",
                  "collect $clock, $cpu_id, $bt, $mine, $p_x", "teval $disable = 2")
    other = gdb.trace("*vfs_write", f"$current_task_pid == {load.pid}", "teval $kret = 0", "collect $clock")
    assert (n, other) == (1, 2)
    gdb.cmd("tstart")
    load.go()
    assert gdb.value("$clock") > 0 and gdb.value("$mine") == 8
    gdb.cmd("tstop")
    assert gdb.frames() == 3
    last = 0
    for i in range(3):
        gdb.cmd("tfind")
        clock = gdb.value("$clock")
        assert clock >= last and 0 <= gdb.value("$cpu_id") < t.guest.smp and gdb.value("$mine") == 6 + i
        assert gdb.value("$bt") == 128, gdb.eval("$bt")
        assert "$clock" in gdb.cmd("tdump") and "#1 " in gdb.cmd("bt")
        last = clock
    gdb.cmd("tfind none")
    gdb.cmd("tvariable $clock = 5")
    message = gdb.fails("tstart")
    assert "variable clock: cannot set: it is read-only" in message, message
    # A reconnect brings back the others, and the module's own numbers.
    gdb.cmd("tvariable $clock = 0")
    gdb.cmd("disconnect")
    t.connect(gdb)
    shown = gdb.cmd("info tvariables")
    assert "$enable " in shown and len(re.findall(r"^\$clock ", shown, re.M)) == 1, shown
    gdb.cmd("tfind 2")
    assert gdb.value("$clock") == last and gdb.value("$mine") == 8
    gdb.cmd("tfind none")
    again = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.cmd(f"condition 1 $current_task_pid == {again.pid}")
    gdb.cmd("tstart")
    again.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 2
    gdb.cmd("tfind 1")
    assert gdb.value("$clock") > last
