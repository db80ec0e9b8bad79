# SPDX-License-Identifier: GPL-2.0
"""GDB's trace file format: a header of text lines, an empty line, frames, and an end mark.

The file is read once, from front to back, in pieces of fixed size: it may be a pipe, and any size. A frame is
s16 tracepoint, u32 bytes that follow, and blocks: 'R' registers; 'M' u64 address, u16 length, bytes; 'V' s32
variable, s64 value. A tracepoint of 0 is the end mark. Numbers are little-endian, as on the machines KGTP knows.
"""
import re
import struct
import xml.etree.ElementTree

from .errors import ReportError

MAGIC = b"\x7fTRACE0\n"
CHUNK = 1 << 20
HEADER_MOST = 64 << 20
# GDB keeps a frame's size in an int.
FRAME_MOST = (1 << 31) - 1
FRAME = struct.Struct("<hI")
MEMORY = struct.Struct("<QH")
VARIABLE = struct.Struct("<iq")

REGS_64 = [(name, 64) for name in "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip".split()]
REGS_64 += [(name, 32) for name in "eflags cs ss ds es fs gs".split()]
REGS_32 = [(name, 32) for name in "eax ecx edx ebx esp ebp esi edi eip eflags cs ss ds es fs gs".split()]


class Tracepoint:
    def __init__(self, number, address):
        self.number, self.address = number, address
        self.at, self.condition, self.commands = "", "", []
        self.enabled, self.step, self.passes = True, 0, 0

    @property
    def is_return(self):
        return any(re.match(r"teval\s+\$kret\s*=", command) for command in self.commands)


class Registers:
    """How the registers lie in an R block."""

    def __init__(self, description, size):
        self.size = size
        if description:
            registers = self.of_description(description)
        else:
            # What GDB assumes without a description. One of 32 bits has at most 16 registers of general use.
            registers = REGS_64 if size >= 17 * 8 else REGS_32
        self.names, form, used = [], "<", 0
        for name, bits in registers:
            if used + bits // 8 > size:
                break
            used += bits // 8
            self.names.append(name)
            form += {8: "B", 16: "H", 32: "I", 64: "Q"}.get(bits, f"{bits // 8}s")
        self.bits = dict(registers[:len(self.names)])
        self.struct = struct.Struct(form)
        self.index = {name: n for n, name in enumerate(self.names)}
        self.wide = "rip" in self.index
        self.pc, self.sp = (self.index.get(name) for name in (("rip", "rsp") if self.wide else ("eip", "esp")))

    @staticmethod
    def of_description(text):
        try:
            root = xml.etree.ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", text))
            found, number = {}, 0
            for reg in root.iter("reg"):
                number = int(reg.get("regnum", number))
                found[number] = reg.get("name"), int(reg.get("bitsize"))
                number += 1
        except (xml.etree.ElementTree.ParseError, TypeError, ValueError) as error:
            raise ReportError(f"the file's target description makes no sense: {error}") from None
        return [found[number] for number in sorted(found)]


def unhex(text):
    return bytes.fromhex(text).decode("utf-8", "replace")


class TraceFile:
    """A trace file that is read: the header at once, the frames by frames()."""

    def __init__(self, stream, name):
        self.stream, self.name = stream, name
        self.tracepoints, self.variables, self.status = {}, {}, {}
        self.description_lines, self.registers_size = [], None
        self.text_address, self.build_id = None, None
        self.running = False
        # Set by frames(): how many were whole, and what was wrong with the rest.
        self.whole, self.broken = 0, None
        self.read_header()
        if self.registers_size is None:
            raise ReportError(f"{name}: the header has no line R: it is damaged", "make the file again")
        self.description = "\n".join(self.description_lines)
        self.registers = Registers(self.description, self.registers_size)
        self.variable_numbers = {name: number for number, name in self.variables.items()}
        self.read_origin()

    def read_header(self):
        self.buf = self.stream.read(CHUNK)
        if not self.buf:
            raise ReportError(f"{self.name} is empty", "save the trace again: tsave FILE, in GDB")
        if not self.buf.startswith(MAGIC[:len(self.buf)]):
            raise ReportError(f"{self.name} is not a trace file of GDB: it does not begin with \\x7fTRACE0",
                              "give it a file of tsave (not of tsave -ctf) or a copy of gtpframe")
        while b"\n\n" not in self.buf:
            more = self.stream.read(CHUNK)
            if not more or len(self.buf) > HEADER_MOST:
                raise ReportError(f"{self.name}: the file ends in its header, before the first frame", "save the trace again")
            self.buf += more
        end = self.buf.index(b"\n\n", len(MAGIC) - 1)
        for line in self.buf[len(MAGIC):end].decode("utf-8", "replace").split("\n"):
            word, _, rest = line.partition(" ")
            try:
                getattr(self, f"line_{word}", lambda rest: None)(rest)
            except (ValueError, IndexError):
                raise ReportError(f"{self.name}: a line of the header makes no sense: {line[:80]}", "save the trace again") from None
        self.start = end + 2

    def line_R(self, rest):
        self.registers_size = int(rest, 16)

    def line_status(self, rest):
        fields = rest.split(";")
        self.running = fields[0] == "1"
        for field in fields[1:]:
            name, _, value = field.partition(":")
            self.status[name] = value

    def line_tsv(self, rest):
        number, _, _, name = rest.split(":")
        self.variables[int(number, 16)] = unhex(name)

    def line_tdesc(self, rest):
        self.description_lines.append(rest)

    def line_tp(self, rest):
        kind, rest = rest[0], rest[1:]
        number, address, rest = rest.split(":", 2)
        key = int(number, 16), int(address, 16)
        if kind == "T":
            fields = rest.split(":")
            point = Tracepoint(*key)
            point.enabled, point.step, point.passes = fields[0] == "E", int(fields[1], 16), int(fields[2], 16)
            # A tracepoint with several places has one number, and a frame names only that.
            self.tracepoints.setdefault(key[0], point)
        elif kind == "Z":
            what, start, _, text = rest.split(":", 3)
            point = self.tracepoints.get(key[0])
            if point is None or point.address != key[1]:
                return
            text = unhex(text)
            if what == "at":
                point.at = text
            elif what == "cond":
                point.condition = text
            elif int(start, 16) and point.commands:
                point.commands[-1] += text
            else:
                point.commands.append(text)

    def read_origin(self):
        """Where _text was, and which kernel it is, if the target description has a comment that says so."""
        for comment in re.findall(r"<!--(.*?)-->", self.description, re.S):
            found = re.search(r"\b_?text\W+(?:0x)?([0-9a-f]{8,16})\b", comment)
            if found:
                self.text_address = int(found[1], 16)
            found = re.search(r"build.?id\W+([0-9a-f]{8,})\b", comment, re.I)
            if found:
                self.build_id = found[1]

    def frames(self):
        """Yield (number, tracepoint, buffer, start of its blocks, their end), for each whole frame."""
        buf, at, number = self.buf, self.start, 0
        offset = 0      # in the file, of the buffer
        self.buf = None
        known, unpack, read = self.tracepoints, FRAME.unpack_from, self.stream.read
        while True:
            have = len(buf)
            # 6 bytes of head. The end mark has only two, or four.
            if have - at < 6:
                more = read(CHUNK)
                if more:
                    offset += at
                    buf, at = buf[at:] + more, 0
                    continue
                if have - at >= 2 and buf[at:at + 2] == b"\0\0":
                    return
                self.broken = "it has no end mark" if have == at else \
                    f"it is cut in the head of frame {number}, at byte {offset + at}"
                return
            point, size = unpack(buf, at)
            if point not in known:
                if point:
                    self.broken = f"frame {number}, at byte {offset + at}, is of tracepoint {point}, which the header does not have"
                return
            end = at + 6 + size
            if end > have:
                if size > FRAME_MOST:
                    self.broken = f"frame {number}, at byte {offset + at}, says that it has {size} bytes"
                    return
                offset += at
                pieces, have = [buf[at:]], have - at
                # A frame that says that it is huge is believed only as far as the file goes.
                while have < 6 + size:
                    more = read(CHUNK)
                    if not more:
                        self.broken = f"it is cut in frame {number}, at byte {offset}: {have} of {6 + size} bytes are there"
                        return
                    pieces.append(more)
                    have += len(more)
                buf, at, end = b"".join(pieces), 0, 6 + size
            yield number, point, buf, at + 6, end
            number += 1
            self.whole = number
            at = end
