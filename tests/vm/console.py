# SPDX-License-Identifier: GPL-2.0
"""Finds a kernel's complaints in its console log."""
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
    r"\binput overrun\b",        # the tty layer dropped bytes: what the case saw cannot be trusted
]))

# The kernel's own complaints: (pattern, why)
HARMLESS = []
# And what it says when something is made to fail (cases/98_faults.py).
INJECTED = [
    (r"\bCall Trace\b", "it follows the report of an allocation that failed; a fault has a line of its own as well"),
    (r"WARNING: .* at kernel/kprobes\.c:\d+ __(dis)?arm_kprobe_ftrace", "kprobes tells that ftrace had no memory; so do we"),
]

# KCSAN's reports are blocks between two such lines.
KCSAN, RULE, OURS = re.compile(r"\bBUG: KCSAN:"), "=" * 66, "[kgtp]"


def is_ours(lines, at):
    """Of the KCSAN report at this line: the kernel has races of its own, in which it is alone; but for what it does on our
    behalf one of the two stacks has a function of the module."""
    for line in lines[at:]:
        if OURS in line:
            return True
        if RULE in line:
            return False
    return True         # cut off: it is not known


def scan(text, allowed=()):
    """The lines that complain, but for those that match a pattern of `allowed`."""
    found, lines = [], text.splitlines()
    for at, line in enumerate(lines):
        if not COMPLAINTS.search(line) or KCSAN.search(line) and not is_ours(lines, at):
            continue
        if any(re.search(pattern, line) for pattern in [*allowed, *(p for p, _ in HARMLESS)]):
            continue
        found.append(line.strip())
    return found
