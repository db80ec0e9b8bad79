# SPDX-License-Identifier: GPL-2.0
"""Front ends of debuggers, as far as the debugger sees them: what they send to it, from the settings that docs/ide.md gives."""
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import time

from gdbmi import GdbTimeout, quote

TOP = pathlib.Path(__file__).resolve().parents[2]
MANUAL = TOP / "docs/ide.md"
# What the manual's settings name: a box, and files there.
RELAY, VMLINUX, SCRIPT = "| ssh root@box putgtprsp", "/usr/lib/debug/boot/vmlinux-6.1.0-13-amd64", "/usr/local/share/kgtp/gdb/kgtp.py"


def settings(section, n=0, kind="", **names):
    """Return the n-th block of this kind in a section of the manual, with other names in the place of the manual's."""
    found = re.search(rf"^## {re.escape(section)}$(.*?)(?=^## |\Z)", MANUAL.read_text(), re.M | re.S)
    text = re.findall(rf"^```{kind}\n(.*?)^```$", found[1], re.M | re.S)[n]
    for old, new in names.items():
        old = {"relay": RELAY, "vmlinux": VMLINUX, "script": SCRIPT}.get(old, old)
        assert old in text, (section, n, old)
        text = text.replace(old, str(new))
    return text


def configuration(section, n=0, **names):
    """Return the configuration in a block of json: a launch.json's only one."""
    return json.loads(settings(section, n, "json", **names))["configurations"][0]


class Cppdbg:
    """The debug adapter of VS Code's C/C++ extension; the order is MIEngine's, of launch by a server. gdb: a Gdb."""

    def __init__(self, gdb, launch):
        assert (launch["type"], launch["request"], launch["MIMode"]) == ("cppdbg", "launch", "gdb"), launch
        self.gdb, self.launch = gdb, launch

    def command(self, text, optional=False):
        """Perform one of the commands of launch.json, MI or not. Return what comes back, or None if it may fail and does."""
        try:
            return self.gdb.mi(text, timeout=120) if text.startswith("-") else self.gdb.cmd(text)
        except Exception:
            if not optional:
                raise
            return None

    def setup(self, name):
        for one in self.launch.get(name, []):
            assert set(one) <= {"text", "description", "ignoreFailures"}, one
            self.command(one["text"], one.get("ignoreFailures", False))

    def start(self):
        """Connect, up to where VS Code shows the threads. Return {id: ...} of the first stop's notice."""
        gdb, launch = self.gdb, self.launch
        self.command("-gdb-set mi-async on")
        self.setup("setupCommands")
        self.command('-interpreter-exec console "set pagination off"')
        self.command("set debuginfod enabled off", optional=True)
        self.command("-gdb-set auto-solib-add on")
        self.command("-gdb-set stop-on-solib-events 1")
        entry = None
        if "customLaunchSetupCommands" in launch:
            self.setup("customLaunchSetupCommands")
        else:
            self.command(f"-environment-cd {launch['cwd']}")
            self.command(f"-file-exec-and-symbols {launch['program']}")
            assert "x86-64" in self.command("show architecture")
            entry = self.command("-break-insert -f main", optional=True)
            self.command(f"-target-select remote {launch['miDebuggerServerAddress']}")
        stop = gdb.wait("stopped")
        assert "reason" not in stop, stop
        self.command("info sharedlibrary")
        if entry:
            self.command(f"-break-delete {entry['bkpt']['number']}")
        if not launch.get("stopAtConnect"):
            self.command("-exec-continue")
            gdb.wait("stopped")
        return stop

    def threads(self):
        return self.command("-thread-info")["threads"]

    def stack(self, thread):
        return self.command(f"-stack-list-frames --thread {thread} 0 1000")["stack"]

    def variables(self, thread, frame):
        return self.command(f"-stack-list-variables --thread {thread} --frame {frame} --no-values")["variables"]

    def watch(self, expression, thread=1, frame=0):
        """Return the variable of the Watch panel, and of what it has in it."""
        made = self.command(f"-var-create --thread {thread} --frame {frame} - * {quote(expression)}")
        inside = {}
        if int(made["numchild"]):
            inside = {one["exp"]: one.get("value") for one in
                      self.command(f'-var-list-children --simple-values "{made["name"]}" 0 1000')["children"]}
        self.command(f"-var-delete {made['name']}")
        return made["value"], inside

    def stop(self):
        """The red square."""
        self.command("kill", optional=True)
        self.gdb.close()


class Program:
    """A program of the host with its standard input and output on pipes. log: a file for the whole conversation."""

    def __init__(self, command, log, **options):
        self.log, self.buffer, self.start = open(log, "a", errors="surrogateescape"), b"", time.monotonic()
        self.process = subprocess.Popen(command, cwd=pathlib.Path(log).parent, start_new_session=True, **options)

    def note(self, sign, text):
        self.log.write(f"{time.monotonic() - self.start:8.3f} {sign} {text}\n")
        self.log.flush()

    def more(self, stream, deadline, what, optional=False):
        """Add to the buffer what comes next. Return how much."""
        left = deadline - time.monotonic()
        data = b""
        if left > 0 and select.select([stream], [], [], left)[0]:
            try:
                data = os.read(stream, 65536)
            except OSError:         # a terminal whose program has ended
                pass
        if not data and not optional:
            raise GdbTimeout(f"{self.process.args[0]} does not say {what!r}; last: {self.buffer[-2000:].decode(errors='replace')}")
        self.buffer += data
        return len(data)

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


class DapError(Exception):
    """A request's answer says no; str() is the message."""


class Dap(Program):
    """A client of the Debug Adapter Protocol. events: [(name, body)], in order; the user may clear it."""

    def __init__(self, command, log):
        super().__init__(command, log, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.events, self.answers, self.seq = [], {}, 0

    def send(self, command, **arguments):
        """Send a request. Return its number, for answer()."""
        self.seq += 1
        text = json.dumps({"seq": self.seq, "type": "request", "command": command, "arguments": arguments})
        self.note(">", text)
        self.process.stdin.write(f"Content-Length: {len(text)}\r\n\r\n{text}".encode())
        self.process.stdin.flush()
        return self.seq

    def message(self, deadline, what):
        while not (head := re.search(rb"Content-Length: (\d+)\r\n\r\n", self.buffer)) or len(self.buffer) < head.end() + int(head[1]):
            self.more(self.process.stdout.fileno(), deadline, what)
        end = head.end() + int(head[1])
        found, self.buffer = json.loads(self.buffer[head.end():end]), self.buffer[end:]
        self.note("<", json.dumps(found))
        if found["type"] == "event":
            self.events.append((found["event"], found.get("body", {})))
        elif found["type"] == "response":
            self.answers[found["request_seq"]] = found

    def answer(self, number, timeout=60):
        deadline = time.monotonic() + timeout
        while number not in self.answers:
            self.message(deadline, f"answer {number}")
        found = self.answers.pop(number)
        if not found["success"]:
            raise DapError(found.get("message", "") + " " + json.dumps(found.get("body", {})))
        return found.get("body", {})

    def ask(self, command, timeout=60, **arguments):
        return self.answer(self.send(command, **arguments), timeout)

    def event(self, name, timeout=60):
        """Return the body of the next event with this name, and forget those up to it."""
        deadline = time.monotonic() + timeout
        while True:
            for at, (found, body) in enumerate(self.events):
                if found == name:
                    del self.events[:at + 1]
                    return body
            self.message(deadline, f"event {name}")


class Terminal(Program):
    """A program on a terminal of 40 lines."""

    ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][0-9A-B]|[=>78M])|[\x0e\x0f\r]")

    def __init__(self, command, log):
        self.master, slave = pty.openpty()
        subprocess.run(["stty", "rows", "40", "cols", "120"], stdin=slave, check=True)
        super().__init__(command, log, stdin=slave, stdout=slave, stderr=slave, env=dict(os.environ, TERM="xterm"))
        os.close(slave)

    def type(self, line):
        self.note(">", line)
        os.write(self.master, line.encode() + b"\r")

    def until(self, pattern, timeout=60):
        """Wait for this. Return what is shown up to its end, without what moves the cursor."""
        deadline = time.monotonic() + timeout
        while True:
            shown = self.ESCAPE.sub("", self.buffer.decode(errors="replace"))
            found = re.search(pattern, shown)
            if found:
                self.note("<", shown)
                self.buffer = shown[found.end():].encode()
                return shown[:found.end()]
            try:
                self.more(self.master, deadline, pattern)
            except GdbTimeout:
                self.note("<", shown)
                raise

    def until_true(self, test, what, timeout=60):
        """Wait until this holds, and keep what is shown meanwhile."""
        deadline = time.monotonic() + timeout
        while not test():
            self.more(self.master, min(deadline, time.monotonic() + 0.2), what, time.monotonic() < deadline)

    def drain(self):
        """Return what is shown, and forget it."""
        while self.more(self.master, time.monotonic() + 0.5, "more", True):
            pass
        shown, self.buffer = self.ESCAPE.sub("", self.buffer.decode(errors="replace")), b""
        self.note("<", shown)
        return shown

    def close(self):
        super().close()
        os.close(self.master)
