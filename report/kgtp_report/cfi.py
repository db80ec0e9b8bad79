# SPDX-License-Identifier: GPL-2.0
"""DWARF call frame information of a vmlinux (.debug_frame): at an address, where the caller's registers are."""
import bisect
import struct
from array import array

# The numbers of registers in DWARF.
NAMES_64 = {0: "rax", 1: "rdx", 2: "rcx", 3: "rbx", 4: "rsi", 5: "rdi", 6: "rbp", 7: "rsp", 8: "r8", 9: "r9", 10: "r10",
            11: "r11", 12: "r12", 13: "r13", 14: "r14", 15: "r15"}
NAMES_32 = {0: "eax", 1: "ecx", 2: "edx", 3: "ebx", 4: "esp", 5: "ebp", 6: "esi", 7: "edi"}


class NotKnown(Exception):
    """The information does not cover it, or says it in a way that is not read here."""


def uleb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def sleb(data, at):
    start = at
    value, at = uleb(data, at)
    bits = 7 * (at - start)
    return value - (1 << bits) if value >> (bits - 1) else value, at


class Rule:
    """cfa = register + offset; the return address is at cfa + back; `saved' are (register, offset from cfa)."""
    __slots__ = ("register", "offset", "back", "saved")

    def __init__(self, register, offset, back, saved):
        self.register, self.offset, self.back, self.saved = register, offset, back, saved


class Frames:
    def __init__(self, data, bits):
        self.data, self.bits = data, bits
        self.address = struct.Struct("<QQ" if bits == 64 else "<II")
        self.names = NAMES_64 if bits == 64 else NAMES_32
        self.return_column = 16 if bits == 64 else 8
        self.starts, self.places, self.cies, self.rules = array("Q"), array("Q"), {}, {}
        self.index()

    def index(self):
        """Find where the description of each function begins; nothing else is read before it is asked for."""
        data, at, found = self.data, 0, []
        while at + 8 <= len(data):
            length, kind = struct.unpack_from("<II", data, at)
            if length == 0xffffffff:
                break                           # 64-bit DWARF: nobody makes it for a kernel
            if length and kind != 0xffffffff:
                found.append((self.address.unpack_from(data, at + 8)[0], at))
            at += 4 + length
        found.sort()
        self.starts.extend(start for start, _ in found)
        self.places.extend(place for _, place in found)

    def cie(self, at):
        if at not in self.cies:
            data = self.data
            length = struct.unpack_from("<I", data, at)[0]
            version, end = data[at + 8], at + 4 + length
            zero = data.index(b"\0", at + 9)
            if data[at + 9:zero]:
                raise NotKnown
            here = zero + 1 + (2 if version >= 4 else 0)        # sizes of an address and of a segment
            code, here = uleb(data, here)
            scale, here = sleb(data, here)
            if version == 1:
                column, here = data[here], here + 1
            else:
                column, here = uleb(data, here)
            self.cies[at] = code, scale, column, here, end
        return self.cies[at]

    def rule(self, pc):
        """Return the Rule at an address of the file, or raise NotKnown."""
        found = self.rules.get(pc)
        if found is None:
            try:
                found = self.make(pc)
            except (NotKnown, IndexError, ValueError, struct.error):
                found = False
            self.rules[pc] = found
        if not found:
            raise NotKnown
        return found

    def make(self, pc):
        n = bisect.bisect_right(self.starts, pc) - 1
        if n < 0:
            raise NotKnown
        data, at = self.data, self.places[n]
        length, cie = struct.unpack_from("<II", data, at)
        start, size = self.address.unpack_from(data, at + 8)
        if pc >= start + size:
            raise NotKnown
        code, scale, column, begin, end = self.cie(cie)
        cfa, saved = self.run(begin, end, code, scale, pc, None, None)
        cfa, saved = self.run(at + 8 + self.address.size, at + 4 + length, code, scale, pc - start, cfa, saved)
        if cfa is None or column not in saved or cfa[0] not in self.names:
            raise NotKnown
        return Rule(self.names[cfa[0]], cfa[1], saved[column],
                    [(self.names[reg], offset) for reg, offset in saved.items() if reg in self.names])

    def run(self, at, end, code, scale, goal, cfa, initial):
        """Run instructions up to the row of `goal'. Return the CFA (register, offset) and {register: offset}."""
        data, saved, stack, here = self.data, dict(initial or {}), [], 0
        while at < end:
            op = data[at]
            at += 1
            low = op & 0x3f
            if op >> 6 == 1:                                    # advance_loc
                here += low * code
                if here > goal:
                    break
            elif op >> 6 == 2:                                  # offset
                value, at = uleb(data, at)
                saved[low] = value * scale
            elif op >> 6 == 3:                                  # restore
                self.restore(saved, initial, low)
            elif op in (0x02, 0x03, 0x04):                      # advance_loc1, 2, 4
                size = 1 << (op - 2)
                here += int.from_bytes(data[at:at + size], "little") * code
                at += size
                if here > goal:
                    break
            elif op == 0x05:                                    # offset_extended
                reg, at = uleb(data, at)
                value, at = uleb(data, at)
                saved[reg] = value * scale
            elif op == 0x06:                                    # restore_extended
                reg, at = uleb(data, at)
                self.restore(saved, initial, reg)
            elif op in (0x07, 0x08):                            # undefined, same_value
                reg, at = uleb(data, at)
                saved.pop(reg, None)
            elif op == 0x0a:                                    # remember_state
                stack.append((cfa, dict(saved)))
            elif op == 0x0b:                                    # restore_state
                cfa, saved = stack.pop()
            elif op == 0x0c:                                    # def_cfa
                reg, at = uleb(data, at)
                value, at = uleb(data, at)
                cfa = reg, value
            elif op == 0x0d:                                    # def_cfa_register
                reg, at = uleb(data, at)
                cfa = reg, cfa[1]
            elif op == 0x0e:                                    # def_cfa_offset
                value, at = uleb(data, at)
                cfa = cfa[0], value
            elif op == 0x10:                                    # expression: that register is not known
                reg, at = uleb(data, at)
                size, at = uleb(data, at)
                at += size
                saved.pop(reg, None)
            elif op == 0x2e:                                    # GNU_args_size
                _, at = uleb(data, at)
            elif op:                                            # 0 is nop
                raise NotKnown
        return cfa, saved

    @staticmethod
    def restore(saved, initial, reg):
        if initial and reg in initial:
            saved[reg] = initial[reg]
        else:
            saved.pop(reg, None)
