# SPDX-License-Identifier: GPL-2.0
"""Probes where it hurts: in the scheduler, interrupts, allocators, locks and fault paths, under load. The machine lives on."""
import os

from harness import GdbError, case

SECONDS = float(os.environ.get("KGTP_CONTEXT_SECONDS", "0.5"))

PLACES = ["schedule", "__schedule", "try_to_wake_up", "scheduler_tick", "sched_tick", "update_rq_clock", "kmem_cache_alloc",
          "kmem_cache_free", "kfree", "_raw_spin_lock", "_raw_spin_lock_irqsave", "_raw_spin_unlock_irqrestore",
          "hrtimer_interrupt", "__hrtimer_run_queues", "run_timer_softirq", "rcu_core", "__rcu_read_unlock", "vprintk",
          "printk", "handle_mm_fault", "__handle_mm_fault", "_copy_from_user", "_copy_to_user", "__alloc_pages", "ktime_get",
          "serial8250_handle_irq", "mutex_lock", "mutex_unlock", "vfs_read", "vfs_write", "fput"]


@case(timeout=600)
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
    print("    " + ", ".join(possible), flush=True)
