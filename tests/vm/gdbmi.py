# SPDX-License-Identifier: GPL-2.0
"""Drives a real GDB on the host through its machine interface."""
import os
import re
import select
import subprocess
import tempfile
import time

# Instructions that the kernel patches: for ftrace, static keys, static calls, and for probes. The last one is a nop of 32 bits.
PATCHED = r"nop|endbr|call|int3|data|xchg|[cd]s |lea .*0x0\(%esi"

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class GdbError(Exception):
    """GDB answered a command with an error; str() is GDB's message, .shown what it had printed before."""

    def __init__(self, message, shown=""):
        super().__init__(message)
        self.shown = shown


class GdbTimeout(Exception):
    """GDB did not answer."""


def unquote(text):
    """The value of a C string as GDB prints it, with its quotes."""
    def one(match):
        code = match[1]
        return chr(int(code, 8)) if code[0].isdigit() else ESCAPES.get(code, code)
    value = re.sub(r"\\([0-7]{1,3}|.)", one, text[1:-1])
    # GDB escapes what is not ASCII byte by byte.
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


class MiParser:
    """The result part of a record, `a="1",b={...},c=[...]`, as dict, list and str."""

    STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
    NAME = re.compile(r"([\w-]+)=")

    def __init__(self, text):
        self.text, self.at = text, 0

    def results(self, end=""):
        found = {}
        while self.at < len(self.text) and self.text[self.at] != end:
            name = self.NAME.match(self.text, self.at)
            self.at = name.end()
            found[name[1]] = self.value()
            self.skip(",")
        self.skip(end)
        return found

    def value(self):
        start = self.text[self.at]
        if start == '"':
            found = self.STRING.match(self.text, self.at)
            self.at = found.end()
            return unquote(found[0])
        self.at += 1
        if start == "{" and self.text[self.at] != '"':
            return self.results("}")
        items = []              # script={"collect $regs"} is a list, too
        while self.text[self.at] not in "]}":
            name = self.NAME.match(self.text, self.at)     # [frame={...},frame={...}]: the names say nothing
            self.at = name.end() if name else self.at
            items.append(self.value())
            self.skip(",")
        self.at += 1
        return items

    def skip(self, what):
        if what and self.text.startswith(what, self.at):
            self.at += 1


class Gdb:
    """transcript: a file to which the whole conversation is appended.

    slow: a factor to all time limits.
    notices: what GDB has told by itself, `=name,results`, as [(name, results)], in order; whoever looks at it may empty it.
    """

    def __init__(self, program=None, transcript=None, gdb="gdb", slow=1):
        self.notices, self.slow = [], slow
        self.log = open(transcript, "a", errors="surrogateescape") if transcript else None
        self.buffer, self.token, self.start = b"", 0, time.monotonic()
        self.process = subprocess.Popen([gdb, "-nx", "-q", "--interpreter=mi3"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        # should GDB crash, its core is kept beside the transcript
                                        cwd=os.path.dirname(transcript) if transcript else None,
                                        start_new_session=True)
        try:
            # remotetimeout stays GDB's own: the module must not let it wait for longer, whatever it has to do.
            for setting in ("confirm off", "pagination off", "width 0", "height 0", "debuginfod enabled off",
                            "style enabled off", *([f"remotetimeout {2 * slow}"] if slow > 1 else [])):
                self.cmd(f"set {setting}")
            if program:
                self.cmd(f"file {program}", timeout=120)
        except BaseException:
            self.close()
            raise

    def cmd(self, command, timeout=60):
        """Run a console command; -> what it prints. Raises GdbError if it fails."""
        text, _ = self._exchange("-interpreter-exec console " + quote(command), timeout)
        return text

    def mi(self, command, timeout=60):
        """Run an MI command; -> its results as dict, list and str."""
        _, results = self._exchange(command, timeout)
        return MiParser(results).results()

    def script(self, text, timeout=60):
        """Run several lines as a GDB script, as for `actions` ... `end`; -> what they print."""
        with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
            file.write(text)
            file.flush()
            return self.cmd(f"source {file.name}", timeout)

    def fails(self, command):
        """A console command that GDB must refuse; -> its message."""
        try:
            shown = self.cmd(command)
        except GdbError as error:
            return str(error)
        raise AssertionError(f"{command} did not fail: {shown}")

    def actions(self, number, *lines):
        """Give a tracepoint its actions."""
        return self.script("\n".join([f"actions {number}", *lines, "end"]) + "\n")

    def eval(self, expression):
        """The value of an expression, as `print` shows it without its number."""
        return self.mi("-data-evaluate-expression " + quote(expression))["value"]

    def value(self, expression):
        """The value of an expression that is an integer."""
        return int(self.eval(expression).split()[0], 0)

    def trace(self, where, condition="", *actions):
        """Set a tracepoint; -> its number."""
        shown = self.cmd(f"trace {where}" + (f" if {condition}" if condition else ""))
        number = int(re.search(r"Tracepoint (\d+) at", shown)[1])
        if actions:
            self.actions(number, *actions)
        return number

    def locations(self, number):
        """The addresses where a tracepoint is: several for a function that is inlined somewhere, be it in itself."""
        row = self.mi(f"-break-info {number}")["BreakpointTable"]["body"][0]
        return [int(one["addr"], 16) for one in row.get("locations", [row])]

    def instructions(self, where, count):
        """-> [(address, text)] of so many instructions from there on, in the memory as it is."""
        return [(int(address, 16), text) for address, text in
                re.findall(r"^\s*(0x\w+)[^:]*:\s+(.*)", self.cmd(f"x/{count}i {where}"), re.M)]

    def inside(self, function, wanted=1):
        """Addresses of instructions behind a function's first one, wanted or more: each call comes by all of them, one after
        the other, and a probe can be there, for the kernel does not patch them."""
        found = []
        for address, text in self.instructions(function, 20)[1:]:
            if re.match("jmp|ret", text):
                break
            if not re.match(PATCHED, text):
                found.append(address)
            if text.startswith("j"):
                break
        assert len(found) >= wanted, (function, found)
        return found

    def knows(self, expression):
        """Whether the debug information has it: a member that was backported is in no release's list."""
        try:
            self.cmd(f"whatis {expression}")
        except GdbError:
            return False
        return True

    def frames(self):
        """How many frames tstatus says there are."""
        return int(re.search(r"(?:Collected|Buffer contains) (\d+) trace frame", self.cmd("tstatus"))[1])

    def frame(self):
        """The number of the frame that GDB looks at; -1: none, but the live kernel."""
        return self.value("$trace_frame")

    def packet(self, text):
        """What the target answers to a packet."""
        return re.search(r'received: "(.*)"', self.cmd(f"maint packet {text}"))[1]

    def connect(self, target, timeout=60):
        """target: what `target remote` takes; a Unix socket's path is one."""
        return self.cmd(f"target remote {target}", timeout)

    def close(self):
        """End GDB: politely, so that it closes its connection, then by force."""
        if self.process.poll() is None:
            try:
                self._write("-gdb-exit")
                self.process.stdin.close()
                self.process.wait(10)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if self.log:
            self.log.close()
            self.log = None

    def _write(self, line):
        if self.log:
            self.log.write(f"{time.monotonic() - self.start:8.3f} > {line}\n")
            self.log.flush()
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def _exchange(self, command, timeout):
        self.token += 1
        self._write(f"{self.token}{command}")
        deadline = time.monotonic() + timeout * self.slow
        shown = []
        while True:
            line = self._readline(deadline, command)
            if line[:1] in ("~", "&", "@") and line[1:2] == '"':
                shown.append(unquote(line[1:]))
                continue
            notice = re.match(r"=([\w-]+),?(.*)", line)
            if notice:
                self.notices.append((notice[1], notice[2]))
                continue
            record = re.match(rf"{self.token}\^(\w+),?(.*)", line)
            if not record:
                continue
            if record[1] == "error":
                message = MiParser(record[2]).results().get("msg", record[2])
                raise GdbError(message, "".join(shown))
            return "".join(shown), record[2]

    def _readline(self, deadline, command):
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.process.kill()
                raise GdbTimeout(f"GDB does not answer: {command}")
            data = self.process.stdout.read1(65536)
            if not data:
                raise GdbTimeout(f"GDB ended ({self.process.wait()}) at: {command}")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        line = line.decode(errors="surrogateescape")
        if self.log:
            self.log.write(f"{time.monotonic() - self.start:8.3f} < {line}\n")
            self.log.flush()
        return line
