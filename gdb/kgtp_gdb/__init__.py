# SPDX-License-Identifier: GPL-2.0
"""KGTP's commands for GDB. A file has one subject, with a list COMMANDS, perhaps FUNCTIONS, start() and on_connect()."""
import os

import gdb

from kgtp_gdb import base, connect, log, look, mem, modules, percpu, refuse, run, system, tasks, tfile, tracing, vmlinux

SUBJECTS = [refuse, connect, vmlinux, modules, percpu, tasks, log, system, tracing, run, look, mem, tfile]
HERE = os.path.dirname(os.path.abspath(__file__))


class Connected(base.Command):
    """Used by the hook of `target remote': look at what GDB has connected to."""
    name = "kgtp-connected"

    def run(self, text):
        base.later(on_connect)


_seen = None        # the connection that on_connect() has looked at


def on_connect():
    global _seen
    _seen = base.identity()
    session = base.connected()
    if session is None:
        return
    # Values at a function's entry are guesses of the caller's, which a frame rarely has.
    if "default" in base.try_output_of("show print entry-values"):
        gdb.execute("set print entry-values no")
    if session.is_dry:
        return
    problem = vmlinux.check()
    if problem:
        base.say(problem)
        return
    for subject in SUBJECTS:
        if hasattr(subject, "on_connect"):
            # What a strange kernel lacks must not keep GDB from being connected.
            try:
                subject.on_connect()
            except Exception as error:
                base.say("%s: %s" % (subject.__name__, error))


def at_prompt():
    """GDB 13 runs no hook behind a `target remote' that is typed at its prompt."""
    if base.is_remote() and base.identity()[1] is not None and base.identity() != _seen:
        try:
            on_connect()
        except (RuntimeError, base.Error) as error:
            base.say("kgtp: %s" % error)


def define_hooks():
    # Sourced again, GDB would ask about each.
    asks = "on" in base.output_of("show confirm").split()[-1]
    gdb.execute("set confirm off")
    try:
        gdb.execute("source " + os.path.join(HERE, "..", "kgtp-hooks.gdb"))
    finally:
        gdb.execute("set confirm " + ("on" if asks else "off"))


def start():
    """Define all commands. If GDB is connected already, that counts as connecting."""
    base.Kgtp()
    Connected()
    for subject in SUBJECTS:
        for command in getattr(subject, "COMMANDS", []):
            command()
        for function in getattr(subject, "FUNCTIONS", []):
            function()
        if hasattr(subject, "start"):
            subject.start()
    define_hooks()
    if hasattr(getattr(gdb, "events", None), "before_prompt"):
        if hasattr(gdb, "kgtp_at_prompt"):      # of an earlier `source'
            gdb.events.before_prompt.disconnect(gdb.kgtp_at_prompt)
        gdb.events.before_prompt.connect(at_prompt)
        gdb.kgtp_at_prompt = at_prompt
    if base.is_remote():
        on_connect()
