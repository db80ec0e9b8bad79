# SPDX-License-Identifier: GPL-2.0
"""The kprobes of a kernel that has no list of them in debugfs (before 2.6.22): its hash table, read from /dev/mem."""
import struct

from gdbmi import Gdb
from qemu import GuestError

IMAGE, ALL_MEMORY = 0xffffffff80000000, 0xffff810000000000     # x86-64, where the kernel is not relocated
HEADS = 64


def read(guest, address, size):
    """Bytes at one of the kernel's addresses."""
    where = address - (IMAGE if address >= IMAGE else ALL_MEMORY)
    job = guest.spawn(f"peek /dev/mem {where} {size}")
    job.close_stdin()
    if job.wait() or len(job.output) != size:
        raise GuestError(f"/dev/mem at {where:#x}: {len(job.output)} bytes of {size}, status {job.status}")
    return job.output


def layout(kernel):
    """-> (address of the table, where a probe has its address)"""
    gdb = Gdb(kernel.vmlinux)
    try:
        assert gdb.eval("sizeof(kprobe_table)") == str(8 * HEADS), gdb.eval("sizeof(kprobe_table)")
        assert gdb.eval("(long)&((struct kprobe *)0)->hlist") == "0"
        return int(gdb.eval("(unsigned long)&kprobe_table")), int(gdb.eval("(long)&((struct kprobe *)0)->addr"))
    finally:
        gdb.close()


def listed(guest, kernel):
    """One line for each probe, as in debugfs: its address and function."""
    names = {address: name for name, address in kernel.functions().items()}
    starts = sorted(names)
    own = kernel.functions()["kretprobe_trampoline"]        # the kernel's, always there
    table, addr = layout(kernel)
    lines = []
    for entry in struct.unpack(f"<{HEADS}Q", read(guest, table, 8 * HEADS)):
        while entry:
            probe = read(guest, entry, addr + 8)
            entry, where = struct.unpack("<Q", probe[:8])[0], struct.unpack("<Q", probe[addr:])[0]
            if where == own:
                continue
            start = max((s for s in starts if s <= where), default=where)
            lines.append(f"{where:016x}  k  {names.get(start, '?')}+{where - start:#x}\n")
    return "".join(lines)
