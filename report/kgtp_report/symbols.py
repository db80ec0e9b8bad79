# SPDX-License-Identifier: GPL-2.0
"""A GDB with the vmlinux, which is asked for types, code and names. It runs as long as the report."""
import json
import os
import pathlib
import re
import struct
import subprocess
import tempfile

from .errors import ReportError
from .image import Image
from .tfile import FRAME, MAGIC, VARIABLE

SCRIPT = pathlib.Path(__file__).with_name("in_gdb.py")
# The kernel moves by a multiple of CONFIG_PHYSICAL_ALIGN, 2 MiB or more; on 32 bits 8 KiB or more.
ALIGN = 0x1000
# A tracepoint at a function's name is behind its prologue.
PROLOGUE = 64


def slide_of(trace, image):
    """Return how far the kernel had moved from where its vmlinux says, or None if the file does not tell."""
    if trace.text_address is not None and "_text" in image.addresses:
        return trace.text_address - image.addresses["_text"]
    votes = {}
    for point in trace.tracepoints.values():
        # vfs_read, *vfs_read, *vfs_read+5, fs/read_write.c:vfs_read
        found = re.match(r"(?:\*?&?|[^*:]*:)([A-Za-z_]\w*)(?:\s*\+\s*(0x[0-9a-f]+|\d+))?$", point.at)
        base = image.addresses.get(found[1]) if found else None
        if base is None:
            continue
        moved = point.address - base - int(found[2] or "0", 0)
        slide = moved - moved % ALIGN
        if moved - slide < PROLOGUE:
            votes[slide] = votes.get(slide, 0) + 1
    if not votes:
        return None
    best = max(votes, key=votes.get)
    # A name may be that of several functions, so one of many may be wrong.
    return best if votes[best] * 2 > sum(votes.values()) else None


class Symbols:
    """What is known of the kernel. Ends its GDB with close()."""

    def __init__(self, vmlinux, trace, gdb="gdb", text_address=None):
        self.trace, self.vmlinux, self.process = trace, vmlinux, None
        self.names_cache = {}
        self.image = Image(vmlinux)
        if trace.build_id and self.image.build_id and trace.build_id != self.image.build_id:
            raise ReportError(f"{vmlinux} is of another kernel, with build ID {self.image.build_id}; the trace is of {trace.build_id}",
                              "give the vmlinux of the kernel that was traced: --vmlinux FILE")
        if text_address is not None:
            trace.text_address = text_address
        self.start(gdb)
        slide = slide_of(trace, self.image)
        if slide is None:
            slide = self.slide_by_lines()
        if slide is None:
            self.close()
            raise ReportError("the file does not say where the kernel was: no tracepoint is at the name of a function",
                              "say --text-address ADDRESS, what `print &_text' printed in the session, or _text in /proc/kallsyms of that boot")
        self.slide = slide
        if slide:
            self.close()
            self.start(gdb)
        self.open_scope()

    def start(self, gdb):
        ask, answer = os.pipe(), os.pipe()
        slide = getattr(self, "slide", 0)
        words = ["set confirm off", "set width 0", "set height 0", "set print elements 200", "set trace-commands off",
                 "set max-completions 0", "set print max-symbolic-offset 1000000"]
        command = [gdb, "-nx", "-q", "-batch"]
        for word in words:
            command += ["-iex", word]
        # Old GDBs do not know it; new ones must not ask a server.
        command += ["-iex", "python\ntry: gdb.execute('set debuginfod enabled off')\nexcept gdb.error: pass"]
        command += ["-ex", f"symbol-file -o {slide:#x} {self.vmlinux}" if slide else f"symbol-file {self.vmlinux}", "-x", str(SCRIPT)]
        try:
            # A file, as nobody reads what GDB says unless it ends.
            self.said = tempfile.TemporaryFile()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.said,
                                            pass_fds=(ask[0], answer[1]), start_new_session=True,
                                            env={**os.environ, "KGTP_REPORT_FDS": f"{ask[0]},{answer[1]}", "LC_ALL": "C.UTF-8"})
        except OSError as error:
            raise ReportError(f"cannot run {gdb}: {error.strerror}", "install gdb, or say KGTP_GDB=/path/to/gdb") from None
        finally:
            os.close(ask[0])
            os.close(answer[1])
        self.to, self.back = os.fdopen(ask[1], "w"), os.fdopen(answer[0])

    def close(self):
        if self.process:
            for file in self.to, self.back:
                try:
                    file.close()
                except BrokenPipeError:
                    pass
            self.process.wait()
            self.said.close()
            self.process = None

    def ask(self, do, **what):
        try:
            self.to.write(json.dumps({"do": do, **what}) + "\n")
            self.to.flush()
            line = self.back.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.process.wait()
            self.said.seek(0)
            said = self.said.read().decode("utf-8", "replace").strip().splitlines()
            raise ReportError(f"GDB ended: {said[-1] if said else 'without a word'}", "a GDB with Python 3 is needed: gdb --configuration")
        answer = json.loads(line)
        if "failed" in answer:
            raise ReportError(f"GDB: {answer['failed']}", f"see that {self.vmlinux} is the vmlinux with debug information of that kernel")
        return answer

    def slide_by_lines(self):
        """By tracepoints at lines of source, which only GDB finds."""
        for point in self.trace.tracepoints.values():
            if ":" not in point.at and not point.at.isidentifier():
                continue
            for address in self.ask("address", at=point.at).get("addresses", []):
                if (point.address - address) % ALIGN == 0:
                    return point.address - address
        return None

    def open_scope(self):
        """Let GDB open a trace file that has one frame a tracepoint: the scopes of expressions."""
        trace = self.trace
        lines = [f"R {trace.registers_size:x}", "status 0;tstop::0;tframes:1;tcreated:1"]
        lines += [f"tsv {number:x}:0:0:{name.encode().hex()}" for number, name in trace.variables.items()]
        self.frames = {}
        frames = b""
        for point in trace.tracepoints.values():
            lines.append(f"tp T{point.number:x}:{point.address:x}:E:0:0")
            self.frames[point.number] = len(self.frames)
            regs = bytearray(trace.registers_size)
            values = [0 if isinstance(value, int) else value for value in trace.registers.struct.unpack_from(regs)]
            values[trace.registers.pc] = point.address
            trace.registers.struct.pack_into(regs, 0, *values)
            blocks = b"R" + regs + b"".join(b"V" + VARIABLE.pack(number, 0) for number in trace.variables)
            frames += FRAME.pack(point.number, len(blocks)) + blocks
        lines += [f"tdesc {line}" for line in trace.description_lines]
        with tempfile.NamedTemporaryFile(prefix="kgtp-report.", suffix=".tfile") as file:
            file.write(MAGIC + "\n".join(lines).encode() + b"\n\n" + frames + struct.pack("<I", 0))
            file.flush()
            # GDB keeps it open.
            self.ask("scope", file=file.name)

    def columns(self, point, expressions):
        """Return [{"asked": expression, "columns": [{"name", "type", "code"}] or "error": text}]."""
        return self.ask("columns", frame=self.frames[point.number], expressions=expressions)["answers"]

    def names(self, addresses):
        """Return {address: (symbol, offset, inlined functions from the inside out, file, line)}."""
        cache = self.names_cache
        new = sorted({a for a in addresses if a not in cache})
        for at in range(0, len(new), 1000):
            part = new[at:at + 1000]
            cache.update(zip(part, map(tuple, self.ask("names", addresses=part)["names"])))
        return {address: cache[address] for address in addresses}

    def event(self, point):
        """Return the name of a tracepoint's place: vfs_read, vfs_read+0x5."""
        symbol, offset = self.names([point.address])[point.address][:2]
        if symbol is None:
            return None
        # GDB puts a tracepoint at a function's name behind its prologue.
        if point.at == symbol or not offset:
            return symbol
        return f"{symbol}+{offset:#x}"


def find_vmlinux(build_id):
    """Where distributions put it by build ID, or None."""
    if not build_id:
        return None
    path = f"/usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug"
    return path if os.path.exists(path) else None


def event_without(point):
    """The name of a tracepoint's place without a vmlinux."""
    if re.match(r"\*?[A-Za-z_]\w*$", point.at):
        return point.at.lstrip("*")
    return point.at or f"{point.address:#x}"


def named(points, symbols):
    """Return {number: name}, each name once."""
    names = {}
    for point in points:
        name = symbols.event(point) if symbols else None
        names[point.number] = (name or event_without(point)) + ("%return" if point.is_return else "")
    for number, name in list(names.items()):
        if list(names.values()).count(name) > 1:
            names[number] = f"{name}#{number}"
    return names
