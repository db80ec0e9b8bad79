# SPDX-License-Identifier: GPL-2.0
"""The trace buffer: frames of any size, resizing during a run, counted losses, CPU hotplug."""
import os
import re
import tempfile
import time

import sharing
from harness import GdbError, case

MINE = "$current_task_pid == {}"


def stat(t):
    """Return /proc/gtpstat as {"frames": 7, ..., "cpu": {0: [...]}, "tracepoint": [[1, 0x..., hits, bytes, missed, returns,
    errors]]}."""
    facts = {"cpu": {}, "tracepoint": []}
    for line in t.sh("cat /proc/gtpstat").splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        numbers = [int(word, 0) for word in words[1:8]]
        if words[0] == "cpu":
            facts["cpu"][numbers[0]] = numbers[1:]
        elif words[0] == "tracepoint":
            facts["tracepoint"].append(numbers)
        else:
            facts[words[0]] = numbers[0]
    return facts


def dump(gdb, start, length):
    """Return memory as GDB reads it, live or in a frame."""
    with tempfile.NamedTemporaryFile(prefix="kgtp-dump-") as file:
        gdb.cmd(f"dump binary memory {file.name} {start:#x} {start + length:#x}", timeout=120)
        return file.read()


@case(timeout=600)
def blocks_over_pages(t):
    """Blocks of 5000 bytes to 1 MiB, and many in one frame, match byte for byte, in frames, traceframe-info and tsave."""
    gdb = t.gdb()
    gdb.cmd("set max-value-size unlimited")
    gdb.cmd("set trace-buffer-size 8000000")
    sizes, length = [5000, 65536, 100000, 1048576], 1048576 + 70000
    # Memory that does not change. A small kernel has too few constants: use its code.
    start, end = (int(gdb.eval(f"(unsigned long)&{name}")) for name in ("__start_rodata", "__end_rodata"))
    if end - start < length:
        start, end = (int(gdb.eval(f"(unsigned long)&{name}")) for name in ("_text", "_etext"))
    assert end - start >= length, (start, end)
    load = t.load("pread", n=1, file="/proc/version", size=8)
    for size in sizes:
        gdb.trace("*vfs_read", MINE.format(load.pid), f"collect *(char(*)[{size}]){start + 13:#x}")
    gdb.trace("*vfs_read", MINE.format(load.pid), "collect jiffies_64",
          *[f"collect *(char(*)[{7000 + i}]){start + i * 9001:#x}" for i in range(40)])
    gdb.cmd("tstart")
    # Read it now, with the breakpoint in it.
    live = dump(gdb, start, length)
    load.go()
    gdb.cmd("tstop")
    assert "Collected 5 trace frames" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    saved = os.path.join(t.logs, "blocks.tfile")
    for number, size in enumerate(sizes, 1):
        gdb.cmd("tfind none")
        gdb.cmd(f"tfind tracepoint {number}")
        assert dump(gdb, start + 13, size) == live[13:13 + size], size
        # By x, p and tdump as well.
        at = start + 13 + size - 8
        assert gdb.eval(f"*(unsigned long long *){at:#x}") == str(int.from_bytes(live[5 + size:13 + size], "little"))
        assert f"0x{live[12 + size]:02x}" in gdb.cmd(f"x/bx {at + 7:#x}")
        assert f"*(char(*)[{size}])" in gdb.cmd("tdump")
        info = gdb.cmd("maint packet qXfer:traceframe-info:read::0,4000")
        assert f'length=\\"0x{size:x}\\"' in info or f'length="0x{size:x}"' in info, info
    gdb.cmd("tfind none")
    gdb.cmd("tfind tracepoint 5")
    for i in (0, 1, 20, 39):
        assert dump(gdb, start + i * 9001, 7000 + i) == live[i * 9001:i * 9001 + 7000 + i], i
    gdb.cmd("tfind none")
    gdb.cmd(f"tsave {saved}", timeout=300)
    gdb.cmd("disconnect")
    gdb.cmd(f"target tfile {saved}")
    for number, size in enumerate(sizes, 1):
        gdb.cmd("tfind none")
        gdb.cmd(f"tfind tracepoint {number}")
        assert dump(gdb, start + 13, size) == live[13:13 + size], size
    gdb.cmd("tfind none")
    gdb.cmd("tfind tracepoint 5")
    assert dump(gdb, start + 20 * 9001, 7020) == live[20 * 9001:20 * 9001 + 7020]
    assert int(gdb.eval("jiffies_64")) > 0
    os.unlink(saved)


@case(smp=2, core=True)
def order_of_two_cpus(t):
    """Frames are numbered in the order of their hits, across CPUs."""
    gdb = t.gdb()
    loads = [t.load("getppid", n=2, cpu=n % 2) for n in range(12)]
    wanted = [(load.pid, n % 2) for n, load in enumerate(loads) for _ in range(2)]
    low, high = min(load.pid for load in loads), max(load.pid for load in loads)
    gdb.trace("*" + t.syscall("getppid"), f"$current_task_pid >= {low} && $current_task_pid <= {high}",
              "collect $current_task_pid, $cpu_id")
    gdb.cmd("tstart")
    for load in loads:
        load.go()       # A round trip takes much longer than any two clocks differ.
    gdb.cmd("tstop")
    found = []
    for _ in wanted:
        gdb.cmd("tfind")
        found.append((gdb.value("$current_task_pid"), gdb.value("$cpu_id")))
    assert gdb.frames() == len(wanted) and found == wanted, (found, wanted)


@case(smp=2, needs=[">=2.6.37", "CONFIG_DEBUG_INFO"], timeout=400)
def hits_share_no_line(t):
    """Hits on two CPUs write no common cache line, except for a pass count, which the user has requested; and only one of their own
    besides the frame and the counts of their CPU."""
    gdb = t.gdb()
    gdb.trace("*vfs_read", f"count == {sharing.SIZE}", "collect $args")
    memory = sharing.Memory(t.guest, gdb, t.built.module, t.logs)
    found = sharing.lines(t.guest, gdb, memory)
    assert found["cpu0"] == found["cpu1"] == 1 and not found["both"], found
    gdb.cmd("passcount 1000000 $tpnum")
    found = sharing.lines(t.guest, gdb, memory)
    assert found["both"] == 1 and [word for word in found["words"] if word.endswith(": passed")], found


@case(core=True)
def tsave_and_ctf(t):
    """tsave and tsave -ctf save frames, registers, variables and tracepoints."""
    gdb = t.gdb()
    load = t.load("pread", n=5, file="/proc/version", size=24)
    gdb.cmd("tvariable $n = 100")
    gdb.trace("*vfs_read", MINE.format(load.pid), "teval $n = $n + 1", "collect $regs, $n, jiffies_64")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop done")
    with tempfile.TemporaryDirectory(prefix="kgtp-tsave-") as folder:
        gdb.cmd(f"tsave {folder}/t")
        if gdb.has_ctf:
            gdb.cmd(f"tsave -ctf {folder}/ctf")
            assert os.path.getsize(f"{folder}/ctf/metadata") > 0
        gdb.cmd("disconnect")
        gdb.cmd(f"target tfile {folder}/t")
        assert "Collected 5 trace frames" in gdb.cmd("tstatus")
        for i in range(5):
            gdb.cmd("tfind")
            assert int(gdb.eval("$n")) == 101 + i
            assert gdb.eval(t.arg(3)) == "24"
            assert int(gdb.eval("jiffies_64")) > 0
        assert "vfs_read" in gdb.cmd("info tracepoints")
    gdb.needs_ctf()


@case(smp=4, timeout=900)
def resize_under_load(t):
    """Through 50 resizes while four CPUs trace, each CPU's frames stay in sequence, and the sums match exactly."""
    gdb = t.gdb()
    gdb.cmd("set remotetimeout 30")     # four busy CPUs share one of the host, so replies are delayed
    loads = [t.load("getppid", n=0, cpu=cpu) for cpu in range(4)]
    pids = " || ".join(MINE.format(load.pid) for load in loads)
    gdb.cmd("set circular-trace-buffer on")
    getppid = t.syscall("getppid")
    for cpu in range(4):
        gdb.cmd(f"tvariable $s{cpu}")
        gdb.trace(f"*{getppid}", f"({pids}) && $cpu_id == {cpu}", f"teval $s{cpu} = $s{cpu} + 1", f"collect $s{cpu}")
    gdb.cmd("tstart")
    for load in loads:
        load.start()
    sizes = [400000, 100000, 3000000, 50000, 1000000, 20000, 20001, 5242880, 123457, 800]
    for i in range(50):
        gdb.cmd(f"set trace-buffer-size {sizes[i % len(sizes)]}")
        t.sh("usleep 20000")
    gdb.cmd("set trace-buffer-size 400000")
    t.sh("usleep 200000")
    gdb.cmd("tstop")
    for load in loads:
        load.finish()
    facts = stat(t)
    assert facts["frames_created"] == facts["frames"] + facts["lost_overwritten"] + facts["lost_shrunk"], facts
    assert facts["lost_shrunk"] > 0 and facts["lost_overwritten"] > 0, facts
    shown = gdb.cmd("tstatus")
    assert f"Buffer contains {facts['frames']} trace frames (of {facts['frames_created']} created total)" in shown, shown
    with tempfile.NamedTemporaryFile(prefix="kgtp-resize-") as file:
        gdb.cmd(f"tsave {file.name}", timeout=300)
        frames = values_of(file.name)
    assert len(frames) == facts["frames"], (len(frames), facts)
    for cpu in range(4):
        mine = [value for number, value in frames if number == cpu + 1]
        made = int(gdb.eval(f"$s{cpu}"))
        kept, created, nested, too_big, overwritten, shrunk = facts["cpu"][cpu]
        assert kept == len(mine) > 0, (cpu, facts)
        # All that it made were committed, or too big for the smallest buffers. The last ones are complete, in order.
        assert made == created + too_big, (cpu, made, facts)
        assert mine == list(range(made - len(mine) + 1, made + 1)), (cpu, mine[:5], mine[-5:], made)


def values_of(path):
    """Return [(tracepoint, value)] of a trace file's frames, which hold one variable each."""
    with open(path, "rb") as file:
        data = file.read()
    at = data.index(b"\n\n") + 2
    frames = []
    while at + 6 <= len(data):
        number = int.from_bytes(data[at:at + 2], "little")
        size = int.from_bytes(data[at + 2:at + 6], "little")
        if not number:
            break
        assert data[at + 6:at + 7] == b"V" and size == 13, (number, size, data[at + 6:at + 20])
        frames.append((number, int.from_bytes(data[at + 11:at + 19], "little")))
        at += 6 + size
    return frames


@case(smp=2, timeout=300, core=True)
def resize_keeps_frames(t):
    """Growing the buffer loses no frames, shrinking loses the oldest, and a frame that was looked at does not change."""
    gdb = t.gdb()
    load = t.load("pread", n=300, file="/proc/version", size=8, cpu=0)
    gdb.cmd("tvariable $i")
    gdb.trace("*vfs_read", MINE.format(load.pid), "teval $i = $i + 1", "collect $i, $regs")
    gdb.cmd("set trace-buffer-size 400000")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert stat(t)["frames"] == 300
    gdb.cmd("tfind 7")
    assert int(gdb.eval("$i")) == 8
    gdb.cmd("set trace-buffer-size 4000000")
    assert int(gdb.eval("$i")) == 8 and stat(t)["frames"] == 300
    gdb.cmd("tfind 299")
    assert int(gdb.eval("$i")) == 300
    gdb.cmd("tfind 7")
    shown = gdb.cmd("set trace-buffer-size 40000")
    assert "The selected trace frame is no longer in the trace buffer" in shown, shown
    facts = stat(t)
    assert 50 < facts["frames"] < 200 and facts["lost_shrunk"] == 300 - facts["frames"], facts
    # No other frame is shown in its place.
    gdb.cmd("maint flush register-cache")
    assert gdb.eval(t.arg(3)) == "<unavailable>" and gdb.eval("$i") == "void"
    gdb.cmd("tfind start")
    assert int(gdb.eval("$i")) == facts["lost_shrunk"] + 1
    gdb.cmd(f"tfind {facts['frames'] - 1}")
    assert int(gdb.eval("$i")) == 300
    gdb.cmd("tfind none")


@case(timeout=300, core=True)
def losses_by_cause(t):
    """Each kind of loss is counted, in variables and in gtpstat."""
    gdb = t.gdb()
    # At an entry the probe may use ftrace, and on 4.4 ftrace drops a nested call without counting it.
    outer, inner = (gdb.inside(name)[0] for name in
                    ("vfs_read", t.first("copy_from_kernel_nofault", "probe_kernel_read", "copy_user_generic")))
    for mode, size, kind in (("on", 30000, "lost_overwritten"), ("on", 200, "lost_too_big"), ("on", 4, "lost_too_big")):
        load = t.load("pread", n=500, file="/proc/version", size=8)
        gdb.cmd("delete")
        gdb.cmd(f"set circular-trace-buffer {mode}")
        gdb.cmd(f"set trace-buffer-size {size}")
        gdb.trace("*vfs_read", MINE.format(load.pid), "collect $regs")
        gdb.cmd("tstart")
        load.go()
        gdb.cmd("tstop")
        facts = stat(t)
        assert facts[kind] == 500 - facts["frames"] > 0, (kind, facts)
        assert int(gdb.eval("$" + kind)) == facts[kind]
        assert facts["tracepoint"][0][2] == facts["frames_created"], facts
    # A hit inside a probe's handler: the kernel does not deliver it, and counts it.
    load = t.load("pread", n=200, file="/proc/version", size=8)
    gdb.cmd("delete")
    gdb.cmd("set trace-buffer-size unlimited")
    gdb.trace(f"*{outer:#x}", MINE.format(load.pid), "collect $regs, *(char *)&jiffies_64")     # Whole words are read without calling the kernel.
    gdb.trace(f"*{inner:#x}", "", "collect $regs")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert stat(t)["lost_missed"] >= 200, stat(t)
    assert int(gdb.eval("$lost_missed")) == stat(t)["lost_missed"]


@case(smp=2, timeout=300, needs="CONFIG_HOTPLUG_CPU")
def cpu_hotplug(t):
    """Frames of a CPU that went offline stay readable; a CPU that comes online during a run is traced."""
    gdb = t.gdb()
    first = t.load("pread", n=10, file="/proc/version", size=8, cpu=1)
    gdb.cmd("tvariable $k")
    gdb.cmd(f"trace *vfs_read if {MINE.format(first.pid)} || ((struct task_struct *)$current_task)->comm[0] == 108")
    gdb.actions(1, "collect $cpu_id, $regs")
    gdb.cmd("tstart")
    first.go()
    before = stat(t)["cpu"][1][0]
    assert before >= 10
    t.sh("echo 0 >/sys/devices/system/cpu/cpu1/online")
    assert t.sh("nproc").strip() == "1"
    gdb.cmd("set trace-buffer-size 3000000")
    assert stat(t)["cpu"][1][0] >= before
    t.sh("echo 1 >/sys/devices/system/cpu/cpu1/online")
    second = t.load("pread", n=10, file="/proc/version", size=8, cpu=1)
    second.go()
    gdb.cmd("tstop")
    assert stat(t)["cpu"][1][0] >= before + 10, stat(t)
    gdb.cmd("tfind start")
    seen = []
    for _ in range(stat(t)["frames"]):
        seen.append(int(gdb.eval("$cpu_id")))
        try:
            gdb.cmd("tfind")
        except GdbError:
            break
    assert seen.count(1) >= before + 10


@case(timeout=400)
def a_million_frames(t):
    """With a million frames, each tfind answers at once, also those that search all of them."""
    gdb = t.gdb()
    gdb.cmd("set trace-buffer-size 120000000")
    load = t.load("getppid", n=1000000, cpu=0)
    last = t.load("pread", n=1, file="/proc/version", size=8)
    getppid = t.syscall("getppid")
    where = int(gdb.eval(f"(unsigned long){getppid}"))
    first = gdb.trace(f"*{getppid}", MINE.format(load.pid), "collect jiffies_64")
    second = gdb.trace("*vfs_read", MINE.format(last.pid), "collect $regs")
    gdb.cmd("tstart")
    load.go(timeout=300)
    last.go()
    gdb.cmd("tstop")
    assert "Collected 1000001 trace frames." in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    used = stat(t)["memory_bytes"]
    took = {}
    for command, number in (("tfind 999999", 999999), ("tfind 0", 0), (f"tfind tracepoint {second}", 1000000), ("tfind -1", -1),
                            ("tfind pc (unsigned long)vfs_read", 1000000), ("tfind 500000", 500000), ("tfind", 500001),
                            ("tfind -", 500000), (f"tfind outside {where:#x}, {where:#x}", 1000000)):
        began = time.monotonic()
        gdb.cmd(command)
        took[command] = time.monotonic() - began
        assert int(gdb.eval("$trace_frame")) == number, command
    assert max(took.values()) < 5 * t.kernel.slow, took         # TCG, and a busy machine; a round trip takes 0.05
    # The index is counted as memory, too.
    facts = stat(t)
    assert 16000000 <= facts["memory_bytes"] - used < 20000000, (used, facts)
    assert first == 1


@case(timeout=300)
def linear_and_circular(t):
    """As in GDB's own circ test, ten hits overflow the buffer: linear keeps the first, circular the last."""
    gdb = t.gdb()
    load = t.load("pread", n=1, file="/proc/version", size=8, cpu=0)
    gdb.trace("*vfs_read", MINE.format(load.pid), "collect $regs")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    frame = stat(t)["tracepoint"][0][3]
    room = t.guest.smp * (4 * frame + 10)           # a CPU's share holds four and a bit
    gdb.cmd(f"set trace-buffer-size {room}")
    for mode in ("off", "on"):
        load = t.load("pread", n=10, file="/proc/version", size=8, cpu=0)
        gdb.cmd("delete")
        gdb.cmd(f"set circular-trace-buffer {mode}")
        gdb.cmd("tvariable $i = 0")
        gdb.trace("*vfs_read", MINE.format(load.pid), "teval $i = $i + 1", "collect $i, $regs")
        gdb.cmd("tstart")
        load.go()
        shown = gdb.cmd("tstatus")
        if mode == "on":
            gdb.cmd("tstop")
            shown = gdb.cmd("tstatus")
            kept = int(re.search(r"Buffer contains (\d+) trace frames \(of 10 created total\)", shown)[1])
            assert "Trace buffer is circular." in shown, shown
        else:
            kept = int(re.search(r"Collected (\d+) trace frames", shown)[1])
            assert "Trace stopped because the buffer was full." in shown, shown
        assert 3 <= kept <= 4, shown
        assert f"bytes of {room} bytes free" in shown, shown
        gdb.cmd("tfind start")
        assert int(gdb.eval("$i")) == (1 if mode == "off" else 11 - kept)
        gdb.cmd(f"tfind {kept - 1}")
        assert int(gdb.eval("$i")) == (kept if mode == "off" else 10)
        gdb.cmd("tfind none")


@case
def preferred_size(t):
    """buffer_size, shown in sysfs, is the size that `unlimited' and -1 restore."""
    gdb = t.gdb()
    assert t.sh("cat /sys/module/kgtp/parameters/buffer_size").strip() == "5242880"
    for back in ("unlimited", "-1"):
        gdb.cmd("set trace-buffer-size 70000")
        assert "of 70000 bytes free" in gdb.cmd("tstatus")
        gdb.cmd(f"set trace-buffer-size {back}")
        assert "of 5242880 bytes free" in gdb.cmd("tstatus")


def memory(t):
    """Return /proc/meminfo, in bytes."""
    return {name: int(value.split()[0]) * 1024 for name, value in
            (line.split(":") for line in t.sh("cat /proc/meminfo").splitlines())}


def available_memory(t):
    """Return bytes. Before 3.14 the kernel does not report this; then assume that half of its page cache is in use."""
    facts = memory(t)
    return facts.get("MemAvailable") or facts["MemFree"] + facts["Cached"] // 2


@case(module="buffer_size=123457", timeout=300)
def size_near_the_machines_memory(t):
    """A size larger than memory is refused, and buffer, frames and run stay; a size that fits is taken."""
    gdb = t.gdb()
    assert "of 123457 bytes free" in gdb.cmd("tstatus")
    load = t.load("pread", n=3, file="/proc/version", size=8)
    more = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.cmd(f"trace *vfs_read if {MINE.format(load.pid)} || {MINE.format(more.pid)}")
    gdb.actions(1, "collect $regs")
    gdb.cmd("tstart")
    load.go()
    available = available_memory(t)
    answer = gdb.cmd(f"maint packet QTBuffer:size:{available + (20 << 20):x}")
    assert "no memory for a trace buffer of that size; it stays at 123457 bytes" in answer, answer
    assert "Trace is running" in gdb.cmd("tstatus") and stat(t)["frames"] == 3
    gdb.cmd(f"set trace-buffer-size {available // 2}", timeout=60)
    more.go()
    gdb.cmd("tstop")
    assert stat(t)["frames"] == 5 and stat(t)["buffer_bytes"] == available // 2
    gdb.cmd("tfind 4")
    assert gdb.eval(t.arg(3)) == "8"
    gdb.cmd("tfind none")
    gdb.cmd("set trace-buffer-size unlimited")
    assert stat(t)["frames"] == 5


@case(timeout=300)
def too_big_a_frame_costs_nothing(t):
    """In circular mode, a block that can never fit does not drive out existing frames."""
    gdb = t.gdb()
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("set trace-buffer-size 100000")
    load = t.load("pread", n=30, file="/proc/version", size=8)
    huge = t.load("pread", n=4, file="/proc/version", size=8)
    gdb.trace("*vfs_read", MINE.format(load.pid), "collect $regs")
    gdb.trace("*vfs_read", MINE.format(huge.pid), "collect *(char(*)[300000])&_text")
    gdb.cmd("tstart")
    load.go()
    huge.go()
    gdb.cmd("tstop")
    facts = stat(t)
    assert facts["frames"] == 30 and facts["lost_too_big"] == 4 and facts["lost_overwritten"] == 0, facts


@case(timeout=300)
def a_frame_larger_than_memory_left(t):
    """tfind of a frame larger than the memory left is an error, and does not invoke the OOM killer."""
    gdb = t.gdb()
    # The module leaves an eighth of the machine's memory to others.
    size = available_memory(t) - memory(t)["MemTotal"] // 8 - (6 << 20)
    length = size // 2 - (10 << 20)
    base = int(gdb.eval("(unsigned long)high_memory")) - length - (16 << 20)      # in memory that is always mapped
    load = t.load("pread", n=2, file="/proc/version", size=8, cpu=0)
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd(f"set trace-buffer-size {size}")
    gdb.trace("*vfs_read", MINE.format(load.pid), f"collect *(char(*)[{length}]){base:#x}")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert stat(t)["frames"] == 1, stat(t)
    try:
        gdb.cmd("tfind start")
    except GdbError as error:
        assert "cannot select a trace frame: no memory" in str(error), error
    else:
        raise AssertionError("there was memory for it")
    assert "oom-killer" not in t.sh("dmesg")


@case(old=True, needs=["CONFIG_X86_64"])
def faults_are_not_missed_hits(t):
    """A hit that could not read memory does not count as missed, though up to 5.13 the kernel counts it so."""
    gdb = t.gdb()
    load = t.load("pread", n=50, file="/proc/version", size=8)
    # Far behind the direct mapping, where only an attempt tells.
    gdb.cmd("monitor io on")
    where = int(gdb.eval("(unsigned long)high_memory")) + (1 << 40)
    for n in 1, 2:
        gdb.cmd(f"trace *vfs_read if {MINE.format(load.pid)}")
        gdb.actions(n, f"collect *(int *){where + 16 * n:#x}")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    found = stat(t)
    assert found["frames"] == 100, found
    assert gdb.cmd("tstatus").count(", 50 times") == 2, gdb.cmd("tstatus")
    assert found["lost_missed"] == 0, found
    assert gdb.eval("$lost_missed") == "0"
