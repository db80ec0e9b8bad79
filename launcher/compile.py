# SPDX-License-Identifier: GPL-2.0
"""kgtp compile: make one experiment of two recordings of `putgtprsp -r', whose kernels were at different addresses.

    compile.py RECORDING RECORDING VMLINUX OUT [--symbols]

What differs between them by as much as the kernels' addresses is an address, and becomes <_text+OFFSET:DIGITS>, or, with
--symbols, <FUNCTION:DIGITS>. Anything else that differs is refused.
"""
import importlib.util
import os
import re
import sys

# Bytes of the operands of agent expressions' operations (GDB's manual, "Bytecode Descriptions"); not here: none.
OPERANDS = {0x0d: 1, 0x16: 1, 0x20: 2, 0x21: 2, 0x22: 1, 0x23: 2, 0x24: 4, 0x25: 8, 0x26: 2, 0x2a: 1, 0x2c: 2, 0x2d: 2, 0x2e: 2,
            0x30: 2, 0x32: 1}
CONSTANTS, VARIABLES, PRINTF, LAST_OP = (0x24, 0x25), (0x2c, 0x2d, 0x2e), 0x34, 0x34
READS_MEMORY = {0x0c, 0x0d, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x2f, 0x30, PRINTF}
TYPE_WORDS = set("signed unsigned long int short char".split())


class Refused(Exception):
    """What cannot be compiled, and what to type instead."""

    def __init__(self, what, then="record it on the box, with GDB connected to it: putgtprsp -r FILE"):
        super().__init__(what)
        self.then = then


class Recording:
    """A file of `putgtprsp -r': its lines, and where _text was."""

    def __init__(self, path):
        with open(path, encoding="utf-8", errors="surrogateescape") as opened:
            self.lines = opened.read().splitlines()
        words = dict(line.split(" ", 1) for line in self.lines if re.match(r"[a-z-]+ ", line))
        self.linked, self.text = int(words["linked"], 16), int(words["addresses"].split()[1], 16)
        self.kernel = words.get("release", "unknown")
        self.packets = [line for line in self.lines if line.startswith("QT")]


# ---- names --------------------------------------------------------------------------------------------------------------


def functions(vmlinux):
    """Return {linked address: names of the functions there}, and {name: how many functions have it}."""
    path = [os.path.join(os.path.dirname(os.path.abspath(__file__)), *way) for way in (["gdb"], ["..", "gdb"])]
    path = [one for one in path if os.path.isdir(one)][0]
    spec = importlib.util.spec_from_file_location("kgtp_elf", os.path.join(path, "kgtp_gdb", "elf.py"))
    elf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(elf)
    opened = elf.Elf(vmlinux)
    try:
        places, times = {}, {}
        for symbol in elf.symbols(opened.contents(opened.section(".symtab")), opened.contents(opened.section(".strtab")),
                                  opened.bits, opened.order):
            if symbol.info & 15 == 2:
                places.setdefault(symbol.value, []).append(symbol)
                times[symbol.name] = times.get(symbol.name, 0) + 1
        # A global name is the least likely to change.
        return {at: [one.name for one in sorted(there, key=lambda one: (not one.info >> 4, one.name))]
                for at, there in places.items()}, times
    finally:
        opened.close()


class Text:
    """Addresses are relative to _text."""

    word, same_build = "_text", True

    def __init__(self, first):
        self.first = first

    def number(self, value, digits, _):
        return "<_text+%x:%d>" % ((value - self.first.text) % (1 << 4 * digits), digits)

    place = number

    def check(self, tracepoint):
        pass

    def check_code(self, code, tracepoint):
        pass

    def check_block(self, tracepoint):
        pass


class Names:
    """Addresses are names of functions; nothing else of this build is left."""

    word, same_build = "names", False
    then = "without --symbols it can be compiled, for this build only"

    def __init__(self, first, vmlinux):
        self.first = first
        self.at, self.times = functions(vmlinux)

    def place(self, value, digits, tracepoint):
        linked = value - self.first.text + self.first.linked
        names = self.at.get(linked, [])
        for name in names:
            if self.times[name] == 1:
                return "<%s:%d>" % (name, digits)
        if names:
            raise Refused("%s: this kernel has several functions %s" % (tracepoint, names[0]), self.then)
        below = max((at for at in self.at if at < linked), default=0)
        raise Refused("%s is at %s+%#x, which another build may have elsewhere" % (tracepoint, self.at.get(below, ["0"])[0], linked - below),
                      "trace *FUNCTION is a function's entry; " + self.then)

    def number(self, value, digits, tracepoint):
        raise Refused("%s: the address %#x of this build is in its condition or actions" % (tracepoint, value), self.then)

    def check(self, tracepoint):
        """Refuse by name what is an argument, a local, a global or a type."""
        for what, text in tracepoint.sources:
            if what == "at":
                continue
            text = re.sub(r"^\w+(/\w+)*\s", "", text) if what == "cmd" else text
            for name in re.findall(r"(?<![\w$.])[A-Za-z_]\w*|\$locals\b|\$_ret\b", text):
                if name not in TYPE_WORDS:
                    raise Refused("%s: %s in `%s': another build may have it elsewhere" % (tracepoint, name, text),
                                  "name registers ($rdi) and the module's variables ($current_task_pid) only; " + self.then)

    def check_code(self, code, tracepoint):
        if any(op in READS_MEMORY for op, _ in code):
            raise Refused("%s: its condition or actions read memory, at places of this build" % tracepoint, self.then)

    def check_block(self, tracepoint):
        raise Refused("%s: its condition or actions read memory, at places of this build" % tracepoint, self.then)


# ---- packets -------------------------------------------------------------------------------------------------------------


class Tracepoint:
    """What the user has typed for it; sources is [("at", "cond" or "cmd", text)]."""

    def __init__(self, number):
        self.number, self.sources = number, []

    def __str__(self):
        at = "".join(text for what, text in self.sources if what == "at").strip()
        return "tracepoint %d%s" % (self.number, " (trace %s)" % at if at else "")


def tracepoints(packets):
    """Return {number: Tracepoint}."""
    found = {}
    for packet in packets:
        match = re.match(r"QTDP:([0-9a-fA-F]+):", packet)
        if match:
            found.setdefault(int(match[1], 16), Tracepoint(int(match[1], 16)))
        match = re.match(r"QTDPsrc:([0-9a-fA-F]+):[0-9a-fA-F]+:(\w+):([0-9a-fA-F]+):[0-9a-fA-F]+:([0-9a-fA-F]*)$", packet)
        if match:
            sources, text = found[int(match[1], 16)].sources, bytes.fromhex(match[4]).decode("utf-8", "replace")
            if int(match[3], 16) and sources:
                text = sources.pop()[1] + text
            sources.append((match[2], text))
    return found


def instructions(code):
    """Return [(operation, operand's bytes)] of bytecode in hex."""
    code, at, found = bytes.fromhex(code), 0, []
    while at < len(code):
        op = code[at]
        size = OPERANDS.get(op, 0)
        if op == PRINTF:
            size = 3 + int.from_bytes(code[at + 2:at + 4], "big")
        if not 0 < op <= LAST_OP or at + 1 + size > len(code):
            raise Refused("bytecode that this version of kgtp does not know: %s" % code.hex())
        found.append((op, code[at + 1:at + 1 + size]))
        at += 1 + size
    return found


PIECES = [("raw", r"S|R[0-9a-fA-F]+|L|-$|[ED]:[0-9a-fA-F]+:[0-9a-fA-F]+(?::F[0-9a-fA-F]+|:S)*"), ("block", r"M(?:-1|[0-9a-fA-F]+),"),
          ("code", r":?X[0-9a-fA-F]+,")]


def pieces(text):
    """Yield (kind, text) of a tracepoint's definition or actions; kinds: raw, block (an address behind it), number, code."""
    at = 0
    while at < len(text):
        for kind, pattern in PIECES:
            match = re.compile(pattern).match(text, at)
            if match:
                break
        else:
            raise Refused("a packet that this version of kgtp does not know: %s" % text)
        at = match.end()
        yield ("raw" if kind == "code" else kind), match[0]
        if kind == "block":
            match = re.compile(r"([0-9a-fA-F]+)(,[0-9a-fA-F]+)").match(text, at)
            yield "number", match[1]
            yield "raw", match[2]
            at = match.end()
        elif kind == "code":
            size = 2 * int(re.sub(r".*X|,", "", match[0]), 16)
            yield "code", text[at:at + size]
            at += size


class Merger:
    def __init__(self, first, second, how):
        self.how, self.moved = how, second.text - first.text
        self.first, self.second = first, second
        self.tracepoints = tracepoints(first.packets)
        self.variables = set()

    def differ(self, what):
        return Refused("%s: GDB has compiled it to something else when the kernel was elsewhere" % what,
                       "an address of the kernel may be shifted, multiplied or cut in it: write it in another way; or record it on the box: "
                       "putgtprsp -r FILE")

    def is_moved(self, one, other, bits):
        return (other - one) % (1 << bits) == self.moved % (1 << bits)

    def number(self, one, other, tracepoint):
        if one == other:
            return one
        digits = 16 if max(len(one), len(other)) > 8 else 8
        if not self.is_moved(int(one, 16), int(other, 16), 4 * digits):
            raise self.differ(tracepoint)
        return self.how.number(int(one, 16), digits, tracepoint)

    def code(self, one, other, tracepoint):
        one, other = instructions(one), instructions(other)
        if [op for op, _ in one] != [op for op, _ in other]:
            raise self.differ(tracepoint)
        self.how.check_code(one, tracepoint)
        text = ""
        for (op, mine), (_, theirs) in zip(one, other):
            text += "%02x" % op
            if op in VARIABLES:
                self.variables.add(int.from_bytes(mine, "big"))
            if mine == theirs:
                text += mine.hex()
            elif op in CONSTANTS and self.is_moved(int.from_bytes(mine, "big"), int.from_bytes(theirs, "big"), 8 * len(mine)):
                text += self.how.number(int.from_bytes(mine, "big"), 2 * len(mine), tracepoint)
            else:
                raise self.differ(tracepoint)
        return text

    def place(self, one, other, tracepoint):
        if not self.is_moved(int(one, 16), int(other, 16), 64):
            raise Refused("%s is at 0x%s, which is not of the vmlinux: a number, or code of a module" % (tracepoint, one.lstrip("0")),
                          "put it at a function of the vmlinux; or record it on the box: putgtprsp -r")
        return self.how.place(int(one, 16), len(one), tracepoint)

    def definition(self, one, other, tracepoint):
        text, mine, theirs = "", list(pieces(one)), list(pieces(other))
        if [kind for kind, _ in mine] != [kind for kind, _ in theirs]:
            raise self.differ(tracepoint)
        for i, ((kind, a), (_, b)) in enumerate(zip(mine, theirs)):
            if kind == "number" and re.match(r"M(-1|f{8}),", mine[i - 1][1], re.I):
                text += self.number(a, b, tracepoint)
            elif kind == "code":
                text += self.code(a, b, tracepoint)
            elif a == b:
                text += a
            else:
                raise self.differ(tracepoint)
            if kind == "block":
                self.how.check_block(tracepoint)
        return text

    def packet(self, one, other):
        """Return the packet with its addresses replaced."""
        match, theirs = [re.match(r"(QTDP(?:src)?:-?([0-9a-fA-F]+):)([0-9a-fA-F]+):(.*)$", text) for text in (one, other)]
        if match and theirs and match[1] == theirs[1]:
            tracepoint = self.tracepoints[int(match[2], 16)]
            place = self.place(match[3], theirs[3], tracepoint)
            if one.startswith("QTDP:"):
                return match[1] + place + ":" + self.definition(match[4], theirs[4], tracepoint)
            if match[4] == theirs[4]:
                return match[1] + place + ":" + match[4]
        if one != other:
            raise self.differ(one)
        return one

    def is_idle(self, packet):
        """Is it a variable of the module that the experiment neither sets nor uses? Another version may lack it."""
        match = re.match(r"QTDV:([0-9a-fA-F]+):([0-9a-fA-F]+):1:", packet)
        return match and not int(match[2], 16) and int(match[1], 16) not in self.variables

    def lines(self):
        """Return the lines of the experiment."""
        if len(self.first.packets) != len(self.second.packets):
            raise Refused("GDB has sent other packets when the kernel was elsewhere: does the recipe depend on addresses?")
        for tracepoint in self.tracepoints.values():
            self.how.check(tracepoint)
        packets = [self.packet(*pair) for pair in zip(self.first.packets, self.second.packets)]
        result, rest = [], iter(packets)
        for line in self.first.lines:
            if line.startswith("addresses "):
                line = "addresses " + self.how.word
            elif line.startswith("QT"):
                line = next(rest)
            if not self.is_idle(line) and not (line.startswith("QTro") and not self.how.same_build):
                result.append(line)
        return result


def main(words):
    first, second, vmlinux, out = words[:4]
    first, second = Recording(first), Recording(second)
    try:
        how = Names(first, vmlinux) if "--symbols" in words[4:] else Text(first)
        merger = Merger(first, second, how)
        text = "\n".join(merger.lines()) + "\n"
        with open(out, "w", encoding="utf-8", errors="surrogateescape") as opened:
            opened.write(text)
    except Refused as error:
        print("kgtp: %s\n  next: %s" % (error, error.then), file=sys.stderr)
        return 1
    except OSError as error:
        print("kgtp: cannot write %s: %s\n  next: name another file: -o FILE" % (out, error.strerror), file=sys.stderr)
        return 1
    count = len(merger.tracepoints)
    print("kgtp: %s: %d tracepoint%s, %s %s" % (out, count, "" if count == 1 else "s",
                                             "compiled with" if "--symbols" in words[4:] else "for", first.kernel))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
