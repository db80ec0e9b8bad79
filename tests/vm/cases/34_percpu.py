# SPDX-License-Identifier: GPL-2.0
"""The kernel's per-CPU variables, addressed as the sum of their address and __per_cpu_offset[], on every kernel."""
import os
import re
import subprocess
import tempfile

from harness import GdbError, Skip, case

DOCS = os.path.join(os.path.dirname(__file__), "../../../docs")


def prefix(gdb):
    """Return what the names of per-CPU variables begin with: until 2.6.32 per_cpu__."""
    if not gdb.knows("__per_cpu_offset"):
        raise Skip("no __per_cpu_offset[]: the kernel is for one CPU, or 2.6.18's for x86-64, which has _cpu_pda[]->data_offset")
    return "per_cpu__" if gdb.knows("per_cpu__runqueues") else ""


def bytes_of(gdb, address, n):
    """Return n bytes of memory, read by one `m` each and by one for all, which must agree."""
    one = [int(gdb.cmd(f"output/u *((unsigned char *){address} + {i})")) for i in range(n)]
    assert one == block_of(gdb, address, n), one
    return one


def block_of(gdb, address, n):
    gdb.cmd("set print repeats unlimited")
    gdb.cmd("set print elements unlimited")
    shown = gdb.cmd(f"output/u *(unsigned char (*)[{n}]){address}")
    return [int(v) for v in shown.strip("{}").split(", ")]


@case(core=True)
def variables_of_a_cpu(t):
    """The textbook's sum works live, in a condition, in actions, in frames and in a trace file."""
    gdb = t.gdb()
    rq = prefix(gdb) + "runqueues"

    def of_cpu(cpu):
        """Return an expression for that CPU's run queue."""
        return f"((struct rq *)((char *)&{rq} + __per_cpu_offset[{cpu}]))"

    load = t.load("pread", n=3, file="/proc/version", size=8, cpu=1)
    slide = gdb.value("(unsigned long)&vfs_read") - t.functions()["vfs_read"]
    t.note(f"KASLR has moved the kernel by {slide:#x}")
    for cpu in range(t.guest.smp):
        assert gdb.value(f"{of_cpu(cpu)}->cpu") == cpu
        assert gdb.value(f"*(int *)((char *)&{rq} + __per_cpu_offset[{cpu}] + (long)&((struct rq *)0)->cpu)") == cpu
    current = "pcpu_hot.current_task" if gdb.knows("pcpu_hot") else prefix(gdb) + "current_task"
    if gdb.knows(current):                  # before 2.6.25 not on 32-bit
        name = f"(*(struct task_struct **)((char *)&{current} + __per_cpu_offset[0]))->comm"
        assert gdb.eval(name).startswith('"'), gdb.eval(name)
    word = t.bits // 8
    offset = gdb.value("(unsigned long)__per_cpu_offset[1]")
    assert offset == int.from_bytes(bytes(bytes_of(gdb, "&__per_cpu_offset[1]", word)), "little")
    upper = bytes_of(gdb, "((char *)&__per_cpu_offset[1] + 2)", word)

    # From about 7.0 on, curr is in an anonymous union, whose members GDB cannot compile into bytecode.
    curr = "curr"
    try:
        gdb.cmd(f"maint agent-eval {of_cpu(1)}->curr")
    except GdbError:
        curr = "idle"
    is_it = f"(unsigned long){of_cpu(1)}->curr == $current_task" if curr == "curr" else f"{of_cpu(1)}->cpu == 1"
    gdb.cmd("tvariable $seen")
    n = gdb.trace("*vfs_read", f"$current_task_pid == {load.pid} && {is_it}",
                  f"collect {of_cpu(1)}->cpu, {of_cpu(0)}->cpu, {of_cpu(1)}->{curr}, $current_task",
                  f"teval $seen = $seen + {of_cpu('$cpu_id')}->cpu",
                  "collect $seen, *(char (*)[4])((char *)&__per_cpu_offset[1] + 2)")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 3, gdb.cmd("tstatus")

    def look(where):
        for i in range(3):
            gdb.cmd(f"tfind {i}")
            assert gdb.value(f"{of_cpu(1)}->cpu") == 1 and gdb.value(f"{of_cpu(0)}->cpu") == 0, where
            same = gdb.value(f"(unsigned long){of_cpu(1)}->{curr}") == gdb.value("(unsigned long)$current_task")
            assert same == (curr == "curr"), where
            assert gdb.value("$seen") == i + 1, where
            assert gdb.value("(unsigned long)__per_cpu_offset[1]") == offset, where
            assert bytes_of(gdb, "((char *)&__per_cpu_offset[1] + 2)", 4) == upper[:4], where
            shown = gdb.cmd("tdump")
            assert "->cpu = 1" in shown and "Cannot access" not in shown, (where, shown)
        gdb.cmd("tfind none")

    look("frames")
    with tempfile.TemporaryDirectory(prefix="kgtp-percpu-") as folder:
        gdb.cmd(f"tsave {folder}/t")
        gdb.cmd("disconnect")
        gdb.cmd(f"target tfile {folder}/t")
        look("file")
    assert n == 1


def linked_text(kernel):
    """Return the address of _text in the vmlinux, as `nm vmlinux` prints it."""
    shown = subprocess.run(["nm", kernel.vmlinux], stdout=subprocess.PIPE, text=True, check=True).stdout
    return int(re.search(r"^(\w+) \w _text$", shown, re.M)[1], 16)


@case(core=True, needs=[">=3.9"])
def pointers_to_a_cpu(t):
    """A per-CPU pointer read from memory takes the plain sum in conditions and actions.
    Live and in frames, up to 6.14, the KASLR offset must be added, as in the manual."""
    linked = linked_text(t.kernel)
    low = t.bits == 64 and t.kernel.version < (6, 15)
    moved = f"((long)&_text - {linked:#x})"
    for page in "manual.md", "gdb-says-no.md":
        text = open(os.path.join(DOCS, page)).read()
        assert "((long)&_text - 0xffffffff81000000)" in text and "system_wq->cpu_pwqs" in text, page
    gdb = t.gdb()
    # Since 6.6, and in vendors' kernels.
    member, type_ = ("cpu_pwq", "struct pool_workqueue **") if gdb.knows("system_wq->cpu_pwq") else ("cpu_pwqs", "struct pool_workqueue *")

    def of(cpu, more=""):
        """Return that CPU's part of the kernel's work queue, in memory from alloc_percpu()."""
        sum_ = f"(({type_})((char *)system_wq->{member} + __per_cpu_offset[{cpu}]{more}))"
        return f"(*{sum_})" if type_.endswith("**") else sum_
    slide = gdb.value(moved)
    t.note(f"KASLR has moved the kernel by {slide:#x}")
    for_gdb = f" + {moved}" if low else ""

    def is_right(gdb, where):
        for cpu in range(2):
            assert gdb.value(f"(unsigned long){of(cpu, for_gdb)}->wq") == gdb.value("(unsigned long)system_wq"), where
            assert gdb.value(f"{of(cpu, for_gdb)}->pool->cpu") == cpu, where
        if low and slide:
            try:
                assert gdb.eval(f"{of(1)}->pool->cpu") != "1", where        # or it cannot be read
            except GdbError:
                pass
    is_right(gdb, "live")
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.cmd("tvariable $seen")
    gdb.trace("*vfs_read", f"{load.mine} && (unsigned long){of(1)}->wq == (unsigned long)system_wq && {of(1)}->pool->cpu == 1",
              *(f"collect {of(cpu)}->wq, {of(cpu)}->pool->cpu, system_wq" for cpu in range(2)),
              f"teval $seen = $seen + {of(1)}->pool->cpu", "collect $seen")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 3, gdb.cmd("tstatus")

    def look(where):
        for i in range(3):
            gdb.cmd(f"tfind {i}")
            assert gdb.value("$seen") == i + 1, where
            is_right(gdb, where)
        gdb.cmd("tfind none")
    look("frames")
    with tempfile.TemporaryDirectory(prefix="kgtp-percpu-") as folder:
        gdb.cmd(f"tsave {folder}/t")
        gdb.cmd("disconnect")
        gdb.cmd(f"target tfile {folder}/t")
        look("file")


@case
def part_of_an_offset(t):
    """Blocks with part of a word of __per_cpu_offset[], or across its ends, have the same bytes in a frame as live."""
    gdb = t.gdb()
    prefix(gdb)
    load = t.load("pread", n=1, file="/proc/version", size=8)
    size = gdb.value("sizeof(__per_cpu_offset)")
    table = "((char *)&__per_cpu_offset)"
    blocks = [(-5, 8), (3, 1), (13, 7), (size - 3, 8), (-8, min(size, 4000) + 16)]
    def look():
        return [(bytes_of if n < 20 else block_of)(gdb, f"({table} + {off})", n) for off, n in blocks]

    live = look()
    gdb.trace("*vfs_read", f"$current_task_pid == {load.pid}",
              *(f"collect *(unsigned char (*)[{n}])({table} + {off})" for off, n in blocks))
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    gdb.cmd("tfind 0")
    assert look() == live
    gdb.cmd("tfind none")


@case
def numbers_that_are_no_addresses(t):
    """A number, or a user address, as large as the KASLR offset is left unchanged."""
    gdb = t.gdb()
    slide = gdb.value("(unsigned long)&_text") - linked_text(t.kernel)
    t.note(f"KASLR has moved the kernel by {slide:#x}")
    number = slide + 64
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.cmd(f"tvariable $number = {number}")
    gdb.cmd("tvariable $sum")
    n = gdb.trace("*vfs_read", f"{load.mine} && $number == {number}", f"teval $sum = $sum + {number}", f"collect $sum, *(char *){number}")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    shown = gdb.cmd("tstatus")
    assert gdb.frames() == 3, shown
    assert gdb.value("$sum") == 3 * number, (gdb.eval("$sum"), number)
    assert not slide or f"tracepoint {n}: action \"*(char *){number}\": cannot read memory at {number:#x}, 3 times" in shown, shown
