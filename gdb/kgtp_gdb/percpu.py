# SPDX-License-Identifier: GPL-2.0
"""Per-CPU variables, right with KASLR: the functions $kgtp_per_cpu() and $kgtp_this_cpu(), and a table of one for all CPUs."""
import re

import gdb

from kgtp_gdb import base, kernel
from kgtp_gdb.base import number, say


def slide():
    """Return what KASLR adds to per-CPU symbols that are linked from 0 on (x86-64 up to 6.14); else 0.

    KGTP subtracts it from the words of __per_cpu_offset[] that GDB reads, so a symbol's address plus such a word is right.
    A pointer from the kernel's memory is not moved, and lacks it.
    """
    start = kernel.address_of("__per_cpu_start")
    return start if start and start < 1 << 40 and kernel.word_size() == 8 else 0


def symbol(name):
    """Return a per-CPU variable by name; up to 2.6.33 its symbol has a prefix."""
    return kernel.variable("per_cpu__" + name, name)


def offset_of(cpu):
    """Return what is added to the address of a per-CPU symbol for a CPU."""
    table = kernel.variable("__per_cpu_offset")
    if table is not None:
        return number(table[cpu])
    table = kernel.variable("_cpu_pda", "cpu_pda")          # x86-64 up to 2.6.29
    if table is not None:
        row = table[cpu]
        return number(row["data_offset"])
    return 0                                                # a kernel for one CPU


def cpus():
    """Return the numbers of the possible CPUs."""
    bits = kernel.variable("__cpu_possible_mask.bits", "cpu_possible_bits", "cpu_possible_map.bits", "phys_cpu_present_map.mask",
                           "phys_cpu_present_map.bits")
    if bits is None:
        return [0]
    if bits.type.strip_typedefs().code != gdb.TYPE_CODE_ARRAY or \
            bits.type.strip_typedefs().target().strip_typedefs().code == gdb.TYPE_CODE_ARRAY:
        bits = bits[0]
    kind, width = bits.type.strip_typedefs(), 8 * kernel.word_size()
    found = []
    for i in range(max(1, kind.sizeof * 8 // width)):
        word = number(bits[i])
        found += [i * width + bit for bit in range(width) if word >> bit & 1]
    return found or [0]


def online():
    bits = kernel.variable("__cpu_online_mask.bits", "cpu_online_bits", "cpu_online_map.bits", "cpu_online_map.mask")
    if bits is None:
        return cpus()
    kind, width = bits.type.strip_typedefs(), 8 * kernel.word_size()
    return [cpu for cpu in cpus() if cpu // width < max(1, kind.sizeof * 8 // width) and number(bits[cpu // width]) >> cpu % width & 1]


def of_cpu(value, cpu):
    """Return a CPU's copy of a per-CPU variable, or of what a pointer to per-CPU memory points to."""
    kind, address = value.type, value.address
    if address is not None and is_symbol(number(address)):
        where = number(address) + offset_of(cpu)
    elif kind.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        kind = kind.strip_typedefs().target()
        where = number(value)
        if not is_symbol(where) or not slide():
            where += slide()
        where += offset_of(cpu)
    else:
        raise base.Error("not a per-CPU variable, nor a pointer to per-CPU memory")
    return kernel.at(where & (1 << 8 * kernel.word_size()) - 1, kind)


def is_symbol(address):
    start, end = kernel.address_of("__per_cpu_start"), kernel.address_of("__per_cpu_end")
    if start is not None and end is not None and start <= address < end:
        return True
    from kgtp_gdb import modules
    return any(low <= address < low + size for low, size in modules.percpu_areas())


def variable(text):
    """Return the variable, or pointer, of an expression."""
    for words in ("per_cpu__" + text, text):
        try:
            return gdb.parse_and_eval(words)
        except RuntimeError as error:
            last = error
    raise base.Error(str(last))


class PerCpu(gdb.Function):
    """Return a CPU's copy of a per-CPU variable.
Usage: $kgtp_per_cpu (VARIABLE, CPU)
VARIABLE is a per-CPU variable, its name as a string, or a pointer to per-CPU memory.
Example: print $kgtp_per_cpu(runqueues, 1).nr_running"""

    def __init__(self):
        gdb.Function.__init__(self, "kgtp_per_cpu")

    def invoke(self, value, cpu):
        base.need_session()
        kind = value.type.strip_typedefs()
        if kind.code == gdb.TYPE_CODE_ARRAY and kind.target().strip_typedefs().sizeof == 1 and value.address is None:
            value = variable(value.string())
        elif isinstance(value, str):
            value = variable(value)
        if number(cpu) not in cpus():
            raise base.Error("there is no CPU %d; there are %s" % (number(cpu), ", ".join(map(str, cpus()))))
        return of_cpu(value, number(cpu))


class ThisCpu(gdb.Function):
    """Return the CPU on which the selected trace frame was recorded.
Usage: $kgtp_this_cpu ()
The frame must have collected $cpu_id. Without a trace frame there is no CPU: the kernel is
running on all of them."""

    def __init__(self):
        gdb.Function.__init__(self, "kgtp_this_cpu")

    def invoke(self):
        base.need_session()
        if not base.frame_is_selected():
            raise base.Error("no trace frame is selected (tfind): the running kernel is on all CPUs")
        found = gdb.parse_and_eval("$cpu_id")
        if found.type.code == gdb.TYPE_CODE_VOID:
            raise base.Error("the frame has not collected it: add `collect $cpu_id' to the actions")
        return found


class PerCpuTable(base.Command):
    """Show a per-CPU variable, or members of it, for all CPUs.

  kgtp per-cpu VARIABLE [MEMBER...]

Example: kgtp per-cpu runqueues nr_running curr->comm"""
    name = "kgtp per-cpu"

    def complete(self, text, word):
        return gdb.COMPLETE_SYMBOL

    def run(self, text):
        words = text.split()
        if not words:
            raise self.usage()
        base.need_live()
        value = variable(words[0])
        rows = [["CPU"] + (words[1:] or [words[0]])]
        for cpu in online():
            mine = of_cpu(value, cpu)
            if not words[1:]:
                rows.append([str(cpu), shown(mine)])
                continue
            rows.append([str(cpu)] + [shown(inside(mine, member)) for member in words[1:]])
        for line in base.table(rows):
            say(line)


def inside(value, path):
    """Return a member of a member: "a", "a.b", "a->b[2].c"."""
    if not re.match(r"[A-Za-z_]\w*((\.|->)[A-Za-z_]\w*|\[\d+\])*$", path):
        raise base.Error("not a member: %s" % path)
    for name, index in re.findall(r"([A-Za-z_]\w*)|\[(\d+)\]", path):
        value = value[name] if name else value[int(index)]
    return value


def shown(value):
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_ARRAY and kind.target().strip_typedefs().sizeof == 1:
        return kernel.text(value)       # a name: GDB shows the zeros behind it, too
    return str(value)


FUNCTIONS = [PerCpu, ThisCpu]
COMMANDS = [PerCpuTable]
