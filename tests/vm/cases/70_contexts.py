# SPDX-License-Identifier: GPL-2.0
"""Probes where it hurts: in the scheduler, interrupts, allocators, locks and fault paths, under load. The machine lives on."""
import os
import re

from harness import GdbError, case

SECONDS = float(os.environ.get("KGTP_CONTEXT_SECONDS", "0.5"))

PLACES = ["schedule", "__schedule", "try_to_wake_up", "scheduler_tick", "sched_tick", "update_rq_clock", "kmem_cache_alloc",
          "kmem_cache_free", "kfree", "_raw_spin_lock", "_raw_spin_lock_irqsave", "_raw_spin_unlock_irqrestore",
          "hrtimer_interrupt", "__hrtimer_run_queues", "run_timer_softirq", "rcu_core", "__rcu_read_unlock", "vprintk",
          "printk", "handle_mm_fault", "__handle_mm_fault", "_copy_from_user", "_copy_to_user", "__alloc_pages", "ktime_get",
          "serial8250_handle_irq", "mutex_lock", "mutex_unlock", "vfs_read", "vfs_write", "fput"]


@case(timeout=600, core=True)
def hot_places(t):
    """Each place for a while, with registers, stack and a counter; then all of them at once."""
    gdb = t.gdb()
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("tvariable $n")
    gdb.cmd("tvariable $self_trace = 1")
    loads = [t.load(op, n=0, file="/proc/version" if op == "read" else "/tmp/x", cpu=i % t.guest.smp)
             for i, op in enumerate(("fork", "fault", "open", "pwrite"))]
    for load in loads:
        load.start()
    possible = []
    for place in PLACES:
        gdb.cmd("delete")
        try:
            shown = gdb.cmd(f"trace *{place}")
        except GdbError:
            continue                    # not in this kernel, or inlined away
        gdb.actions(gdb.eval("$tpnum"), "teval $n = $n + 1", "collect $bt, $n")
        try:
            gdb.cmd("tstart")
        except GdbError as error:
            assert "the kernel allows no probe there" in str(error), (place, error)
            continue
        t.sh(f"echo {place} >/dev/kmsg; usleep {int(SECONDS * 1000000)}")
        gdb.cmd("tstop")
        assert "Trace stopped by a tstop command" in gdb.cmd("tstatus"), (place, gdb.cmd("tstatus"))
        possible.append(place)
    assert len(possible) >= 15, possible
    gdb.cmd("delete")
    for place in possible:
        gdb.cmd(f"trace *{place}")
        gdb.actions(gdb.eval("$tpnum"), "teval $n = $n + 1", "collect $bt, $n")
    gdb.cmd("tstart")
    t.sh(f"usleep {int(5 * SECONDS * 1000000)}")
    gdb.cmd("tstop")
    assert "Trace stopped by a tstop command" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    for load in loads:
        assert load.finish()["ok"] > 0
    t.note(", ".join(possible))


def packets(gdb, *texts):
    for text in texts:
        answer = gdb.cmd(f"maint packet {text}")
        assert '"OK"' in answer, (text, answer)


@case(timeout=300)
def variables_against_the_scheduler(t):
    """A variable changed in a long expression, with interrupts on but for our own doing, and in the scheduler with its
    locks held, on all CPUs: no deadlock, and no count is lost."""
    gdb = t.gdb()
    gdb.cmd("tvariable $long")
    gdb.cmd("tvariable $both")
    gdb.cmd("tvariable $self_trace = 1")
    gdb.cmd("trace *vfs_read")
    gdb.actions(1, "teval $both = $both + 1")
    gdb.cmd("trace *" + t.first("update_rq_clock", "activate_task", "enqueue_task"))      # with the run queue's lock held
    gdb.actions(2, "teval $both = $both + 1")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    # GDB makes no loops. 6000 times round: $long = $long.
    number = int(re.search(r"([0-9a-f]+):0:0:6c6f6e67", everything(gdb, "qTfV", "qTsV"))[1], 16)
    loop = f"231770" + "2201" + "03" + f"2c{number:04x}" + f"2d{number:04x}" + "29" + "28" + "200003" + "2927"
    address = int(gdb.eval("(unsigned long)vfs_read"))
    definitions = everything(gdb, "qTfP", "qTsP")
    again = [f"QTDP:{n}:{a}:E:0:0-" for n, a in re.findall(r"T(\w+):(\w+):E:0:0", definitions)]
    again += [f"QTDP:-{n}:{a}:{text}" for n, a, text in re.findall(r"A(\w+):(\w+):(\w[0-9A-Za-z,]*)", definitions)]
    values = re.findall(r"(\w+):0:0:(6c6f6e67|626f7468)\b", everything(gdb, "qTfV", "qTsV"))
    packets(gdb, "QTinit", *(f"QTDV:{n}:0:0:{name}" for n, name in values), *again,
            f"QTDP:3:{address:x}:E:0:0-", f"QTDP:-3:{address:x}:X{len(loop) // 2:X},{loop}", "QTBuffer:circular:1", "QTStart")
    loads = [t.load("pread", n=0, file="/proc/version", size=8, cpu=cpu) for cpu in range(t.guest.smp) for _ in range(2)]
    for load in loads:
        load.start()
    for _ in range(10):
        t.sh("usleep 300000")
    packets(gdb, "QTStop")
    assert "tstop" in gdb.cmd("maint packet qTStatus")
    hits = 0
    for n, a in re.findall(r"T([12]):(\w+):E", definitions):
        hits += int(re.search(r"V(\w+):", gdb.cmd(f"maint packet qTP:{n}:{a}"))[1], 16)
    both = next(n for n, name in values if name == "626f7468")
    assert int(re.search(r'"V(\w+)"', gdb.cmd(f"maint packet qTV:{both}"))[1], 16) == hits > 1000
    for load in loads:
        assert load.finish()["ok"] > 0


def everything(gdb, first, following):
    """All pieces of an upload, one a line."""
    pieces = []
    packet = first
    while True:
        piece = re.search(r'received: "(.*)"', gdb.cmd(f"maint packet {packet}"))[1]
        if piece == "l":
            return "\n".join(pieces)
        pieces.append(piece)
        packet = following
