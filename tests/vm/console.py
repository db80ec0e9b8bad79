# SPDX-License-Identifier: GPL-2.0
"""Finds a kernel's complaints in its console log."""
import re

COMPLAINTS = re.compile("|".join([
    r"\bOops\b", r"\bBUG(?::| at )", r"\bWARNING:", r"\bBadness at\b", r"\bCall Trace\b", r"\bKernel panic\b",
    r"\bgeneral protection fault\b", r"\binvalid opcode:", r"[Uu]nable to handle kernel", r"\bdouble fault\b",
    r"\bstack-protector:", r"\bstack guard page\b", r"\bscheduling while atomic\b", r"\bsegfault at\b",
    r"\bsoft lockup\b", r"\bhard LOCKUP\b", r"\bINFO: task .* blocked\b", r"\bINFO: rcu", r"\brcu\w*:? .*\bstall",
    r"\bpossible (?:circular|recursive|irq lock inversion)", r"\binconsistent lock state\b", r"\bsuspicious RCU\b",
    r"\bbad unlock balance\b", r"\block held when\b", r"\bheld lock freed\b", r"\blockdep\b.*\bturning off\b",
    r"\bpossible irq lock\b", r"\bKASAN\b", r"\bKCSAN\b", r"\bKFENCE:", r"\bUBSAN\b", r"\bkmemleak:.*suspected",
    r"\blist_(?:add|del) corruption\b", r"\brefcount_t:", r"\bSlab .*error\b", r"\bPoison overwritten\b",
    r"\bRedzone overwritten\b", r"\bnobody cared\b", r"\bunregister_netdevice\b", r"\bunchecked MSR\b",
    r"\binvoked oom-killer\b", r"\bOut of memory:",
    r"\binput overrun\b",        # the tty layer dropped bytes: what the case saw cannot be trusted
]))

# Complaints at boot that are not ours: (pattern, why)
HARMLESS = []


def scan(text, allowed=()):
    """The lines that complain, but for those that match a pattern of `allowed`."""
    found = []
    for line in text.splitlines():
        if not COMPLAINTS.search(line):
            continue
        if any(re.search(pattern, line) for pattern in [*allowed, *(p for p, _ in HARMLESS)]):
            continue
        found.append(line.strip())
    return found
