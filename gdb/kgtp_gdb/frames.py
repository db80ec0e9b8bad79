# SPDX-License-Identifier: GPL-2.0
"""What a trace frame has: the values that its tracepoint collects."""
import re

import gdb

from kgtp_gdb import base, rewrite, tracing

# Bits of $eflags: the target describes it as a number.
FLAGS = (("CF", 0), ("PF", 2), ("AF", 4), ("ZF", 6), ("SF", 7), ("TF", 8), ("IF", 9), ("DF", 10), ("OF", 11))
GROUPS = ("$args", "$locals", "$regs", "$bt", "$_ret")


def collected(row):
    """Return the expressions that a tracepoint collects, and the groups of them ($args, $bt...)."""
    lines = row["actions"] + ["collect " + base.output_of("show default-collect").partition('"')[2].partition('"')[0]]
    found = []
    for line in lines:
        match = re.match(r"collect\s*(?:/\S+)?\s*(.*)$", line)
        found.extend(tracing.items(match.group(1)) if match else [])
    return [one for one in found if one and one not in GROUPS], [one for one in found if one in GROUPS]


def value(name):
    """Return the text of an expression's value in the selected frame."""
    try:
        text = base.output_of("output " + name)
    except RuntimeError as error:
        return "<%s>" % error
    if name == "$eflags" and text.isdigit():
        return "[ %s ]" % " ".join([flag for flag, bit in FLAGS if int(text) >> bit & 1])
    return text


def variables(command):
    """Return [(name, value)] of `info args' or `info locals'."""
    found = []
    for line in base.try_output_of(command).splitlines():
        if re.match(r"\w+ = ", line):
            found.append(tuple(line.split(" = ", 1)))
        elif found and re.match(r"\s+\S", line):
            found[-1] = (found[-1][0], found[-1][1] + "\n" + line)
    return found


def selected():
    """Return (number of the selected frame, number of its tracepoint)."""
    return int(gdb.parse_and_eval("$trace_frame")), int(gdb.parse_and_eval("$tracepoint"))


def values(row, with_variables=True):
    """Return [(name, value)] of what the selected frame has by name; with_variables: those of $args and $locals, too."""
    names, groups = collected(row)
    found = []
    for group in ("$args", "$locals") if with_variables else ():
        if group in groups:
            found.extend(variables("info " + group[1:]))
    return found + [(name.replace(rewrite.CURRENT + "->comm", "comm"), value(name)) for name in names]
