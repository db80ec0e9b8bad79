# SPDX-License-Identifier: GPL-2.0
"""One function a tracepoint, which makes a row of values of a frame's bytes.

A row is a tuple: time in ns, CPU, comm, pid, stack (addresses), and then the values of the columns. What the frame
does not have is None. The function is made as Python source once, so that a million frames take seconds: names and
types are resolved in it, and what is left are reads of registers, variables and memory.
"""
import re
import struct

from . import agent
from .errors import Damaged, Unavailable
from .tfile import MEMORY, VARIABLE

TIME, CPU, COMM, PID, STACK, FIRST = range(6)
HEADER = {"time": TIME, "cpu": CPU, "comm": COMM, "pid": PID}
TEXT_MOST = 4096
# What a function may change before it returns, and $kret does not keep without $kret_args.
LOST_AT_RETURN = {"rdi", "rsi", "rcx", "r8", "r9", "r10", "r11", "ecx"}

U8, U16, U32, U64 = (struct.Struct(form).unpack_from for form in ("<B", "<H", "<I", "<Q"))


# Memory of a frame: (start, end, what to add to an address for its place in the buffer), as collected.

def gather(mem, buf, address, size):
    """Return bytes that may lie across blocks. The first block that has a byte has it, as in GDB."""
    parts = []
    while size > 0:
        for start, end, shift in mem:
            if start <= address < end:
                part = min(end - address, size)
                parts.append(buf[address + shift:address + shift + part])
                address += part
                size -= part
                break
        else:
            raise Unavailable
    return b"".join(parts)


def u64(mem, buf, address):
    for start, end, shift in mem:
        if start <= address < end:
            if address + 8 <= end:
                return U64(buf, address + shift)[0]
            break
    return int.from_bytes(gather(mem, buf, address, 8), "little")


def u32(mem, buf, address):
    for start, end, shift in mem:
        if start <= address < end:
            if address + 4 <= end:
                return U32(buf, address + shift)[0]
            break
    return int.from_bytes(gather(mem, buf, address, 4), "little")


def u16(mem, buf, address):
    return int.from_bytes(gather(mem, buf, address, 2), "little")


def u8(mem, buf, address):
    return gather(mem, buf, address, 1)[0]


def decode(raw):
    text = raw.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return text.encode("unicode_escape").decode("ascii")


def chars(mem, buf, address, size):
    """An array of char: up to its NUL, or its end."""
    for start, end, shift in mem:
        if start <= address < end:
            if address + size <= end:
                at = address + shift
                return decode(buf[at:at + size].split(b"\0", 1)[0])
            break
    return decode(gather(mem, buf, address, size).split(b"\0", 1)[0])


def string(mem, buf, address):
    """What a char pointer points to: text up to its NUL, or to where the collected memory ends; else the pointer."""
    raw = b""
    while len(raw) < TEXT_MOST:
        for start, end, shift in mem:
            if start <= address < end:
                at = buf.find(b"\0", address + shift, end + shift)
                if at >= 0:
                    return decode(raw + buf[address + shift:at])
                raw += buf[address + shift:end + shift]
                address = end
                break
        else:
            break
    return decode(raw) if raw else address


def array(mem, buf, address, form):
    return form.unpack(gather(mem, buf, address, form.size))


def memory(mem, buf):
    return " ".join(f"{start:#x}:{buf[start + shift:end + shift].hex()}" for start, end, shift in mem)


class Column:
    """kind: int, bool, enum, pointer, string, chars, array, text. Its place in a row is FIRST + place, or a header's."""

    def __init__(self, name, kind, source, code=None):
        self.name, self.type, self.source, self.code = name, kind, source, code
        self.place = None

    @property
    def kind(self):
        return self.type["kind"]

    @property
    def names(self):
        return dict(map(tuple, self.type["names"]))


INT64 = {"kind": "int", "size": 8, "signed": True}
TEXT = {"kind": "text"}


# Layouts of blocks that a tracepoint's frames may have before a new one is no longer worth its own function.
LAYOUTS_MOST = 32
# How any frame is taken apart. What the columns are made of follows.
PARSE = """\
def read(buf, at, end):
    mem, var, regs = [], {{}}, None
    try:
        while at < end:
            kind = buf[at]
            if kind == 77:
                address, size = M(buf, at + 1)
                at += 11
                mem.append((address, address + size, at - address))
                at += size
            elif kind == 86:
                number, value = V(buf, at + 1)
                var[number] = value
                at += 13
            elif kind == 82:
                if regs is None:
                    regs = R(buf, at + 1)
                at += {step}
            else:
                raise Damaged
    except struct_error:
        raise Damaged from None
    if at != end:
        raise Damaged
"""


class Plan:
    """What a report takes of a tracepoint's frames."""

    def __init__(self, trace, point, name):
        self.trace, self.point, self.name = trace, point, name
        self.columns, self.problems = [], []
        self.shown = []         # the columns of the output, in its order
        self.header = {}        # TIME, CPU, COMM, PID: a column
        self.absent = set()     # places of columns that no frame has
        registers = trace.registers
        self.hidden = set()
        if point.is_return and not any(re.match(r"teval\s+\$kret_args\s*=", c) for c in point.commands):
            self.hidden = LOST_AT_RETURN & set(registers.names)
            if registers.wide and not any("$rdx" in c for c in point.commands):
                self.hidden.add("rdx")
        for slot, names in ((TIME, ("clock", "cooked_clock")), (CPU, ("cpu_id",)), (PID, ("current_task_pid",))):
            for variable in names:
                if variable in trace.variable_numbers and (slot == CPU or self.mentions(variable)):
                    self.header[slot] = self.variable(variable)
                    break
        self.wall = TIME not in self.header and self.mentions("xtime_sec") and "xtime_sec" in trace.variable_numbers
        self.has_stack = any(re.search(r"\$(bt|_ret)\b", c) for c in point.commands)

    def mentions(self, variable):
        return any(re.search(rf"\${variable}\b", command) for command in self.point.commands)

    def add(self, column):
        for old in self.columns:
            if old.source == column.source and old.name == column.name:
                return old
        column.place = FIRST + len(self.columns)
        self.columns.append(column)
        return column

    def variable(self, name):
        number = self.trace.variable_numbers[name]
        return self.add(Column("$" + name, INT64, ("var", number)))

    def simple(self, text):
        """Return the columns of $NAME, a variable or a register; None if it is another expression."""
        name = text[1:]
        registers = self.trace.registers
        if text == "$regs":
            return [self.simple("$" + reg)[0] for reg in registers.names if registers.bits[reg] in (32, 64)]
        if not re.match(r"\$\w+$", text):
            return None
        if name in self.trace.variable_numbers:
            return [self.variable(name)]
        name = {"pc": "rip" if registers.wide else "eip", "sp": "rsp" if registers.wide else "esp"}.get(name, name)
        if name in registers.index:
            pointer = registers.index[name] in (registers.pc, registers.sp)
            size = registers.bits[name] // 8
            kind = {"kind": "pointer", "size": size} if pointer else {"kind": "int", "size": size, "signed": True}
            return [self.add(Column(text, kind, ("reg", registers.index[name])))]
        return None

    def compiled(self, found):
        """Return the column of what GDB says of an expression."""
        return self.add(Column(found["name"], found["type"], ("code", found["code"], found["type"]["kind"]),
                               agent.parse(found["code"])))

    # -- Python source ------------------------------------------------------------------------

    def value(self, column, prefix, space):
        """Return (statements, expression) for a column."""
        where = column.source
        if where[0] == "var":
            return [], f"var[{where[1]}]"
        if where[0] == "memory":
            return [], "memory(mem, buf)"
        if where[0] == "reg":
            name = self.trace.registers.names[where[1]]
            if name in self.hidden:
                raise agent.NotUnderstood(f"${name} is not kept until the function's return")
            return [], narrow(f"regs[{where[1]}]", column.type)
        if agent.jumps(column.code):
            name = f"{prefix}code"
            space[name] = column.code
            lines = [f"{prefix}0 = run({name}, regs, var, {{'u8': lambda a: u8(mem, buf, a), 'u16': lambda a: u16(mem, buf, a),"
                     f" 'u32': lambda a: u32(mem, buf, a), 'u64': lambda a: u64(mem, buf, a)}}, hidden)"]
            result = f"{prefix}0"
        else:
            lines, result = agent.Writer(column.code, prefix, self.trace.registers, self.hidden).write()
        kind = column.kind
        if kind == "string":
            return lines, f"string(mem, buf, {result})"
        if kind == "chars":
            return lines, f"chars(mem, buf, {result}, {column.type['size']})"
        if kind == "array":
            element = column.type["element"]
            letter = {1: "b", 2: "h", 4: "i", 8: "q"}[element["size"]]
            form = f"{prefix}form"
            space[form] = struct.Struct(f"<{column.type['count']}{letter if element.get('signed') else letter.upper()}")
            return lines, f"array(mem, buf, {result}, {form})"
        return lines, narrow(result, column.type)

    def function(self, stacks=None):
        """Return the function (buffer, start, end) -> row."""
        registers = self.trace.registers
        space = {"M": MEMORY.unpack_from, "V": VARIABLE.unpack_from, "R": registers.struct.unpack_from,
                 "Damaged": Damaged, "struct_error": struct.error, "u8": u8, "u16": u16, "u32": u32, "u64": u64,
                 "chars": chars, "string": string, "array": array, "memory": memory, "run": agent.run,
                 "hidden": {registers.index[name] for name in self.hidden},
                 "missing": (Unavailable, KeyError, TypeError), **agent.HELPERS}
        body = ""
        for n, column in enumerate(self.columns):
            try:
                lines, value = self.value(column, f"t{n}_", space)
            except agent.NotUnderstood as error:
                self.problems.append((column.name, str(error)))
                self.absent.add(column.place)
                body += f"    c{n} = None\n"
                continue
            body += "    try:\n" + "".join(f"        {line}\n" for line in lines)
            body += f"        c{n} = {value}\n    except missing:\n        c{n} = None\n"
        head = [f"c{self.header[slot].place - FIRST}" if slot in self.header else "None" for slot in range(STACK)]
        if self.wall:
            second, part = (self.trace.variable_numbers.get(name) for name in ("xtime_sec", "xtime_nsec"))
            head[TIME] = f"var[{second}] * 1000000000 + var.get({part}, 0) if {second} in var else None"
        stack = "()"
        if stacks and self.has_stack:
            space["unwind"] = stacks.unwind
            stack = "unwind(regs, mem, buf)"
        values = [*head, stack, *(f"c{n}" for n in range(len(self.columns)))]
        body += f"    return ({', '.join(values)},)\n"
        general = PARSE.format(step=1 + registers.size) + body
        exec(compile(general, f"<frames of {self.name}>", "exec"), space)
        general, layouts = space["read"], {}

        def read(buf, at, end):
            size = end - at
            if size not in layouts:
                row = general(buf, at, end)
                if size and len(layouts) < LAYOUTS_MOST:
                    layouts[size] = of_layout(body, buf, at, end, registers, space)
                return row
            row = layouts[size](buf, at)
            # Another layout of that size.
            return general(buf, at, end) if row is None else row
        return read


def of_layout(body, buf, at, end, registers, space):
    """Return a function as that of PARSE, for frames with the same blocks: (buffer, start) -> row, or None if they differ."""
    form, names, checks, memory_blocks, start = "<", [], [], [], at
    used = {int(n) for n in re.findall(r"\bregs\[(\d+)\]", body)}
    whole = re.search(r"\bregs\b(?!\[)", body)
    variables, whole_registers, n = {}, "None", 0
    while at < end:
        n += 1
        kind, place = buf[at], at - start
        if kind == 77:
            size = MEMORY.unpack_from(buf, at + 1)[1]
            form += f"BQH{size}x"
            names += [f"k{n}", f"a{n}", f"n{n}"]
            checks += [f"k{n} != 77", f"n{n} != {size}"]
            memory_blocks.append(f"(a{n}, a{n} + {size}, at + {place + 11} - a{n})")
            at += 11 + size
        elif kind == 86:
            form += "5sq"
            names += [f"k{n}", f"v{n}"]
            checks.append(f"k{n} != {buf[at:at + 5]!r}")
            variables[VARIABLE.unpack_from(buf, at + 1)[0]] = f"v{n}"
            at += 13
        elif "k0" in names:
            form += f"B{registers.size}x"
            names.append(f"k{n}")
            checks.append(f"k{n} != 82")
            at += 1 + registers.size
        else:
            form += "B"
            names.append("k0")
            checks.append("k0 != 82")
            if whole:
                whole_registers = f"R(buf, at + {place + 1})"
            rest = registers.size
            for number, name in enumerate(registers.names):
                size = registers.bits[name] // 8
                if number in used and size in (1, 2, 4, 8):
                    form += {1: "B", 2: "H", 4: "I", 8: "Q"}[size]
                    names.append(f"r{number}")
                else:
                    form += f"{size}x"
                rest -= size
            form += f"{rest}x"
            at += 1 + registers.size
    if "k0" in names:
        body = re.sub(r"\bregs\[(\d+)\]", r"r\1", body)
    body = re.sub(r"\bvar\[(\d+)\]", lambda found: variables.get(int(found[1]), "var[0]"), body)
    places = ", ".join(f"{number}: {name}" for number, name in variables.items())
    text = f"""\
def read(buf, at):
    {', '.join(names)}, = unpack(buf, at)
    if {' or '.join(checks)}:
        return None
    mem = [{', '.join(memory_blocks)}]
    regs = {whole_registers}
    var = {{{places if re.search(r'var(?!.0.)', body) else ''}}}
{body}"""
    space = dict(space, unpack=struct.Struct(form).unpack_from)
    exec(compile(text, "<frames of one layout>", "exec"), space)
    return space["read"]


def narrow(text, kind):
    """A word as a number of that type."""
    if kind["kind"] == "bool":
        return f"({text} & {(1 << 8 * kind['size']) - 1}) != 0"
    bits = 8 * kind["size"]
    if bits < 64:
        text = f"{text} & {(1 << bits) - 1}"
    if kind.get("signed"):
        half = 1 << (bits - 1)
        return f"(({text}) ^ {half}) - {half}"
    return text
