# SPDX-License-Identifier: GPL-2.0
"""Scripts in the idioms of the original KGTP (scripts/) run unchanged, with correct results."""
import pathlib
import re
import subprocess
import tempfile

from harness import case

SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "scripts"
SCRIPT, BOX_SCRIPT = SCRIPTS / "original.gdb", SCRIPTS / "original-box.gdb"
NAMES = "$current_thread_info $task_pt_regs".split()


def printed(t):
    """Return the lines that tracepoint 4 has printed, after giving the thread time to print."""
    t.sh("usleep 400000")
    t.guest.sync_console()
    return re.findall(r"gtp 4:(.*?)\r?$", t.guest.console_text(t.console_start), re.M)


def check_reads(t, gdb, shown, loads):
    """Check what `report` shows of the reads: [(load, cpu)], three each."""
    reads = [[int(n) for n in found] for found in re.findall(
        r'^read: frame (\d+), cpu (\d+), pid (\d+), count (\d+), nth (\d+), "load(?:\\000|").*, user (\d+), irq (\d+) (\d+) (\d+)$', shown, re.M)]
    wanted = [[cpu, load.pid, 513, nth, 1, 0, 0, 0] for load, cpu in loads for nth in (1, 2, 3)]
    assert [read[1:] for read in reads] == wanted, (reads, wanted)
    times = [[float(n) for n in found] for found in re.findall(r"^time: (\d+) (\d+) (\d+) (\d+) (\d+\.\d+)$", shown, re.M)]
    assert len(times) == len(reads), times
    now = int(t.sh("date +%s"))
    for clock, cooked, tsc, cooked_tsc, wall in times:
        assert 0 < cooked <= clock and 0 < cooked_tsc <= tsc and now - 300 < wall < now + 2, times
    # tdump lists each collected expression by name; bt reaches the system call.
    assert len(re.findall(r"^\$p_count = [123]$", shown, re.M)) == len(reads), shown
    assert len(re.findall(r"^count = 513$", shown, re.M)) == len(reads), shown
    for name in NAMES:
        assert len(re.findall(rf"^\{name} = -?\d{{4,}}$", shown, re.M)) == len(reads), (name, shown)
    for n, load in zip((0, 3), (load for load, _ in loads)):
        gdb.cmd(f"tfind {reads[n][0]}")
        stack = gdb.cmd("bt")
        assert re.match(r"#0 .*vfs_read \(.*count(=count@entry)?=513", stack) and re.search("(?i)^#[1-9] .*sysc?_(ia32_)?pread64", stack, re.M), stack
        assert stack in shown, (stack, shown)
        assert gdb.value("(long)buf") == load.buf
    gdb.cmd("tfind none")


def check_writes(t, gdb, shown, load):
    """Check the returns of its two writes, and their values."""
    writes = [[int(n) for n in found] for found in re.findall(r"^write: frame (\d+), pid (\d+), took (-?\d+)$", shown, re.M)]
    assert len(writes) == 2, shown
    for frame, pid, took in writes:
        # On a machine whose TSC is unstable, the clock advances by ticks.
        assert pid == load.pid and 0 <= took < 10 ** 10, writes
        gdb.cmd(f"tfind {frame}")
        assert gdb.value("(long)$eax" if t.bits == 32 else "(long)$rax") == 513
    gdb.cmd("tfind none")


@case(smp=2, timeout=240, core=True)
def original_script(t):
    """A script in the original's idioms works, with GDB disconnected in between.
    It uses shared and per-CPU variables, conditions, $bt, $kret, $printk_level, $self_trace, $ignore_error, monitor, loops of
    tfind with tdump and bt, and tsave."""
    gdb = t.gdb()
    shown = gdb.cmd(f"source {SCRIPT}", timeout=120)
    assert re.search(r"^Tracepoints at (0x\w+) are left out\.$", shown, re.M), shown
    assert "Trace is running on the target" in gdb.cmd("tstatus")
    assert gdb.value("$last_errno") < 0
    loads = [(t.load("pread", n=3, size=513, cpu=cpu), cpu) for cpu in range(2)]
    writer = t.load("write", n=2, file="/dev/null", size=513)
    teller = t.load("write", n=2, file="/dev/null", size=514)
    seeker = t.load("lseek", n=5, file="/proc/version")
    loads[0][0].go()
    gdb.cmd("disconnect")
    loads[1][0].go()
    for load in (writer, teller, seeker):
        done = load.go()
        assert done["ok"] == done["n"], done
    t.connect(gdb)
    shown = gdb.cmd("report", timeout=120)
    assert re.search(r"^cpu 0: 3 reads, 1539 bytes, 0.500 of all\ncpu 1: 3 reads, 1539 bytes, 0.500 of all$", shown, re.M), shown
    assert gdb.value("$reads") == 6 and gdb.value("$seeks") == 0 and gdb.value("$c") == 2, gdb.cmd("info tvariables")
    # The second relay writes to stderr that it is at a terminal; it opens the device only when GDB has sent something.
    assert gdb.value("$mine") > 100 and gdb.value("$others") == 1, gdb.cmd("info tvariables")
    check_reads(t, gdb, shown, loads)
    check_writes(t, gdb, shown, writer)
    lines = printed(t)
    assert len(lines) == 8, lines
    task = "((struct task_struct *)$current_task)"
    for n in range(2):
        c, pid, jiffies, comm = lines[4 * n:4 * n + 4]
        assert c == f"$c=$c+1={n + 1}" and pid == f"{task}->pid={teller.pid}" and comm == f'{task}->comm="load"', lines
        assert re.match(r"\$printk_tmp=jiffies_64=\d+$", jiffies), lines
    # The file that tsave has written has the same frames.
    frames = gdb.frames()
    gdb.cmd("disconnect")
    gdb.cmd("target tfile original.trace")
    assert gdb.frames() == frames
    gdb.cmd("tfind tracepoint 1")
    assert gdb.value("$current_task_pid") == loads[0][0].pid and gdb.value("count") == 513


@case(programs="gdb", timeout=400)
def original_script_on_the_box(t):
    """`target remote /sys/kernel/debug/gtp` and `shell` work with GDB on the traced machine, and GDB's reads are not traced."""
    with tempfile.TemporaryDirectory() as folder:
        # Only the two symbols of the vmlinux that the script needs: the guest's disk is its memory.
        names = [f"{folder}/{name}" for name in ("text", "vmlinux")]
        subprocess.run(["objcopy", "-j", ".text", "--strip-unneeded", "-K", "vfs_read", "-K", "_text", t.kernel.vmlinux, names[0]],
                       check=True, capture_output=True)
        subprocess.run(["objcopy", "--only-keep-debug", *names], check=True)
        t.guest.push_bytes(pathlib.Path(names[1]).read_bytes(), "/tmp/vmlinux")
    t.guest.push_bytes(BOX_SCRIPT.read_bytes(), "/tmp/original.gdb")
    shown, status = t.run("gdb -nx -q -batch /tmp/vmlinux -x /tmp/original.gdb", 300)
    assert status == 0, shown
    assert shown.count(f"Linux version {t.kernel.release} ") == 2, shown
    gdb, reads = int(re.search(r"^gdb is (\d+)$", shown, re.M)[1]), int(re.search(r"^(\d+) reads$", shown, re.M)[1])
    frames = re.findall(r"^frame (\d+): cpu (\d+), pid (\d+), at (.*)$", shown, re.M)
    assert [int(frame[0]) for frame in frames] == list(range(reads)) and reads >= 4, (reads, shown)
    assert all(re.search("<vfs_read(\\+\\d+)?>", frame[3]) and int(frame[1]) < t.guest.smp for frame in frames), frames
    pids = [int(frame[2]) for frame in frames]
    assert gdb not in pids and max(map(pids.count, pids)) >= 4, (gdb, pids)
