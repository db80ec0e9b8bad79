# SPDX-License-Identifier: GPL-2.0
"""The rows of the benchmark: what is armed at the probe's place, and the check that it was."""
import contextlib
import re

from gdbmi import GdbError

TRACING = "/sys/kernel/debug/tracing"


class Missing(Exception):
    """This row cannot be measured here; str() says why."""


class Row:
    """arm: a context manager of the bench, which yields a check of the number of hits.

    entry: at the function's entry only; otherwise behind it, where a jump can replace the probe.
    """

    def __init__(self, group, name, arm, entry=False):
        self.group, self.name, self.arm, self.entry = group, name, arm, entry


# ---- the floor -----------------------------------------------------------------

def empty(ret=0, entry=False):
    @contextlib.contextmanager
    def arm(bench):
        offset = 0 if entry else bench.offset
        bench.guest.insmod("/lib/kgtp_bench.ko", f"symbol={bench.symbol} offset={offset} ret={ret}")
        try:
            yield lambda hits: None     # nothing to check; the bench checks that the probe is armed
        finally:
            bench.guest.rmmod("kgtp_bench")
    return arm


# ---- kgtp ----------------------------------------------------------------------

def kgtp(*actions, cond=None, frames=True, before=(), after=(), counter=None, entry=False):
    """before, after: commands; counter: a variable that must equal the number of hits."""
    @contextlib.contextmanager
    def arm(bench):
        gdb, stat = bench.gdb, bench.gtpstat

        def check(hits):
            found = stat("frames_created")
            if not stat("running"):
                raise AssertionError(f"the trace has stopped: {gdb.cmd('tstatus')}")
            if (found < hits) if frames else found:
                raise AssertionError(f"{hits} hits made {found} frames")
            if counter and int(gdb.eval(counter)) < hits:
                raise Missing(f"the module counts nothing in {counter}")

        try:
            for command in before:
                gdb.cmd(command)
            gdb.cmd(f"trace *({bench.symbol}+{0 if entry else bench.offset})")
            if cond:
                gdb.cmd("condition $tpnum " + cond.format(pid=bench.pid))
            if actions:
                gdb.actions("$tpnum", *actions)
            gdb.cmd("tstart")
        except GdbError as error:
            gdb.cmd("delete")
            raise Missing(str(error).splitlines()[-1]) from None
        try:
            yield check
        finally:
            with contextlib.suppress(GdbError):     # the trace has ended by itself: check() reports it
                gdb.cmd("tstop")
            gdb.cmd("delete")
            for command in after:
                gdb.cmd(command)
    return arm


# ---- ftrace --------------------------------------------------------------------

@contextlib.contextmanager
def kprobe_event(bench, args):
    """Define a kprobe event without enabling it; yields a check of the number of its hits."""
    guest = bench.guest
    if guest.run(f"test -e {TRACING}/kprobe_events").status:
        raise Missing("this kernel has no kprobe events")
    if guest.run(f"echo 'p:kgtp/bench {bench.symbol}+{bench.offset} {' '.join(args)}' >{TRACING}/kprobe_events").status:
        raise Missing("this kernel does not take the event")

    def check(hits):
        profile = guest.sh(f"cat {TRACING}/kprobe_profile")
        seen, missed = map(int, re.search(r"bench +(\d+) +(\d+)", profile).groups())
        if seen < hits:
            raise AssertionError(f"{hits} hits, of which it saw {seen} and missed {missed}")
    try:
        yield check
    finally:
        guest.sh(f"echo >{TRACING}/kprobe_events")


def ftrace(args=(), filter=None):
    @contextlib.contextmanager
    def arm(bench):
        event = f"{TRACING}/events/kgtp/bench"
        with kprobe_event(bench, args) as check:
            if filter:
                bench.guest.sh(f"echo '{filter}' >{event}/filter")
            bench.guest.sh(f"echo 1 >{event}/enable")
            try:
                yield check
            finally:
                bench.guest.sh(f"echo 0 >{event}/enable; echo >{TRACING}/trace")
    return arm


ARGS = ["file=%di:u64", "buf=%si:u64", "count=%dx:u64", "pos=%cx:u64"]

# What people type, false at each hit.
CONDITIONS = ["count > 0 && file == 0", "$current_task_pid == 1 && count == 1", "file->f_mode == 12345",
              "((struct task_struct *)$current_task)->comm[0] == 200", "(file->f_mode & 0x8000000) && count == 77",
              "file->f_mapping->host->i_sb->s_dev == 12345"]
PER_CPU = {"before": ["tvariable $p_cc = 0", "tvariable $p_cc0"], "cond": "($p_cc = $p_cc + 1) == 0", "frames": False,
           "counter": "$p_cc0"}
# The same at the function's entry: name, actions, arguments of kgtp().
AT_ENTRY = [
    ("condition on an argument, false", ["collect $args"], {"cond": "count == 12345", "frames": False}),
    *((f"`{cond}`, false", ["collect $args"], {"cond": cond, "frames": False}) for cond in CONDITIONS),
    ("per-CPU counter in a condition, no frame", [], PER_CPU),
    ("no action", [], {}),
    ("`collect $args`", ["collect $args"], {}),
    ("`collect $args, file->f_mapping->host->i_sb->s_dev`", ["collect $args, file->f_mapping->host->i_sb->s_dev"], {}),
    ("`collect/s file->f_path.dentry->d_name.name`", ["collect/s file->f_path.dentry->d_name.name"], {}),
    ("`collect $args, $cpu_id, $clock`", ["collect $args, $cpu_id, $clock"], {}),
]
BUFFER = 128 << 20            # bytes: more than one row fills
FLOOR, ENTRY_FLOOR = FLOORS = "an empty kprobe", "an empty kprobe at the entry (ftrace)"
ROWS = [
    Row("kernel", FLOOR, empty()),
    Row("kernel", ENTRY_FLOOR, empty(entry=True), entry=True),
    Row("kernel", "an empty kretprobe", empty(ret=1, entry=True), entry=True),
    Row("kgtp", "condition on an argument, false", kgtp("collect $args", cond="count == 12345", frames=False)),
    *(Row("kgtp", f"`{cond}`, false", kgtp("collect $args", cond=cond, frames=False)) for cond in CONDITIONS),
    Row("kgtp", "counter in a condition, no frame", kgtp(before=["tvariable $cc = 0"], cond="($cc = $cc + 1) == 0",
                                                         frames=False, counter="$cc")),
    Row("kgtp", "per-CPU counter in a condition, no frame", kgtp(**PER_CPU)),
    Row("kgtp", "no action", kgtp()),
    Row("kgtp", "condition on the pid, true", kgtp(cond="$current_task_pid == {pid}")),
    Row("kgtp", "`teval $c=$c+1`", kgtp("teval $c=$c+1", before=["tvariable $c = 0"], counter="$c")),
    Row("kgtp", "`teval $p_c=$p_c+1`", kgtp("teval $p_c=$p_c+1", before=["tvariable $p_c = 0", "tvariable $p_c0"], counter="$p_c0")),
    Row("kgtp", "`collect $args`", kgtp("collect $args")),
    Row("kgtp", "`collect $args, file->f_mapping->host->i_sb->s_dev`", kgtp("collect $args, file->f_mapping->host->i_sb->s_dev")),
    Row("kgtp", "`collect/s file->f_path.dentry->d_name.name`", kgtp("collect/s file->f_path.dentry->d_name.name")),
    Row("kgtp", "`teval $p_c = $p_c + count`", kgtp("teval $p_c = $p_c + count", before=["tvariable $p_c = 0"])),
    Row("kgtp", "`collect $args, $cpu_id, $clock`", kgtp("collect $args, $cpu_id, $clock")),
    Row("kgtp", "`collect $args`, circular, the buffer full",
        kgtp("collect $args", before=["set circular-trace-buffer on", f"set trace-buffer-size {64 << 10}"],
             after=["set circular-trace-buffer off", f"set trace-buffer-size {BUFFER}"])),
    Row("kgtp", "`collect $regs`", kgtp("collect $regs")),
    Row("kgtp", "`collect $bt` (512 bytes)", kgtp("collect $bt")),
    Row("kgtp", "`collect $args, $bt` (512 bytes)", kgtp("collect $args, $bt")),
    Row("kgtp", "64 bytes of memory by a pointer", kgtp("collect *(char(*)[64])file")),
    Row("kgtp", "4096 bytes of memory", kgtp("collect *(char(*)[4096])&init_task")),
    *(Row("kgtp", f"{name}, at the entry", kgtp(*actions, entry=True, **others), entry=True) for name, actions, others in AT_ENTRY),
    Row("kgtp", "`$kret`, `collect $regs`", kgtp("teval $kret=0", "collect $regs", entry=True), entry=True),
    Row("kgtp", "`$kret`, `(long)$rax == 12345`, false",
        kgtp("teval $kret=0", "collect $regs", cond="(long)$rax == 12345", frames=False, entry=True), entry=True),
    Row("kgtp", "`$kret`, `$kret_ns > 1000000000`, false",
        kgtp("teval $kret=0", "collect $regs", cond="$kret_ns > 1000000000", frames=False, entry=True), entry=True),
    Row("kgtp", "`$kret`, `$kret_args`, `collect $args, $rax`",
        kgtp("teval $kret=0", "teval $kret_args=1", "collect $args, $rax", entry=True), entry=True),
    Row("kgtp", "`$kret`, `$kret_args`, `collect $args, $rax, $kret_ns`",
        kgtp("teval $kret=0", "teval $kret_args=1", "collect $args, $rax, $kret_ns", entry=True), entry=True),
    Row("ftrace", "kprobe event, 1 argument", ftrace(ARGS[:1])),
    Row("ftrace", "kprobe event, 4 arguments", ftrace(ARGS)),
    Row("ftrace", "kprobe event, 1 argument, filter false", ftrace(ARGS[:1], "file==12345")),
]

# The rows of `make check`: what a hit adds to the floor must not grow by more than 5 %.
GATE = ["condition on an argument, false", f"`{CONDITIONS[0]}`, false", f"`{CONDITIONS[-1]}`, false", "`teval $c=$c+1`", "`collect $args`", "4096 bytes of memory"]
LIMIT = 1.05
