# SPDX-License-Identifier: GPL-2.0
"""Parts of gdb/kgtp_gdb that need no GDB. For any Python from 2.6 on: `python tests/gdb/pure.py DIRECTORY`, for scratch files.

Prints a line for each test that passes; the first failure ends it.
"""
from __future__ import print_function
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "..", "gdb", "kgtp_gdb"))
import elf      # noqa: E402

SCRATCH = sys.argv[1]


def write(name, data):
    path = os.path.join(SCRATCH, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def note(owner, kind, text):
    def padded(data):
        return data + b"\0" * (-len(data) % 4)
    return struct.pack("<III", len(owner) + 1, len(text), kind) + padded(owner + b"\0") + padded(text)


def build_id_of_notes():
    wanted = b"\x01\x02\xfe\xff" * 5
    data = note(b"Xen", 3, b"abcde") + note(b"GNU", 1, b"ab") + note(b"GNU", 3, wanted)
    assert elf.build_id(data) == "0102feff" * 5
    assert [owner for owner, kind, text in elf.notes(data)] == [b"Xen", b"GNU", b"GNU"]
    # Broken: nothing is read behind the end.
    assert elf.build_id(data[:-4]) is None
    assert elf.build_id(struct.pack("<III", 4, 0xffffffff, 3) + b"GNU\0") is None
    assert elf.build_id(b"") is None


def symbol_files():
    for bits in (64, 32):
        for order in "<>":
            base = 0xffffffffc0000000 if bits == 64 else 0xc8000000
            named = [elf.Symbol("work", base + 0x10, 8, 0x12), elf.Symbol("local", base + 0x20, 4, 2),
                     elf.Symbol("counter", base + 0x5000, 4, 0x11)]
            path = write("symbols", elf.symbol_file(named, (base, base + 0x1000), 62, bits, order))
            read = elf.Elf(path)
            try:
                assert (read.bits, read.order, read.machine) == (bits, order, 62)
                text, data = read.section(".text"), read.section(".data")
                assert (text.address, text.size, data.address) == (base, 0x1000, base + 0x5000)
                assert read.contents(text) == b"" and read.build_id() is None and read.section(".none") is None
                found = elf.symbols(read.contents(read.section(".symtab")), read.contents(read.section(".strtab")), bits, order)
            finally:
                read.close()
            # Local ones come first.
            assert [(s.name, s.value - base, s.size, s.info) for s in found] == \
                [("local", 0x20, 4, 2), ("work", 0x10, 8, 0x12), ("counter", 0x5000, 4, 0x11)], [vars(s) for s in found]


def sections_of_relocatable_files():
    for bits in (64, 32):
        # A header of a relocatable file; its sections' addresses are not 0, as the linker's for some modules.
        data = bytearray(elf.symbol_file([elf.Symbol("work", 0x1010, 8, 0x12)], (0x1000, 0x2000), 62, bits))
        struct.pack_into("<H", data, 16, elf.ET_REL)
        path, copy = write("placed.ko", bytes(data)), write("copy.ko", b"")
        elf.unplaced(path, copy)
        placed, read = elf.Elf(path), elf.Elf(copy)
        try:
            assert placed.is_placed() and not read.is_placed()
            assert placed.section(".text").address == 0x1000 and [one.address for one in read.sections] == [0] * len(placed.sections)
            assert [(one.name, one.offset, one.size) for one in read.sections] == [(one.name, one.offset, one.size) for one in placed.sections]
        finally:
            placed.close()
            read.close()
    program = elf.Elf(write("program", elf.symbol_file([elf.Symbol("work", 0x1010, 8, 0x12)], (0x1000, 0x2000), 62)))
    program.close()
    assert program.is_placed() == (program.type == elf.ET_REL)


def find_in_section():
    # A section of two steps, the text across them.
    path = write("symbols", elf.symbol_file([elf.Symbol("x" * 100 + "Linux version %s", 16, 0, 0),
                                             elf.Symbol("y" * 50 + "Linux version 6.1.0 #1", 16, 0, 0)], (0, 1), 62))
    read = elf.Elf(path)
    try:
        strings = read.section(".strtab")
        for step in (64, 100, 130, 1 << 20):
            assert read.find(strings, b"Linux version [0-9]", step) == "Linux version 6.1.0 #1", step
        assert read.find(strings, b"no such text") is None
    finally:
        read.close()


def broken_files():
    whole = elf.symbol_file([elf.Symbol("a", 16, 0, 0x12)], (0, 32), 62)
    for data in (b"", b"\x7fELF", b"#!/bin/sh\n", whole[:100], whole[:-10]):
        path = write("broken", data)
        try:
            elf.Elf(path)
        except elf.ElfError:
            continue
        raise AssertionError("taken for an ELF file: %r" % data[:20])


for test in (build_id_of_notes, symbol_files, sections_of_relocatable_files, find_in_section, broken_files):
    test()
    print(test.__name__)
