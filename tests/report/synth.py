# SPDX-License-Identifier: GPL-2.0
"""Writes trace files in GDB's format, as tsave and gtpframe make them."""
import struct

REGS = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip".split()
REGS_32 = "eflags cs ss ds es fs gs".split()
# The x87 registers follow, which no frame has.
X87 = 8 * 10 + 8 * 4


def description(comment=""):
    lines = ['<?xml version="1.0"?>', '<!DOCTYPE target SYSTEM "gdb-target.dtd">', "<target>", *([f"<!-- {comment} -->"] if comment else []),
             "<architecture>i386:x86-64</architecture>", "<osabi>none</osabi>", '<feature name="org.gnu.gdb.i386.core">']
    lines += [f'<reg name="{name}" bitsize="64" type="{dict(rip="code_ptr", rsp="data_ptr", rbp="data_ptr").get(name, "int64")}"/>' for name in REGS]
    lines += [f'<reg name="{name}" bitsize="32" type="int32"/>' for name in REGS_32]
    lines += [f'<reg name="st{n}" bitsize="80" type="i387_ext"/>' for n in range(8)]
    lines += [f'<reg name="{name}" bitsize="32" type="int" group="float"/>' for name in "fctrl fstat ftag fiseg fioff foseg fooff fop".split()]
    return lines + ["</feature>", "</target>"]


class Synth:
    """tracepoints: {number: (address, location, [command])}; variables: names, numbered from 2 on."""

    def __init__(self, tracepoints, variables, comment="", described=True):
        self.described = described
        self.numbers = {name: n + 2 for n, name in enumerate(variables)}
        self.size = 17 * 8 + 7 * 4 + (X87 if described else 0)
        lines = [f"R {self.size:x}", "status 0;tstop::0;tframes:1;tcreated:1;tsize:500000;tfree:4000;circular:0;disconn:0;starttime:0;stoptime:0"]
        lines += [f"tsv {number:x}:0:0:{name.encode().hex()}" for name, number in self.numbers.items()]
        for number, (address, at, commands) in tracepoints.items():
            lines.append(f"tp T{number:x}:{address:x}:E:0:0")
            for kind, text in [("at", at)] * bool(at) + [("cmd", command) for command in commands]:
                lines.append(f"tp Z{number:x}:{address:x}:{kind}:0:{len(text):x}:{text.encode().hex()}")
        lines += [f"tdesc {line}" for line in (description(comment) if described else [])]
        self.header = b"\x7fTRACE0\n" + "\n".join(lines).encode() + b"\n\n"

    def registers(self, **values):
        return b"R" + struct.pack("<17Q7I", *(values.get(name, 0) & (1 << 64) - 1 for name in REGS), *(0 for _ in REGS_32)) + bytes(X87 if self.described else 0)

    def variable(self, name, value):
        return b"V" + struct.pack("<iQ", self.numbers[name], value & (1 << 64) - 1)

    @staticmethod
    def memory(address, data):
        """One block, or several of at most 65535 bytes."""
        blocks = b""
        for at in range(0, len(data), 65535):
            part = data[at:at + 65535]
            blocks += b"M" + struct.pack("<QH", address + at, len(part)) + part
        return blocks

    @staticmethod
    def frame(number, *blocks):
        payload = b"".join(blocks)
        return struct.pack("<hI", number, len(payload)) + payload

    def file(self, frames, end=b"\0\0\0\0"):
        return self.header + b"".join(frames) + end
