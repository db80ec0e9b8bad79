# SPDX-License-Identifier: GPL-2.0
"""GDB's agent expressions, as Python source.

GDB compiles an expression, at a place in the code, to bytecode for a stack machine with 64-bit words: it has resolved
names, types and locations. So an expression is compiled once, and evaluated for each frame without GDB. Words
are kept as numbers from 0 to 2^64 - 1.
"""
import re

from .errors import Unavailable

MASK = (1 << 64) - 1
SIGN = 1 << 63
REF = {"ref8": "u8", "ref16": "u16", "ref32": "u32", "ref64": "u64"}
BINARY = {"add": "({a} + {b}) & MASK", "sub": "({a} - {b}) & MASK", "mul": "({a} * {b}) & MASK",
          "bit_and": "{a} & {b}", "bit_or": "{a} | {b}", "bit_xor": "{a} ^ {b}",
          "equal": "int({a} == {b})", "less_unsigned": "int({a} < {b})", "less_signed": "int(signed({a}) < signed({b}))",
          "lsh": "({a} << {b}) & MASK if {b} < 64 else 0", "rsh_unsigned": "{a} >> {b} if {b} < 64 else 0",
          "rsh_signed": "(signed({a}) >> min({b}, 63)) & MASK", "div_unsigned": "divide({a}, {b})[0]",
          "rem_unsigned": "divide({a}, {b})[1]", "div_signed": "divide_signed({a}, {b})[0]",
          "rem_signed": "divide_signed({a}, {b})[1]"}
UNARY = {"log_not": "int(not {a})", "bit_not": "{a} ^ MASK"}


class NotUnderstood(ValueError):
    pass


def signed(word):
    return (word ^ SIGN) - SIGN


def extend(word, bits):
    if not 0 < bits < 64:
        return word
    half = 1 << (bits - 1)
    return (((word & ((1 << bits) - 1)) ^ half) - half) & MASK


def divide(a, b):
    if not b:
        raise Unavailable
    return divmod(a, b)


def divide_signed(a, b):
    if not b:
        raise Unavailable
    a, b = signed(a), signed(b)
    quotient = abs(a) // abs(b)
    if (a < 0) != (b < 0):
        quotient = -quotient
    return quotient & MASK, (a - quotient * b) & MASK


HELPERS = {"MASK": MASK, "signed": signed, "extend": extend, "divide": divide, "divide_signed": divide_signed}
# The same as functions, for run().
FUNCTIONS = {op: eval(f"lambda a, b: {text}".format(a="a", b="b"), dict(HELPERS)) for op, text in BINARY.items()}
FUNCTIONS_1 = {op: eval(f"lambda a: {text}".format(a="a"), dict(HELPERS)) for op, text in UNARY.items()}


def parse(text):
    """Return [(offset, operation, operand or None)] of what `maint agent-eval' prints."""
    code = []
    for line in text.splitlines():
        found = re.match(r"\s*(\d+)\s+([a-z_0-9]+)(?:\s+(-?\d+))?\s*$", line)
        if found:
            code.append((int(found[1]), found[2], None if found[3] is None else int(found[3])))
    if not code or code[-1][1] != "end":
        raise NotUnderstood("GDB's bytecode has no end")
    return code


class Writer:
    """Makes the statements for one expression. Their variables begin with `prefix'."""

    def __init__(self, code, prefix, registers, hidden=()):
        self.code, self.prefix, self.registers, self.hidden = code, prefix, registers, hidden
        self.lines, self.stack = [], []

    def new(self, expression):
        name = f"{self.prefix}{len(self.lines)}"
        self.lines.append(f"{name} = {expression}")
        self.stack.append(name)

    def pop(self):
        if not self.stack:
            raise NotUnderstood("GDB's bytecode takes from an empty stack")
        return self.stack.pop()

    def register(self, number):
        """Return the expression of a register; `number' is its place in the description."""
        if number >= len(self.registers.names):
            raise NotUnderstood(f"register {number} is not in the frames")
        name = self.registers.names[number]
        if name in self.hidden:
            raise NotUnderstood(f"${name} is not kept until the function's return")
        return f"regs[{number}]"

    def write(self):
        """Return (statements, name of the result)."""
        for _, op, operand in self.code:
            if op == "end":
                return self.lines, self.pop()
            self.one(op, operand)
        raise NotUnderstood("GDB's bytecode has no end")

    def one(self, op, operand):
        if op.startswith("const"):
            self.stack.append(str(operand & MASK))
        elif op == "reg":
            self.new(self.register(operand))
        elif op == "getv":
            self.new(f"var[{operand}] & MASK")
        elif op in REF:
            self.new(f"{REF[op]}(mem, buf, {self.pop()})")
        elif op in BINARY:
            b, a = self.pop(), self.pop()
            self.new(BINARY[op].format(a=a, b=b))
        elif op in UNARY:
            self.new(UNARY[op].format(a=self.pop()))
        elif op == "ext":
            self.new(f"extend({self.pop()}, {operand})")
        elif op == "zero_ext":
            if operand < 64:
                self.new(f"{self.pop()} & {(1 << operand) - 1}")
        elif op == "dup":
            self.stack.append(self.stack[-1])
        elif op == "pop":
            self.pop()
        elif op == "swap":
            self.stack[-2:] = self.stack[:-3:-1]
        elif op == "pick":
            self.stack.append(self.stack[-1 - operand])
        elif op == "rot":
            self.stack[-3:] = [self.stack[-1], self.stack[-3], self.stack[-2]]
        else:
            raise NotUnderstood(f"the operation {op} of GDB's bytecode")


def jumps(code):
    return any(op in ("goto", "if_goto") for _, op, _ in code)


def run(code, regs, var, reads, hidden=()):
    """Evaluate bytecode with jumps. reads: a function for each size in bytes."""
    places = {offset: n for n, (offset, _, _) in enumerate(code)}
    stack, at = [], 0
    while True:
        _, op, operand = code[at]
        at += 1
        if op == "end":
            return stack.pop()
        if op == "goto" or op == "if_goto":
            if op == "goto" or stack.pop():
                at = places[operand]
        elif op.startswith("const"):
            stack.append(operand & MASK)
        elif op == "reg":
            if operand in hidden:
                raise Unavailable
            stack.append(regs[operand])
        elif op == "getv":
            stack.append(var[operand] & MASK)
        elif op in REF:
            stack.append(reads[REF[op]](stack.pop()))
        elif op in BINARY:
            b, a = stack.pop(), stack.pop()
            stack.append(FUNCTIONS[op](a, b))
        elif op in UNARY:
            stack.append(FUNCTIONS_1[op](stack.pop()))
        elif op == "ext":
            stack.append(extend(stack.pop(), operand))
        elif op == "zero_ext":
            stack.append(stack.pop() & ((1 << operand) - 1))
        elif op == "dup":
            stack.append(stack[-1])
        elif op == "pop":
            stack.pop()
        elif op == "swap":
            stack[-2:] = stack[:-3:-1]
        elif op == "pick":
            stack.append(stack[-1 - operand])
        elif op == "rot":
            stack[-3:] = [stack[-1], stack[-3], stack[-2]]
        else:
            raise Unavailable
