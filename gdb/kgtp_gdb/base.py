# SPDX-License-Identifier: GPL-2.0
"""What the commands share: the `kgtp` prefix, how a command is made, and whether GDB is connected to a KGTP target."""
from __future__ import print_function
import re
import sys

import gdb

# GDB 7.2 has neither gdb.GdbError for functions nor Value.string(length=): what is newer is asked for by hasattr().
Error = gdb.GdbError
PYTHON3 = sys.version_info[0] >= 3
if PYTHON3:
    long = int


def say(text=""):
    gdb.write(text + "\n")


def is_dap():
    """Was GDB started with --interpreter=dap?"""
    return "gdb.dap" in sys.modules


def later(function):
    """Call it now, or, under DAP, behind the command that GDB executes: DAP does not show what is printed meanwhile."""
    if is_dap():
        gdb.post_event(function)
    else:
        function()


def tell(text):
    """Say it also where GDB, under DAP, keeps what a command prints to itself."""
    if is_dap():
        from gdb.dap.server import send_event
        send_event("output", {"category": "console", "output": text + "\n"})
    else:
        say(text)


# GDB 18 under MI returns what the target prints as records of MI, @"text\n".
_TARGETS = re.compile(r'^@"((?:[^"\\\n]|\\.)*)"\n', re.M)
_ESCAPED = re.compile(r"\\([0-7]{3}|.)")
_ESCAPES = {"n": "\n", "t": "\t"}


def _text_of_record(found):
    return _ESCAPED.sub(lambda one: chr(int(one.group(1), 8)) if one.group(1).isdigit() else _ESCAPES.get(one.group(1), one.group(1)),
                        found.group(1))


def output_of(command):
    """Run a command of GDB. Return what it prints."""
    return _TARGETS.sub(_text_of_record, gdb.execute(command, False, True) or "")


def try_output_of(command):
    try:
        return output_of(command)
    except gdb.error if hasattr(gdb, "error") else RuntimeError:
        return ""


def number(value):
    """The number that a gdb.Value, perhaps a pointer, is; not negative if it is a pointer."""
    if isinstance(value, gdb.Value) and value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        return long(value.cast(unsigned_long()))
    return long(value)


def unsigned_long():
    return gdb.lookup_type("unsigned long")


# ---- the connection ---------------------------------------------------------

class Session(object):
    """One connection to a KGTP target."""

    def __init__(self):
        self.facts = {}         # what the commands keep for this connection
        self.is_dry = False     # putgtprsp --dry: there is no kernel


_session = None
last_target = None      # what `target remote' was given; GDB tells from 12 on


def is_remote():
    """Is there a remote target in this inferior? GDB does not tell before 12; then any running one counts."""
    inferior = gdb.selected_inferior()
    if hasattr(inferior, "connection"):
        return inferior.connection is not None and inferior.connection.type in ("remote", "extended-remote")
    return inferior.pid != 0


def session():
    """Return the Session, or None if the current inferior is not connected to KGTP."""
    global _session
    if _session is not None and not is_same():
        _session = None
    return _session


def identity():
    """Tell connections apart, where GDB does: from 12 on."""
    inferior = gdb.selected_inferior()
    connection = getattr(inferior, "connection", None)
    return inferior.num, getattr(connection, "num", None)


def is_same():
    return is_remote() and _session.identity == identity()


def connected():
    """GDB has connected to some remote target. Return the new Session if it is KGTP, or None."""
    global _session, last_target
    _session = None
    # Only KGTP has this monitor command; any other target answers otherwise, or not at all.
    told = try_output_of("monitor help") if is_remote() else ""
    if "monitor vmlinux" in told:
        _session = Session()
        _session.is_dry = "There is no kernel here" in told
        _session.identity = identity()
        last_target = getattr(getattr(gdb.selected_inferior(), "connection", None), "details", None) or last_target
    return _session


def need_session():
    found = session()
    if found is None:
        raise Error("not connected to KGTP: target remote | putgtprsp, or target remote HOST:PORT")
    return found


def frame_is_selected():
    """Is a trace frame selected? Then memory is what the frame has collected."""
    try:
        return int(gdb.parse_and_eval("$trace_frame")) >= 0
    except (gdb.error if hasattr(gdb, "error") else RuntimeError, ValueError):
        return False


def need_live():
    """For commands that walk the live kernel."""
    if need_session().is_dry:
        raise Error("there is no kernel here: putgtprsp --dry only records an experiment")
    if frame_is_selected():
        raise Error("a trace frame is selected, and has only what it collected: tfind none, then try again")


# ---- commands ---------------------------------------------------------------

class Command(gdb.Command):
    """A command: its name is `name`, its help the class's text. run(args) gets the words; complete(text, word) may be there."""
    name = None
    prefix = False

    def __init__(self):
        kind = getattr(gdb, "COMMAND_STATUS")
        if self.prefix:
            gdb.Command.__init__(self, self.name, kind, gdb.COMPLETE_NONE, True)
        elif hasattr(self, "complete"):
            gdb.Command.__init__(self, self.name, kind)
        else:
            gdb.Command.__init__(self, self.name, kind, gdb.COMPLETE_NONE)

    def invoke(self, text, from_tty):
        self.dont_repeat()
        try:
            self.run(text.strip())
        except RuntimeError as error:       # gdb.error; else GDB shows it as a fault of the script
            raise Error(str(error))

    def usage(self):
        return Error("usage: " + [line for line in self.__doc__.splitlines() if line.strip().startswith("kgtp ")][0].strip())


class Kgtp(Command):
    """KGTP's commands: looking at the live kernel, and tracing it.
The kernel is never stopped."""
    name = "kgtp"
    prefix = True

    def run(self, text):
        gdb.execute("help kgtp")


def complete_words(words, word):
    return [w for w in sorted(words) if w.startswith(word)]


def table(rows):
    """Return lines with the columns of the rows below each other; numbers, by the first row below the head, at the right."""
    count = max([len(row) for row in rows])
    widths = [max([len(row[i]) for row in rows if i < len(row)]) for i in range(count)]
    right = [len(rows) > 1 and i < len(rows[1]) and rows[1][i].isdigit() for i in range(count)]
    return ["  ".join([text.rjust(widths[i]) if right[i] else text.ljust(widths[i]) for i, text in enumerate(row)]).rstrip()
            for row in rows]
