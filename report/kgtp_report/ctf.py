# SPDX-License-Identifier: GPL-2.0
"""The Common Trace Format, 1.8: a directory with the types of the events, and a stream for each CPU.

An event class is a tracepoint; its fields have the sizes and signs of the C types. A field that a frame does not have
is 0 or empty, and its name is in the event's field `unavailable'. Time does not go back in a stream, so that readers
accept it: where $clock does, by a nested hit, the time of the hit before is used, and the field $clock, if it is
collected by name, has the value itself.
"""
import os
import re
import struct
import uuid

from .errors import ReportError
from .row import COMM, CPU, PID, STACK, TIME
from .sinks import Sink

PACKET = 1 << 16
HEAD = struct.Struct("<I16sI")
CONTEXT = struct.Struct("<QQQQI")
EVENT = struct.Struct("<HQQi")
MAGIC = 0xC1FC1FC1
FRONT = """\
/* CTF 1.8 */
typealias integer {{ size = 16; align = 8; signed = false; }} := uint16_t;
typealias integer {{ size = 32; align = 8; signed = false; }} := uint32_t;
typealias integer {{ size = 64; align = 8; signed = false; }} := uint64_t;
typealias integer {{ size = 32; align = 8; signed = true; }} := int32_t;

trace {{
	major = 1;
	minor = 8;
	uuid = "{uuid}";
	byte_order = le;
	packet.header := struct {{
		uint32_t magic;
		integer {{ size = 8; align = 8; signed = false; }} uuid[16];
		uint32_t stream_id;
	}};
}};

env {{
{host}	domain = "kernel";
	tracer_name = "kgtp";
	trace_name = "{name}";
}};

clock {{
	name = monotonic;
	description = "{clock}";
	freq = 1000000000;
	offset = 0;
}};

typealias integer {{ size = 64; align = 8; signed = false; map = clock.monotonic.value; }} := kgtp_time_t;

stream {{
	id = 0;
	packet.context := struct {{
		kgtp_time_t timestamp_begin;
		kgtp_time_t timestamp_end;
		uint64_t content_size;
		uint64_t packet_size;
		uint32_t cpu_id;
	}};
	event.header := struct {{
		uint16_t id;
		kgtp_time_t timestamp;
	}};
	event.context := struct {{
		uint64_t _frame;
		int32_t _pid;
		string _comm;
	}};
}};
"""


def quoted(text):
    return re.sub(r"[^ -!#-\[\]-~]", "?", text)


def integer(kind):
    size, signed = 8 * kind["size"], "true" if kind.get("signed") else "false"
    base = " base = 16;" if kind["kind"] == "pointer" else ""
    return f"integer {{ size = {size}; align = 8; signed = {signed};{base} }}"


class Field:
    def __init__(self, column, names):
        name = re.sub(r"\W+", "_", column.name).strip("_") or "value"
        while name in names:
            name += "_"
        names.add(name)
        self.name, self.place, self.column = name, column.place, column
        kind = column.type
        if column.kind in ("string", "chars", "text"):
            self.declared = f"string _{name};"
            self.encode, self.nothing = self.text, ""
            return
        if column.kind == "array":
            element, count = kind["element"], kind["count"]
            self.declared = f"{integer(element)} _{name}[{count}];"
            packer = struct.Struct(f"<{count}{self.letter(element)}")
            self.encode, self.nothing = lambda value: packer.pack(*value), (0,) * count
            return
        self.encode, self.nothing = struct.Struct("<" + self.letter(kind)).pack, 0
        if column.kind == "enum":
            items = ", ".join(f'"{quoted(text)}" = {value}' for value, text in kind["names"])
            self.declared = f"enum : {integer(kind)} {{ {items} }} _{name};"
        else:
            self.declared = f"{integer(kind)} _{name};"

    @staticmethod
    def text(value):
        return (value if isinstance(value, str) else f"{value:#x}").encode("utf-8", "backslashreplace") + b"\0"

    @staticmethod
    def letter(kind):
        letter = {1: "b", 2: "h", 4: "i", 8: "q"}[kind["size"]]
        return letter if kind.get("signed") else letter.upper()


class Stream:
    """The events of a CPU, written a packet at a time."""

    def __init__(self, path, cpu, uid):
        self.file = open(path, "wb")
        self.cpu, self.uid = cpu, uid
        self.parts, self.size, self.begin, self.last = [], 0, None, 0

    def add(self, time, number, row, event, payload):
        self.last = max(self.last, time, 0)
        if self.begin is None:
            self.begin = self.last
        comm = (row[COMM] or "").encode("utf-8", "backslashreplace") + b"\0"
        data = EVENT.pack(event, self.last, number, -1 if row[PID] is None else row[PID]) + comm + payload
        self.parts.append(data)
        self.size += len(data)
        if self.size >= PACKET:
            self.flush()

    def flush(self):
        if self.parts:
            bits = 8 * (HEAD.size + CONTEXT.size + self.size)
            self.file.write(HEAD.pack(MAGIC, self.uid, 0) + CONTEXT.pack(self.begin, self.last, bits, bits, self.cpu))
            self.file.writelines(self.parts)
            self.parts, self.size, self.begin = [], 0, None


class Ctf(Sink):
    binary = True

    def __init__(self, *args):
        super().__init__(*args)
        if self.make(self.options.output):
            raise ReportError(f"{self.options.output} is not empty", "say another directory: -o DIRECTORY")

    @staticmethod
    def make(path):
        """Make a directory. Return the names in it."""
        try:
            os.makedirs(path, exist_ok=True)
            return os.listdir(path)
        except OSError as error:
            raise ReportError(f"{path}: {error.strerror}", "say a directory that can be made: -o DIRECTORY") from None

    def file(self, *args):
        """Each file is a trace; those of several are in directories by their hosts, which babeltrace2 reads as one."""
        super().file(*args)
        self.uuid, self.streams, self.events, self.clock = uuid.uuid4(), {}, [], True
        self.path = self.options.output
        if self.host is not None:
            self.path = os.path.join(self.path, re.sub(r"^\.+|/", "_", self.host))
            self.make(self.path)

    def emitter(self, plan):
        names = {"unavailable", "stack"}
        fields = [Field(column, names) for column in plan.shown]
        event, with_stack = plan.point.number, bool(self.stacks and plan.has_stack)
        declared = [field.declared for field in fields] + ["string _unavailable;"]
        if with_stack:
            declared += ["uint16_t __stack_length;", "string _stack[__stack_length];"]
        self.events.append(f'\nevent {{\n\tname = "{quoted(plan.name)}";\n\tid = {event};\n\tstream_id = 0;\n\tfields := struct {{\n'
                           + "".join(f"\t\t{one}\n" for one in declared) + "\t};\n};\n")
        self.clock = self.clock and (TIME in plan.header or plan.wall)

        def emit(number, row):
            parts, missing = [], []
            for field in fields:
                value = row[field.place]
                if value is None:
                    missing.append(field.name)
                    value = field.nothing
                parts.append(field.encode(value))
            parts.append(" ".join(missing).encode() + b"\0")
            if with_stack:
                stack = self.frames_of(row)
                parts.append(struct.pack("<H", len(stack)))
                parts += [name.encode() + b"\0" for _, name, _ in stack]
            cpu = row[CPU] or 0
            stream = self.streams.get(cpu)
            if stream is None:
                stream = self.streams[cpu] = Stream(os.path.join(self.path, f"cpu_{cpu}"), cpu, self.uuid.bytes)
            # Without a clock, the order is all there is.
            stream.add(number if row[TIME] is None else row[TIME], number, row, event, b"".join(parts))
        return emit

    def file_ends(self):
        for stream in self.streams.values():
            stream.flush()
            stream.file.close()
        clock = "nanoseconds of $clock" if self.clock else "the number of the frame: not all tracepoints collect $clock"
        host = "" if self.host is None else f'\thostname = "{quoted(self.host)}";\n'
        with open(os.path.join(self.path, "metadata"), "w", encoding="ascii") as file:
            file.write(FRONT.format(uuid=self.uuid, name=quoted(os.path.basename(self.trace.name)),
                                    host=host, clock=clock))
            file.writelines(self.events)
