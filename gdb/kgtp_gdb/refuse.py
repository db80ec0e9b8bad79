# SPDX-License-Identifier: GPL-2.0
"""Commands of GDB that need a stopped program: while GDB is connected to KGTP, say what to type instead.

../kgtp-hooks.gdb makes each of them ask here first. With another target, and without one, nothing changes.

A front end goes its own way: breakpoints come without a command, and one that speaks the Debug Adapter Protocol waits for a stop
after each `continue' and `next', which it would never see if they failed.
"""
import gdb

from kgtp_gdb import base

BREAK = "it cannot have a %s. Use trace: `trace LOCATION', `tstart', later `tstop' and `tfind start'"
RUN = "there is nothing to %s. `trace', `tstart' and `tfind' show what it does; `tfind' walks the frames"
WRITE = "KGTP writes nothing into it: memory and registers are read-only"

INSTEAD = {
    "kill": "KGTP does not end it. `disconnect' ends the session",
    "call": "none of its functions can be called. `print' shows expressions",
    "return": WRITE,
    "variable": WRITE,
    "run": "it runs already. Use `trace' and `tstart'",
    "finish": "it cannot be run until a function returns. Trace the return: `teval $kret = 0' among the actions; `up' walks a frame "
              "that has `$bt'",
}
for _words, _text in (("break tbreak hbreak thbreak rbreak", "breakpoint"), ("watch rwatch awatch", "watchpoint"),
                      ("catch tcatch", "catchpoint")):
    for _word in _words.split():
        INSTEAD[_word] = BREAK % _text
for _what, _words in (("continue", "continue signal reverse-continue"), ("run on", "until advance jump"),
                      ("step", "step next stepi nexti reverse-step reverse-next reverse-stepi reverse-nexti reverse-finish")):
    for _word in _words.split():
        INSTEAD[_word] = RUN % _what
RUNS = set(_word for _word in INSTEAD if INSTEAD[_word].startswith("there is nothing to ")) | set(["finish", "kill"])
for _word in ("start", "starti"):
    INSTEAD[_word] = INSTEAD["run"]


def why_not(command):
    return "The kernel is never stopped: %s." % INSTEAD[command]


def come_back(command):
    """Let a client of DAP see a stop: KGTP answers `continue' at once. Return whether the command itself may go on."""
    base.tell(why_not(command))
    if command in ("continue", "kill"):
        return True
    gdb.execute("continue")
    return False


class Refuse(base.Command):
    """Used by the hooks of GDB's commands: fail, and say what to type instead, if GDB is connected to KGTP."""
    name = "kgtp-refuse"

    def run(self, command):
        if not base.session():
            return
        if base.is_dap() and command in RUNS and come_back(command):
            return
        raise base.Error(why_not(command))


class SetVariable(base.Command):
    """Give a variable, a register or memory a value: set variable NAME = EXPRESSION.
With KGTP only GDB's own variables ($NAME) can have one: nothing is written into the kernel."""
    # A hook does not see the arguments, and convenience variables can be set.
    name = "set variable"

    def complete(self, text, word):
        return gdb.COMPLETE_EXPRESSION if hasattr(gdb, "COMPLETE_EXPRESSION") else gdb.COMPLETE_SYMBOL

    def run(self, text):
        if not text:
            raise base.Error("set what? set variable $NAME = EXPRESSION")
        try:
            gdb.parse_and_eval(text)
        except RuntimeError as error:
            if base.session() and any(word in str(error) for word in ("annot access memory", "ould not write", "left operand")):
                raise base.Error("%s %s." % (str(error).rstrip(".") + ".", "The kernel is never stopped, and " + WRITE))
            raise base.Error(str(error))


# ---- breakpoints of a front end ----------------------------------------------

def disable(breakpoint):
    """GDB would insert an enabled breakpoint at the next `continue', and fail."""
    if breakpoint.enabled and base.session():
        breakpoint.enabled = False
        base.say("Breakpoint %d stays disabled. %s" % (breakpoint.number, why_not("break")))


def on_connect():
    for breakpoint in gdb.breakpoints() or ():
        disable(breakpoint)


def start():
    for name in ("breakpoint_created", "breakpoint_modified"):      # GDB 7.12 and later
        event = getattr(getattr(gdb, "events", None), name, None)
        if event is not None:
            old = getattr(gdb, "kgtp_" + name, None)
            if old is not None:                 # of an earlier `source'
                event.disconnect(old)
            event.connect(disable)
            setattr(gdb, "kgtp_" + name, disable)


COMMANDS = [Refuse, SetVariable]
