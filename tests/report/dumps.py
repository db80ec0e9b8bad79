# SPDX-License-Identifier: GPL-2.0
"""Tests of `kgtp report --vmcore' without a dump: the ring and the frames in memory that the test makes, and what is said when drgn, which
the test plays, is missing or refuses. tests/vm/cases/68_vmcore.py has dumps."""
import struct
import sys

from common import TOP, Done, check, test
from kgtp_report import in_drgn

PAGE = in_drgn.PAGE
MAIN = [sys.executable, "-B", TOP / "report/main.py"]


def word(kind, number, size):
    return ord(kind) | number << 16 | size << 32


def value(number, n):
    return struct.pack("<Qq", word("V", number, 8), n)


def memory(address, data, flags=0):
    return struct.pack("<QQ", word("M", flags, len(data)), address) + data + bytes(-len(data) % 8)


def registers(data, flags=0):
    return struct.pack("<Q", word("R", flags, len(data))) + data + bytes(-len(data) % 8)


class Memory:
    """A ring of pages at addresses of its own, with frames from position start on."""

    def __init__(self, nr_pages, start):
        self.pages = [0x100000 + 0x10000 * (n * 5 % nr_pages) for n in range(nr_pages)]
        self.data = {address: bytearray(b"\xa5" * PAGE) for address in self.pages}
        self.tail = self.end = start

    def read(self, address, size):
        page = address & ~(PAGE - 1)
        if page not in self.data:
            raise OSError(f"memory at {address:#x} is not in the dump")
        return bytes(self.data[page][address - page:address - page + size])

    def put(self, data):
        for byte in data:
            self.data[self.pages[self.end // PAGE % len(self.pages)]][self.end % PAGE] = byte
            self.end += 1

    def frame(self, tag, time, payload=b"", size=None):
        self.put(in_drgn.HEADER.pack(in_drgn.HEADER.size + len(payload) if size is None else size, tag, time, 0xffffffff81000000 + tag))
        self.put(payload)

    def ring(self, cpu=0):
        return in_drgn.Ring(cpu, self.read, self.pages, self.tail, self.end)


def frames_of(ring):
    return [(tag, time, len(payload)) for time, _, tag, _, payload in ring.frames()]


@test
def dump_rings(shared):
    """A ring that wraps, headers that straddle pages, frames of many pages; the end is where the last whole frame ends."""
    # Positions grow for ever; a header begins 8 bytes before a page's end.
    made = Memory(7, 12345 * PAGE + PAGE - 8)
    wanted = []
    for n, size in enumerate((0, 16, 8 * 500, 3 * PAGE, 8, 4000)):
        made.frame(n + 1, 100 + n, bytes([n]) * size)
        wanted.append((n + 1, 100 + n, size))
    ring = made.ring()
    check(frames_of(ring) == wanted and not ring.broken, frames_of(ring), ring.broken)
    # One that is being written is behind the end.
    end = made.end
    made.frame(9, 200, bytes(64), size=0xdeadbeef)
    made.end = end
    ring = made.ring()
    check(frames_of(ring) == wanted and not ring.broken, "a frame that is being written")
    payloads = [payload for *_, payload in made.ring().frames()]
    check(all(payload == bytes([n]) * len(payload) for n, payload in enumerate(payloads)), "payloads")


@test
def dump_damage(shared):
    """Sizes and positions that make no sense, and pages that are missing, end a ring's frames where they are, with the reason."""
    for size in (0, 16, 25, 1 << 20, 0xfffffff8):
        made = Memory(3, 8)
        made.frame(1, 1, bytes(64))
        made.frame(2, 2, bytes(64), size=size)
        ring = made.ring()
        check(frames_of(ring) == [(1, 1, 64)] and ring.broken == "a frame's size makes no sense", size, ring.broken)
    made = Memory(3, 8)
    for n in range(4):
        made.frame(n + 1, n, bytes(2000))
    del made.data[made.pages[1]]
    ring = made.ring()
    check(frames_of(ring) == [(1, 0, 2000), (2, 1, 2000)][:1 + (2 * 2024 + 8 <= PAGE)] and "is not in the dump" in ring.broken, frames_of(ring), ring.broken)
    made.pages[1] = 0
    ring = made.ring()
    check(len(frames_of(ring)) < 3 and ring.broken == "a page is missing", ring.broken)
    for tail, end in ((16, 8), (8, 20), (4, 16), (0, 8 * 4 * PAGE)):
        ring = in_drgn.Ring(0, made.read, made.pages, tail, end)
        check(not frames_of(ring) and "make no sense" in ring.broken, tail, end)
    made = Memory(3, 0)
    made.frame(1, 1)
    made.end += 16
    ring = made.ring()
    check(frames_of(ring) == [(1, 1, 0)] and ring.broken == "a frame is cut", ring.broken)


@test
def dump_order(shared):
    """Frames of all CPUs are in order of time, those of one CPU in its own; equal times by CPU."""
    made = [Memory(2, 0) for _ in range(3)]
    for cpu, times in enumerate(((10, 30, 25, 40), (20, 30), (30, 35))):
        for time in times:
            made[cpu].frame(cpu * 100 + time, time)
    rings = [one.ring(cpu) for cpu, one in enumerate(made)]
    tags = [tag for _, _, tag, _, _ in in_drgn.merged(rings)]
    check(tags == [10, 120, 30, 25, 130, 230, 235, 40], tags)


@test
def dump_frames(shared):
    """Frames in GDB's format: registers in its order, those without a value are 0; large blocks are split; damage ends a frame."""
    rows = [("a", "int64", 64, 16, 8), ("b", "int64", 64, 0, 8), ("pc", "code_ptr", 64, 8, 8), ("f", "int32", 32, 24, 8), ("st", "i387_ext", 80, -1, 0)]
    layout = in_drgn.Registers(rows, pc=2, saved=32, clobbered=0b11, second=0b10)
    saved = struct.pack("<QQQQ", 0xb, 0xbad, 0xa, 0x1122334455667788)

    def made(payload, patch=lambda address, data: data):
        data = in_drgn.as_tfile((5, 0, 7, 0xffffffff81000000, payload), layout, patch)
        tag, size = struct.unpack_from("<hI", data)
        check(tag == 7 and size == len(data) - 6, tag, size)
        return data[6:]

    def block(a, b):
        return b"R" + struct.pack("<QQQI", a, b, 0xffffffff81000000, 0x55667788) + bytes(10)

    check(layout.size == 38, layout.size)
    check(made(registers(saved)) == block(0xa, 0xb), "registers")
    check(made(registers(saved, in_drgn.RETURN)) == block(0, 0), "at a return")
    check(made(registers(saved, in_drgn.RETURN | in_drgn.SECOND)) == block(0, 0xb), "at a return, with the second register")
    check(made(registers(saved, in_drgn.RETURN | in_drgn.ARGS)) == block(0xa, 0xb), "at a return, with arguments")
    check(made(registers(saved) + registers(saved)) == block(0xa, 0xb), "only the first")
    check(made(registers(saved[:8]))[17:25] == struct.pack("<Q", 0xffffffff81000000), "other registers: pc is there")
    check(made(value(3, -5)) == b"V" + struct.pack("<iq", 3, -5), "a variable")
    data = bytes(range(256)) * 600
    wanted = b"".join(b"M" + struct.pack("<QH", 0x1000 + at, len(data[at:at + 65535])) + data[at:at + 65535] for at in range(0, len(data), 65535))
    check(made(memory(0x1000, data)) == wanted and wanted.count(b"M\xff") < 9, "a large block")
    check(made(memory(8, b"") + value(1, 1)) == b"V" + struct.pack("<iq", 1, 1), "an empty block")
    check(made(memory(8, b"abc"), lambda address, data: data.upper()) == b"M" + struct.pack("<QH", 8, 3) + b"ABC", "patched")
    for damage in (struct.pack("<Q", word("X", 0, 8)) + bytes(8), struct.pack("<Q", word("V", 0, 8)), struct.pack("<QQ", word("M", 0, 999), 0), b"1234567",
                   struct.pack("<Q", word("M", 0, 0)), struct.pack("<Q", word("R", 0, 8)) + bytes(4)):
        check(made(value(1, 2) + damage) == b"V" + struct.pack("<iq", 1, 2), damage)


@test
def dump_lines(shared):
    """What GDB refuses in a file is not written: collect/s with its number."""
    for text, wanted in ((b"collect/s name", b"collect   name"), (b"co/s16 a, b", b"co     a, b"), (b"collect a/s", b"collect a/s"), (b"teval $s=1", b"teval $s=1")):
        line = in_drgn.without_string_option(f"tp Z1:ff00:cmd:0:{len(text):x}:{text.hex()}")
        check(line == f"tp Z1:ff00:cmd:0:{len(text):x}:{wanted.hex()}", line)
    check(in_drgn.without_string_option("tp Z1:ff:at:0:3:612f73") == "tp Z1:ff:at:0:3:612f73", "a location")


@test
def dump_options(shared):
    """--tfile and --module belong to --vmcore; what is missing is named, with what to do."""
    core = shared.file(b"no core", "core")

    def said(*words, drgn="/none/drgn", status=1):
        done = Done([*MAIN, *words], KGTP_DRGN=str(drgn))
        check(done.status == status and "Traceback" not in done.output, done.status, done.output)
        return done.output

    check("--vmcore FILE --tfile -o OUTPUT" in said("--tfile", core, status=2), "--tfile")
    check("--vmcore FILE --tfile -o OUTPUT" in said("--tfile", "--vmcore", core, status=2), "--tfile without -o")
    check("--module is for crash dumps" in said("--module", core, core, status=2), "--module")
    check("cannot be the standard input" in said("--vmcore", "-", status=2), "-")
    check("cannot run /none/drgn" in (text := said("--vmcore", core)) and "apt install python3-drgn" in text, text)
    check("cannot be read" in said("--vmcore", shared.tmp / "none"), "no file")
    check("--module" in said("--vmcore", core, "--module", shared.tmp / "none"), "no module")

    def plays(text):
        path = shared.tmp / "drgn"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    out = shared.tmp / "out"
    text = said("--vmcore", core, drgn=plays("echo 'drgn: error: not an ELF core file' >&2; exit 1\n"))
    check("core: drgn: drgn: error: not an ELF core file" in text or "core: drgn: error: not an ELF core file" in text, text)
    text = said("--vmcore", core, "--tfile", "-o", out, drgn=plays("printf 'error\\tno module\\tgive it\\n' >&2; exit 1\n"))
    check("core: no module" in text and "next: give it" in text and not out.exists(), text)
    # A CPU whose frames are left out: the rest is shown, and the status says so.
    trace = b"\x7fTRACE0\nR 8\nstatus 0;tstop::0\ntp T1:ff00:E:0:0\ntsv 2:0:0:" + b"mine".hex().encode() + b"\n\n"
    trace += struct.pack("<hI", 1, 13) + b"V" + struct.pack("<iq", 2, 77) + bytes(4)
    given = shared.file(trace, "given")
    text = said("--vmcore", core, "--vmlinux", "", drgn=plays(f"cat {given}; printf 'warning\\tCPU 3: a page is missing\\n' >&2\n"))
    check("CPU 3: a page is missing" in text and "77" in text, text)
    text = said("--vmcore", core, "--vmlinux", "", drgn=plays(f"cat {given}\n"), status=0)
    check("77" in text, text)
    text = said("--vmcore", core, "--tfile", "-o", out, drgn=plays(f"echo \"$@\" >{shared.tmp}/words; cat {given}\n"), status=0)
    check(out.read_bytes() == trace, "the copy")
    check(f"-c {core} --main-symbols" in (shared.tmp / "words").read_text(), "what drgn is asked")
