# SPDX-License-Identifier: GPL-2.0
"""Which cache lines of the module's memory the hits of one CPU change, and which ones those of another."""
import re
import subprocess

LINE, WORD, HITS, SIZE = 64, 8, 500, 12345      # SIZE: of the reads that hit


def gtpstat(guest, pattern):
    """-> the sum of what /proc/gtpstat says of it"""
    return sum(map(int, re.findall(rf"^{pattern} +(\d+)$", guest.sh("cat /proc/gtpstat"), re.M)))


class Memory:
    """The module's memory that all CPUs see: its sections, the tracepoint, the buffer and what the buffer has of each CPU."""

    def __init__(self, guest, gdb, module, folder):
        self.gdb, self.file = gdb, folder / "memory"
        at = {name: guest.sh(f"cat /sys/module/kgtp/sections/{name}").strip() for name in (".text", ".data", ".bss")}
        gdb.cmd(f"add-symbol-file {module} {at['.text']} -s .data {at['.data']} -s .bss {at['.bss']}")
        sizes = dict(re.findall(r"^(\.\S+) +(\d+)", subprocess.run(["size", "-A", module], stdout=subprocess.PIPE, text=True,
                                                                  check=True).stdout, re.M))
        self.sections = [(int(at[name], 16), int(sizes[name])) for name in (".data", ".bss")]
        self.places = []

    def find(self):
        """What a trace has got when it starts."""
        point = "((struct gtp_point *)((long)gtp.points.next - (long)&((struct gtp_point *)0)->list))"
        self.places = self.sections + [(self.gdb.value(f"(long)({what})"), self.gdb.value(f"sizeof(*{what})") * count) for what, count in (
            (point, 1), ("gtp.rb", 1), ("gtp.rb->slots", self.gdb.value("gtp.rb->nr_cpus")))]

    def look(self):
        """-> {address of a word: its bytes}"""
        found = {}
        for start, size in self.places:
            self.gdb.cmd(f"dump binary memory {self.file} {start} {start + size}")
            data = self.file.read_bytes()
            found |= {start + at: data[at:at + WORD] for at in range(0, size, WORD)}
        return found

    def changed(self, action):
        """-> the words that are others afterwards"""
        before = self.look()
        action()
        after = self.look()
        return {word for word in after if after[word] != before[word]}


def lines(guest, gdb, memory):
    """A tracepoint of vfs_read if count == SIZE is there.

    -> {"session": words that change by themselves, "cpu0", "cpu1": lines that hits there change, "both": hits on either}
    """
    frames = []

    def hits(cpu):
        guest.sh(f"echo | load read -w -n {HITS} -f /dev/zero -s {SIZE} -c {cpu}")
        frames.append(gtpstat(guest, "frames_created"))
    gdb.cmd("tstart")
    memory.find()
    memory.changed(lambda: [hits(0), hits(1)])      # what the first hit does and no other
    session = memory.changed(lambda: gtpstat(guest, "frames_created"))
    first, second = ({word & -LINE for word in memory.changed(lambda: hits(cpu)) - session} for cpu in (0, 1))
    gdb.cmd("tstop")
    if frames != [HITS * n for n in (1, 2, 3, 4)]:
        raise AssertionError(f"four times {HITS} hits made frames: {frames}")
    return {"session": len(session), "cpu0": len(first), "cpu1": len(second), "both": len(first & second)}
