# SPDX-License-Identifier: GPL-2.0
"""IDEs and other front ends as live viewers, with the settings of docs/ide.md: they connect, look, and never get stuck."""
import os
import re
import shlex
import shutil
import subprocess
import time

import gdbs
import ide
from harness import GdbError, Skip, case

SCRIPT = ide.TOP / "gdb/kgtp.py"
NEVER, DISABLED = "The kernel is never stopped", "stays disabled. The kernel is never stopped"


def log(t, what):
    return str(t.logs / f"{t.kernel.name}-{t.name}-{what}.log")


def start(t, program, *arguments):
    """Start a program of ide.py, which ends with the case, before the relay does."""
    t.guest.start_relay()
    t.cleanup.callback(t.guest.stop_relay)
    one = program(*arguments)
    t.cleanup.callback(one.close)
    return one


def address(t, name):
    return int(re.search(rf"^(\w+) \w {name}$", t.sh(f"grep ' {name}' /proc/kallsyms"), re.M)[1], 16)


def grows(read):
    """A counter that the running kernel counts, read twice, has grown."""
    first = read()
    time.sleep(0.5)
    assert 0 < first < read(), first


def cppdbg(t, block, **names):
    gdb = t.gdb(connect=False, program=False)
    t.guest.start_relay()
    code = ide.Cppdbg(gdb, ide.configuration("VS Code", block, vmlinux=t.kernel.vmlinux, script=SCRIPT, **names))
    stop = code.start()
    assert stop["thread-id"] == "1", stop
    thread, = code.threads()
    assert (thread["details"], thread["state"]) == ("the running kernel", "stopped"), thread
    frame, = code.stack(1)
    assert int(frame["addr"], 16) == 0 and code.variables(1, 0) == [], frame
    grows(lambda: int(code.watch("jiffies_64")[0]))
    assert set(code.watch("init_task.tasks")[1]) == {"next", "prev"}
    assert "'s'" in code.watch("init_task.comm")[1]["0"] and "PID" in gdb.cmd("kgtp ps swapper*")
    found = gdb.mi("-data-read-memory-bytes &linux_banner 13")["memory"][0]["contents"]
    assert bytes.fromhex(found) == b"Linux version", found

    # A red dot, Continue, Step, Pause.
    dot = gdb.mi("-break-insert -f vfs_read")["bkpt"]
    assert dot["enabled"] == "n", dot
    gdb.mi(f"-break-enable {dot['number']}")
    assert {row["enabled"] for row in gdb.mi("-break-list")["BreakpointTable"]["body"]} == {"n"}
    for _ in range(2):
        gdb.mi("-exec-continue")
        stop = gdb.wait("stopped")
        assert (stop["reason"], stop["signal-name"]) == ("signal-received", "0"), stop
    for command in ("next", "step", "finish", "next-instruction"):
        try:
            gdb.mi(f"-exec-{command} --thread 1 --frame 0")
        except GdbError as error:
            assert NEVER in str(error), (command, error)
        else:
            raise AssertionError(command)
    gdb.mi("-exec-interrupt")
    grows(lambda: int(code.watch("jiffies_64")[0]))

    # The Debug Console.
    load = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.cmd(f"trace *vfs_read if {load.mine}")
    gdb.cmd("tstart")
    assert load.go()["ok"] == 2
    gdb.cmd("tstop")
    gdb.cmd("tfind start")
    assert code.stack(1)[0]["func"] == "vfs_read"
    gdb.cmd("tfind none")
    gdb.cmd("set print thread-events off")
    gdb.cmd("monitor threads on")
    gdb.mi("-exec-continue")
    gdb.wait("stopped")
    threads = code.threads()
    assert len(threads) > 10, threads
    sleeper = next(one for one in threads if one.get("name") == "kthreadd")
    assert any(frame.get("func") == "schedule" for frame in code.stack(sleeper["id"])), sleeper
    code.stop()
    t.guest.stop_relay()
    assert t.load("pread", n=1, file="/proc/version", size=8).go()["ok"] == 1


@case(needs=">=3.10", timeout=300)
def live_viewer_cppdbg(t):
    """What VS Code's cppdbg sends with the manual's launch.json: values, a trace, tasks; Continue comes back, Step is refused."""
    cppdbg(t, 0, relay=t.guest.gdb_socket)


@case(needs=">=3.10", timeout=300)
def live_viewer_cppdbg_pipe(t):
    """The same with GDB at the end of a pipe, where it connects by commands of launch.json."""
    cppdbg(t, 1, **{"| putgtprsp": t.guest.gdb_socket})


def speaks_dap():
    """Return a GDB that speaks DAP: that in PATH, or Debian trixie's."""
    shown = subprocess.run(["gdb", "-nx", "-batch", "-ex", "complete interpreter-exec "], stdout=subprocess.PIPE, text=True, check=True)
    return "gdb" if "interpreter-exec dap" in shown.stdout.splitlines() else gdbs.fetch("16.3")


@case(needs=">=3.10", timeout=300)
def live_viewer_dap(t):
    """An editor that speaks the Debug Adapter Protocol: values, a trace, tasks; breakpoints are taken, Continue and steps stop."""
    command = shlex.split(ide.settings("Debug Adapter Protocol", 0, "sh", script=SCRIPT))
    assert command.pop(0) == "gdb"
    dap = start(t, ide.Dap, [speaks_dap(), "-nx", "-iex", "set debuginfod enabled off", *command], log(t, "dap"))
    asked = ide.configuration("Debug Adapter Protocol", vmlinux=t.kernel.vmlinux, relay=t.guest.gdb_socket)
    assert (asked.pop("request"), asked.pop("type")) == ("attach", "gdb")
    dap.ask("initialize", clientID="test", adapterID="gdb")
    attach = dap.send("attach", **asked)
    early, = dap.ask("setFunctionBreakpoints", breakpoints=[{"name": "vfs_read"}])["breakpoints"]
    dap.ask("configurationDone")
    dap.answer(attach, 120)
    assert dap.event("stopped")["reason"] == "attach"

    def value(expression):
        return dap.ask("evaluate", expression=expression, context="watch")["result"]

    def console(line):
        return dap.ask("evaluate", expression=line, context="repl")["result"]

    def threads():
        return dap.ask("threads", timeout=120)["threads"]

    def stack(thread):
        return dap.ask("stackTrace", threadId=thread)["stackFrames"]

    def stops(request):
        """After this request there is a stop, and then the values can be read."""
        dap.events.clear()
        dap.send(request, threadId=1)
        said = stopped = False
        while not (said and stopped):
            dap.message(time.monotonic() + 60, f"a stop after {request}, and why")
            said = any(name == "output" and NEVER in body["output"] for name, body in dap.events)
            stopped = any(name == "stopped" and body["threadId"] == 1 for name, body in dap.events)
        assert int(value("jiffies_64"))

    assert [one["id"] for one in threads()] == [1]
    frame, = stack(1)
    assert int(frame["instructionPointerReference"], 16) == 0, frame
    assert "registers" in [scope.get("presentationHint") for scope in dap.ask("scopes", frameId=frame["id"])["scopes"]]
    grows(lambda: int(value("jiffies_64")))
    assert "breakpoint     keep n" in console(f"info breakpoints {early['id']}")
    late, = dap.ask("setFunctionBreakpoints", breakpoints=[{"name": "vfs_write"}])["breakpoints"]
    assert late["verified"], late
    while DISABLED not in dap.event("output")["output"]:
        pass
    for request in ("continue", "next", "stepIn", "stepOut", "continue"):
        stops(request)
    grows(lambda: int(value("jiffies_64")))

    load = t.load("pread", n=2, file="/proc/version", size=8)
    console(f"trace *vfs_read if {load.mine}")
    console("tstart")
    assert load.go()["ok"] == 2
    console("tstop")
    assert "Found trace frame 0" in console("tfind start")
    assert stack(1)[0]["name"] == "vfs_read"
    console("tfind none")
    assert "threads" in console("monitor threads on")
    stops("continue")
    sleeper = next(one for one in threads() if one["name"] == "kthreadd")
    assert "schedule" in [one["name"] for one in stack(sleeper["id"])], sleeper
    dap.ask("disconnect")
    assert t.load("pread", n=1, file="/proc/version", size=8).go()["ok"] == 1


@case(needs=">=3.10", timeout=400)
def live_viewer_lldb(t):
    """LLDB finds the kernel's symbols where KASLR has put them, reads it, lists its tasks, and comes back from continue."""
    program = next(filter(None, map(shutil.which, ("lldb", "lldb-19"))), None)
    if not program:
        raise Skip("there is no lldb on this machine: tests/setup vm")
    connect = {"connect://127.0.0.1:1234": f"unix-connect://{t.guest.gdb_socket}"}
    lines = ide.settings("LLDB", vmlinux=t.kernel.vmlinux, **connect).splitlines()
    lldb = start(t, ide.Terminal, [program, "--no-lldbinit", "--no-use-colors"], log(t, "lldb"))

    def ask(line, timeout=60):
        """Return what a command prints."""
        lldb.type(line)
        lldb.type("script print('done ' + str(6 * 7))")
        return lldb.until(r"done 42\s", timeout)

    ask("script lldb.debugger.SetAsync(False)")     # else a prompt comes before what a command prints
    for line in lines:
        ask(line, 200)
    assert f"{address(t, 'linux_banner'):#x}" in ask("print &linux_banner") and '"swapper' in ask("print init_task.comm")
    assert f"{address(t, 'vfs_read'):#x}" in ask("disassemble --name vfs_read --count 2")
    # LLDB keeps the memory that it has read until the process goes on.
    grows(lambda: (ask("continue"), int(re.search(r"\) (?:\$\d+ = )?(\d+)", ask("print jiffies_64"))[1]))[1])
    assert ask("thread list").count("thread #") == 1
    assert "are not those of the running kernel" not in ask("process plugin packet monitor vmlinux")
    assert "failed to set breakpoint site" in ask("breakpoint set --name vfs_write")
    for command in ("continue", "thread step-inst", "continue"):
        ask(command)
        assert "stopped" in ask("process status"), command
    ask("detach")
    assert t.load("pread", n=1, file="/proc/version", size=8).go()["ok"] == 1


class Screen(ide.Terminal):
    """GDB on a terminal, where what it has on the screen cannot be told from what it had."""

    def __init__(self, t, *options):
        self.seen = str(t.logs / f"{t.kernel.name}-{t.name}.seen")
        self.asked = 0
        super().__init__(["gdb", "-nx", "-q", "-iex", "set debuginfod enabled off", "-iex", "set confirm off", *options,
                          t.kernel.vmlinux], log(t, "gdb"))

    def ask(self, line):
        """Type a command, wait until GDB has done it, and return what it has put on the screen meanwhile."""
        self.asked += 1
        self.type(line)
        self.type(f"python open('{self.seen}', 'w').write('{self.asked}')")
        self.until_true(lambda: os.path.exists(self.seen) and open(self.seen).read() == str(self.asked), line)
        return self.drain()


# On 3.10 and 4.4, GDB 13.1's window begins far above the function.
@case(needs=">=5.10", timeout=300)
def live_viewer_tui(t):
    """GDB's TUI has the code of trace frames; its windows for registers and sources do no harm."""
    gdb = start(t, Screen, t, "-x", str(SCRIPT))
    for line in ide.settings("GDB's TUI", relay=t.guest.gdb_socket).splitlines():
        gdb.ask(line)
    load = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.ask(f"trace *vfs_read if {load.mine}")
    gdb.ask("tstart")
    assert load.go()["ok"] == 2
    gdb.ask("tstop")
    gdb.ask("tfind start")
    gdb.ask("layout asm")
    assert "<vfs_read" in gdb.ask("refresh")
    gdb.ask("layout regs")
    gdb.ask("layout src")
    gdb.ask("tui disable")
    gdb.ask("tfind none")
    assert NEVER in gdb.ask("continue")
    assert "the running kernel" in gdb.ask("info threads")


DASHBOARD = "KGTP_GDB_DASHBOARD"


@case(needs=">=3.10", timeout=300)
def live_viewer_dashboard(t):
    """gdb-dashboard shows its panels when it connects, and in a trace frame."""
    if DASHBOARD not in os.environ:
        raise Skip(f"set {DASHBOARD} to the path of gdb-dashboard's .gdbinit")
    gdb = start(t, Screen, t, "-x", os.environ[DASHBOARD])
    for line in ide.settings("gdb-dashboard", relay=t.guest.gdb_socket, script=SCRIPT).splitlines():
        shown = gdb.ask(line)
    assert "Expressions" in shown and "jiffies_64" in shown, shown
    load = t.load("pread", n=2, file="/proc/version", size=8)
    gdb.ask(f"trace *vfs_read if {load.mine}")
    gdb.ask("tstart")
    assert load.go()["ok"] == 2
    gdb.ask("tstop")
    gdb.ask("tfind start")
    shown = gdb.ask("dashboard")
    assert "vfs_read" in shown and "Traceback" not in shown, shown
