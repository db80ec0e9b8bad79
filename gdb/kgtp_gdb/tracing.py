# SPDX-License-Identifier: GPL-2.0
"""Tracepoints by pattern and on one line, conditions rewritten, and checked before tstart."""
import fnmatch
import os
import re
import time

import gdb

from kgtp_gdb import base, elf, kernel, modules, rewrite, vmlinux
from kgtp_gdb.base import say

_of_patterns = set()        # tracepoints that a pattern has made: kgtp start may leave them out
SPECIAL = re.compile(r"^(\$(args|locals|regs|_ret|_sdata|bt|\w+)|/s.*)$")


def parse(text):
    """Return (place, condition, what to collect) of `PLACE [if CONDITION] [collect LIST]'."""
    found = re.match(r"""^('[^']*'|"[^"]*"|\S+)(?:\s+if\s+(.*?))?(?:\s+collect\s+(.*))?$""", text, re.S)
    if not found or found.group(1) in ("if", "collect"):
        return None
    return found.group(1).strip("'\""), (found.group(2) or "").strip(), (found.group(3) or "").strip()


def functions_of(path, executable=True):
    """Return the names of the functions in an ELF file that stay in memory, each once; those that are there twice are left out."""
    opened = elf.Elf(path)
    try:
        table = opened.section(".symtab")
        if table is None:
            return []
        strings = opened.contents(opened.section(".strtab"))
        return elf.functions(opened.contents(table), strings, opened)
    finally:
        opened.close()


_names = {}


def all_functions():
    """Return {name} of the kernel's functions, and of the modules'."""
    main = vmlinux.main_file()
    if main and main not in _names:
        _names.clear()
        _names[main] = functions_of(main)
    found = set(_names.get(main, []))
    for one in modules.known():
        if one.path:
            found.update(functions_of(one.path))
    return found


def of_file(name):
    """Return the functions of a source file that have debug information."""
    try:
        places = gdb.decode_line(name + ":1")[1] or []
    except RuntimeError as error:
        raise base.Error(str(error))
    found = set()
    for symtab in set([place.symtab for place in places if place.symtab]):
        if not symtab.filename.endswith(name):
            continue
        for block in (symtab.global_block(), symtab.static_block()):
            found.update([symbol.name for symbol in block if symbol.is_function and symbol.symtab.filename == symtab.filename])
    return found


def of_module(name):
    for one in modules.known():
        if modules.canonical(one.name) == modules.canonical(name):
            if not one.path:
                raise base.Error("no symbols of module %s: %s" % (name, one.why))
            return set(functions_of(one.path))
    raise base.Error("no module %s has symbols here: kgtp modules" % name)


def expand(place):
    """Return the names of the functions that a pattern means; None if it is none."""
    file, colon, pattern = place.rpartition(":")
    if colon and re.search(r"[*?[]", pattern):
        names = of_file(file) if file.endswith((".c", ".h", ".S")) else of_module(file)
    elif re.search(r"[?[]|.\*", place) and not place.startswith("*"):
        names, pattern = all_functions(), place
    elif place.startswith("*") and re.search(r"[*?[]|[a-z_]$", place[1:]) and kernel.address_of(place[1:]) is None and \
            not place[1:2].isdigit():
        names, pattern = all_functions(), place
    else:
        return None
    return sorted([name for name in names if fnmatch.fnmatchcase(name, pattern) and is_traceable(name)])


def is_traceable(name):
    """Not the padding in front of functions, nor the parts that gcc has moved away, which are no calls."""
    return not name.startswith(("__pfx_", "__cfi_")) and ".cold" not in name


def block_at(place):
    """Return the block of a place, for its arguments and locals; or None."""
    try:
        if place.startswith("*"):
            return gdb.block_for_pc(base.number(gdb.parse_and_eval("(unsigned long)%s%s" % ("&" if re.match(r"[a-zA-Z_]\w*$",
                                                                                                place[1:]) else "", place[1:]))))
        return gdb.block_for_pc(gdb.decode_line(place)[1][0].pc)
    except (RuntimeError, TypeError, IndexError):
        return None


def why_not(function, expression, collected=False):
    """Return GDB's complaint about an expression in a function, or ""."""
    if not re.match(r"[a-zA-Z_][\w.]*$", function):
        return ""
    try:
        base.output_of("maint agent%s -at %s, %s" % ("" if collected else "-eval", function, expression))
    except RuntimeError as error:
        if "Undefined" not in str(error) and "not defined" not in str(error):
            return str(error)
    return ""


def items(text):
    """Return the comma-separated expressions of a list; commas in parentheses do not count."""
    found, depth, one = [], 0, ""
    for char in text:
        depth += (char in "([") - (char in ")]")
        if char == "," and not depth:
            found.append(one.strip())
            one = ""
        else:
            one += char
    return found + [one.strip()]


def define(place, condition, collect):
    """Set one tracepoint. Return (its number, what GDB has said)."""
    function = place.lstrip("*")
    if condition:
        condition = rewrite.rewrite(condition, block_at(place))
        problem = why_not(function, condition)
        if problem:
            raise base.Error("condition %s: %s" % (condition, problem))
    # The task's name, as in a condition.
    collect = ", ".join([rewrite.rewrite(item, block_at(place)) if item == "comm" else item for item in items(collect)])
    for item in items(collect) if collect else []:
        problem = "" if SPECIAL.match(item) else why_not(function, item, True)
        if problem:
            raise base.Error("collect %s: %s" % (item, problem))
    _defining.append(place)
    try:
        told = base.output_of("trace %s%s" % (place, " if " + condition if condition else ""))
    finally:
        _defining.pop()
    number = int(gdb.parse_and_eval("$tpnum"))
    if collect:
        actions(number, ["collect " + collect])
    return number, told


def actions(number, lines):
    """Set a tracepoint's actions. Only a script can, without asking."""
    path = modules.Scratch.file("actions.gdb")
    with open(path, "w") as out:
        out.write("\n".join(["actions %d" % number] + lines + ["end"]) + "\n")
    try:
        base.output_of("source " + path)
    finally:
        os.unlink(path)


class Trace(base.Command):
    """Set tracepoints, with condition and actions on one line.

  kgtp trace PLACE [if CONDITION] [collect LIST]

PLACE is a location, as for `trace', or a pattern of functions: 'vfs_*', fs/read_write.c:*,
MODULE:*. With a pattern each tracepoint is at the function's entry.
CONDITION may have what GDB's compiler refuses otherwise: comm == "dd" (the task's name),
text == "abc", $_streq(), 'c', enumerators, booleans, members of anonymous structs.
In LIST, too, comm is the task's name.
Example: kgtp trace vfs_read if count > 4000 && comm == "dd" collect $args, $bt
`kgtp start' starts the run, and leaves out places of a pattern that cannot be traced."""
    name = "kgtp trace"

    def complete(self, text, word):
        return getattr(gdb, "COMPLETE_LOCATION", gdb.COMPLETE_SYMBOL)

    def run(self, text):
        parsed = parse(text)
        if not parsed:
            raise self.usage()
        base.need_session()
        place, condition, collect = parsed
        names = expand(place)
        if names is None:
            number, told = define(place, condition, collect)
            say(told.rstrip())
            return
        if not names:
            raise base.Error("no function is %s" % place)
        made, refused = [], []
        for name in names:
            try:
                made.append(define("*" + (name if re.match(r"\w+$", name) else "'%s'" % name), condition, collect)[0])
            except (RuntimeError, base.Error) as error:
                refused.append("%s: %s" % (name, error))
        _of_patterns.update(made)
        if made:
            say("Tracepoints %d to %d at %d functions; `kgtp start' starts them." % (made[0], made[-1], len(made)) if len(made) > 1 else
                "Tracepoint %d at 1 function; `kgtp start' starts it." % made[0])
        for line in refused[:20]:
            say("left out: " + line)
        if len(refused) > 20:
            say("left out: %d more" % (len(refused) - 20))
        if not made:
            raise base.Error("none of the %d functions can be traced so" % len(names))


class Start(base.Command):
    """Start the run, as tstart does; places of patterns that cannot be traced are deleted, and listed.

  kgtp start"""
    name = "kgtp start"

    def run(self, text):
        base.need_live()
        left_out = []
        for _ in range(500):
            try:
                told = base.output_of("tstart")
                break
            except RuntimeError as error:
                found = re.search(r"tracepoint (\d+) at (0x\w+): cannot set: (.*)", str(error), re.S)
                if not found or int(found.group(1)) not in _of_patterns:
                    raise
                place = base.try_output_of("info symbol " + found.group(2)).split(" in section")[0]
                left_out.append("tracepoint %s at %s: %s" % (found.group(1), place, found.group(3).strip()))
                gdb.execute("delete " + found.group(1))
        else:
            raise base.Error("more than 500 places cannot be traced: choose a narrower pattern")
        if told.strip():
            say(told.rstrip())
        for line in left_out:
            say("left out: " + line)


def rows():
    """Return {number: {"enabled", "where", "function", "condition", "actions", "hits", "installed"}} from `info tracepoints'.

    Python has no objects of tracepoints.
    """
    found, one = {}, None
    for line in base.try_output_of("info tracepoints").splitlines():
        row = re.match(r"(\d+)(?:\.\d+)?\s+(?:fast )?tracepoint\s+\S+\s+([yn])\s+(\S+)(?:\s+in (\S+))?", line)
        text = line.strip()
        if row:
            one = found.setdefault(int(row.group(1)), {"enabled": row.group(2) == "y", "where": row.group(3), "hits": 0, "actions": [],
                                                       "function": row.group(4) or "", "condition": "", "installed": False})
        elif one is None:
            continue
        elif text.startswith("trace only if "):
            one["condition"] = text[len("trace only if "):]
        elif text.startswith("tracepoint already hit "):
            one["hits"] = int(text.split()[3])
        elif text == "installed on target":
            one["installed"] = True
        elif text != "not installed on target" and not text.startswith(("pass count", "trace buffer usage", "not installed")) and \
                not re.match(r"\d+\.\d+\s", text):
            one["actions"].append(text)
    return found


def tracepoint(text):
    """Return (number, its row)."""
    known = rows()
    number = int(gdb.parse_and_eval("$tpnum")) if not text and known else int(text) if text.isdigit() else 0
    if number not in known:
        raise base.Error("no tracepoint %s: info tracepoints" % (text or "is there"))
    return number, known[number]


def wrong_action(line, function):
    """Return what is wrong with an action, or ""."""
    word, _, rest = line.partition(" ")
    modifier = re.match(r"(collect)(/\S+)$", word)
    word = modifier.group(1) if modifier else word
    if word == "teval":
        # An assignment to a variable of the trace is no value that GDB itself could compute.
        return why_not(function, rest) if rest else "what is to be computed?"
    if word != "collect":
        return "an action is `collect' or `teval'"
    for item in items(rest):
        problem = "what is to be collected?" if not item else "" if SPECIAL.match(item) else why_not(function, item, True)
        if problem:
            return "%s: %s" % (item, problem)
    return ""


class Actions(base.Command):
    """Show and change a tracepoint's actions, line by line; a wrong line does not drop the others.

  kgtp actions N [add ACTION [; ACTION...] | delete LINE... | set ACTION [; ACTION...]]

Example: kgtp actions 1 add collect $args, file->f_op; teval $reads = $reads + 1
Wrong actions are not added, and it is said why. `actions N' of GDB replaces the whole list, and
drops it at the first line that is wrong."""
    name = "kgtp actions"

    def run(self, text):
        base.need_session()
        words = text.split(None, 2)
        number, row = tracepoint(words[0] if words else "")
        lines = list(row["actions"])
        if len(words) == 3 and words[1] in ("add", "set"):
            new, refused = [], []
            for line in [part.strip() for part in words[2].split(";") if part.strip()]:
                problem = wrong_action(line, row["function"])
                (refused if problem else new).append(line + (": " + problem if problem else ""))
            lines = (lines if words[1] == "add" or not new else []) + new
            if new:
                actions(number, lines)
            for line in refused:
                say("not added: " + line)
        elif len(words) == 3 and words[1] == "delete" and all(one.isdigit() and 0 < int(one) <= len(lines) for one in words[2].split()):
            gone = set([int(one) for one in words[2].split()])
            lines = [line for i, line in enumerate(lines) if i + 1 not in gone]
            actions(number, lines)
        elif len(words) > 1:
            raise self.usage()
        for i, line in enumerate(lines):
            say("%3d  %s" % (i + 1, line))
        if not lines:
            say("Tracepoint %d has no actions." % number)


def trace_variable(name):
    """Return the value that a trace state variable has on the target; None: it is not there."""
    try:
        return int(gdb.parse_and_eval(name))
    except (RuntimeError, ValueError, TypeError):
        return None


def count_reached(row, number, seconds):
    """Return how often a tracepoint's place was reached in a while of the run, and how often with a true condition.

    Counted by a tracepoint without frames, which joins the run and is there only meanwhile.
    """
    name = "$kgtp_reached"
    condition = "(%s = %s + 1) == 0" % (name, name)
    if trace_variable(name) is None:
        # GDB defines variables only at tstart.
        base.output_of("tvariable %s = 0" % name)
        known = re.search(r"\bsetv (\d+)", base.output_of("maint agent-eval " + condition))
        told = base.output_of("maint packet QTDV:%x:0:0:%s" % (int(known.group(1)), "".join("%02x" % ord(char) for char in name[1:])))
        if '"OK"' not in told:
            raise base.Error("hits cannot be counted: %s" % told.strip())

    def hits():
        base.output_of("tstatus")
        return rows()[number]["hits"]

    last = gdb.parse_and_eval("$tpnum")
    try:
        base.output_of("trace *%s if %s" % (row["where"], condition))
        before = hits(), trace_variable(name)
        try:
            time.sleep(seconds)
        except KeyboardInterrupt:
            pass
        fired = hits() - before[0]
        return max(trace_variable(name) - before[1], fired), fired
    finally:
        if int(gdb.parse_and_eval("$tpnum")) != int(last):
            # GDB deletes it, the target keeps it until the next tstart.
            base.try_output_of("disable $tpnum")
            base.try_output_of("delete $tpnum")
            gdb.execute("set $tpnum = %d" % int(last))


class Why(base.Command):
    """Say why a tracepoint does not fire.

  kgtp why [N [SECONDS]]

N: a tracepoint's number; default: the last one. Looks at the run, at whether it is enabled, in
the code and switched on, at hits that were lost, and at the expressions that failed. If nothing
is wrong, it counts for a second, or for so many, how often its place is reached, and how often
with a false condition."""
    name = "kgtp why"

    def run(self, text):
        base.need_session()
        words = text.split()
        if len(words) > 2 or not all(word.isdigit() for word in words):
            raise base.Error("usage: kgtp why [N [SECONDS]]")
        # tstatus brings the counts of hits, which `info tracepoints' shows.
        status = base.output_of("tstatus")
        number, row = tracepoint(words[0] if words else "")
        for line in self.reasons(number, row, status, int(words[1]) if len(words) == 2 else 0):
            say(line)

    def reached(self, number, row, seconds):
        """Return what was seen in so many seconds of a run."""
        reached, fired = count_reached(row, number, seconds)
        meanwhile = "in %d s" % seconds
        if not reached:
            return "%s is not reached %s. It may be inlined where it is called: info scope, or a caller." % (row["function"] or row["where"], meanwhile)
        if not row["condition"]:
            return "Its place was reached %d times %s." % (reached, meanwhile)
        return "Its place was reached %d times %s; the condition was false %s: %s" % (
            reached, meanwhile, "%d times" % (reached - fired) if fired else "each time", row["condition"])

    def reasons(self, number, row, status, seconds):
        mine = re.compile(r"\btracepoint %d\b" % number)
        found = []
        if "Trace is running" not in status:
            found.append("No run is on: tstart. " + status.splitlines()[0])
        if not row["enabled"]:
            found.append("It is disabled: enable %d." % number)
        if not row["installed"] and "Trace is running" in status:
            found.append("It is not in the run: it was set after tstart, and refused, or GDB has connected since: tstop, tstart.")
        notes = re.search(r"^Trace notes: (.*)$", status, re.M)
        for note in notes.group(1).rstrip(".").split("; ") if notes else []:
            if mine.search(note) or "switched off" in note or "switches" in note:
                found.append("Note: %s." % note)
        for name, meaning in (("$lost_missed", "were not delivered by the kernel, inside the handler of another probe"),
                              ("$lost_nested", "came during another hit on the same CPU"),
                              ("$lost_too_big", "had a frame larger than the CPU's share of the buffer"),
                              ("$lost_returns", "were returns of calls that the kernel did not follow")):
            count = trace_variable(name)
            if count:
                found.append("%d hits of the run's tracepoints %s (%s)." % (count, meaning, name))
        problem = why_not(row["function"], row["condition"]) if row["condition"] else ""
        if problem:
            found.append("Its condition cannot be compiled: %s" % problem)
        wrong = bool(found)
        if row["hits"]:
            found.insert(0, "It has been hit %d times, with a true condition." % row["hits"])
        elif not wrong:
            found.append("Nothing is wrong with it.")
        watchable = "Trace is running" in status and row["installed"] and row["enabled"] and row["where"].startswith("0x")
        if watchable and (seconds or not wrong and not row["hits"]):
            found.append(self.reached(number, row, seconds or 1))
        return found


class Stat(base.Command):
    """Show the counters of /proc/gtpstat on the traced machine: frames, losses, CPUs, tracepoints.

  kgtp stat"""
    name = "kgtp stat"

    def run(self, text):
        base.need_session()
        told = base.output_of("monitor stat")
        if "no such monitor command" in told:
            raise base.Error("the module is older than this script: on the box, cat /proc/gtpstat")
        say(told.rstrip())


class Check(base.Command):
    """Used by the hooks of trace, condition and actions: say at once what tstart would refuse, and what to type instead."""
    name = "kgtp-check"

    def run(self, text):
        if base.session() is None or _defining:
            return
        for number, row in sorted(rows().items()):
            function, condition = row["function"], row["condition"]
            if not condition or (number, condition) in _checked:
                continue
            _checked.add((number, condition))
            problem = why_not(function, condition)
            if not problem:
                continue
            say("Tracepoint %d: tstart would refuse the condition: %s" % (number, problem))
            try:
                better = rewrite.rewrite(condition, block_at(function))
            except (RuntimeError, base.Error):
                continue
            if better != condition and not why_not(function, better):
                say("Type: condition %d %s" % (number, better))


_checked = set()        # (number, condition)
_defining = []          # not empty while kgtp trace, which has checked by itself, uses `trace'


COMMANDS = [Trace, Start, Actions, Why, Stat, Check]
