# SPDX-License-Identifier: GPL-2.0
"""Stacks of the kernel: the return addresses in what a tracepoint collected of the stack, and their names."""
from .cfi import Frames, NotKnown
from .errors import Unavailable
from .row import u32, u64

DEPTH_MOST = 256
MASK = (1 << 64) - 1


class Stacks:
    def __init__(self, symbols, registers):
        self.symbols, self.slide = symbols, symbols.slide
        self.frames = Frames(symbols.image.frame_information(), symbols.image.bits)
        self.pc, self.sp, self.index = registers.pc, registers.sp, registers.index
        self.sp_name = "rsp" if registers.wide else "esp"
        self.word, self.read = (8, u64) if registers.wide else (4, u32)
        self.texts, self.lines = {}, {}

    def unwind(self, regs, mem, buf):
        """Return the addresses, the innermost first: the place of the hit, then return addresses."""
        if regs is None:
            return ()
        pc, sp = regs[self.pc], regs[self.sp]
        addresses, rules, cfas = [pc], [], []
        rule_of, read, slide = self.frames.rule, self.read, self.slide
        look = pc
        try:
            while len(addresses) < DEPTH_MOST:
                rule = rule_of(look - slide)
                if rule.register == self.sp_name:
                    cfa = sp + rule.offset
                else:
                    cfa = self.register(rule.register, regs, rules, cfas, mem, buf) + rule.offset
                pc = read(mem, buf, cfa + rule.back)
                if not pc or cfa < sp:
                    break
                rules.append(rule)
                cfas.append(cfa)
                addresses.append(pc)
                sp, look = cfa, pc - 1
        except (NotKnown, Unavailable):
            pass
        return tuple(addresses)

    def register(self, name, regs, rules, cfas, mem, buf):
        """Return what a register was in the frame that is being looked at: the last one that saved it knows."""
        for rule, cfa in zip(reversed(rules), reversed(cfas)):
            for saved, offset in rule.saved:
                if saved == name:
                    return self.read(mem, buf, cfa + offset)
        return regs[self.index[name]]

    def names(self, addresses):
        """Return (address, function) of each, the innermost first; inlined functions have their caller's address."""
        found = self.texts.get(addresses)
        if found is None:
            # A return address may be behind its function, if the call does not come back.
            places = [addresses[0]] + [address - 1 for address in addresses[1:]]
            known = self.symbols.names(places)
            found = []
            for address, place in zip(addresses, places):
                symbol, offset, inlined, file, line = known[place]
                where = f"{file}:{line}" if file else ""
                for name in inlined:
                    found.append((address, f"{name} (inlined)", where))
                    where = ""
                if symbol is None:
                    found.append((address, f"{address:#x}", where))
                else:
                    found.append((address, f"{symbol}+{offset + (address != place):#x}", where))
            found = tuple(found)
            if len(self.texts) < 100000:
                self.texts[addresses] = found
        return found
