# SPDX-License-Identifier: GPL-2.0
"""The kprobes of a kernel without a list in debugfs (before 2.6.22): its hash table, read through QEMU."""
import struct

from gdbmi import Gdb

HEADS = 64


def layout(kernel):
    """Return (bytes of a pointer, address of the table, offset of the address in a probe)."""
    gdb = Gdb(kernel.vmlinux)
    try:
        width = int(gdb.eval("sizeof(void *)"))
        assert int(gdb.eval("sizeof(kprobe_table)")) == width * HEADS, gdb.eval("sizeof(kprobe_table)")
        assert gdb.eval("(long)&((struct kprobe *)0)->hlist") == "0"
        return width, int(gdb.eval("(unsigned long)&kprobe_table")), int(gdb.eval("(long)&((struct kprobe *)0)->addr"))
    finally:
        gdb.close()


def listed(guest, kernel):
    """Return one line for each probe, as in debugfs: its address and function."""
    names = {address: name for name, address in kernel.functions().items()}
    starts = sorted(names)
    own = kernel.functions()["kretprobe_trampoline"]        # the kernel's own, always in the table
    width, table, addr = layout(kernel)
    pointer = {8: "Q", 4: "I"}[width]
    lines = []
    for entry in struct.unpack(f"<{HEADS}{pointer}", guest.peek(table, width * HEADS)):
        while entry:
            probe = guest.peek(entry, addr + width)
            entry, = struct.unpack(f"<{pointer}", probe[:width])
            where, = struct.unpack(f"<{pointer}", probe[addr:])
            if where == own:
                continue
            start = max((s for s in starts if s <= where), default=where)
            lines.append(f"{where:0{2 * width}x}  k  {names.get(start, '?')}+{where - start:#x}\n")
    return "".join(lines)
