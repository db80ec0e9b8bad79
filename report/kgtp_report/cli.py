# SPDX-License-Identifier: GPL-2.0
"""The command line of `kgtp report'."""
import argparse
import os
import sys

from . import actions, plans
from .ctf import Ctf
from .errors import Damaged, ReportError, warn
from .page import Page
from .sinks import Chrome, Csv, Folded, Json, Text
from .stack import Stacks
from .symbols import Symbols, find_vmlinux
from .tfile import TraceFile
from .vmcore import Vmcore, extract

SINKS = {"text": (Text, "as perf script, a line a frame; the default"),
         "folded": (Folded, "counted stacks, for flame graphs (flamegraph.pl, speedscope)"),
         "chrome": (Chrome, "Chrome's trace events (Perfetto, chrome://tracing, speedscope)"),
         "json": (Json, "a JSON object a line"),
         "csv": (Csv, "comma-separated values"),
         "ctf": (Ctf, "a directory in the Common Trace Format (babeltrace2, Trace Compass); needs -o"),
         "html": (Page, "one page with a flame graph, a time line, histograms and a table"),
         "tfile": (None, "the frames as a trace file, for GDB; with --vmcore; needs -o")}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"kgtp report: {message}\n  next: kgtp report --help", file=sys.stderr)
        sys.exit(2)


def arguments(argv):
    parser = Parser(prog="kgtp report", allow_abbrev=False,
                    description="What is in a file of trace frames: one of GDB's tsave, or a copy of gtpframe. `-' is the standard input. "
                    "Several files are reported by host.")
    parser.add_argument("files", metavar="FILE", nargs="+", help="several: one of each machine; its host is the file's name")
    group = parser.add_mutually_exclusive_group()
    for name, (_, text) in SINKS.items():
        group.add_argument(f"--{name}", dest="sink", action="store_const", const=name, help=text)
    parser.add_argument("-o", "--output", metavar="FILE", help="write there, not to the standard output")
    parser.add_argument("--columns", metavar="EXPRESSION, ...", type=actions.split,
                        help="these values instead of what is collected; C expressions at the tracepoints, and comm, pid, cpu, time")
    parser.add_argument("--tracepoint", metavar="N", type=int, action="append", help="only frames of that tracepoint; may be repeated")
    parser.add_argument("--no-stack", action="store_true", help="do not unwind stacks that were collected ($bt)")
    parser.add_argument("--rows", metavar="N", type=int, default=50000, help="rows in the table of --html (50000); a sample if there are more frames")
    parser.add_argument("--vmlinux", metavar="FILE", default=os.environ.get("KGTP_VMLINUX") or None,
                        help="the vmlinux with debug information of the kernel that was traced; --vmlinux '' reads without symbols")
    parser.add_argument("--vmcore", action="store_true", help="FILE is a crash dump of a machine that was traced, or a vmcore of kdump; needs drgn")
    parser.add_argument("--module", metavar="FILE", help="with --vmcore: the kgtp.ko with debug information that was loaded")
    parser.add_argument("--text-address", metavar="ADDRESS", type=lambda text: int(text, 16),
                        help="the address of _text in the run, if the file does not tell")
    options = parser.parse_args(argv)
    options.sink = options.sink or "text"
    if options.sink == "ctf" and not options.output:
        parser.error("--ctf writes a directory: say -o DIRECTORY")
    if options.sink == "tfile" and not (options.vmcore and options.output and len(options.files) == 1):
        parser.error("--tfile makes one trace file of one crash dump: --vmcore FILE --tfile -o OUTPUT")
    if options.module and not options.vmcore:
        parser.error("--module is for crash dumps: --vmcore FILE")
    if options.vmcore and "-" in options.files:
        parser.error("a crash dump cannot be the standard input: name the file")
    if len(options.files) > 1 and "-" in options.files:
        parser.error("the standard input is one file, and has no name: name the files")
    if options.rows < 1:
        parser.error("--rows: at least 1")
    if options.columns is not None and not options.columns:
        parser.error("--columns: no expression")
    return options


def open_trace(name, options):
    if options.vmcore:
        stream = Vmcore(name, options.vmlinux, options.module)
        try:
            return TraceFile(stream, name)
        except BaseException:
            stream.close()
            raise
    if name == "-":
        return TraceFile(os.fdopen(0, "rb", buffering=0), "standard input")
    try:
        stream = open(name, "rb", buffering=0)
        return TraceFile(stream, name)
    except OSError as error:
        raise ReportError(f"{name}: {error.strerror}", "say which file has the frames: kgtp report FILE") from None


def open_output(options):
    if options.sink == "ctf":
        return None
    if options.output:
        try:
            return open(options.output, "w", encoding="utf-8", errors="backslashreplace", newline="", buffering=1 << 16)
        except OSError as error:
            raise ReportError(f"{options.output}: {error.strerror}", "say another file: -o FILE") from None
    return os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace", newline="", buffering=1 << 16)


def open_symbols(trace, options):
    vmlinux = options.vmlinux
    if vmlinux is None:
        vmlinux = find_vmlinux(trace.build_id)
    if not vmlinux:
        if options.vmlinux is None:
            warn("no vmlinux: only variables and registers are shown by name", "kgtp report --vmlinux FILE, that of the kernel that was traced")
        return None
    return Symbols(vmlinux, trace, gdb=os.environ.get("KGTP_GDB") or "gdb", text_address=options.text_address)


def read(trace, made, stacks, sink, wanted):
    """Give each frame to the sink. Return the number of damaged frames, and say the first."""
    readers, emitters, damaged, first = {}, {}, 0, None
    for number, point, buf, at, end in trace.frames():
        reader = readers.get(point)
        if reader is None:
            if wanted and point not in wanted:
                continue
            plan = made[point]
            if not plan.shown and not plan.point.commands:
                plans.add_raw(plan, buf, at, end)
            reader = readers[point] = plan.function(stacks)
            emitters[point] = sink.emitter(plan)
            for name, why in plan.problems:
                warn(f"tracepoint {point}, {name}: {why}")
        try:
            row = reader(buf, at, end)
        except Damaged:
            damaged += 1
            first = number if first is None else first
            continue
        emitters[point](number, row)
    if damaged:
        warn(f"{trace.name}: {damaged} frames are damaged and left out, the first is frame {first}")
    return damaged


def hosts(files):
    """Return a name for each file: its own without a suffix, or all of it (rpdcp puts the host behind), or its path; None for one."""
    if len(files) == 1:
        return [None]
    for name in (lambda path: os.path.splitext(os.path.basename(path))[0], os.path.basename, os.path.normpath):
        names = list(map(name, files))
        if len(set(names)) == len(files):
            return names
    raise ReportError("a file is named twice", "name each once")


def report_file(name, host, sink, options):
    """Give a file's frames to the sink, which is made if it is None. Return it, and whether the file was whole."""
    trace = open_trace(name, options)
    symbols = None
    try:
        symbols = open_symbols(trace, options)
        for point in options.tracepoint or []:
            if point not in trace.tracepoints:
                raise ReportError(f"--tracepoint {point}: the file has {', '.join(map(str, sorted(trace.tracepoints))) or 'none'}")
        made = plans.make(trace, symbols, options.columns)
        stacks = None
        if symbols and not options.no_stack and any(plan.has_stack for plan in made.values()):
            stacks = Stacks(symbols, trace.registers)
        if not sink:
            sink = SINKS[options.sink][0](open_output(options), options)
        sink.file(trace, made, stacks, host)
        damaged = read(trace, made, stacks, sink, options.tracepoint)
        if trace.broken:
            warn(f"{trace.name}: {trace.broken}; the {trace.whole} frames before it are whole, and are all that is shown")
        sink.file_ends()
        whole = not trace.broken and not damaged
        if options.vmcore:
            trace.stream.finish()
            whole = whole and trace.stream.whole
        return sink, whole
    finally:
        if symbols:
            symbols.close()
        if options.vmcore:
            trace.stream.close()


def report(options):
    if options.sink == "tfile":
        stream = Vmcore(options.files[0], options.vmlinux, options.module)
        try:
            extract(stream, options.output)
        finally:
            stream.close()
        return 0 if stream.whole else 1
    sink, status = None, 0
    for name, host in zip(options.files, hosts(options.files)):
        try:
            sink, whole = report_file(name, host, sink, options)
        except ReportError as error:
            # One machine's file does not stop the others.
            if host is None:
                raise
            warn(f"{name} is left out: {error}", *error.steps)
            whole = False
        status = status if whole else 1
    if sink:
        sink.end()
        if sink.out:
            sink.out.close()
    return status


def main(argv=None):
    options = arguments(argv)
    try:
        return report(options)
    except ReportError as error:
        warn(str(error), *error.steps)
        return 1
    except BrokenPipeError:
        # Nobody reads on. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        warn(f"{error.filename or 'output'}: {error.strerror}", "see that there is space, and say another place: -o FILE")
        return 1
