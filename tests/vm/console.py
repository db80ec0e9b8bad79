# SPDX-License-Identifier: GPL-2.0
"""Finds kernel complaints in a console log."""
import re

COMPLAINTS = re.compile("|".join([
    r"\bOops\b", r"\bBUG(?::| at | \S+ \(.*\): )", r"\bWARNING:", r"\bBadness at\b", r"\bCall Trace\b", r"\bKernel panic\b",
    r"\bgeneral protection fault\b", r"\binvalid opcode:", r"[Uu]nable to handle kernel", r"\bdouble fault\b",
    r"\bstack-protector:", r"\bstack guard page\b", r"\bscheduling while atomic\b", r"\bsegfault at\b",
    r"\bsoft lockup\b", r"\bhard LOCKUP\b", r"\bINFO: task .* blocked\b", r"\bINFO: rcu", r"\brcu\w*:? .*\bstall",
    r"\bpossible (?:circular|recursive|irq lock inversion)", r"\binconsistent lock state\b", r"\bsuspicious RCU\b",
    r"\bbad unlock balance\b", r"\block held when\b", r"\bheld lock freed\b", r"\blockdep\b.*\bturning off\b",
    r"\bturning off the locking correctness\b", r"\btrying to register non-static key\b", r"\bODEBUG:",
    r"\bpossible irq lock\b", r"\bKASAN\b", r"\bKCSAN\b", r"\bKFENCE:", r"\bUBSAN\b", r"\bkmemleak:.*suspected",
    r"\blist_(?:add|del) corruption\b", r"\brefcount_t:", r"\bSlab .*error\b", r"\bPoison overwritten\b",
    r"\bRedzone overwritten\b", r"\bnobody cared\b", r"\bunregister_netdevice\b", r"\bunchecked MSR\b",
    r"\binvoked oom-killer\b", r"\bOut of memory:",
    r"\binput overrun\b",        # the tty layer dropped bytes: the case's data cannot be trusted
]))

# The kernel's own complaints are named only here, in groups of (pattern, why): make lint looks for others. HARMLESS is allowed
# in every case, the other groups in cases that call t.allow(GROUP).
HARMLESS = [
    (r"KCSAN: data-race in (poll_schedule_timeout\S* / pollwake|pollwake / poll_schedule_timeout\S*)$",
     "poll(2) clears its own mark while somebody's wake-up sets it: any wake-up of a process that polls"),
    (r"KCSAN: data-race in (?:(?P<ours>gtp_site_add|batch_out) \[kgtp\] / )?"
     r"(?:kprobe_ftrace_handler|kprobe_int3_handler|aggr_pre_handler|opt_pre_handler)(?(ours)| / (?:gtp_site_add|batch_out) \[kgtp\])$",
     "the kernel reads a probe's pre_handler with no mark; we change it, marked, and what was there will do, too"),
    (r"KCSAN: data-race in (copy_from_kernel_nofault / \S+|\S+ / copy_from_kernel_nofault)$",
     "a hit reads memory that the kernel is using, which is what it is for"),
]
# A complaint has a line of its own above the trace; a trace alone is not one.
TRACE = (r"^(\[[^]]*\] )?\s*Call Trace:", "the stack below a line that is allowed; what is not has a line of its own")
KPROBES = (r"WARNING: .*\bat (kernel/kprobes\.c:\d+ )?(__)?(dis)?arm_kprobe(_ftrace)?\b", "kprobes tells that ftrace refuses; so do we; it may be inline")
# An allocation, or a copy from or to user memory, is made to fail: the kernel reports page allocations and their
# consequences.
INJECTED = [TRACE, KPROBES]
# ftrace is made to refuse, as after a bug of its own.
FTRACE_REFUSES = [TRACE, KPROBES]
# A scan by kmemleak.
LEAKS = [(r"\bkmemleak: \d+ new suspected memory leaks\b", "its list has those of others, too: the case reads it, and finds ours")]
# A case has the kernel oops, or panic.
OOPS = [TRACE, (r"\bOops\b|\bBUG: kernel NULL pointer dereference|\bBUG: unable to handle", "the oops that the case asks for")]
PANIC = [TRACE, (r"\bKernel panic - not syncing: sysrq triggered crash", "the panic that the case asks for")]
# SysRq t, when a case hangs.
TASKS = [(TRACE[0], "the stack of each task")]

# KCSAN's reports are blocks between two such lines.
KCSAN, RULE, OURS = re.compile(r"\bBUG: KCSAN:"), "=" * 66, "[kgtp]"


# The entry of an interrupt or exception: the frames below it did not make the access.
CAME_IN = re.compile(r"\basm_(sysvec|exc|common|spurious)_\w+\+")
ACCESS = re.compile(r"\b(read|write|read-write|assert no \w+)( \(marked\))? to 0x")


def is_ours(lines, at):
    """Return whether the KCSAN report at this line is ours. The kernel has data races of its own; in ours, one of the two
    stacks has a function of the module above the interrupted code."""
    interrupted = False
    for line in lines[at:]:
        if RULE in line:
            return False
        if ACCESS.search(line):
            interrupted = False
        if OURS in line and not interrupted:
            return True
        interrupted |= bool(CAME_IN.search(line))
    return True         # cut off: unknown


def patterns(group):
    return [pattern for pattern, _ in group]


def scan(text, allowed=()):
    """Return the lines that complain, except those that match a pattern of `allowed`."""
    found, lines = [], text.splitlines()
    for at, line in enumerate(lines):
        if not COMPLAINTS.search(line) or KCSAN.search(line) and not is_ours(lines, at):
            continue
        if any(re.search(pattern, line) for pattern in [*allowed, *patterns(HARMLESS)]):
            continue
        found.append(line.strip())
    return found
