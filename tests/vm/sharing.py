# SPDX-License-Identifier: GPL-2.0
"""Which cache lines of the module's memory hits of one CPU change, and which ones hits of another."""
import re
import subprocess

LINE, WORD, HITS, SIZE = 64, 8, 500, 12345      # SIZE: of the reads that hit
TOP = 1 << 64


def gtpstat(guest, pattern):
    """Return the sum of the matching values in /proc/gtpstat."""
    return sum(map(int, re.findall(rf"^{pattern} +(\d+)$", guest.sh("cat /proc/gtpstat"), re.M)))


class Memory:
    """The module's memory that all CPUs see: sections, tracepoint, probe, buffer and the buffer's per-CPU parts."""

    def __init__(self, guest, gdb, module, folder):
        self.gdb, self.file = gdb, folder / "memory"
        at = {name: guest.sh(f"cat /sys/module/kgtp/sections/{name}").strip() for name in (".text", ".data", ".bss")}
        gdb.cmd(f"add-symbol-file {module} {at['.text']} -s .data {at['.data']} -s .bss {at['.bss']}")
        sizes = dict(re.findall(r"^(\.\S+) +(\d+)", subprocess.run(["size", "-A", module], stdout=subprocess.PIPE, text=True,
                                                                  check=True).stdout, re.M))
        self.sections = [(int(at[name], 16), int(sizes[name])) for name in (".data", ".bss")]
        self.places = []

    def find(self):
        """Find what a run allocates when it starts."""
        point = "((struct gtp_tracepoint *)((long)gtp.tracepoints.next - (long)&((struct gtp_tracepoint *)0)->list))"
        whats = [("gtp", 1), ("session", 1),      # these are in a section
                 (f"*{point}", 1), (f"*{point}->site", 1), ("*gtp.rb", 1), ("*gtp.rb->slots", self.gdb.value("gtp.rb->nr_cpus"))]
        self.structs = [(self.gdb.value(f"(long)&{what}") % TOP, self.gdb.value(f"sizeof({what})"), what, count) for what, count in whats]
        self.places = self.sections + [(start, size * count) for start, size, what, count in self.structs[2:]]

    def name(self, word):
        """Return a word's address, its object, and the fields of a struct, for a message: 0xffffffffc04a1180 gtp+384: owner"""
        for start, size, what, count in self.structs:
            index, at = divmod(word - start, size)
            if 0 <= index < count:
                fields = re.findall(r"^/\* +(\d+) .*?\*/ .*?(\w+)(?:\[.*|\)\(.*)?;$", self.gdb.cmd(f"ptype /o {what}"), re.M)
                return f"{word:#x} {what}" + (f"[{index}]" if count > 1 else "") + f"+{at}: " + ", ".join(
                    name for offset, name in fields if at <= int(offset) < at + WORD)
        return f"{word:#x} " + self.gdb.cmd(f"info symbol {word}").strip()

    def look(self):
        """Return {address of a word: its bytes}."""
        found = {}
        for start, size in self.places:
            self.gdb.cmd(f"dump binary memory {self.file} {start} {start + size}")
            data = self.file.read_bytes()
            found |= {start + at: data[at:at + WORD] for at in range(0, size, WORD)}
        return found

    def changed(self, action):
        """Return the words that differ afterwards."""
        before = self.look()
        action()
        after = self.look()
        return {word for word in after if after[word] != before[word]}


def lines(guest, gdb, memory):
    """Measure with a tracepoint at vfs_read if count == SIZE, which must exist.

    Returns {"session": words that change without hits, "cpu0", "cpu1": lines that hits there change each time, "both": hits on
    either, "words": names of what changes in these}.
    """
    frames = []

    def reads(cpu, size=SIZE):
        guest.sh(f"echo | load read -w -n {HITS} -f /dev/zero -s {size} -c {cpu}")
        frames.append(gtpstat(guest, "frames_created"))
    gdb.cmd("tstart")
    memory.find()
    reads(0)
    reads(1)        # what only the first hit does
    # How GDB's packets are split into writes is random: some of the session's words change in one round and not in the
    # next.
    idle = set.union(*(memory.changed(lambda: reads(cpu, SIZE + 1)) for cpu in (0, 1, 0, 1)))
    words = [set.intersection(*(memory.changed(lambda: reads(cpu)) for _ in range(3))) - idle for cpu in (0, 1)]
    gdb.cmd("tstop")
    expected = [HITS * n for n in (1, 2, 2, 2, 2, 2, 3, 4, 5, 6, 7, 8)]
    if frames != expected:
        raise AssertionError(f"{HITS} hits a round made frames: {frames}; expected: {expected}")
    first, second = ({word & -LINE for word in mine} for mine in words)
    both = first & second
    return {"session": len(idle), "cpu0": len(first), "cpu1": len(second), "both": len(both),
            "words": [memory.name(word) for word in sorted(set.union(*words)) if word & -LINE in both]}
