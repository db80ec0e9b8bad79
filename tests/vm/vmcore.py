# SPDX-License-Identifier: GPL-2.0
"""A crash dump of a guest, made like kdump's /proc/vmcore: QEMU's core of its memory, with the kernel's note VMCOREINFO, and the
addresses at which the kernel has its image and its memory."""
import re
import struct

from harness import Skip

HEADER, PROGRAM = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ")
PHOFF, PHNUM = 5, 10
PT_LOAD, PT_NOTE = 1, 4
TEXT = 0xffffffff80000000       # __START_KERNEL_map
MODULES = 0xffffffffc0000000    # what comes behind the image


def find(rows, address):
    """Return the row of a physical address, and the offset in the file."""
    for row in rows:
        kind, _, offset, _, start, stored, _, _ = row
        if kind == PT_LOAD and start <= address < start + stored:
            return row, offset + address - start
    raise AssertionError(f"{address:#x} is not in the dump")


def complete(path, address, size, page_offset):
    """Add the note, which is at a physical address of the dump, and virtual addresses."""
    with open(path, "r+b") as file:
        header = list(HEADER.unpack(file.read(HEADER.size)))
        assert header[0][:5] == b"\x7fELF\x02", header
        file.seek(header[PHOFF])
        rows = [list(PROGRAM.unpack(file.read(PROGRAM.size))) for _ in range(header[PHNUM])]
        file.seek(find(rows, address)[1])
        note = file.read(size)
        assert b"VMCOREINFO" in note and b"OSRELEASE=" in note, note[:200]
        notes = next(row for row in rows if row[0] == PT_NOTE)
        file.seek(notes[2])
        data = file.read(notes[5]) + note
        notes[2] = file.seek(0, 2)
        file.write(data)
        notes[5] = notes[6] = len(data)
        for row in rows:
            if row[0] == PT_LOAD:
                row[3] = page_offset + row[4]
        base = int(re.search(rb"NUMBER\(phys_base\)=(-?\d+)", note)[1])
        moved = int(re.search(rb"KERNELOFFSET=(\w+)", note)[1], 16)
        image = base + moved
        row, offset = find(rows, image)
        length = min(row[4] + row[5] - image, MODULES - TEXT - moved)
        rows.append([PT_LOAD, row[1], offset, TEXT + moved, image, length, length, row[7]])
        header[PHOFF], header[PHNUM] = file.seek(0, 2), len(rows)
        file.write(b"".join(PROGRAM.pack(*row) for row in rows))
        file.seek(0)
        file.write(HEADER.pack(*header))


def dump(t, path, page_offset):
    """Write a crash dump of the running guest; page_offset: where its direct map begins."""
    told = t.run("cat /sys/kernel/vmcoreinfo")
    if told.status or t.bits != 64:
        raise Skip("this kernel has no VMCOREINFO" if told.status else "dumps are made for x86-64 only")
    address, size = (int(word, 16) for word in re.match(r"(\w+) (\w+)", told.output).groups())
    t.guest.dump_memory(path)
    complete(path, address, size, page_offset)
