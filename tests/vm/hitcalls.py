#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What code of the kernel a hit may run, read from a built kgtp.ko.

    tests/vm/hitcalls.py KGTP.KO        lists the symbols of the kernel, and which of our functions uses each
    tests/vm/hitcalls.py                prints the table of docs/design.md

A probe fires in any context, so a handler may call only what docs/design.md, "Contexts", allows. This follows each
reference in the machine code, a call or an address, from the handlers through our own functions, and treats functions in
tables that hits call through as called. It also sees what the compiler has made of inline functions and macros.
"""
import bisect
import fnmatch
import re
import subprocess
import sys

# Handlers that the kernel calls: of kprobes, of kretprobes, and for their faults.
HANDLERS = ["gtp_probe_hit", "probe_if_reg", "probe_if_reg_more", "entry_hit", "probe_if_pid", "gtp_probe_if_counter", "probe_if_counter_more", "probe_if_shared",
            "probe_if_shared_more", "gtp_probe_if_yes", "probe_each", "gtp_hit_none",
            "return_hit", "return_if_yes", "return_each", "return_none", "entry_clock", "entry_args", "entry_both", "site_fault"]
# Tables of pointers that hits call through: symbol (of any number of tables), pointers per row, and which of them hits use.
TABLES = {"specials": (6, {1, 3, 4}), "marks": (6, {1, 3, 4}), "prefilters": (2, {0, 1}), "gtp_kprobe_ops": (99, {0}), "gtp_kretprobe_ops": (99, {0})}

# The kernel's symbols that a hit may use, and why each is safe with any lock held, also in an NMI.
ALLOWED = {
    "cpu_number current_task const_current_task pcpu_hot const_pcpu_hot __per_cpu_offset this_cpu_off kernel_stack cpu_tss "
    "per_cpu__cpu_number per_cpu__current_task per_cpu__this_cpu_off per_cpu__kernel_stack":
        "data of this CPU; the current task",
    "__preempt_count page_offset_base physical_mask nr_cpu_ids __cpu_possible_mask cpu_possible_mask cpu_possible_map boot_cpu_data":
        "variables that are only read",
    "cpumask_next _find_next_bit find_next_bit __first_cpu __next_cpu":
        "pure functions",
    "preempt_schedule_notrace preempt_schedule_notrace_thunk __SCT__preempt_schedule_notrace __preempt_schedule_notrace*":
        "what ends each callback of ftrace: it may reschedule where the traced function could be preempted, after the hit",
    "memcpy memset":
        "copies of memory that is there",
    "copy_from_kernel_nofault probe_kernel_read":
        "the no-fault reader: `kc_read_kernel()`",
    "copy_user_generic* __copy_user_ll __copy_from_user_ll_nozero __copy_from_user_inatomic":
        "copying in `kc_read_user()`, `kc_copy_bulk()` and, before 2.6.26, `kc_read_kernel()`, with page faults off",
    "sched_clock_cpu local_clock sched_clock":
        "`kc_clock()`: lock-free, made for NMI",
    "ktime_get_real_fast_ns":
        "`kc_wall_any()`: lock-free, made for NMI",
    "ktime_get_real_ts64 getnstimeofday64 getnstimeofday":
        "`kc_wall()`: only when GDB asks outside of a hit",
    "atomic64_inc_return*":
        "a lock-free counter of 32-bit machines",
    "pv_ops pv_*_ops __x86_indirect_thunk_* __x86_return_thunk":
        "indirect calls, returns, and instructions that a hypervisor may replace",
    "__fentry__ mcount":
        "the function tracer, if the user traces our functions; made for any context",
    "__stack_chk_fail __stack_chk_guard __ref_stack_chk_guard":
        "a panic, but only if the stack is corrupted",
    "__asan_* __kasan_* __kcsan_* __tsan_* __ubsan_* debug_smp_processor_id":
        "checks of kernels that look for faults themselves",
}

# What only these functions of ours may use: symbol, functions, why.
ALLOWED_IN = [
    ("warn_slowpath_null", {"kc_read_user"}, "RHEL 7's `pagefault_enable()`, in `kc_read_user()` only: a warning if page faults "
     "were enabled more often than disabled, which cannot be"),
]

LABEL = re.compile(r"^([0-9a-f]+) <(.+)>:$")
RELOC = re.compile(r"^\s+([0-9a-f]+): (R_\w+)\s+(\S+?)([+-]0x[0-9a-f]+)?$")
DIRECT = re.compile(r"\s(?:call|jmp|j[a-z]+)[lq]?\s+([0-9a-f]+) <")


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


class Module:
    """The functions of a module, and what each refers to."""

    def __init__(self, path):
        self.path = path
        self.functions = {}         # section -> sorted addresses
        self.names = {}             # (section, address) -> name
        self.uses = {}              # (section, address) -> {("in", section, address) or ("out", symbol)}
        self.symbols = {}           # name -> [(section, address, size)]
        self.bits = 64 if "elf64" in output("objdump", "-f", path) else 32
        with open(path, "rb") as file:
            self.bytes = file.read()
        # section -> where it is in the file
        self.offsets = {name: int(offset, 16) for name, offset in
                        re.findall(r"^ +\d+ (\S+) +\w+ +\w+ +\w+ +(\w+)", output("objdump", "-hw", path), re.M)}
        self._read_symbols()
        self._read_code()

    def _read_symbols(self):
        for line in output("objdump", "-t", self.path).splitlines():
            found = re.match(r"^([0-9a-f]+) (.{7}) (\S+)\t([0-9a-f]+) (?:\.hidden )?(\S+)$", line)
            if found and found[3] not in ("*UND*", "*ABS*"):
                self.symbols.setdefault(found[5], []).append((found[3], int(found[1], 16), int(found[4], 16)))

    def _at(self, section, address):
        """Return the function at that address."""
        starts = self.functions.get(section, [])
        i = bisect.bisect_right(starts, address) - 1
        return (section, starts[i]) if i >= 0 else None

    def _read_code(self):
        text = output("objdump", "-dr", "--no-show-raw-insn", "-w", self.path)
        code = []                   # (section, function, instruction, [relocations])
        section = here = None
        for line in text.splitlines():
            if line.startswith("Disassembly of section "):
                section = line[len("Disassembly of section "):-1]
                continue
            label = LABEL.match(line)
            if label:
                here = int(label[1], 16)
                self.functions.setdefault(section, []).append(here)
                self.names[section, here] = label[2]
                continue
            at = re.match(r"^\s+([0-9a-f]+):\t", line)
            if at:
                # Of each static_cpu_has(), a piece that jumps back to where it is from.
                if section == ".altinstr_aux" and code and code[-1][0] == section and "\tjmp" in code[-1][2]:
                    here = int(at[1], 16)
                    self.functions[section].append(here)
                    self.names[section, here] = section
                # -w prints an instruction's relocations behind it.
                parts = re.split(r"\t(?=[0-9a-f]+: R_)", line)
                code.append((section, here, parts[0], [p.strip() for p in parts[1:]]))
        for starts in self.functions.values():
            starts.sort()
        for section, here, instruction, relocations in code:
            uses = self.uses.setdefault((section, here), set())
            for text in relocations:
                found = RELOC.match("  " + re.sub(r"\t", " ", text))
                assert found, text
                uses |= self._target(found[2], found[3], self._addend(section, found))
            direct = DIRECT.search(instruction)
            if direct and not relocations:
                uses.add(("in", *self._at(section, int(direct[1], 16))))

    def _addend(self, section, relocation):
        """Return the number that a relocation adds: on 32-bit machines it is where the relocation applies."""
        if self.bits == 64:
            return int(relocation[4] or "0", 16)
        at = self.offsets[section] + int(relocation[1], 16)
        return int.from_bytes(self.bytes[at:at + 4], "little", signed=True)

    def _target(self, kind, symbol, addend):
        if symbol in self.functions:                    # a section
            relative = 4 if re.search(r"PC32|PLT32", kind) else 0
            found = self._at(symbol, addend + relative)
            return {("in", *found)} if found else set()
        if symbol in self.symbols:
            section, address, _ = self.symbols[symbol][0]
            return {("in", section, address)} if (section, address) in self.names else set()
        return set() if symbol.startswith(".") else {("out", symbol)}

    def table(self, name, row, columns):
        """Return the functions that a table's columns point to."""
        width = self.bits // 8
        for section, start, size in self.symbols[name]:
            assert size < width * row or size % (width * row) == 0, (name, size, "TABLES knows other rows")
        return set().union(*(self._table(*place, width * row, {width * c for c in columns}) for place in self.symbols[name]))

    def _table(self, section, start, size, row, columns):
        found = set()
        for line in output("objdump", "-r", "-j", section, self.path).splitlines():
            entry = re.match(r"^([0-9a-f]+) (R_\w+)\s+(\S+?)([+-]0x[0-9a-f]+)?$", line)
            if not entry:
                continue
            offset = int(entry[1], 16) - start
            if 0 <= offset < size and offset % row in columns:
                found |= self._target(entry[2], entry[3], self._addend(section, entry))
        assert found, (section, start)
        return {use[1:] for use in found if use[0] == "in"}

    def handlers(self):
        missing = {name for name in HANDLERS if name not in self.symbols}
        if "gtp_ftrace_arm" not in self.symbols:    # ftrace serves no entries on this kernel
            missing.discard("entry_hit")
        # What only kernels with kprobe.fault_handler have, and with kretprobe.entry_handler.
        assert missing <= {"site_fault", "entry_clock", "entry_args", "entry_both"}, missing
        return {(section, address) for name in HANDLERS for section, address, _ in self.symbols.get(name, [])}

    def hit_uses(self):
        """Return {symbol of the kernel: {our functions that use it in a hit}}."""
        todo = list(self.handlers())
        for name, (row, columns) in TABLES.items():
            todo += self.table(name, row, columns)
        seen, out = set(todo), {}
        while todo:
            here = todo.pop()
            for use in self.uses.get(here, ()):
                if use[0] == "out":
                    out.setdefault(use[1], set()).add(self.names[here])
                elif use[1:] not in seen:
                    seen.add(use[1:])
                    todo.append(use[1:])
        return out


def refused(uses):
    """Return {symbol: functions} of what a hit must not use."""
    names = " ".join(ALLOWED).split()
    return {symbol: users for symbol, users in uses.items()
            if not any(fnmatch.fnmatchcase(symbol, name) for name in names)
            and not any(symbol == name and users <= ours for name, ours, _ in ALLOWED_IN)}


def table():
    """Return the table of docs/design.md."""
    rows = [("symbols of the kernel", "why they are safe"), ("---", "---")]
    rows += [(", ".join(f"`{name}`" for name in names.split()), why) for names, why in [*ALLOWED.items(), *((name, why) for name, _, why in ALLOWED_IN)]]
    return "".join(f"| {names} | {why} |\n" for names, why in rows)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(table(), end="")
        sys.exit()
    for symbol, users in sorted(Module(sys.argv[1]).hit_uses().items()):
        print(f"{symbol:32} {', '.join(sorted(users))}")
