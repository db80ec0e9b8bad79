# SPDX-License-Identifier: GPL-2.0
"""Probes in the scheduler, interrupts, allocators, locks and fault paths, under load, leave the machine alive."""
import os
import re

from harness import GdbError, case
import hitcalls

SECONDS = float(os.environ.get("KGTP_CONTEXT_SECONDS", "0.5"))

# The functions of each context, by their names in various kernels. Each context must have one, and be hit.
PLACES = {
    "scheduler": "schedule __schedule try_to_wake_up scheduler_tick sched_tick update_rq_clock",
    "interrupts": "do_IRQ handle_irq_event handle_edge_irq __handle_irq_event_percpu handle_IRQ_event __do_IRQ __do_softirq irq_exit "
                  "handle_softirqs irq_exit_rcu __irq_exit_rcu serial8250_handle_irq serial8250_interrupt "
                  "generic_smp_call_function_single_interrupt flush_smp_call_function_queue",
    "allocators": "kmem_cache_alloc kmem_cache_alloc_noprof kmem_cache_free kfree __alloc_pages __alloc_pages_noprof "
                  "__alloc_pages_nodemask",
    "locks": "_raw_spin_lock _raw_spin_lock_irqsave _raw_spin_unlock_irqrestore _spin_lock _spin_lock_irqsave "
             "_spin_unlock_irqrestore mutex_lock mutex_unlock rt_spin_lock",
    "timers": "hrtimer_interrupt __hrtimer_run_queues hrtimer_run_queues run_timer_softirq update_process_times ktime_get",
    "RCU": "rcu_core __rcu_process_callbacks rcu_process_callbacks call_rcu rcu_sched_clock_irq rcu_check_callbacks "
           "__rcu_read_lock __rcu_read_unlock",
    "printk": "printk _printk vprintk vprintk_emit console_unlock",
    "page faults": "handle_mm_fault __handle_mm_fault do_user_addr_fault __do_page_fault do_anonymous_page filemap_map_pages",
    "user copies": "_copy_from_user _copy_to_user copy_from_user copy_to_user copy_user_generic_string "
                   "copy_user_enhanced_fast_string copy_user_generic_unrolled rep_movs_alternative",
    # The no-fault reader and the clock.
    "the hit path's own": "copy_from_kernel_nofault probe_kernel_read __copy_user_nocache fixup_exception search_exception_tables "
                          "search_extable local_clock sched_clock_cpu cpu_clock sched_clock",
    "files": "vfs_read vfs_write fput",
}


@case(module=None, core=True)
def hit_uses(t):
    """The machine code that a hit may run refers only to kernel symbols that are known to be safe in any context."""
    uses = hitcalls.Module(t.built.module).hit_uses()
    t.note(f"{len(uses)} symbols of the kernel")
    assert any(name.startswith(("copy_from_kernel_nofault", "probe_kernel_read", "copy_user", "__copy_from_user")) for name in uses), uses
    assert not hitcalls.refused(uses), hitcalls.refused(uses)


def loads(t):
    return [t.load(op, n=0, file="/proc/version" if op == "read" else "/tmp/x", cpu=i % t.guest.smp)
            for i, op in enumerate(("fork", "fault", "open", "pwrite"))]


def trace_at(t, gdb, contexts, most=None, actions=("teval $n = $n + 1", "collect $bt, $n")):
    """Set tracepoints with these actions at those functions (the first `most`) of each context that this kernel has."""
    gdb.cmd("delete")
    numbers = {}
    for places in contexts:
        there = [place for place in places.split() if place in t.functions()]
        for place in there[:most]:
            try:
                n = int(re.search(r"Tracepoint (\d+)", gdb.cmd(f"trace *{place}"))[1])
            except GdbError:
                continue                    # GDB does not know it as a function
            gdb.actions(n, *actions)
            numbers[n] = place
    gdb.cmd("tstart", timeout=300)
    return numbers


def run_for(t, gdb, numbers, seconds):
    """Run for that long, then stop. Return {place: hits}."""
    for _ in range(4):
        t.sh(f"(while :; do echo hot >/dev/kmsg; usleep 50000; done) & p=$!; usleep {int(seconds * 250000)}; kill $p", timeout=240)
    gdb.cmd("tstop", timeout=300)
    assert "Trace stopped by a tstop command" in gdb.cmd("tstatus"), (numbers, gdb.cmd("tstatus"))
    hits = re.findall(r"^(\d+) +tracepoint .*(?:\n\s.*)*?\n\s+tracepoint already hit (\d+) time", gdb.cmd("info tracepoints"), re.M)
    return {numbers[int(n)]: int(times) for n, times in hits}


def prepare(gdb):
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("tvariable $n")
    gdb.cmd("tvariable $self_trace = 1")
    # Leave out places where this kernel allows no probe.
    gdb.cmd("tvariable $ignore_error = 1")


def finish(t, running, hits):
    for load in running:
        assert load.finish()["ok"] > 0
    t.note(", ".join(f"{place} {n}" for place, n in hits.items()))
    for name, places in PLACES.items():
        # The kernel does not deliver hits inside of hits, so those of the hit path may never hit.
        assert name == "the hit path's own" or any(hits.get(place) for place in places.split()), (name, hits)


@case(timeout=600, core=True)
def hot_places(t):
    """All contexts can be traced at once, under load.
    The load starts after tstart, which would take long under load, and continues through tstop."""
    gdb = t.gdb()
    prepare(gdb)
    running = loads(t)
    numbers = trace_at(t, gdb, PLACES.values(), most=3)
    for load in running:
        load.start()
    finish(t, running, run_for(t, gdb, numbers, 4 * SECONDS))


@case(timeout=600, core=True, needs=[">=3.17"])
def hot_returns(t):
    """The same at their returns, with the handlers at the entry: for arguments, the clock, or both."""
    gdb = t.gdb()
    prepare(gdb)
    hits = {}
    for uses in (["teval $kret_args = 1", "collect $regs"], ["collect $kret_ns"], ["teval $kret_args = 1", "collect $regs, $bt, $kret_ns"]):
        running = loads(t)
        numbers = trace_at(t, gdb, PLACES.values(), most=3, actions=["teval $kret = 256", *uses])
        for load in running:
            load.start()
        for place, n in run_for(t, gdb, numbers, 2 * SECONDS).items():
            hits[place] = hits.get(place, 0) + n
        for load in running:
            assert load.finish()["ok"] > 0
    t.note(", ".join(f"{place} {n}" for place, n in hits.items()))
    for name in ("scheduler", "interrupts", "allocators", "timers", "page faults", "files"):
        assert any(hits.get(place) for place in PLACES[name].split()), (name, hits)


def if_asked(t):
    """Skip unless requested: hot_places covers all contexts at once, in a tenth of the time."""
    return None if "KGTP_CONTEXT_SECONDS" in os.environ else "takes long: KGTP_CONTEXT_SECONDS=N says how long for each context"


@case(timeout=900 + 30 * int(SECONDS), needs=if_asked)
def hot_contexts(t):
    """Each context can be traced for a while without other probes, armed and removed under load."""
    gdb = t.gdb()
    prepare(gdb)
    running = loads(t)
    for load in running:
        load.start()
    hits = {}
    for places in PLACES.values():
        hits.update(run_for(t, gdb, trace_at(t, gdb, [places]), SECONDS))
    finish(t, running, hits)


def packets(gdb, *texts):
    for text in texts:
        answer = gdb.packet(text)
        assert answer == "OK", (text, answer)


@case(timeout=300)
def variables_against_the_scheduler(t):
    """A variable that is changed by a long expression and in the scheduler loses no count, and there is no deadlock.
    The long expression runs in process context; the scheduler is traced with its locks held; on all CPUs."""
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
    # GDB generates no loops. 6000 iterations of $long = $long.
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
    # By GDB, which knows what to do with notices of progress.
    gdb.cmd("tstatus")
    gdb.cmd("tstop")
    assert "tstop" in gdb.cmd("maint packet qTStatus")
    hits = 0
    for n, a in re.findall(r"T([12]):(\w+):E", definitions):
        hits += int(re.search(r"V(\w+):", gdb.cmd(f"maint packet qTP:{n}:{a}"))[1], 16)
    both = next(n for n, name in values if name == "626f7468")
    assert int(re.search(r'"V(\w+)"', gdb.cmd(f"maint packet qTV:{both}"))[1], 16) == hits > 1000
    for load in loads:
        assert load.finish()["ok"] > 0


def everything(gdb, first, following):
    """Return all pieces of an upload, one per line."""
    pieces = []
    packet = first
    while True:
        piece = gdb.packet(packet)
        if piece == "l":
            return "\n".join(pieces)
        pieces.append(piece)
        packet = following
