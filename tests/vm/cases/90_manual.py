# SPDX-License-Identifier: GPL-2.0
"""The sessions in docs/manual.md are typed again, and must show what the manual shows.

A fenced block marked `console` is a session: `(gdb) ` precedes a command for GDB, `> ` the lines that belong to it, `box# ` a
command for the traced machine's shell; the other lines are output. `target remote` connects to the guest. Each section (`## `)
begins with a new GDB and a newly loaded module.

Text must be the same, except that any value may replace: a hexadecimal number; a decimal number with a fraction or of five
digits and more; the times of the kernel's log; the process of a $dump_stack; and its "?" lines, at least one, as the kernel
moves the stack at random. Other varying output must not be in the manual.

KGTP_MANUAL=write writes the output into the manual, after a change of its commands or of their output.
"""
import difflib
import os
import pathlib
import re

from harness import GdbError, case

MANUAL = pathlib.Path(__file__).resolve().parents[3] / "docs/manual.md"
PARAMETERS = "save_dir=/root"
PROMPTS = ("(gdb) ", "box# ", "> ")


def why_not(t):
    if t.kernel.name != "6.1":
        return "the manual's sessions are those of Debian's 6.1"
    return None


def same(text):
    """Return a line with its variable parts replaced."""
    text = re.sub(r"0x[0-9a-f]+", "0x#", text.rstrip())
    # KASLR may leave the kernel where it was linked: then GDB has a name for a $pc of 0.
    text = text.replace(" in fixed_percpu_data ()", " in ?? ()")
    # Debian's version changes with its next build.
    text = re.sub(r"\b6\.1\.\d+-\d+(-cloud-amd64| \([\d-]+\))", "6.1 #", text)
    text = re.sub(r"^\[ *\d+\.\d+\] ", "[#] ", text)
    text = re.sub(r"^(\[#\] gtp \d+:stack of process) \d+", r"\1 #", text)
    text = re.sub(r"^(\[#\] gtp \d+: \?) .*", r"\1", text)
    return re.sub(r"-?\b\d+\.\d+\b(?!\.)|-?\b\d{5,}\b", "#", text)


def alike(lines):
    """Return lines with their variable parts replaced, and a stack's "?" lines as one."""
    found = []
    for line in map(same, lines):
        if not (line.endswith(": ?") and found[-1:] == [line]):
            found.append(line)
    return found


class Session:
    """Types a section's commands, in one GDB and guest."""

    def __init__(self, test):
        self.test, self.gdb = test, None

    def begin(self):
        if self.gdb:
            self.gdb.close()
            self.test.guest.stop_relay()
            self.test.rmmod()
            self.test.insmod(PARAMETERS)
        self.gdb = self.test.gdb()
        self.gdb.cmd("set print entry-values no")

    def gdb_shows(self, command, lines=()):
        try:
            if command.startswith("target remote "):
                return self.test.connect(self.gdb).replace(str(self.test.guest.gdb_socket), command.split()[-1])
            if lines:
                return self.gdb.script("\n".join([command, *lines]) + "\n")
            return self.gdb.cmd(command)
        except GdbError as error:
            # It is printed like other output. For a script GDB adds the position in the file.
            return re.sub(r"^/\S+:\d+: Error in sourced command file:\n", "", error.shown, flags=re.M)

    def replay(self, block):
        """Return a block's lines with their current output."""
        found, at = [], 0
        while at < len(block):
            prompt = next((prompt for prompt in PROMPTS if block[at].startswith(prompt)), None)
            assert prompt in PROMPTS[:2], f"docs/manual.md: no command before {block[at]!r}"
            command = block[at].removeprefix(prompt)
            end = at + 1
            while end < len(block) and block[end].startswith("> "):
                end += 1
            lines = [line.removeprefix("> ") for line in block[at + 1:end]]
            shown = self.test.run(command).output if prompt == "box# " else self.gdb_shows(command, lines)
            found += [*block[at:end], *(line.rstrip() for line in shown.expandtabs().splitlines())]
            at = end
            while at < len(block) and not block[at].startswith(PROMPTS):
                at += 1
        return found


def pieces(text):
    """Split the manual into ("text", lines), ("console", lines) and ("section", [line])."""
    inside, lines = False, []
    for line in text.splitlines():
        if line in ("```console", "```") and (inside or line == "```console"):
            yield ("console" if inside else "text"), lines
            inside, lines = not inside, []
        elif not inside and line.startswith("## "):
            yield "text", lines
            yield "section", [line]
            lines = []
        else:
            lines.append(line)
    assert not inside, "docs/manual.md: a block without an end"
    yield "text", lines


@case(smp=1, module=PARAMETERS, needs=[why_not], timeout=400)
def manual(t):
    """Each session of docs/manual.md, typed again, shows what the manual shows."""
    session, written, wrong = Session(t), [], []
    section, fresh = "", False
    for kind, lines in pieces(MANUAL.read_text()):
        if kind == "section":
            section, fresh = lines[0], False
        if kind != "console":
            written += lines
            continue
        if not fresh:
            session.begin()
            fresh = True
        found = session.replay(lines)
        written += ["```console", *found, "```"]
        if alike(found) != alike(lines):
            wrong += [section, *difflib.unified_diff(lines, found, "the manual", "now", lineterm="", n=1)]
    if os.environ.get("KGTP_MANUAL") == "write":
        MANUAL.write_text("\n".join(written) + "\n")
        return
    assert not wrong, "docs/manual.md is not what happens (KGTP_MANUAL=write writes it anew):\n" + "\n".join(wrong)
