# SPDX-License-Identifier: GPL-2.0
"""The outputs that are text: as perf script, JSON, CSV, folded stacks, and Chrome's trace events.

A sink is made with the output. file() says which file is read next, and emitter(plan) returns a function (number, row),
which is called for each of its frames; file_ends() is called at the end of each file, end() at the end of all.
"""
import collections
import csv
import json

from .errors import warn
from .row import COMM, CPU, PID, STACK, TIME

SECOND = 1000000000
HOST = 1 << 22      # numbers of tasks are below (PID_MAX_LIMIT): those of the next file begin there


def shown(column, value):
    """A value as text, as GDB prints it, near enough."""
    if value is None:
        return "<unavailable>"
    kind = column.kind
    if kind == "pointer" or kind == "string" and isinstance(value, int):
        return f"{value:#x}"
    if kind == "enum":
        return column.names.get(value, str(value))
    if kind == "bool":
        return "true" if value else "false"
    if kind == "array":
        pointer = column.type["element"]["kind"] == "pointer"
        return "{" + ",".join(f"{one:#x}" if pointer else str(one) for one in value) + "}"
    if kind in ("string", "chars"):
        return '"' + value.replace('"', '\\"') + '"'
    return str(value)


def plain(column, value):
    """A value for a machine: numbers as numbers, addresses as hexadecimal text."""
    if value is None or column.kind in ("int", "bool", "chars", "text") or isinstance(value, str):
        return value
    if column.kind == "array" and column.type["element"]["kind"] != "pointer":
        return list(value)
    if column.kind == "array":
        return [f"{one:#x}" for one in value]
    return shown(column, value)


class Sink:
    binary = False

    def __init__(self, out, options):
        self.out, self.options = out, options

    def file(self, trace, plans, stacks, host):
        """The next frames are of this file. host: the name of its machine, if several files are read; else None."""
        self.trace, self.plans, self.stacks, self.host = trace, plans, stacks, host

    def file_ends(self):
        """The file's stacks can be named for the last time."""

    def end(self):
        pass

    def frames_of(self, row):
        """Return (address, function, line) of the row's stack, the innermost first."""
        return self.stacks.names(row[STACK]) if row[STACK] else ()


class Text(Sink):
    """As perf script: comm, pid, CPU, time, event, values; and the stack on lines of its own."""

    def emitter(self, plan):
        head = ["f'", "{host}"]
        head.append(r"{r[%d]:>16} " % COMM if COMM in plan.header else r"           <...> ")
        head.append(r"{r[%d]:>7} " % PID if PID in plan.header else "      - ")
        if CPU in plan.header:
            head.append(r"[{r[%d]:03d}] " % CPU)
        if TIME in plan.header or plan.wall:
            head.append(r"{r[%d] // 1000000000:5d}.{r[%d] %% 1000000000:09d}: " % (TIME, TIME))
        head.append("{event}:")
        used = list(plan.header) + ([TIME] if plan.wall else [])
        host = "" if self.host is None else f"{self.host:<15} "
        space = {"event": plan.name, "shown": shown, "host": host}
        for n, column in enumerate(plan.shown):
            space[f"name{n}"] = " " + column.name + "="
            if column.place in plan.absent:
                head.append("{name%d}<unavailable>" % n)
                continue
            used.append(column.place)
            if column.kind == "int":
                head.append("{name%d}{r[%d]}" % (n, column.place))
            elif column.kind == "pointer":
                head.append("{name%d}{r[%d]:#x}" % (n, column.place))
            else:
                space[f"column{n}"] = column
                head.append("{name%d}{shown(column%d, r[%d])}" % (n, n, column.place))
        head.append(r"\n'")
        used = sorted(set(used))
        gaps = " or ".join(f"r[{place}] is None" for place in used) or "False"
        exec(f"def line(r):\n    if {gaps}:\n        return slow(r)\n    return {''.join(head)}\n",
             space)
        space["slow"] = lambda row: host + self.slow(plan, row)
        line, write = space["line"], self.out.write
        if not self.stacks:
            return lambda number, row: write(line(row))

        def emit(number, row):
            write(line(row))
            if row[STACK]:
                for address, name, _ in self.stacks.names(row[STACK]):
                    write(f"\t{address:16x} {name} ([{'unknown' if name.startswith('0x') else 'kernel'}])\n")
                write("\n")
        return emit

    @staticmethod
    def slow(plan, row):
        comm = "<...>" if row[COMM] is None else row[COMM]
        pid = "-" if row[PID] is None else row[PID]
        text = f"{comm:>16} {pid:>7} "
        if row[CPU] is not None:
            text += f"[{row[CPU]:03d}] "
        if row[TIME] is not None:
            text += f"{row[TIME] // SECOND:5d}.{row[TIME] % SECOND:09d}: "
        return text + plan.name + ":" + "".join(f" {c.name}={shown(c, row[c.place])}" for c in plan.shown) + "\n"


class Json(Sink):
    """A JSON object a line."""

    def emitter(self, plan):
        dumps, write, columns = json.JSONEncoder(ensure_ascii=False).encode, self.out.write, plan.shown
        host = {} if self.host is None else {"host": self.host}

        def emit(number, row):
            one = {**host, "frame": number, "tracepoint": plan.point.number, "event": plan.name, "time": row[TIME], "cpu": row[CPU],
                   "comm": row[COMM], "pid": row[PID], "values": {c.name: plain(c, row[c.place]) for c in columns}}
            if row[STACK]:
                one["stack"] = [{"address": f"{address:#x}", "function": name, **({"line": line} if line else {})}
                                for address, name, line in self.frames_of(row)]
            write(dumps(one) + "\n")
        return emit


class Csv(Sink):
    """With columns that are asked for only these; else what is known of each frame, and all columns of all tracepoints."""

    def __init__(self, *args):
        super().__init__(*args)
        self.writer = csv.writer(self.out, lineterminator="\n")
        self.names = self.with_stack = None

    def file(self, *args):
        super().file(*args)
        self.told = set()

    def begin(self):
        # Raw columns are known at the first frame only.
        self.names = list(dict.fromkeys(c.name for plan in self.plans.values() for c in plan.shown))
        self.with_stack = bool(self.stacks)
        front = [] if self.host is None else ["host"]
        front += [] if self.options.columns else ["frame", "tracepoint", "event", "time", "cpu", "comm", "pid"]
        self.writer.writerow(front + self.names + (["stack"] if self.with_stack else []))

    def emitter(self, plan):
        if self.names is None:
            self.begin()
        columns, write = {column.name: column for column in plan.shown}, self.writer.writerow
        for name in [name for name in columns if name not in self.names and name not in self.told]:
            self.told.add(name)
            warn(f"{self.trace.name}: {name} is left out: the first file, which makes the columns, does not have it",
                 "--json has each file's own values; or name the columns: --columns 'EXPRESSION, ...'")
        columns = [columns.get(name) for name in self.names]
        front = [] if self.host is None else [self.host]

        def emit(number, row):
            values = front + ([] if self.options.columns else [number, plan.point.number, plan.name, row[TIME], row[CPU], row[COMM], row[PID]])
            for column in columns:
                value = None if column is None else plain(column, row[column.place])
                values.append(" ".join(map(str, value)) if isinstance(value, list) else value)
            if self.with_stack:
                values.append(";".join(name for _, name, _ in self.frames_of(row)) if self.stacks else None)
            write(values)
        return emit

    def end(self):
        if self.names is None:
            self.begin()


class Counted(Sink):
    """Counts equal stacks; what it keeps grows with the number of different stacks only."""

    def __init__(self, *args):
        super().__init__(*args)
        self.counts = collections.Counter()     # of the file that is read
        self.named = collections.Counter()      # {names from the outside in: the host, the task, callers, the function: count}

    def file(self, *args):
        super().file(*args)
        self.counts.clear()

    def emitter(self, plan):
        counts = self.counts

        def emit(number, row):
            counts[row[COMM], plan.name, row[STACK]] += 1
        return emit

    def file_ends(self):
        for (comm, event, stack), count in self.counts.items():
            names = ([] if self.host is None else [self.host]) + [comm or "<...>"]
            if stack:
                for _, name, _ in reversed(self.stacks.names(stack)):
                    names.append(name.replace(" (inlined)", "_[i]") if "(inlined)" in name else name.rpartition("+")[0] or name)
            else:
                names.append(event)
            self.named[tuple(names)] += count


class Folded(Counted):
    """For flamegraph.pl, speedscope, inferno: outer;inner count."""

    def end(self):
        for names, count in sorted(self.named.items()):
            self.out.write(";".join(name.replace(";", ":") for name in names) + f" {count}\n")


class Chrome(Sink):
    """Chrome's trace event format: an instant a frame; a slice for a return with $kret_ns. A track a task, or else a CPU."""

    def __init__(self, *args):
        super().__init__(*args)
        self.dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        self.tracks, self.first, self.base = {}, True, -HOST
        self.out.write('{"displayTimeUnit":"ns","traceEvents":[\n')

    def file(self, *args):
        super().file(*args)
        self.base += HOST

    def put(self, event):
        self.out.write(("" if self.first else ",\n") + self.dumps(event))
        self.first = False

    def track(self, row):
        """Return the ids of the row's track, and name it the first time or when the task has another name."""
        if row[PID] is None:
            ids, name, process = (0, row[CPU] or 0), f"CPU {row[CPU] or 0}", "CPUs"
        else:
            ids = (row[PID], row[PID]) if row[PID] else (0, -1 - (row[CPU] or 0))
            name = process = row[COMM] or f"task {row[PID]}"
        ids = ids[0] + self.base, ids[1] + self.base
        if self.host is not None:
            process = f"{self.host}: {process}"
        if self.tracks.get(ids) != name:
            self.tracks[ids] = name
            self.put({"ph": "M", "name": "process_name", "pid": ids[0], "tid": ids[1], "args": {"name": process}})
            self.put({"ph": "M", "name": "thread_name", "pid": ids[0], "tid": ids[1], "args": {"name": name}})
        return ids

    def emitter(self, plan):
        columns = plan.shown
        duration = next((c.place for c in plan.columns if c.name == "$kret_ns"), None)

        def emit(number, row):
            pid, tid = self.track(row)
            # Without a clock, the order is all there is.
            time = number * 1000 if row[TIME] is None else row[TIME]
            values = {"frame": number, "cpu": row[CPU], **{c.name: plain(c, row[c.place]) for c in columns}}
            if row[STACK]:
                values["stack"] = [name for _, name, _ in self.frames_of(row)]
            event = {"name": plan.name, "cat": "kgtp", "pid": pid, "tid": tid, "args": values}
            if duration is not None and row[duration] is not None:
                event.update(ph="X", ts=(time - row[duration]) / 1000, dur=row[duration] / 1000)
            else:
                event.update(ph="i", s="t", ts=time / 1000)
            self.put(event)
        return emit

    def end(self):
        self.out.write("\n]}\n")
