# SPDX-License-Identifier: GPL-2.0
"""gdb/kgtp.py: what its commands show of the live kernel, compared with the guest's own /proc, with KASLR."""
import re
import time

from harness import GdbError, case



def rows(text):
    """Return the lines of a table below its head, as lists of words."""
    return [line.split() for line in text.splitlines()[1:]]


def until(check, tries=5):
    """The kernel changes between what GDB and what /proc show: compare again."""
    for _ in range(tries):
        found = check()
        if not found:
            return
        time.sleep(1)
    raise AssertionError(found)


@case(smp=2, timeout=300)
def script_ps(t):
    """kgtp ps has the pids, names, states, parents and CPUs of /proc; states, patterns and pids select; threads are there."""
    gdb, _ = t.scripted()
    load = t.load("read", file="/dev/zero", size=8, cpu=1)
    t.sh(f"kill -STOP {load.pid}")

    def compare():
        shown = {}
        for line in gdb.cmd("kgtp ps").splitlines()[1:]:
            pid, tgid, ppid, cpu, state, task, name = line.lstrip("> ").split(None, 6)
            shown.setdefault(int(pid), (name.strip("[]"), state, int(ppid), int(cpu)))
        there = {}
        for line in t.sh("for p in /proc/[0-9]*; do cat $p/stat 2>/dev/null; done; true").splitlines():
            pid, name, state, ppid, rest = re.fullmatch(r"(\d+) \((.*)\) (\w) (\d+) (.*)", line).groups()
            there[int(pid)] = name, state, int(ppid), int(rest.split()[34])
        # /proc shows more of a kernel thread's name than the task has, and of a kworker's what it works on.
        return {pid: (shown.get(pid), facts) for pid, facts in there.items() if pid not in shown or shown[pid][1:] != facts[1:] or
                not facts[0].startswith("kworker") and shown[pid][0] != facts[0][:15]}
    differ = None

    def always():
        """A task that runs now and then differs at times, in its state and its CPU; one that is shown wrongly, always."""
        nonlocal differ
        now = compare()
        differ = {pid: what for pid, what in now.items() if differ is None or pid in differ}
        return {pid: what for pid, what in differ.items() if not what[1][0].startswith(("cat", "sh", "putgtprsp", "rcu_", "kgtp"))}
    until(always, 8)
    stopped = rows(gdb.cmd("kgtp ps T"))
    assert [row[0] for row in stopped] == [str(load.pid)], stopped
    assert rows(gdb.cmd(f"kgtp ps {load.pid}"))[0][-1] == "load"
    idle = gdb.cmd("kgtp ps swapper*")
    # Before 3.4 without a number.
    assert len(re.findall(r"\[swapper(?:/[01])?\]", idle)) == 2, idle
    assert "no task is nobody" in gdb.fails("kgtp ps nobody")
    gdb.cmd("trace *vfs_read")
    gdb.cmd("tstart")
    t.load("read", file="/dev/zero", size=8).go()
    gdb.cmd("tstop")
    gdb.cmd("tfind 0")
    assert "tfind none" in gdb.fails("kgtp ps")
    gdb.cmd("tfind none")


@case(needs=["CONFIG_X86_64", "<4.2"])
def script_user_mode(t):
    """The frames of a task end with that of user mode, where entry code has unwind information: as a thread, and in kgtp bt."""
    load = t.load("read", n=1)
    gdb, _ = t.scripted()
    gdb.cmd("set print thread-events off")
    gdb.cmd("monitor threads on")
    found = gdb.mi("-thread-info")["threads"]
    gdb.cmd(f"thread {next(one['id'] for one in found if one['target-id'] == f'Thread {load.pid}')}")
    shown = gdb.cmd("bt")
    gdb.cmd("thread 1")
    for text in (shown, gdb.cmd(f"kgtp bt {load.pid}")):
        assert re.search(r"^#\d+ .*sys_rt_sigtimedwait", text, re.M), text
        assert re.fullmatch(r"\s*#\d+ +0x0000[0-9a-f]+ in \?\? \(\)\n?(Backtrace stopped: .*\n?)?",
                            text.split("<signal handler called>")[1]), text
    assert load.go()["ok"] == 1


@case(smp=2, needs=["CONFIG_X86_64", "CONFIG_STACKTRACE"], timeout=300)
def script_bt(t):
    """kgtp bt has the functions of /proc/PID/stack, in order, with locals; a task that runs, or is gone, is said so."""
    gdb, _ = t.scripted()
    load = t.load("sleep", pause=100000000)
    load.start()
    time.sleep(1)

    schedule = "__schedule" if "__schedule" in t.functions() else "schedule"

    def compare(pid):
        """Return what differs. A task that wakes up between the two looks differs, but not each time."""
        stack = re.findall(r"\] (\w+?)(?:\.\w+)?\+0x", t.sh(f"cat /proc/{pid}/stack"))
        shown = gdb.cmd(f"kgtp bt {pid}")
        functions = re.findall(r"^#\d+ +(?:0x\w+ in )?(\S+) \(", shown, re.M)
        if len(stack) <= 2 and pid != 2 or f"PID {pid}, " not in shown or functions[1:3] != ["context_switch", schedule]:
            return stack, shown
        at = 0
        for name in [name for name in stack if not name.startswith(("entry_", "system_call", "ret_from_fork"))]:
            if name not in functions[at:]:
                return name, stack, shown
            at = functions.index(name, at)
        return ""
    for pid in (load.pid, 1, 2):
        until(lambda: compare(pid))     # pylint: disable=cell-var-from-loop
    gdb.cmd(f"kgtp bt {load.pid}")
    gdb.cmd(f"frame function {schedule}")
    try:
        assert gdb.value("prev->pid") == load.pid
    except GdbError as error:
        assert "optimized out" in str(error), error
        t.note("__schedule keeps `prev' nowhere on this kernel")
    assert f" {schedule} (" in gdb.cmd("bt")
    gdb.cmd("kgtp bt")
    assert f" {schedule} (" not in gdb.cmd("bt")
    busy = t.load("getppid", n=0, cpu=0)
    busy.start()
    said = ""
    for _ in range(5):
        try:
            gdb.cmd(f"kgtp bt {busy.pid}")
        except Exception as error:
            said = str(error)
            break
    assert re.search(rf"task {busy.pid} \(load\) is running on CPU 0", said), said
    busy.finish()
    until(lambda: "" if "no task" in gdb.fails(f"kgtp bt {busy.pid}") else "still there")
    assert "no task is nobody" in gdb.fails("kgtp bt nobody")
    # It does not disturb frames of the trace buffer.
    gdb.cmd(f"kgtp bt {load.pid}")
    reader = t.load("read", file="/dev/zero", size=8)
    gdb.trace("*vfs_read", reader.mine, "collect $args, $bt")
    gdb.cmd("tstart")
    reader.go()
    gdb.cmd("tstop")
    gdb.cmd("tfind 0")
    shown = gdb.cmd("bt")
    assert re.search(r"^#0 +vfs_read \(.*\n#1 ", shown, re.M) and "__schedule" not in shown, shown
    gdb.cmd("tfind none")


@case(timeout=300)
def script_bt_says_what_moves(t):
    """A task that wakes up while its stack is read is said so, with what shows one moment; one that sleeps is not."""
    gdb, _ = t.scripted()
    job = t.spawn("exec crowd 2 2000")
    pid = int(re.search(r"first=(\d+)", job.readline(60))[1])
    assert "went on meanwhile" in gdb.cmd(f"kgtp bt {pid}")
    assert "`monitor threads on', `thread find crowd-0'" in gdb.cmd(f"kgtp bt {pid}")
    assert "went on meanwhile" not in gdb.cmd("kgtp bt 2")
    job.close_stdin()
    job.wait()


@case
def script_files(t):
    """kgtp files has the numbers and paths of /proc/PID/fd: files, devices, pipes, sockets, below mounts."""
    gdb, _ = t.scripted()
    t.sh("mkdir -p /tmp/below; echo x >/tmp/below/file")
    t.cleanup.callback(t.run, "rm -r /tmp/below")
    job = t.spawn("exec 5</tmp/below/file 6</proc/version 7>/dev/null; echo $$; read nothing")
    pid = int(job.readline())

    def compare():
        there = dict(line.split(None, 1) for line in
                     t.sh(f"cd /proc/{pid}/fd; for f in *; do echo $f $(readlink $f); done").splitlines())
        shown = {row[0]: row[3] for row in rows(gdb.cmd(f"kgtp files {pid}"))}
        return "" if shown == there and there["5"] == "/tmp/below/file" else (shown, there)
    until(compare)
    assert "has no open files" in gdb.fails("kgtp files 2")
    assert "usage: kgtp files PID" in gdb.fails("kgtp files")


@case
def script_log(t):
    """kgtp dmesg has the lines of dmesg; kgtp log -f those that come."""
    gdb, _ = t.scripted()
    t.sh("echo one line of 85_script_kernel >/dev/kmsg")
    # klibc's dmesg prints times as the kernel does; levels may stand in front.
    there = [re.sub(r"^<\d+>", "", line) for line in t.sh("dmesg").splitlines()]
    shown = gdb.cmd("kgtp dmesg", timeout=120).splitlines()
    assert "one line of 85_script_kernel" in shown[-1] + shown[-2], shown[-3:]
    stamp = r"^\[ *\d+\.\d{6}\] "
    timed = [line for line in there if re.match(stamp, line)]
    if not timed:
        # Without CONFIG_PRINTK_TIME the log has times, but dmesg does not show them.
        timed, shown = list(filter(None, there)), [re.sub(stamp, "", line) for line in shown]
    lost = [line for line in timed if line not in shown]
    assert len(timed) > 50 and not lost, lost[:5]
    assert len(gdb.cmd("kgtp dmesg 3").splitlines()) >= 3
    job = t.spawn("usleep 2000000; echo second line of 85_script_kernel >/dev/kmsg; echo written")
    shown = gdb.cmd("kgtp log -f 6")
    assert job.readline() == "written"
    assert shown.count("one line of") == 1 and shown.count("second line of 85_script_kernel") == 1, shown
    assert "usage: kgtp log" in gdb.fails("kgtp log 5") and "usage: kgtp dmesg" in gdb.fails("kgtp dmesg x")


@case(smp=2, timeout=300)
def script_tables(t):
    """kgtp mounts and irq have what /proc/mounts and interrupts have."""
    gdb, _ = t.scripted()
    there = {tuple(line.split()[:3]) for line in t.sh("cat /proc/mounts").splitlines()}
    shown = {(row[3], row[4], row[2]) for row in rows(gdb.cmd("kgtp mounts"))}
    assert len(there) > 3 and there <= shown, there - shown

    def interrupts():
        counts = {row[0]: (row[1:3], row[4]) for row in rows(gdb.cmd("kgtp irq"))}
        wrong = {}
        for line in t.sh("cat /proc/interrupts").splitlines()[1:]:
            words = line.replace(":", " ").split()
            if words[0].isdigit() and "ttyS" not in line and "serial" not in line and counts.get(words[0]) != (words[1:3], words[-1]):
                wrong[words[0]] = line, counts.get(words[0])
        return wrong or ("" if len(counts) > 3 else counts)
    until(interrupts)
    assert re.search(r"(ttyS0|serial) +serial8250_interrupt$", gdb.cmd("kgtp irq"), re.M)


def no_slabinfo(t):
    return "the kernel has no /proc/slabinfo to compare with" if t.run("test -e /proc/slabinfo").status else None


@case(smp=2, needs=no_slabinfo, timeout=300)
def script_slab(t):
    """kgtp slab has what /proc/slabinfo has."""
    gdb, _ = t.scripted()

    def slabs():
        info = {line.split()[0]: [int(n) for n in line.split()[1:4]] for line in t.sh("cat /proc/slabinfo").splitlines()[2:]}
        wrong = {}
        for row in rows(gdb.cmd("kgtp slab task_struct signal_cache kmalloc-4k mnt_cache")):
            objects, size = info[row[5]][1], info[row[5]][2]
            # SLAB does not count them.
            counted = str(objects) if t.kernel.config("CONFIG_SLUB") == "y" else "-"
            if (int(row[2]), row[4]) != (size, counted):
                wrong[row[5]] = row, info[row[5]]
        return wrong
    until(slabs)
    assert len(rows(gdb.cmd("kgtp slab"))) > 50
    assert "no slab cache is nothing" in gdb.fails("kgtp slab nothing")


@case(smp=2)
def script_locks(t):
    """kgtp locks shows the holder of a mutex, and who waits for it, in order."""
    gdb, _ = t.scripted()
    # A reader of a terminal holds the mutex of its line discipline while it waits.
    readers = [t.load("read", file="/dev/ttyS0", size=1) for _ in range(3)]
    for one in readers:
        one.start()
        time.sleep(1)
    file = re.search(rf"^ *{readers[0].fd} +(0x\w+) .*/dev/ttyS0$", gdb.cmd(f"kgtp files {readers[0].pid}"), re.M)[1]
    private = f"((struct file *){file})->private_data"
    tty = f"((struct tty_file_private *){private})->tty" if gdb.knows("sizeof(struct tty_file_private)") else f"((struct tty_struct *){private})"
    lock = f"((struct n_tty_data *){tty}->disc_data)" if gdb.knows("sizeof(struct n_tty_data)") else tty
    lock += "->atomic_read_lock"
    shown = gdb.cmd(f"kgtp locks {lock}")
    assert re.search(r"^struct mutex at 0x\w+: held$", shown, re.M), shown
    assert [int(pid) for pid in re.findall(r"(?:owner|waits): PID (\d+), load", shown)] == [one.pid for one in readers], shown
    address = gdb.value(f"(unsigned long)&{lock}")
    assert gdb.cmd(f"kgtp locks {address:#x} mutex") == shown
    assert "free" in gdb.cmd("kgtp locks &init_task.signal->exec_update_lock") if \
        gdb.knows("init_task.signal->exec_update_lock") else True
    assert "say which" in gdb.fails("kgtp locks init_task")
    assert "usage: kgtp locks" in gdb.fails("kgtp locks")


def numbers(gdb):
    """Return {number: function} of the tracepoints."""
    return {int(n): name for n, name in re.findall(r"^(\d+) +tracepoint .* in (\S+) at ", gdb.cmd("info tracepoints"), re.M)}


@case(smp=2, timeout=300)
def script_trace_conditions(t):
    """kgtp trace takes texts, characters, enumerators and anonymous members, and the hits are those that fulfil them."""
    gdb, _ = t.scripted()
    load, other = t.load("read", n=4, file="/dev/zero", size=8), t.load("read", n=3, file="/proc/version", size=8)
    name = "file->f_path.dentry->d_name"
    conditions = {f'comm == "load" && {load.mine}': 4, f'comm == "loaf" && {load.mine}': 0, f'{name}.name == "zero" && {load.mine}': 4,
                  f'$_streq({name}.name, "version") && {other.mine}': 3, f'{name}.len == 7 && {other.mine}': 3,
                  f"{name}.name[0] == 'z' && comm != \"dd\" && {load.mine}": 4, f'count == 9 && {load.mine}': 0,
                  f'*(char *){name}.name == \'v\' && comm == "load"': 3}
    placed = {}
    for condition in conditions:
        shown = gdb.cmd(f"kgtp trace *vfs_read if {condition} collect $args, $cpu_id")
        placed[int(re.search(r"Tracepoint (\d+) at", shown)[1])] = condition
    gdb.cmd("kgtp start")
    assert load.go()["ok"] == 4 and other.go()["ok"] == 3
    gdb.cmd("tstop")
    assert "cannot" not in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    hits = gdb.cmd("info tracepoints")
    for number, condition in placed.items():
        row = re.search(rf"^{number} .*\n(?:\s.*\n)*", hits + "\n", re.M)[0]
        found = re.search(r"already hit (\d+) time", row)
        assert int(found[1] if found else 0) == conditions[condition], (condition, row)
    gdb.cmd("tfind 0")
    assert gdb.value("count") == 8
    gdb.cmd("tfind none")
    said = gdb.fails("kgtp trace vfs_read if nosuch == 1")
    assert "nosuch" in said and "usage: kgtp trace" in gdb.fails("kgtp trace"), said
    # GDB's own commands: told before tstart.
    shown = gdb.cmd(f"trace vfs_write if *(char *){name}.name == 'v'")
    number = re.search(r"Tracepoint (\d+) at", shown)[1]
    better = re.search(rf"^Type: condition {number} (.*)$", shown, re.M)
    assert f"Tracepoint {number}: tstart would refuse the condition" in shown and better, shown
    assert "refuse" not in gdb.cmd(f"condition {number} {better[1]}")
    gdb.cmd("tstart")
    gdb.cmd("tstop")


@case(timeout=400)
def script_trace_patterns(t):
    """kgtp trace 'NAME*', FILE.c:* and MODULE:* set a tracepoint at each function; kgtp start leaves out and lists what the
    module refuses, but only of patterns."""
    gdb, _ = t.scripted()
    shown = gdb.cmd("kgtp trace 'vfs_re*' if count >= 0 collect $args")
    names = set(numbers(gdb).values())
    assert "vfs_read" in names and "vfs_rename" not in names, names
    assert "left out: vfs_rename: " in shown and f"at {len(names)} function" in shown, shown
    load = t.load("read", n=2, file="/dev/zero", size=8)
    gdb.cmd("kgtp start")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() >= 2
    gdb.cmd("delete")
    gdb.cmd("kgtp trace fs/read_write.c:vfs_*")
    names = set(numbers(gdb).values())
    assert {"vfs_read", "vfs_write"} <= names and all(name.startswith("vfs_") for name in names), names
    gdb.cmd("delete")
    gdb.cmd("kgtp trace kgtp:gtp_serve_s*")
    symbols = {int(at, 16) for at in re.findall(r"^(\w+) [tT] gtp_serve_s\w+\t", t.sh("grep gtp_serve_s /proc/kallsyms"), re.M)}
    placed = {int(at, 16) for at in re.findall(r"^\d+ +tracepoint .* (0x\w+)", gdb.cmd("info tracepoints"), re.M)}
    assert len(symbols) > 3 and placed == symbols, (symbols, placed)
    gdb.cmd("delete")
    assert "no function is nosuch_*" in gdb.fails("kgtp trace nosuch_*")
    assert "no module nosuch" in gdb.fails("kgtp trace nosuch:*")
    # The entry code of interrupts is refused.
    first = t.first("irqentry_enter", "fixup_bad_iret")
    gdb.cmd(f"kgtp trace {first[:-1]}?")
    gdb.cmd("kgtp trace 'vfs_read*'")
    assert "cannot set" in gdb.fails("tstart")
    shown = gdb.cmd("kgtp start")
    assert re.search(rf"^left out: tracepoint \d+ at {first}.*: ", shown, re.M), shown
    assert first not in numbers(gdb).values() and "Trace is running" in gdb.cmd("tstatus")
    gdb.cmd("tstop")
    gdb.cmd(f"trace *{first}")
    assert "cannot set" in gdb.fails("kgtp start")


@case(smp=2, timeout=300)
def script_actions_and_why(t):
    """kgtp actions adds and deletes lines, of which a wrong one drops no other; kgtp why says why a tracepoint does not fire."""
    gdb, _ = t.scripted()
    gdb.cmd("tvariable $reads = 0")
    gdb.cmd("trace *vfs_read")
    shown = gdb.cmd("kgtp actions 1 add collect $args, file->f_op; collect nosuch; teval $reads = $reads + 1; print 1")
    assert re.search(r"not added: collect nosuch: nosuch: .*nosuch", shown) and "not added: print 1: an action is" in shown, shown
    assert re.findall(r"^ +(\d+)  (.*)$", shown, re.M) == [("1", "collect $args, file->f_op"), ("2", "teval $reads = $reads + 1")], shown
    assert "  3  collect $cpu_id" in gdb.cmd("kgtp actions 1 add collect $cpu_id")
    assert re.findall(r"^ +\d+  (.*)$", gdb.cmd("kgtp actions 1 delete 1 3"), re.M) == ["teval $reads = $reads + 1"]
    for wrong in ("delete 9", "remove 1", "add"):
        assert "usage: kgtp actions" in gdb.fails(f"kgtp actions 1 {wrong}"), wrong
    assert "no tracepoint 7" in gdb.fails("kgtp actions 7")
    assert "No run is on: tstart" in gdb.cmd("kgtp why 1")
    load = t.load("read", n=3, file="/dev/zero", size=8)
    gdb.cmd(f"condition 1 {load.mine}")
    gdb.trace("*vfs_write", "$current_task_pid == 0")
    gdb.trace(f"*{t.first('kernel_restart')}")
    gdb.trace("*vfs_write", f"{load.mine} && *(int *)8 == 1")
    gdb.trace("*vfs_read", load.mine)
    gdb.cmd("disable 5")
    gdb.cmd("tstart")
    load.go()
    writer = t.load("write", n=2, file="/dev/null", size=8)
    assert "It has been hit 3 times" in gdb.cmd("kgtp why 1")
    assert re.search(r"^tracepoint 1 0x\w+ 3 ", gdb.cmd("kgtp stat"), re.M)
    # Counted while it watches.
    writes = t.spawn("for i in 1 2 3 4 5 6 7 8 9 10; do echo >/dev/null; sleep 1; done")
    shown = gdb.cmd("kgtp why 2 3", timeout=60)
    assert re.search(r"reached (\d+) times in 3 s; the condition was false each time: \$current_task_pid == 0", shown), shown
    writes.wait()
    before = gdb.cmd("info tracepoints")
    assert re.search(r"Nothing is wrong with it.\n\w+ is not reached in 1 s", gdb.cmd("kgtp why 3"))
    assert gdb.cmd("info tracepoints") == before and gdb.value("$tpnum") == 5
    for wrong in ("2 x", "1 2 3"):
        assert "usage: kgtp why" in gdb.fails(f"kgtp why {wrong}"), wrong
    assert "It is disabled: enable 5" in gdb.cmd("kgtp why 5")
    gdb.cmd("tstop")
    gdb.cmd(f"condition 4 {writer.mine} && *(int *)8 == 1")
    gdb.cmd("tstart")
    writer.go()
    shown = gdb.cmd("kgtp why 4")
    assert "Note: tracepoint 4: condition" in shown and "cannot read memory at 0x8" in shown, shown
    gdb.cmd("tstop")
