# SPDX-License-Identifier: GPL-2.0
"""Which functions a hit's instructions are in: QEMU logs each instruction of a few hits."""
import bisect
import collections
import re
import socket
import statistics

HITS = 40


class Profiler:
    """QEMU's monitor, which switches the log on."""

    def __init__(self, folder):
        self.path, self.log = folder / "monitor", folder / "instructions.log"
        self.options = ["-monitor", f"unix:{self.path},server=on,wait=off"]

    def start(self, bench):
        self.bench, self.socket = bench, socket.socket(socket.AF_UNIX)
        self.socket.connect(str(self.path))
        self.wait()
        self.load = bench.guest.spawn(f"exec loop 1 {HITS}")
        self.load.readline(60)
        self.tell(f"logfile {self.log}")
        self.base = self.count()

    def wait(self):
        text = b""
        while not text.endswith(b"(qemu) "):
            text += self.socket.recv(4096)

    def tell(self, command):
        self.socket.sendall(command.encode() + b"\n")
        self.wait()

    def names(self):
        """Return [(address, function)], sorted; the guest is asked only for what the vmlinux lacks."""
        def loaded(pattern):
            return [(int(line.split()[0], 16), line.split()[2]) for line in
                    self.bench.guest.sh(f"grep '{pattern}' /proc/kallsyms").splitlines()]
        linked = self.bench.kernel.functions()
        slide = next(address for address, name in loaded(self.bench.symbol) if name == self.bench.symbol) - linked[self.bench.symbol]
        return sorted([(address + slide, name) for name, address in linked.items()] + loaded("["))

    def count(self):
        """Return {function: instructions in it per system call}."""
        self.tell("singlestep on")
        self.tell("log exec,nochain")
        self.load.send("go\n")
        self.load.readline(120)
        self.tell("log none")
        self.tell("singlestep off")
        names = self.names()
        addresses = [address for address, _ in names]
        here = next(address for address, name in names if name == self.bench.symbol)
        hits = []
        with open(self.log, errors="replace") as log:
            for line in log:
                found = re.search(r"\[[0-9a-f]+/([0-9a-f]+)/", line)
                pc = int(found[1], 16) if found else 0
                if pc == here:
                    hits.append(collections.Counter())
                if hits and pc:
                    at = bisect.bisect(addresses, pc) - 1
                    hits[-1][names[at][1] if pc >> 63 and at >= 0 else "user"] += 1
        self.log.write_bytes(b"")
        hits = hits[1:-1]
        return {name: statistics.median(hit[name] for hit in hits) for name in set().union(*hits)}

    def show(self, title):
        added = {name: number - self.base.get(name, 0) for name, number in self.count().items()}
        print(f"\n{title}: {sum(added.values()):.0f} instructions")
        for name, number in sorted(added.items(), key=lambda item: -item[1]):
            if number:
                print(f"  {number:6.0f} {name}")
