# SPDX-License-Identifier: GPL-2.0
"""Runs in drgn, with a crash dump: writes the trace buffer of the module that was loaded as a trace file of GDB's.

    drgn -q --no-default-symbols -c VMCORE [-s VMLINUX] [-s KGTP.KO] in_drgn.py

The layout of structs comes from the debug information. What is not in it is the contents of a page and of a frame:
struct ringbuf_hdr and ringbuf_count of ringbuf/, and the blocks of frame/frame.h. Nothing that was read is believed: the
machine may have crashed in the middle of a change.

It tells of its troubles on stderr, a line each: "error" or "warning", a tab, the text; after another tab, what to do.
"""
import glob
import heapq
import os
import re
import struct
import sys

PAGE = 4096
HEADER = struct.Struct("<IIQQ")     # size, tracepoint, time, address
ENDED = {"GTP_NOT_RUN": "tnotrun:0", "GTP_STOPPED": "tstop:%s:0", "GTP_FULL": "tfull:%x", "GTP_DISCONNECTED": "tdisconnected:0",
         "GTP_PASSCOUNT": "tpasscount:%x", "GTP_ERROR": "terror::%x"}
RETURN, SECOND, ARGS = 1, 2, 4      # FRAME_REGS_
MEMORY_MOST = 65535
LINE_MOST = 998                     # GDB refuses a file with a longer one


def say(kind, text, step=""):
    print(kind, text, *([step] if step else []), sep="\t", file=sys.stderr)


class Trouble(Exception):
    def __init__(self, text, step=""):
        super().__init__(text)
        self.step = step


# ---- the ring buffer: without drgn, for tests ----------------------------------


class Ring:
    """A CPU's ring. read(address, size) returns bytes, or raises OSError; pages: addresses."""

    def __init__(self, cpu, read, pages, tail, end):
        self.cpu, self.read, self.pages, self.tail, self.end = cpu, read, pages, tail, end
        self.at, self.page = None, b""
        self.broken = None

    def bytes(self, pos, size):
        pieces = []
        while size:
            at, off = pos // PAGE, pos % PAGE
            if at != self.at:
                address = self.pages[at % len(self.pages)]
                if not address:
                    raise OSError("a page is missing")
                self.page, self.at = self.read(address, PAGE), at
            piece = self.page[off:off + size]
            pieces.append(piece)
            pos, size = pos + len(piece), size - len(piece)
        return b"".join(pieces)

    def frames(self):
        """Yield (time by which to order, CPU, tracepoint, address, payload), up to the first that cannot be read."""
        pos, latest = self.tail, 0
        if self.end < pos or pos % 8 or self.end % 8 or self.end - pos > len(self.pages) * PAGE:
            self.broken = "its positions make no sense"
            return
        while pos < self.end:
            try:
                if self.end - pos < HEADER.size:
                    raise OSError("a frame is cut")
                size, tag, time, address = HEADER.unpack(self.bytes(pos, HEADER.size))
                if size < HEADER.size or size % 8 or size > self.end - pos:
                    raise OSError("a frame's size makes no sense")
                payload = self.bytes(pos + HEADER.size, size - HEADER.size)
            except OSError as error:
                self.broken = str(error)
                return
            # If the clock went back, a CPU's frames keep their order.
            latest = max(latest, time)
            yield latest, self.cpu, tag, address, payload
            pos += size


def merged(rings):
    return heapq.merge(*(ring.frames() for ring in rings), key=lambda frame: frame[:2])


def blocks(payload):
    """Yield (letter, number, address or value, data) of each block, up to damage."""
    at = 0
    while at + 8 <= len(payload):
        head, = struct.unpack_from("<Q", payload, at)
        kind, number, size = chr(head & 0xff), head >> 16 & 0xffff, head >> 32
        at += 8
        if kind == "V":
            if at + 8 > len(payload):
                return
            yield kind, number, struct.unpack_from("<q", payload, at)[0], b""
            at += 8
            continue
        address = 0
        if kind == "M":
            if at + 8 > len(payload):
                return
            address, = struct.unpack_from("<Q", payload, at)
            at += 8
        if kind not in "MR" or at + size > len(payload):
            return
        yield kind, number, address, payload[at:at + size]
        at += size + 7 & ~7


class Registers:
    """How those that the kernel saved become GDB's."""

    def __init__(self, rows, pc, saved, clobbered, second):
        """rows: (name, type, bits, offset, size) in GDB's order; saved: the size of pt_regs."""
        self.rows, self.pc, self.saved, self.clobbered, self.second = rows, pc, saved, clobbered, second
        self.size = sum(bits // 8 for _, _, bits, _, _ in rows)

    def lost(self, flags):
        """Mask of those that have no value at a return."""
        if not flags & RETURN or flags & ARGS:
            return 0
        return self.clobbered & ~self.second if flags & SECOND else self.clobbered

    def block(self, data, flags, address):
        out, lost = bytearray(), self.lost(flags)
        for n, (_, _, bits, offset, size) in enumerate(self.rows):
            if n == self.pc:
                out += address.to_bytes(8, "little")[:bits // 8]
            elif offset < 0 or lost >> n & 1 or len(data) != self.saved:
                out += bytes(bits // 8)
            else:
                out += data[offset:offset + min(size, bits // 8)].ljust(bits // 8, b"\0")
        return bytes(out)


def as_tfile(frame, registers, patch):
    """Return a frame in GDB's format; patch(address, data) corrects memory."""
    _, _, tag, address, payload = frame
    out, has_registers = [], False
    for kind, number, value, data in blocks(payload):
        if kind == "V":
            out.append(b"V" + struct.pack("<iq", number, value))
        elif kind == "R":
            if not has_registers:
                out.append(b"R" + registers.block(data, number, address))
            has_registers = True
        else:
            data = patch(value, data)
            for at in range(0, len(data), MEMORY_MOST):
                piece = data[at:at + MEMORY_MOST]
                out.append(b"M" + struct.pack("<QH", value + at, len(piece)) + piece)
    body = b"".join(out)
    return struct.pack("<hI", tag, len(body)) + body


def without_string_option(line):
    """GDB refuses `collect/s' in a file: see drop_string_option() of trace/target/tfile.c."""
    head, _, text = line.rpartition(":")
    if not re.match(r"tp Z\w+:\w+:cmd:0:", line):
        return line
    try:
        text = bytes.fromhex(text)
    except ValueError:
        return line
    text = re.sub(rb"^([a-z]+)(/s\d*)", lambda found: found[1] + b" " * len(found[2]), text)
    return f"{head}:{text.hex()}"


# ---- the dump --------------------------------------------------------------------


class Dump:
    def __init__(self, prog):
        self.prog = prog
        self.find_module()
        self.gtp = self.variable("gtp", "trace/base/state.c")
        self.kernel = self.variable("gtp_kernel", "trace/base/state.c")

    def find_module(self):
        try:
            modules = self.prog["modules"]
        except LookupError:
            raise Trouble("no debug information of the kernel that crashed", "kgtp report --vmcore FILE --vmlinux VMLINUX, that of this kernel") from None
        from drgn.helpers.linux.list import list_for_each_entry
        names = [module.name.string_() for module in list_for_each_entry("struct module", modules.address_of_(), "list")]
        if b"kgtp" not in names:
            raise Trouble("kgtp.ko was not loaded when the machine crashed")
        if self.has_module():
            return
        release = self.prog["init_uts_ns"].name.release.string_().decode()
        for path in sorted(glob.glob(f"/lib/modules/{release}/**/kgtp.ko*", recursive=True)):
            try:
                self.prog.load_debug_info([path])
            except Exception as error:       # drgn.MissingDebugInfoError, or what elfutils says
                say("warning", f"{path}: {error}")
            if self.has_module():
                return
        raise Trouble("no debug information of the kgtp.ko that was loaded",
                      "--module FILE: the kgtp.ko of the same build, as make leaves it; DKMS and distributions strip the one they install")

    def has_module(self):
        try:
            return bool(self.variable("gtp_kernel", "trace/base/state.c").address_)
        except LookupError:
            return False

    def variable(self, name, file):
        return self.prog.variable(name, file)

    def read(self, address, size):
        try:
            return self.prog.read(address, size)
        except Exception as error:       # drgn.FaultError: the dump does not have it
            raise OSError(f"memory at {address:#x} is not in the dump") from error

    def string(self, pointer):
        return pointer.string_().decode("utf-8", "replace") if pointer else ""

    # The ring buffer.

    def count(self, union):
        """Return a count, or None if it was being changed."""
        if self.wide:
            return int(union.whole)
        first, low, last = int(union.split.first), int(union.split.low), int(union.split.last)
        return first << 32 | low if first == last else None

    def rings(self):
        if not self.gtp.rb:
            return
        from drgn import Object
        rb = Object(self.prog, self.prog.type("struct ringbuf", "ringbuf/private.h"), address=self.gtp.rb.value_())
        self.wide = self.prog.type("unsigned long").size == 8
        word = "<%d" + ("Q" if self.wide else "I")
        for cpu in range(int(rb.nr_cpus)):
            rc = rb.slots[cpu].rc
            tail, end, pages = self.count(rc.tail), self.count(rc.committed), int(rc.nr_pages)
            if tail is None or end is None:
                say("warning", f"CPU {cpu}: its ring was being changed when the machine crashed: its frames are left out")
                continue
            if tail == end:
                continue
            try:
                directory = self.read(rc.pages.value_(), pages * (8 if self.wide else 4))
            except OSError as error:
                say("warning", f"CPU {cpu}: {error}: its frames are left out")
                continue
            yield Ring(cpu, self.read, struct.unpack(word % pages, directory), tail, end)

    # The header of the file.

    def registers(self):
        rows = []
        table, count = self.prog["arch_regs"], int(self.prog["arch_nr_regs"])
        for n in range(count):
            reg = table[n]
            rows.append((self.string(reg.name), self.string(reg.type), int(reg.bits), int(reg.offset), int(reg.size)))
        return Registers(rows, int(self.prog["arch_pc"]), self.prog.type("struct pt_regs").size,
                         int(self.prog["arch_return_clobbered"]), int(self.prog["arch_return_second"]))

    def status(self):
        gtp = self.gtp
        if gtp.armed:
            ended = "tstop:" + b"the machine crashed during the run".hex() + ":0"
        else:
            reason = gtp.stop_cause.reason
            names = {number: name for name, number in reason.type_.enumerators}
            ended = ENDED.get(names.get(int(reason.value_())), "tstop:%s:0")
            ended = ended % (self.string(gtp.stop_note) if "%s" in ended else int(gtp.stop_cause.num)) if "%" in ended else ended
        circular = int(self.variable("gtp_hits", "trace/base/state.c").circular)
        return f"status 0;{ended};starttime:{int(gtp.start_us):x};stoptime:{int(gtp.stop_us):x};circular:{circular:x}"

    def counts(self, tp):
        from drgn.helpers.linux.cpumask import for_each_possible_cpu
        from drgn.helpers.linux.percpu import per_cpu_ptr
        hits, size = int(tp.kept_hits), int(tp.kept_bytes)
        if tp.count:
            for cpu in for_each_possible_cpu(self.prog):
                count = per_cpu_ptr(tp.count, cpu)
                hits, size = hits + int(count.hits), size + int(count.bytes)
        return hits, size

    def tracepoint(self, tp):
        """Yield its lines, as gtp_put_piece() of trace/target/upload.c makes them."""
        from drgn.helpers.linux.list import list_for_each_entry
        where = f"{int(tp.num):x}:{int(tp.addr):x}:"
        head = f"tp T{where}{'E' if tp.enabled else 'D'}:{int(tp.step):x}:{getattr(tp, 'pass').value_():x}" + (":S" if tp.is_static else "")
        condition = self.string(tp.cond_hex)
        whole = f"{head}:X{len(condition) // 2:x},{condition}" if condition else head
        yield whole if len(whole) <= LINE_MOST else head
        step = False
        for text in list_for_each_entry("struct gtp_string", tp.actions.address_of_(), "list"):
            action = self.text(text)
            step = step or action.startswith("S")
            yield f"tp {'S' if step else 'A'}{where}{action[1:] if action.startswith('S') else action}"
        for text in list_for_each_entry("struct gtp_string", tp.sources.address_of_(), "list"):
            yield f"tp Z{where}{self.string(text.type)}:{int(text.start):x}:{int(text.total):x}:{self.text(text)}"
        hits, size = self.counts(tp)
        yield f"tp V{where}{hits:x}:{size:x}"

    def text(self, text):
        return self.read(text.text.address_of_().value_(), int(text.len)).split(b"\0")[0].decode("utf-8", "replace")

    def tracepoints(self):
        """Return the lines of all tracepoints, the last first; of one that cannot be read what the frames tell."""
        from drgn import FaultError
        from drgn.helpers.linux.list import list_for_each_entry_reverse
        shown = self.gtp.kept_tracepoints if self.gtp.keeps else self.gtp.tracepoints
        lines, known, trouble = [], set(), ""
        try:
            for tp in list_for_each_entry_reverse("struct gtp_tracepoint", shown.address_of_(), "list"):
                number = int(tp.num)
                if number > 0xffff or len(known) > 0xffff:
                    raise OSError("their list makes no sense")
                lines += self.tracepoint(tp)
                known.add(number)
        except (FaultError, OSError) as error:
            trouble = str(error)
            say("warning", f"definitions of tracepoints cannot be read: {trouble}: their frames are shown without expressions")
        if trouble:
            for ring in self.rings():
                for _, _, tag, address, _ in ring.frames():
                    if tag not in known:
                        lines.append(f"tp T{tag:x}:{address:x}:E:0:0")
                        known.add(tag)
        return lines

    def variables(self):
        table = self.variable("gtp_vars", "trace/hit/value.c")
        shown = [table.var[n] for n in range(int(table.nr))]
        if self.gtp.keeps:
            kept = self.variable("kept", "trace/var/table.c")
            shown = shown[:int(self.variable("nr_specials", "trace/var/table.c"))] + [kept.vars[n] for n in range(int(kept.nr_vars))]
        for var in shown:
            # A special variable has no value of its own.
            initial = 0 if var.special else int(var.initial) & (1 << 64) - 1
            yield f"tsv {int(var.num):x}:{initial:x}:{int(var.builtin):x}:{var.name.string_().hex()}"

    def description(self, registers):
        """Yield the lines of target.xml, as trace/target/xfer.c makes them."""
        build_id = bytes(int(self.kernel.build_id[n]) for n in range(int(self.kernel.build_id_len))).hex()
        yield '<?xml version="1.0"?>'
        yield '<!DOCTYPE target SYSTEM "gdb-target.dtd">'
        yield f"<!-- kgtp: _text={int(self.kernel.text):#x} offset={int(self.kernel.slide):#x}" + (f" build-id={build_id}" if build_id else "") + " -->"
        yield "<target>"
        yield f"<architecture>{self.string(self.prog['arch_name'])}</architecture>"
        yield "<osabi>none</osabi>"
        yield f'<feature name="{self.string(self.prog["arch_feature"])}">'
        for name, kind, bits, _, _ in registers.rows:
            yield f'<reg name="{name}" bitsize="{bits}" type="{kind}"/>'
        yield "</feature>"
        yield "</target>"

    def patch(self):
        """Return a function that corrects words of __per_cpu_offset[], as trace/run/percpu.c does in what GDB reads."""
        low, table, size = (int(self.variable(name, "trace/run/percpu.c")) for name in ("low", "table", "table_len"))
        slide = int(self.kernel.slide)
        if not low:
            return lambda address, data: data

        def patch(address, data):
            if address >= table + size or address + len(data) <= table:
                return data
            data = bytearray(data)
            for at in range(table, table + size, 8):
                if at + 8 <= address or at >= address + len(data):
                    continue
                word = (int.from_bytes(self.read(at, 8), "little") - slide) % (1 << 64)
                for n, byte in enumerate(word.to_bytes(8, "little")):
                    if 0 <= at + n - address < len(data):
                        data[at + n - address] = byte
            return bytes(data)
        return patch

    def write(self, out):
        registers = self.registers()
        lines = [f"R {registers.size:x}", self.status(), *self.tracepoints(), *self.variables(),
                 *(f"tdesc {line}" for line in self.description(registers))]
        lines = [without_string_option(line) for line in lines]
        for line in lines:
            if len(line) > LINE_MOST:
                say("warning", f"left out, as it is too long for GDB: {line[:60]}...")
        out.write(b"\x7fTRACE0\n" + "".join(line + "\n" for line in lines if len(line) <= LINE_MOST).encode() + b"\n")
        rings, patch = list(self.rings()), self.patch()
        for frame in merged(rings):
            out.write(as_tfile(frame, registers, patch))
        for ring in rings:
            if ring.broken:
                say("warning", f"CPU {ring.cpu}: {ring.broken}: its newer frames are left out")
        out.write(bytes(4))
        out.flush()


def main(prog):
    with os.fdopen(os.dup(1), "wb", buffering=1 << 20) as out:
        try:
            Dump(prog).write(out)
        except Trouble as error:
            say("error", str(error), error.step)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
            return 0
        else:
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(globals()["prog"]))
