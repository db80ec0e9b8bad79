# SPDX-License-Identifier: GPL-2.0
"""ELF files, as much of them as is needed: sections, notes, and a file that has nothing but symbols. Uses no GDB."""
import re
import shutil
import struct

SHT_SYMTAB, SHT_STRTAB, SHT_NOTE, SHT_NOBITS = 2, 3, 7, 8
ET_REL = 1
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
NT_GNU_BUILD_ID = 3


class ElfError(Exception):
    pass


class Section(object):
    def __init__(self, name, kind, flags, address, offset, size):
        self.name, self.kind, self.flags, self.address, self.offset, self.size = name, kind, flags, address, offset, size


class Elf(object):
    """An open ELF file: bits, order ("<" or ">"), sections. Reads only what is asked for: a vmlinux has 600 MB."""

    def __init__(self, path):
        self.file = open(path, "rb")
        ident = self.file.read(16)
        if ident[:4] != b"\x7fELF" or len(ident) < 16:
            raise ElfError("%s is not an ELF file" % path)
        self.bits = 64 if ident[4:5] == b"\2" else 32
        self.order = "<" if ident[5:6] == b"\1" else ">"
        form = self.order + ("HHIQQQIHHHHHH" if self.bits == 64 else "HHIIIIIHHHHHH")
        header = struct.unpack(form, self._at(16, struct.calcsize(form)))
        self.type, self.machine, self.flags = header[0], header[1], header[6]
        table, entry, count, names = header[5], header[10], header[11], header[12]
        self.table, self.entry = table, entry
        if not table or not count:
            raise ElfError("%s has no sections" % path)
        form = self.order + ("IIQQQQIIQQ" if self.bits == 64 else "IIIIIIIIII")
        rows = [struct.unpack(form, self._at(table + i * entry, struct.calcsize(form))) for i in range(count)]
        text = self._at(rows[names][4], rows[names][5])
        self.sections = [Section(_string(text, row[0]), row[1], row[2], row[3], row[4], row[5]) for row in rows]

    def close(self):
        self.file.close()

    def _at(self, offset, size):
        self.file.seek(offset)
        data = self.file.read(size)
        if len(data) != size:
            raise ElfError("the file is truncated")
        return data

    def section(self, name):
        for one in self.sections:
            if one.name == name:
                return one
        return None

    def contents(self, section, size=None):
        """Return the bytes of a section; none if the file has only its size, as one of debug information has."""
        if section.kind == SHT_NOBITS:
            return b""
        return self._at(section.offset, section.size if size is None else min(size, section.size))

    def is_placed(self):
        """Return whether it is relocatable, and the linker has nevertheless given sections addresses."""
        return self.type == ET_REL and any(one.address for one in self.sections)

    def build_id(self):
        """Return the build-id as hex digits, or None."""
        for one in self.sections:
            if one.kind == SHT_NOTE:
                found = build_id(self.contents(one), self.order)
                if found:
                    return found
        return None

    def find(self, section, pattern, step=1 << 20):
        """Return the first text in a section that begins with the pattern, up to a NUL; or None."""
        if section.kind == SHT_NOBITS:
            return None
        for at in range(0, section.size, step):
            data = self._at(section.offset + at, min(step + 1024, section.size - at))
            found = re.search(pattern, data)
            if found and found.start() < step:
                return _string(data, found.start())
        return None


def unplaced(path, target):
    """Copy a relocatable file; in the copy, all sections are at address 0."""
    shutil.copyfile(path, target)
    opened = Elf(path)
    opened.close()
    field, size = (16, 8) if opened.bits == 64 else (12, 4)
    with open(target, "r+b") as out:
        for i in range(len(opened.sections)):
            out.seek(opened.table + i * opened.entry + field)
            out.write(b"\0" * size)


def _string(data, start):
    end = data.find(b"\0", start)
    return data[start:end if end >= 0 else len(data)].decode("latin-1")


def notes(data, order="<"):
    """Yield (owner, type, contents) of the notes in a section. Stops where they are broken."""
    at = 0
    while at + 12 <= len(data):
        owner, size, kind = struct.unpack(order + "III", data[at:at + 12])
        start = at + 12 + (owner + 3 & ~3)
        if start + size > len(data):
            return
        yield data[at + 12:at + 12 + owner].rstrip(b"\0"), kind, data[start:start + size]
        at = start + (size + 3 & ~3)


def build_id(data, order="<"):
    """Return the build-id in the bytes of a section of notes, as hex digits; or None."""
    for owner, kind, text in notes(data, order):
        if owner == b"GNU" and kind == NT_GNU_BUILD_ID and text:
            return "".join(["%02x" % byte for byte in bytearray(text)])
    return None


class Symbol(object):
    def __init__(self, name, value, size, info):
        self.name, self.value, self.size, self.info = name, value, size, info


def symbols(table, strings, bits=64, order="<"):
    """Return the Symbols in the bytes of a symbol table that have a name and a value."""
    form = order + ("IBBHQQ" if bits == 64 else "IIIBBH")
    step, found = struct.calcsize(form), []
    for at in range(0, len(table) - step + 1, step):
        row = struct.unpack(form, table[at:at + step])
        if bits == 64:
            name, info, value, size = row[0], row[1], row[4], row[5]
        else:
            name, value, size, info = row[0], row[1], row[2], row[3]
        if 0 < name < len(strings) and value:
            found.append(Symbol(_string(strings, name), value, size, info))
    return found


def functions(table, strings, opened):
    """Return the names of an open file's functions that stay in memory, without those that several have."""
    form = opened.order + ("IBBHQQ" if opened.bits == 64 else "IIIBBH")
    step, counts = struct.calcsize(form), {}
    code = [one.flags & SHF_EXECINSTR and not one.name.startswith((".init", ".exit")) for one in opened.sections]
    for at in range(0, len(table) - step + 1, step):
        row = struct.unpack(form, table[at:at + step])
        info, section = (row[1], row[3]) if opened.bits == 64 else (row[3], row[5])
        if info & 15 == 2 and section < len(code) and code[section]:
            name = _string(strings, row[0])
            counts[name] = counts.get(name, 0) + 1
    return [name for name, count in counts.items() if name and count == 1]


def symbol_file(symbols, text, machine, bits=64, order="<", flags=0):
    """Return the bytes of an ELF file with these symbols at their addresses; text: (start, end) of the code.

    Code is in the section .text, which begins at start; all else in .data, of which GDB only wants to know that it is no code.
    """
    low, high = text
    strings, rows = b"\0", b""
    form = order + ("IBBHQQ" if bits == 64 else "IIIBBH")
    outside = [s.value for s in symbols if not low <= s.value < high]
    data = (min(outside), max(outside) + 1) if outside else (high, high)

    def row(name, info, section, value, size):
        if bits == 64:
            return struct.pack(form, name, info, 0, section, value, size)
        return struct.pack(form, name, value, size, info, 0, section)
    rows += row(0, 0, 0, 0, 0)
    local = [s for s in symbols if s.info >> 4 == 0]
    for one in local + [s for s in symbols if s.info >> 4]:
        # The kernel has overwritten st_info with a letter, in some versions: what is code is known by its address.
        inside = low <= one.value < high
        rows += row(len(strings), (1 if one.info >> 4 else 0) << 4 | (2 if inside else 1), 1 if inside else 2, one.value,
                    one.size)
        strings += one.name.encode("latin-1") + b"\0"
    names = b"\0.text\0.data\0.symtab\0.strtab\0.shstrtab\0"
    head = 64 if bits == 64 else 52
    at_rows = head
    at_strings = at_rows + len(rows)
    at_names = at_strings + len(strings)
    at_table = at_names + len(names) + 7 & ~7
    wide = bits // 8

    def section(name, kind, flags, address, offset, size, link=0, info=0, align=1, entry=0):
        return struct.pack(order + ("IIQQQQIIQQ" if bits == 64 else "IIIIIIIIII"), names.index(name) if name else 0, kind, flags,
                           address, offset, size, link, info, align, entry)
    table = section(b"", 0, 0, 0, 0, 0)
    table += section(b".text\0", SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, low, head, high - low)
    table += section(b".data\0", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, data[0], head, data[1] - data[0])
    table += section(b".symtab\0", SHT_SYMTAB, 0, 0, at_rows, len(rows), 4, len(local) + 1, wide, struct.calcsize(form))
    table += section(b".strtab\0", SHT_STRTAB, 0, 0, at_strings, len(strings))
    table += section(b".shstrtab\0", SHT_STRTAB, 0, 0, at_names, len(names))
    header = b"\x7fELF" + struct.pack("BBBB", 2 if bits == 64 else 1, 1 if order == "<" else 2, 1, 0) + b"\0" * 8
    header += struct.pack(order + ("HHIQQQIHHHHHH" if bits == 64 else "HHIIIIIHHHHHH"), 2, machine, 1, 0, 0, at_table, flags,
                          head, 0, 0, 64 if bits == 64 else 40, 6, 5)
    return header + rows + strings + names + b"\0" * (at_table - at_names - len(names)) + table
