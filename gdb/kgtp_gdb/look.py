# SPDX-License-Identifier: GPL-2.0
"""Frames of a run that goes on: `kgtp look', `kgtp live'."""
import re
import time

import gdb

from kgtp_gdb import base, frames, tracing


class Look(base.Command):
    """Show the trace frames that a run has collected so far, while it goes on.

  kgtp look [off]

Numbers the frames that are there, and selects the first; tfind, tdump and bt work on them. `kgtp look' again
numbers them anew, with those that have come since. `kgtp look off' ends it: then tstop stops the run."""
    name = "kgtp look"

    def complete(self, text, word):
        return base.complete_words(["off"], word)

    def run(self, text):
        if text not in ("", "off"):
            raise self.usage()
        base.need_session()
        status = look(text)
        if status is None:
            raise base.Error("no run is on: tfind start shows the frames of the last one")
        base.say([line for line in status.splitlines() if "trace frame" in line][0])
        if not text:
            gdb.execute("tfind start")


def look(text=""):
    """Begin to look, or end it. Return what tstatus says then; None if no run is on."""
    if base.frame_is_selected():
        base.output_of("tfind none")
    told = base.output_of("monitor look " + text)
    if "no such monitor command" in told:
        raise base.Error("the module is older than this script, and shows no frames of a run: tstop, then tfind")
    # GDB refuses tfind until it has heard that no run is on.
    status = base.output_of("tstatus")
    return None if "No run is on" in told else status


def counts(status):
    """Return (frames in the buffer, frames ever made) of tstatus."""
    found = re.search(r"Collected (\d+) trace frame", status)
    both = re.search(r"Buffer contains (\d+) trace frames? \(of (\d+) created total\)", status)
    if both:
        return int(both.group(1)), int(both.group(2))
    return (int(found.group(1)),) * 2 if found else (0, 0)


class Live(base.Command):
    """Show trace frames while a run collects them, a line each, until Ctrl-C or the end of the run.

  kgtp live [SECONDS]

A line has the frame's function, and what it has collected. If there are more frames than GDB can read,
the newest are shown, and it is said how many are not; none is lost for tstop and tfind.
With SECONDS it ends by itself."""
    name = "kgtp live"
    MOST = 200      # frames in a turn

    def run(self, text):
        if text and not re.match(r"\d+(\.\d+)?$", text):
            raise self.usage()
        base.need_session()
        end = time.time() + float(text) if text else None
        status = look()
        if status is None:
            raise base.Error("no run is on: tstart first")
        seen, ended = counts(status)[1], False
        rows = tracing.rows()
        try:
            while not ended and (end is None or time.time() < end):
                time.sleep(0.3)
                status = look()
                ended = status is None
                have, made = counts(status if status else base.output_of("tstatus"))
                first = have - min(made - seen, have, self.MOST)
                if made - seen > have - first:
                    base.say("... %d frames are not shown" % (made - seen - (have - first)))
                for number in range(first, have):
                    one = line_of(number, rows)
                    if one:
                        base.say(one)
                seen = made
        except KeyboardInterrupt:
            base.say()
        base.say("The run has ended: tstatus says why." if ended else "The run goes on.")
        look("off")


def line_of(number, rows):
    """Return the line of a frame; None if it has been overwritten."""
    if "Found trace frame %d," % number not in base.try_output_of("tfind %d" % number):
        return None
    frame = gdb.newest_frame()
    values = frames.values(rows.get(frames.selected()[1], {"actions": []}))
    return "%6d  %s  %s" % (number, frame.name() or "%#x" % frame.pc(),
                            ", ".join(["%s = %s" % (name, " ".join(value.split())) for name, value in values]))


COMMANDS = [Look, Live]
