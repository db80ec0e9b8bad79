# SPDX-License-Identifier: GPL-2.0
"""The kernel's tasks as GDB's threads: `monitor threads on`."""
import re
import time

from harness import GdbError, case

INIT, IDLE = 5000001, 6000000       # GDB's numbers of pid 1 and of CPU 0's idle task
ODD = "a<b>&\"'}#??$*"


def threads(gdb):
    """Return {GDB's number in `Thread N`: (number for `thread`, name, text)} of info threads."""
    shown = gdb.mi("-thread-info")["threads"]
    found = {}
    for thread in shown:
        number = int(re.fullmatch(r"Thread (\d+)", thread["target-id"])[1])
        found[number] = (thread["id"], thread.get("name"), thread.get("details", ""))
    return found


def on(gdb):
    gdb.cmd("set print thread-events off")
    assert "The kernel's tasks are threads" in gdb.cmd("monitor threads on")


def backtrace(gdb, number):
    """Return GDB's backtrace of `thread NUMBER`, and the functions of its frames, inlined ones included."""
    gdb.cmd(f"thread {number}")
    shown = gdb.cmd("bt 40")
    return shown, functions_of(shown)


def functions_of(shown):
    """Return the functions of the frames. Up to 4.1 entry code has unwind information, which leads GDB into user mode."""
    return re.findall(r"^#\d+ +(?:0x\w+ in )?([\w.]+) \(", shown.split("<signal handler called>")[0], re.M)


def kernels_stack(t, pid):
    """Return the functions of /proc/PID/stack, which is from 2.6.29 on."""
    return re.findall(r"^\[<\w+>\] ([\w.]+)\+0x", t.sh(f"cat /proc/{pid}/stack"), re.M)


def crowd(t, n, kind="", timeout=60):
    """Start processes or threads. Return the job, and the PIDs of the first and the last, which are in order."""
    if int(t.sh("cat /proc/sys/kernel/pid_max")) < 20000:
        t.sh("echo 32768 > /proc/sys/kernel/pid_max")   # the most with CONFIG_BASE_SMALL
    job = t.spawn(f"exec crowd {n} {kind}")
    line = job.readline(timeout)
    ready = re.match(r"ready n=(\d+) first=(\d+) last=(\d+)", line)
    assert ready and int(ready[1]) == n, line
    return job, int(ready[2]), int(ready[3])


@case
def threads_not_asked_for(t):
    """A session that does not ask for tasks has one thread, the running kernel; `monitor threads off` restores that."""
    gdb = t.gdb()
    before = gdb.cmd("info threads")
    assert re.findall(r"Thread \d+", before) == ["Thread 1"] and "the running kernel" in before, before
    assert [number for number in threads(gdb)] == [1]
    assert "The running kernel is the only thread." in gdb.cmd("monitor threads")
    on(gdb)
    assert len(threads(gdb)) > 10
    assert "unknown argument; use" in gdb.cmd("monitor threads 3")
    assert "The running kernel is the only thread." in gdb.cmd("monitor threads off")
    assert gdb.cmd("info threads") == before
    on(gdb)
    gdb.cmd("disconnect")
    t.connect(gdb)
    assert [number for number in threads(gdb)] == [1]


@case(core=True)
def thread_backtrace(t):
    """A sleeping task's frames go down to its system call, with locals; each is in the kernel's own list of them."""
    load = t.load("read", n=1)
    gdb = t.gdb()
    on(gdb)
    found = threads(gdb)
    number, name, text = found[load.pid]
    assert name == "load" and re.fullmatch(rf"pid {load.pid}, S, CPU \d+", text), found[load.pid]
    shown, functions = backtrace(gdb, number)
    assert functions[0] in ("context_switch", "__schedule", "schedule"), shown
    if t.kernel.version >= (2, 6, 29):
        stack = kernels_stack(t, load.pid)
        assert any("sys_rt_sigtimedwait" in name.lower() for name in stack), stack
        assert [name for name in functions if name in stack] == [name for name in stack if name in functions], (stack, shown)
    # do_sigtimedwait() is from 3.0 on.
    wait = next((i for i, name in enumerate(functions) if "sigtimedwait" in name), None)
    assert wait is not None, shown
    gdb.cmd(f"frame {wait - 1}")
    assert functions[wait] in gdb.cmd("up")
    assert re.search(r"^\w+ = ", gdb.cmd("info locals"), re.M)
    gdb.cmd("frame 0")
    lost, kept = ("rax", "rbp") if t.bits == 64 else ("eax", "ebp")
    assert "<unavailable>" in gdb.cmd(f"info registers {lost}") and "<unavailable>" not in gdb.cmd(f"info registers {kept}")
    # Memory is the kernel's, whichever thread is selected.
    assert int(gdb.eval("jiffies_64")) > 0
    assert load.go()["ok"] == 1
    # GDB has its registers, until told to forget them.
    try:
        gdb.cmd("maint flush register-cache")
        gone = gdb.fails("bt")
    except GdbError as error:
        gone = str(error)
    assert f"thread {load.pid}: cannot read its registers: the task has ended; use info threads" in gone, gone
    assert load.pid not in threads(gdb)


@case(smp=2)
def thread_kinds(t):
    """Idle tasks, pid 1, kernel threads and running tasks are in the list; what runs has no registers."""
    spin = t.load("getppid", n=0, cpu=1)
    spin.start()
    gdb = t.gdb()
    on(gdb)
    found = threads(gdb)
    for cpu in range(2):
        number, name, text = found[IDLE + cpu]
        # They have no number before 3.1.
        assert name in ("swapper", f"swapper/{cpu}") and re.fullmatch(rf"pid 0, R, (running on )?CPU {cpu}", text), found[IDLE + cpu]
    number, name, text = found[INIT]
    assert name == "init" and text.startswith("pid 1, S, "), found[INIT]
    # Before 2.6.22, kernel threads are forked by one of them.
    number, name = next((number, name) for number, name, _ in found.values() if name in ("kthreadd", "kthread"))
    # CPU 1 is busy, so that its idle task has been switched away from.
    shown, functions = backtrace(gdb, found[IDLE + 1][0])
    assert {"do_idle", "cpu_idle_loop", "cpu_startup_entry", "cpu_idle"} & set(functions), shown
    shown, functions = backtrace(gdb, number)
    assert {"kthreadd": "kthreadd", "kthread": "worker_thread"}[name] in functions, shown
    assert found[spin.pid][2] == f"pid {spin.pid}, R, running on CPU 1", found[spin.pid]
    gdb.cmd(f"thread {found[spin.pid][0]}")
    pc, sp = ("rip", "rsp") if t.bits == 64 else ("eip", "esp")
    assert re.search(f"{pc} +0x0 ", gdb.cmd(f"info registers {pc}")) and "<unavailable>" in gdb.cmd(f"info registers {sp}")
    gdb.cmd("thread 1")
    spin.finish()


@case(core=True)
def threads_that_wake(t):
    """The frames of a task that goes on while GDB reads them are those of one moment: all of them, down to user mode."""
    job, first, last = crowd(t, 4, 2000)
    gdb = t.gdb()
    on(gdb)
    number = threads(gdb)[first][0]
    gdb.cmd(f"thread {number}")
    whole = runs = 0
    for _ in range(60):
        # GDB keeps what it has read; it may unwind with the registers of a while ago.
        gdb.cmd("maint flush register-cache")
        gdb.cmd("maint flush dcache")
        gdb.cmd("info registers pc")
        gdb.cmd("thread 2")
        gdb.cmd(f"thread {number}")
        shown = gdb.cmd("bt 40")
        if shown.startswith("#0  <unavailable>") or re.match("#0  0x0+ in ", shown):
            runs += 1
            continue
        functions = functions_of(shown)
        assert any("nanosleep" in name for name in functions), shown
        # Where assembly code has unwind information, GDB goes on into user mode, without a name.
        assert re.search("entry|system_call|syscall_call|(?i:sys.*nanosleep)", functions[-1]), shown
        whole += 1
    t.note(f"{whole} whole, {runs} while it ran")
    assert whole >= 20, (whole, runs)
    job.close_stdin()
    job.wait()


@case(smp=2)
def threads_that_churn(t):
    """The list has the processes whose threads end and replace the first one (exec) meanwhile; each walk comes to an end."""
    job, first, last = crowd(t, 4, "churn")
    assert last == first + 3
    gdb = t.gdb()
    on(gdb)
    lists = missed = regs = 0
    threads_seen = set()
    began = time.monotonic()
    while time.monotonic() - began < 20:
        found, packet = [], "qfThreadInfo"
        while reply := answer(gdb, packet).removeprefix("m"):
            if reply == "l":
                break
            found += [int(n, 16) for n in reply.split(",")]
            packet = "qsThreadInfo"
        lists += 1
        threads_seen |= {n for n in found if n > last and n < INIT}
        for pid in range(first, last + 1):
            # Its number moves from the first thread to the other: not in one step.
            missed += pid not in found
            answer(gdb, f"Hg{pid:x}")
            regs += not answer(gdb, "g").startswith("E")
            assert answer(gdb, f"T{pid:x}") in ("OK", "E01")
    answer(gdb, "Hg1")
    t.note(f"{lists} lists with {len(threads_seen)} threads, {missed} without one of four processes, registers read {regs} times")
    assert lists >= 10 and missed <= 1 and len(threads_seen) > 10 and regs > lists, (lists, missed, len(threads_seen), regs)
    job.close_stdin()
    job.wait()


def answer(gdb, packet):
    return re.search(r'received: "(.*)"', gdb.cmd(f"maint packet {packet}"))[1]


@case(timeout=600)
def threads_many(t):
    """Of 500 tasks each has its stack; those that end before and during `thread apply all bt` are left out; names need not be
    valid XML."""
    job, first, last = crowd(t, 500)
    gdb = t.gdb()
    on(gdb)
    found = threads(gdb)
    mine = {number: f for number, f in found.items() if first <= number <= last}
    assert len(mine) == 500 and mine[last][1] == ODD, mine[last]
    assert mine[first][1] == "crowd-0"
    # GDB has listed it, and asks for its registers after it has ended.
    t.sh(f"kill -9 {first}; sleep 1")
    assert 'received: "E01"' in gdb.cmd(f"maint packet T{first:x}")
    assert 'received: "OK"' in gdb.cmd(f"maint packet T{last:x}")
    gdb.cmd("set pagination off")
    # GDB begins with the last one. The first ones end while it is at it.
    ending = sorted(mine)[1:6]
    killer = t.spawn("".join(f"sleep 1; kill -9 {pid}; " for pid in ending))
    began = time.monotonic()
    shown = gdb.cmd("thread apply all bt 40", timeout=500)
    t.note(f"thread apply all bt, {len(found)} threads: {time.monotonic() - began:.1f} s")
    assert killer.status == 0, "they have not ended meanwhile"
    stacks = re.findall(r"^Thread \S+ \(Thread (\d+).*?\):\n(.*?)(?=^Thread |\Z)", shown, re.M | re.S)
    slept = [int(number) for number, text in stacks if "sys_pause" in text.lower()]
    assert set(mine) - {first, *ending} <= set(slept), (len(stacks), len(slept))
    assert not {first, *ending} & {int(number) for number, _ in stacks}, (first, ending, sorted(slept)[:10])
    job.close_stdin()
    job.wait()


@case(timeout=300)
def threads_connect(t):
    """With 2000 tasks, connecting costs nothing more, and a list is one transfer, also as GDB before 7.2 asks for it."""
    job, first, last = crowd(t, 2000)
    gdb = t.gdb(connect=False)
    began = time.monotonic()
    t.connect(gdb)
    connect = time.monotonic() - began
    on(gdb)
    began = time.monotonic()
    found = threads_listed(gdb)
    xml = time.monotonic() - began
    assert {number for number in found if first <= number <= last} >= {first, last} and len(found) > 2000, len(found)
    gdb.cmd("disconnect")
    gdb.cmd("set remote threads-packet off")
    t.connect(gdb)
    on(gdb)
    began = time.monotonic()
    old = threads_listed(gdb)
    t.note(f"2000 tasks: connected in {connect:.2f} s, listed in {xml:.2f} s, as before GDB 7.2 in {time.monotonic() - began:.2f} s")
    assert len(set(found) ^ set(old)) < 10, set(found) ^ set(old)
    text = gdb.cmd(f"maint packet qThreadExtraInfo,{first:x}")
    assert bytes.fromhex(re.search(r'received: "(\w+)"', text)[1]).decode().startswith(f"crowd-0, pid {first}, S, CPU "), text
    job.close_stdin()
    job.wait()


def sent(log):
    """Return the packets in a log of the connection, which GDB writes."""
    return re.findall(r"^w \$([^#]*)#", log.read_text(errors="replace"), re.M)


# From 4.1 to 5.3 an eighth of the memory limits the threads.
@case(memory=2048, timeout=900)
def threads_ten_thousand(t):
    """With 10 000 tasks, connecting takes the same packets as without, and a list only those of one transfer."""
    gdb = t.gdb(connect=False)
    log = t.guest.dir / "packets"
    gdb.cmd(f"set remotelogfile {log}")
    t.connect(gdb)
    gdb.cmd("disconnect")
    alone = sent(log)
    t.sh("echo 20000 > /proc/sys/kernel/threads-max")
    job, first, last = crowd(t, 10000, "threads", timeout=300)
    began = time.monotonic()
    t.connect(gdb)
    connect = time.monotonic() - began
    # A read of memory may take another number of packets.
    count = len(sent(log))
    # GDB asks for the list, which is thread 1, as often.
    lists = [sum("threads" in packet for packet in packets) for packets in (alone, sent(log))]
    assert abs(count - len(alone)) < 3 and lists[0] == lists[1] > 0, (count, lists, alone)
    on(gdb)
    before = len(sent(log))
    began = time.monotonic()
    found = threads_listed(gdb)
    xml = time.monotonic() - began
    asked = sent(log)[before:]
    assert len(found) > 10000 and {first, last} <= set(found), len(found)
    starts = [packet for packet in asked if packet.startswith("qXfer:threads:read::0,")]
    others = [packet for packet in asked if not packet.startswith("qXfer:threads:read:")]
    assert len(starts) == 1 and len(others) < 5, (starts, others[:20])
    t.note(f"{len(found)} tasks: connected in {connect:.2f} s by {count} packets, listed in {xml:.2f} s by {len(asked)}")
    gdb.cmd(f"thread {threads_named(gdb, last)}")
    assert "sys_pause" in gdb.cmd("bt").lower()
    job.close_stdin()
    job.wait()


def threads_named(gdb, number):
    """Return the number for `thread` of GDB's `Thread NUMBER`."""
    return re.search(rf"Thread (\S+) has target id 'Thread {number}'", gdb.cmd(f"thread find Thread {number}$"))[1]


def threads_listed(gdb):
    """Let GDB fetch the list. Return its numbers; no registers are read."""
    return [int(n) for n in re.findall(r"has target id 'Thread (\d+)'", gdb.cmd("thread find ^Thread"))]


@case
def threads_and_frames(t):
    """Tracing goes on beside it: a frame's registers are the frame's, whichever thread is selected."""
    load, sleeper = t.load("read", n=3), t.load("read", n=1)
    gdb = t.gdb()
    gdb.cmd("trace *vfs_read")
    gdb.cmd(f"condition 1 {load.mine}")
    gdb.actions(1, "collect $regs")
    gdb.cmd("tstart")
    on(gdb)
    number = threads(gdb)[sleeper.pid][0]
    shown, functions = backtrace(gdb, number)
    assert load.go()["ok"] == 3
    gdb.cmd("tstop")
    gdb.cmd("tfind 0")
    assert gdb.eval(f"(unsigned long){t.pc} == (unsigned long)&vfs_read") == "1"
    assert "Data collected at tracepoint 1" in gdb.cmd("tdump")
    gdb.cmd("thread 1")
    assert gdb.eval(f"(unsigned long){t.pc} == (unsigned long)&vfs_read") == "1"
    gdb.cmd("tfind none")
    assert gdb.eval(f"(unsigned long){t.pc}") == "0"
    assert backtrace(gdb, number)[1] == functions, shown
    assert sleeper.go()["ok"] == 1
