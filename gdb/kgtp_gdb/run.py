# SPDX-License-Identifier: GPL-2.0
"""A run from its start to its frames, in one command."""
import re
import time

import gdb

from kgtp_gdb import base, frames, look, tracing
from kgtp_gdb.base import say

CALLERS = 20


def wait(seconds, wanted):
    """Wait until the run has so many frames, has ended, or the time is over."""
    end = time.time() + seconds
    try:
        while time.time() < end:
            status = base.output_of("tstatus")
            if "Trace is running" not in status or look.counts(status)[0] >= wanted:
                return
            time.sleep(0.2)
    except KeyboardInterrupt:
        pass


def show_frame(rows):
    """Show the selected frame: where, what it has, and its callers."""
    frame, number = frames.selected()
    row = rows.get(number, {"actions": []})
    say("frame %d, tracepoint %d" % (frame, number))
    stack = base.try_output_of("bt %d" % (CALLERS if "$bt" in frames.collected(row)[1] else 1))
    # GDB's remarks on where it ends are about what is not collected.
    say("".join([line + "\n" for line in stack.splitlines() if not re.match(r"\(More|Backtrace stopped|#\d+ +<unavailable> in \?\?", line)]).rstrip())
    for name, value in frames.values(row, with_variables=False):
        say("    %s = %s" % (name, value))


class Run(base.Command):
    """Trace for a while, and show what was collected: tstart, tstop and tfind in one.

  kgtp run [SECONDS [FRAMES]]

Ends after SECONDS (10), or as soon as there are so many FRAMES (3), or at Ctrl-C. Each frame is
shown with what it has, and with its callers if $bt is collected. `tfind N' selects one later."""
    name = "kgtp run"

    def run(self, text):
        words = text.split()
        if len(words) > 2 or not all([word.isdigit() and int(word) for word in words]):
            raise self.usage()
        base.need_live()
        seconds, wanted = [int(word) for word in words + ["10", "3"][len(words):]]
        if not tracing.rows():
            raise base.Error("there are no tracepoints: kgtp trace PLACE collect $args, $bt")
        for line in base.output_of("kgtp start").splitlines():
            # What GDB says of $args where there are none, and of its progress.
            if not re.match(r"warning: No (args|locals) found|\d+ tracepoints set so far", line):
                say(line)
        try:
            wait(seconds, wanted)
        finally:
            base.try_output_of("tstop")
        rows, shown = tracing.rows(), 0
        base.try_output_of("tfind start")
        whole = not gdb.parameter("print null-stop")
        base.output_of("set print null-stop on")
        try:
            while base.frame_is_selected() and shown < wanted:
                show_frame(rows)
                shown += 1
                base.try_output_of("tfind")
            more = base.frame_is_selected()
        finally:
            base.try_output_of("tfind none")
            if whole:
                base.output_of("set print null-stop off")
        if not shown:
            say("No frames in %d seconds. `kgtp why' says why a tracepoint does not fire." % seconds)
        elif more:
            say("There are more: tfind %d" % shown)


COMMANDS = [Run]
