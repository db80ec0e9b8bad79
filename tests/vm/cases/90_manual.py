# SPDX-License-Identifier: GPL-2.0
"""docs/manual.md teaches by transcript: its sessions are typed once more, and must show what they show there.

A fenced block marked `console` is a session: `(gdb) ` before what is typed at GDB, `> ` before the lines that belong to it, `box# `
before what is typed at the traced machine's shell; the other lines are what is shown. `target remote` connects to the guest.
Each section (`## `) begins with a new GDB and a module that has just been loaded.

Text must be the same, but for: a hexadecimal number, for which any other may stand; and a decimal number with a fraction or of
five digits and more, likewise; the times of the kernel's log; the process that $dump_stack is of; and its "?" lines, at least one, for
which others may stand: the kernel moves the stack at random. What else varies has no place in the manual.

KGTP_MANUAL=write writes what is shown into the manual: after a change of its commands, or of what they show.
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
    """A line with its variable parts made alike."""
    text = re.sub(r"0x[0-9a-f]+", "0x#", text.rstrip())
    # Debian goes on to its next build.
    text = re.sub(r"\b6\.1\.\d+-\d+(-cloud-amd64| \([\d-]+\))", "6.1 #", text)
    text = re.sub(r"^\[ *\d+\.\d+\] ", "[#] ", text)
    text = re.sub(r"^(\[#\] gtp \d+:stack of process) \d+", r"\1 #", text)
    text = re.sub(r"^(\[#\] gtp \d+: \?) .*", r"\1", text)
    return re.sub(r"-?\b\d+\.\d+\b(?!\.)|-?\b\d{5,}\b", "#", text)


def alike(lines):
    """The same of lines; of lines of a stack, one."""
    found = []
    for line in map(same, lines):
        if not (line.endswith(": ?") and found[-1:] == [line]):
            found.append(line)
    return found


class Session:
    """Types a section's commands; GDB and the guest go on from one to the next."""

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
            # It is printed like all else. Of a script GDB says where in the file it was.
            return re.sub(r"^/\S+:\d+: Error in sourced command file:\n", "", error.shown, flags=re.M)

    def replay(self, block):
        """A block's lines -> the same with what is shown now."""
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
    """The manual's lines, as ("text", lines) or ("console", lines), and ("section", line)."""
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
    """docs/manual.md: each session, typed again, shows what the manual says that it shows."""
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
