# SPDX-License-Identifier: GPL-2.0
"""Drives a real GDB on the host through its machine interface."""
import os
import re
import select
import subprocess
import tempfile
import time

# Instructions that the kernel patches, for ftrace, static keys, static calls, and probes. The last one is a 32-bit nop.
PATCHED = r"nop|endbr|call|int3|data|xchg|[cd]s |lea .*0x0\(%esi"

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class GdbError(Exception):
    """GDB answered a command with an error; str() is GDB's message, .shown its output before."""

    def __init__(self, message, shown=""):
        super().__init__(message)
        self.shown = shown


class GdbTimeout(Exception):
    """GDB did not answer."""


class Skip(Exception):
    """This case cannot run here; str() says why."""


def unquote(text):
    """Return the value of a C string that GDB prints with quotes."""
    def one(match):
        code = match[1]
        return chr(int(code, 8)) if code[0].isdigit() else ESCAPES.get(code, code)
    value = re.sub(r"\\([0-7]{1,3}|.)", one, text[1:-1])
    # GDB escapes non-ASCII characters byte by byte.
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


class MiParser:
    """Parses the result part of a record, `a="1",b={...},c=[...]`, into dict, list and str."""

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
            name = self.NAME.match(self.text, self.at)     # [frame={...},frame={...}]: the names have no meaning
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

    slow: a factor for all time limits.
    notices: GDB's asynchronous `=name,results`, and `*running` and `*stopped`, as [(name, results)], in order; the user may
    clear it.
    """

    def __init__(self, program=None, transcript=None, gdb="gdb", slow=1):
        self.notices, self.slow = [], slow
        self.log = open(transcript, "a", errors="surrogateescape") if transcript else None
        self.buffer, self.token, self.start = b"", 0, time.monotonic()
        self.process = subprocess.Popen([gdb, "-nx", "-q", "--interpreter=mi3"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        # if GDB crashes, its core is kept beside the transcript
                                        cwd=os.path.dirname(transcript) if transcript else None,
                                        start_new_session=True)
        try:
            # remotetimeout keeps GDB's default: the module must always answer in time.
            for setting in ("confirm off", "pagination off", "width 0", "height 0", "debuginfod enabled off",
                            "style enabled off", *([f"remotetimeout {2 * slow}"] if slow > 1 else [])):
                self.cmd(f"set {setting}")
            if program:
                self.cmd(f"file {program}", timeout=120)
        except BaseException:
            self.close()
            raise

    def cmd(self, command, timeout=60):
        """Run a console command. Return its output. Raises GdbError if it fails."""
        text, _ = self._exchange("-interpreter-exec console " + quote(command), timeout)
        return text

    def mi(self, command, timeout=60):
        """Run an MI command. Return its results as dict, list and str."""
        _, results = self._exchange(command, timeout)
        return MiParser(results).results()

    def script(self, text, timeout=60):
        """Run several lines as a GDB script, e.g. `actions` ... `end`. Return their output."""
        with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
            file.write(text)
            file.flush()
            return self.cmd(f"source {file.name}", timeout)

    def fails(self, command):
        """Run a console command that GDB must refuse. Return its message."""
        try:
            shown = self.cmd(command)
        except GdbError as error:
            return str(error)
        raise AssertionError(f"{command} did not fail: {shown}")

    def actions(self, number, *lines):
        """Set a tracepoint's actions."""
        return self.script("\n".join([f"actions {number}", *lines, "end"]) + "\n")

    def eval(self, expression):
        """Return the value of an expression, as `print` shows it without its number."""
        return self.mi("-data-evaluate-expression " + quote(expression))["value"]

    def value(self, expression):
        """Return the value of an integer expression."""
        return int(self.eval(expression).split()[0], 0)

    def trace(self, where, condition="", *actions):
        """Set a tracepoint. Return its number."""
        shown = self.cmd(f"trace {where}" + (f" if {condition}" if condition else ""))
        number = int(re.search(r"Tracepoint (\d+) at", shown)[1])
        if actions:
            self.actions(number, *actions)
        return number

    def locations(self, number):
        """Return the addresses of a tracepoint; several for a function that is inlined somewhere, perhaps into itself."""
        row = self.mi(f"-break-info {number}")["BreakpointTable"]["body"][0]
        return [int(one["addr"], 16) for one in row.get("locations", [row])]

    def instructions(self, where, count):
        """Return [(address, text)] of so many instructions from there on, read from memory."""
        return [(int(address, 16), text) for address, text in
                re.findall(r"^\s*(0x\w+)[^:]*:\s+(.*)", self.cmd(f"x/{count}i {where}"), re.M)]

    def inside(self, function, wanted=1):
        """Return addresses, `wanted` or more, of instructions behind a function's first one. Each call executes all of them
        in order, and the kernel does not patch them, so each can have a probe."""
        found = []
        code = self.instructions(function, 20)
        elsewhere = re.match(r"jmpq?\s+(0x\w+)", code[0][1])      # an alternative, as copy_user_generic of old kernels
        if elsewhere:
            return self.inside(elsewhere[1], wanted)
        for address, text in code[1:]:
            if re.match("jmp|ret", text):
                break
            if not re.match(PATCHED, text):
                found.append(address)
            if text.startswith("j"):
                break
        assert len(found) >= wanted, (function, found)
        return found

    def knows(self, expression):
        """Return whether the debug information has it: a release's version does not tell, as members are backported."""
        try:
            self.cmd(f"whatis {expression}")
        except GdbError:
            return False
        return True

    @property
    def has_ctf(self):
        """Return whether this GDB can save frames in CTF."""
        return "-ctf" in self.cmd("help tsave")

    def needs_ctf(self):
        if not self.has_ctf:
            raise Skip("this GDB has no `tsave -ctf'; all else passed")

    def frames(self):
        """Return the number of frames that tstatus reports."""
        return int(re.search(r"(?:Collected|Buffer contains) (\d+) trace frame", self.cmd("tstatus"))[1])

    def frame(self):
        """Return the number of the selected frame; -1: none, the live kernel."""
        return self.value("$trace_frame")

    def packet(self, text):
        """Return the target's answer to a packet."""
        return re.search(r'received: "(.*)"', self.cmd(f"maint packet {text}"))[1]

    def connect(self, target, timeout=60):
        """target: an argument of `target remote`, for instance a Unix socket's path."""
        return self.cmd(f"target remote {target}", timeout)

    def close(self):
        """End GDB: first by a command, so that it closes its connection, then by force."""
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
            if self._notice(line):
                continue
            record = re.match(rf"{self.token}\^(\w+),?(.*)", line)
            if not record:
                continue
            if record[1] == "error":
                message = MiParser(record[2]).results().get("msg", record[2])
                raise GdbError(message, "".join(shown))
            return "".join(shown), record[2]

    def _notice(self, line):
        found = re.match(r"[=*]([\w-]+),?(.*)", line)
        if found:
            self.notices.append((found[1], found[2]))
        return found

    def wait(self, name, timeout=60):
        """Return the results of the next notice with this name, and forget those up to it."""
        deadline = time.monotonic() + timeout * self.slow
        while True:
            for at, (found, results) in enumerate(self.notices):
                if found == name:
                    del self.notices[:at + 1]
                    return MiParser(results).results()
            self._notice(self._readline(deadline, f"notice {name}"))

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
