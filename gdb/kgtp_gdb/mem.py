# SPDX-License-Identifier: GPL-2.0
"""Memory that no address of the kernel names: a task's, and physical memory. `kgtp mem'."""
import re

import gdb

from kgtp_gdb import base

KERNEL, PHYSICAL = "kernel", "phys"


def parse(text):
    """Return (what, command): what is "kernel", "phys", "pid N" or None to show it; None if the words are wrong."""
    if not text:
        return None, ""
    found = re.match(r"--(?:(pid)(?:\s+|=)(\d+)|(phys|kernel))(?:\s+(.*))?$", text, re.S)
    if not found or (found.group(3) == KERNEL and found.group(4)):
        return None
    return "pid " + found.group(2) if found.group(1) else found.group(3), (found.group(4) or "").strip()


class Mem(base.Command):
    """Read a task's memory, or physical memory, at the addresses below the kernel's.

  kgtp mem [--pid N [COMMAND]|--phys [COMMAND]|--kernel]

With a COMMAND, as x/s, print, find or dump memory, it is for that command only: kgtp mem --pid 1234 x/s 0x7ffd5a10.
Without one, it is until `kgtp mem --kernel', or until the session ends; GDB's prompt says so meanwhile. The kernel's
own addresses mean the same as ever. `kgtp mem' shows what is chosen.

N is the PID of any task. What is swapped out or was never touched is not there, and is not brought in."""
    name = "kgtp mem"

    def complete(self, text, word):
        if re.match(r"--(pid(\s+|=)\d+|phys)\s", text):
            return gdb.COMPLETE_COMMAND if hasattr(gdb, "COMPLETE_COMMAND") else gdb.COMPLETE_NONE
        # GDB's word begins behind the dashes.
        dashes = text[:len(text) - len(word or "")]
        found = [one[len(dashes):] for one in ("--kernel", "--phys", "--pid") if one.startswith(dashes)]
        return base.complete_words(found, word or "") if dashes in ("", "-", "--") else []

    def run(self, text):
        chosen = parse(text)
        if chosen is None:
            raise self.usage()
        what, command = chosen
        base.need_session()
        if not command:
            base.say(choose(what) if what else ask("monitor mem"))
            return
        base.need_live()
        before_prompt()
        before = now()
        choose(what)
        try:
            gdb.execute(command)
        finally:
            restore(before)


def ask(command):
    told = base.output_of(command).strip()
    if "no such monitor command" in told:
        raise base.Error("the module is older than this script, and reads the kernel's memory only")
    return told


def now():
    """Return what is chosen, as for choose(); the module may have been told by `monitor mem'."""
    told = ask("monitor mem")
    task = re.search(r"those of task (\d+)", told)
    return "pid " + task.group(1) if task else PHYSICAL if "are physical" in told else KERNEL


def choose(what):
    """Choose it, and show it in the prompt. Return what the module says; fail if it refuses."""
    told = ask("monitor mem " + what)
    forget()
    if now() != what:
        raise base.Error(told.splitlines()[0])
    show(None if what == KERNEL else what)
    return told


def restore(what):
    try:
        choose(what)
    except base.Error as error:     # its task has ended meanwhile
        choose(KERNEL)
        base.say(str(error))


def forget():
    """GDB must not show what it has read before."""
    for command in ("maintenance flush dcache", "set stack-cache off", "set stack-cache on", "set code-cache off", "set code-cache on"):
        base.try_output_of(command)


# ---- the prompt -------------------------------------------------------------

_prompt = None      # GDB's own, while another one is shown
_session = None     # for which it is


def show(what):
    """Show in the prompt what is chosen; None: nothing."""
    global _prompt, _session
    if _prompt is None:
        if what is None:
            return
        _prompt = gdb.parameter("prompt")
    gdb.execute("set prompt " + (_prompt if what is None else marked(_prompt, what)))
    if what is None:
        _prompt = None
    _session = base.session()


def marked(prompt, what):
    """`(gdb) ' becomes `(gdb pid 1) '."""
    text = prompt.rstrip()
    return text[:-1] + " " + what + ") " if text.endswith(")") else "(%s) %s" % (what, prompt)


def before_prompt():
    """A session that has ended has no choice any more."""
    if _prompt is not None and base.session() is not _session:
        show(None)


def start():
    events = getattr(gdb, "events", None)
    if hasattr(events, "before_prompt"):
        if hasattr(gdb, "kgtp_mem"):        # of an earlier `source'
            events.before_prompt.disconnect(gdb.kgtp_mem)
        events.before_prompt.connect(before_prompt)
        gdb.kgtp_mem = before_prompt


COMMANDS = [Mem]
