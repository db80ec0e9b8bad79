# SPDX-License-Identifier: GPL-2.0
"""What `make demo` shows. Run by GDB on this machine; the kernel that it looks at runs in QEMU, and is never stopped."""
import re
import time
import traceback

import gdb
from kgtp_gdb import base       # gdb/kgtp.py is loaded

FRAMES = 100        # enough for a histogram, and little for a slow line
CALLS = 50000
TIMES = 3           # the shortest counts: the host may be busy


def say(text):
    gdb.write(text + "\n")


def title(text):
    say(f"\n-- {text}")


def typed(command, show=True):
    """Run a command as if it were typed. Return its output."""
    say(f"(gdb) {command}")
    gdb.flush()
    shown = gdb.execute(command, False, True) or ""
    if show:
        gdb.write(shown)
    return shown


def histogram(values, unit, width=40):
    """Print how many of the values are in each power of two; without those that have none."""
    rows = {}
    for value in values:
        rows[value.bit_length()] = rows.get(value.bit_length(), 0) + 1
    for bits, count in sorted(rows.items()):
        say(f"{1 << bits - 1 if bits else 0:>10} .. {(1 << bits) - 1:<10} {unit} {count:5}  {'#' * -(-count * width // len(values))}".rstrip())


def frames(expression):
    """Yield its value in each frame."""
    gdb.execute("tfind start", False, True)
    while int(gdb.parse_and_eval("$trace_frame")) >= 0:
        yield int(gdb.parse_and_eval(expression))
        gdb.execute("tfind", False, True)


def seconds():
    """Return how long a program in the guest takes for so many reads, at best."""
    command = f"box busybox time busybox dd if=/dev/zero of=/dev/null bs=1 count={CALLS}"
    shown = [gdb.execute(command, False, True) for _ in range(TIMES)]
    if any(f"{CALLS}+0 records in" not in one for one in shown):
        raise RuntimeError(f"dd has not read all: {shown}")
    took = [re.search(r"real\s+(\d+)m *([\d.]+)s", one) for one in shown]
    return min(int(one[1]) * 60 + float(one[2]) for one in took)


def demo():
    base.need_session()
    gdb.execute("set width 110")
    gdb.execute("set print frame-arguments all")
    gdb.execute("set default-collect")
    title("The kernel runs. Its memory can be read, and changes between two looks.")
    typed("print jiffies_64")
    time.sleep(0.5)
    typed("print jiffies_64")

    title("A read by dd: arguments and callers, inlined ones too, down to the system call.")
    gdb.execute("tvariable $bt = 2048", False, True)
    typed('kgtp trace *copy_page_to_iter if comm == "dd" collect $args, $bt', show=False)
    typed("kgtp run 20 1")
    gdb.execute("delete")

    title(f"How long do reads take? {FRAMES} of them, at their returns.")
    number = re.search(r"Tracepoint (\d+)", typed("kgtp trace *vfs_read"))[1]
    typed(f"kgtp actions {number} add teval $kret = 64; collect $kret_ns", show=False)
    typed("tstart", show=False)
    gdb.execute(f"box busybox dd if=/bin/busybox of=/dev/null bs=4096 count={FRAMES}", False, True)
    typed("tstop", show=False)
    times = []
    for value in frames("$kret_ns"):
        times.append(value)
        if len(times) == FRAMES:
            break
    histogram(times, "ns")
    gdb.execute("tfind none", False, True)
    gdb.execute("delete")

    title(f"Count the reads on each CPU, without frames, while dd reads {CALLS} times, {TIMES} times over; what does it cost?")
    plain = seconds()
    for name in ("$p_reads", "$p_reads0", "$p_reads1"):
        gdb.execute(f"tvariable {name}", False, True)
    # A condition that is never true makes no frame. An action would: 150000 of them fill one CPU's share of the buffer, if dd
    # stays there, and that ends the run.
    typed("kgtp trace *vfs_read if ($p_reads = $p_reads + 1) < 0")
    typed("tstart", show=False)
    counted = seconds()
    typed("tstop", show=False)
    for cpu in range(2):
        typed(f"print $p_reads{cpu}")
    cost = f"{(counted - plain) / CALLS * 1e6:.1f} us for a hit" if counted > plain else "too little for this clock"
    say(f"{CALLS} reads: {plain:.2f} s, counted: {counted:.2f} s; {cost}, in emulation")

    title("Nothing was stopped; what was lost is counted.")
    typed("print $lost_nested + $lost_missed + $lost_returns + $lost_too_big")
    gdb.execute("detach", False, True)
    say("\n-- Done. `make shell' is the same guest, at the (gdb) prompt.")


try:
    demo()
except BaseException:       # whatever it is, GDB's status must tell
    traceback.print_exc()
    gdb.execute("quit 1")
