# SPDX-License-Identifier: GPL-2.0
"""The kprobes of a kernel without a list in debugfs (before 2.6.22): its hash table, read through QEMU."""
import struct

from gdbmi import Gdb

HEADS = 64


class Table:
    """The kernel's hash table of probes."""

    def __init__(self, guest, kernel):
        self.guest = guest
        gdb = Gdb(kernel.vmlinux)
        try:
            self.width = gdb.value("sizeof(void *)")
            self.address = gdb.value("(unsigned long)&kprobe_table")
            assert gdb.value("sizeof(kprobe_table)") == self.width * HEADS
            self.size = gdb.value("sizeof(struct kprobe)")
            self.offsets = {name: gdb.value(f"(long)&((struct kprobe *)0)->{name}") for name in ("hlist", "list", "addr", "pre_handler")}
            self.aggregate = gdb.value("(unsigned long)aggr_pre_handler")
        finally:
            gdb.close()
        assert self.offsets["hlist"] == 0

    def pointers(self, data):
        return struct.unpack(f"<{len(data) // self.width}{'Q' if self.width == 8 else 'I'}", data)

    def probe(self, address):
        """Return the pointers in its fields."""
        data = self.guest.peek(address, self.size)
        return {name: self.pointers(data[offset:offset + self.width])[0] for name, offset in self.offsets.items()}

    def probes(self):
        """Return the address of each probe's place; several probes at one place are a list of their own."""
        places = []
        for entry in self.pointers(self.guest.peek(self.address, self.width * HEADS)):
            while entry:
                probe = self.probe(entry)
                member = probe["list"] if probe["pre_handler"] == self.aggregate else None
                while member not in (None, entry + self.offsets["list"]):
                    places.append(probe["addr"])
                    member = self.probe(member - self.offsets["list"])["list"]
                if member is None:
                    places.append(probe["addr"])
                entry = probe["hlist"]
        return places


def listed(guest, kernel):
    """Return one line for each probe, as in debugfs: its address and function."""
    names = {address: name for name, address in kernel.functions().items()}
    starts = sorted(names)
    own = kernel.functions()["kretprobe_trampoline"]        # the kernel's own, always in the table
    lines = []
    for where in Table(guest, kernel).probes():
        if where != own:
            start = max((s for s in starts if s <= where), default=where)
            lines.append(f"{where:016x}  k  {names.get(start, '?')}+{where - start:#x}\n")
    return "".join(lines)
