# SPDX-License-Identifier: GPL-2.0
"""A vmlinux, without GDB: where its symbols are, and its call frame information. The ELF reader is that of gdb/."""
import importlib.util
import pathlib
import struct
import zlib

from .errors import ReportError

SHF_COMPRESSED = 0x800
ZLIB = 1


def load_elf():
    # The package kgtp_gdb imports GDB's Python; its elf.py does not.
    path = pathlib.Path(__file__).resolve().parents[2] / "gdb/kgtp_gdb/elf.py"
    spec = importlib.util.spec_from_file_location("kgtp_elf", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


elf = load_elf()


class Image:
    def __init__(self, path):
        try:
            self.elf = elf.Elf(path)
        except OSError as error:
            raise ReportError(f"{path}: {error.strerror}", "say where the vmlinux is: --vmlinux FILE") from None
        except elf.ElfError as error:
            raise ReportError(str(error), "give the vmlinux itself, not a compressed kernel: --vmlinux FILE") from None
        self.path, self.bits = path, self.elf.bits
        self.build_id = self.elf.build_id()
        self.addresses = self.read_symbols()

    def read_symbols(self):
        """Return {name: address}."""
        table, strings = self.elf.section(".symtab"), self.elf.section(".strtab")
        if table is None or strings is None:
            raise ReportError(f"{self.path} has no symbols", "give the vmlinux with debug information: --vmlinux FILE")
        text = self.elf.contents(strings)
        found = {}
        for row in struct.iter_unpack("<IBBHQQ" if self.bits == 64 else "<IIIBBH", self.elf.contents(table)):
            name, value, section = (row[0], row[4], row[3]) if self.bits == 64 else (row[0], row[1], row[5])
            if name and section:
                # The first of several with a name.
                found.setdefault(text[name:text.index(b"\0", name)].decode("latin-1"), value)
        return found

    def frame_information(self):
        """Return the contents of .debug_frame, or none."""
        section = self.elf.section(".debug_frame")
        if section is None:
            return b""
        data = self.elf.contents(section)
        if section.flags & SHF_COMPRESSED:
            kind, skip = struct.unpack_from("<I", data)[0], 24 if self.bits == 64 else 12
            if kind != ZLIB:
                raise ReportError(f"{self.path}: .debug_frame is compressed in a way that Python's library cannot read",
                                  "objcopy --decompress-debug-sections, and give that file: --vmlinux FILE")
            data = zlib.decompress(data[skip:])
        return data
