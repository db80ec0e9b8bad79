# SPDX-License-Identifier: GPL-2.0
"""Recorded sessions of old GDBs (sessions/, ../record) are replayed packet by packet, and the replies compared."""
import pathlib
import re
import subprocess
import time

from harness import case

SESSIONS = pathlib.Path(__file__).resolve().parent.parent / "sessions"
DEVICE = "/proc/gtp"


class Wire:
    """The device, through the guest's `talk`, used as by GDB: with acks until GDB turns them off."""

    def __init__(self, t):
        self.job = t.spawn("exec talk")
        self.acks = True
        self.call(f"open 0 {DEVICE} rw")

    def call(self, line):
        self.job.send(line + "\n")
        answer = self.job.readline()
        assert answer[0] == "=", (line, answer)
        return answer[2:]

    def ask(self, text):
        """Send a packet. Return the notices, which GDB prints, followed by the reply."""
        data = text.encode("latin-1")
        sent = b"$" + data + b"#%02x" % (sum(data) & 255)
        self.call(f"write 0 {sent.hex()}")
        got = b""
        deadline = time.monotonic() + 60
        while not re.fullmatch(rb"\+?(\$O[0-9a-f]{2,}#..)*\$(?!O[0-9a-f])[^#]*#..", got, re.S):
            assert time.monotonic() < deadline, (text, got)
            got += bytes.fromhex(self.call("read 0 65536 5000"))
        assert got.startswith(b"+") == self.acks, (text, got)
        replies = re.findall(rb"\$([^#]*)#(..)", got, re.S)
        for reply, checksum in replies:
            assert int(checksum, 16) == sum(reply) & 255, (text, got)
            if self.acks:
                self.call(f"write 0 {b'+'.hex()}")
        if text == "QStartNoAckMode":
            self.acks = False
        return [reply.decode("latin-1") for reply, _ in replies]

    def close(self):
        self.job.close_stdin()
        self.job.wait()


class Session:
    """One file of sessions/; its README.md describes the lines."""

    def __init__(self, t, name, addresses, forms):
        self.t, self.lines = t, (SESSIONS / name).read_text().splitlines()
        self.addresses, self.forms = addresses, forms
        self.wire, self.asked = None, 0

    def fill(self, text):
        def address(found):
            return self.forms[found[3]](self.addresses[found[1]] + int(found[2] or "0", 0))
        return re.sub(r"\{(\w+)(\+0x[0-9a-f]+)?(?::(\w+))?\}", address, text)

    def check(self, pattern, reply):
        regex = ""
        for part in re.split(r"(\*|\{hex \d+\}|\{=\w+\})", self.fill(pattern)):
            if part == "*":
                regex += ".*"
            elif part.startswith("{hex "):
                regex += "[0-9a-f]{%d}" % (2 * int(part[5:-1]))
            elif part.startswith("{="):
                regex += f"(?P<{part[2:-1]}>[0-9a-f]{{16}})"
            else:
                regex += re.escape(part)
        found = re.fullmatch(regex, reply, re.S)
        assert found, f"not {pattern}, but {reply}"
        for name, value in found.groupdict().items():
            self.addresses[name] = int.from_bytes(bytes.fromhex(value), "little")

    def ask(self, text):
        self.asked += 1
        return self.wire.ask(self.fill(text))

    def do_connect(self):
        if self.wire:
            self.wire.close()
        self.wire = Wire(self.t)

    def do_read(self, count, size):
        load = self.t.load("pread", n=int(count), file="/dev/zero", size=int(size))
        assert load.go()["ok"] == int(count)

    def do_variables(self, *wanted):
        pieces, request = [], "qTfV"
        while "l" not in pieces:
            pieces += self.ask(request)
            assert re.fullmatch(r"l|[1-9a-f][0-9a-f]*:[0-9a-f]+:[01]:([0-9a-f]{2})+", pieces[-1]), pieces
            request = "qTsV"
        assert len(pieces) > 2 and set(wanted) <= set(pieces), pieces

    def play(self):
        """Replay it. Return the number of packets sent."""
        replies = []
        for number, line in enumerate(self.lines, 1):
            kind, _, text = line.partition(" ")
            try:
                if kind == ">":
                    assert not replies, "nobody has looked at the reply before"
                    replies = self.ask(text)
                elif kind == "<" and text.startswith("O5"):
                    assert text in replies[:-1], (text, replies)
                elif kind == "<":
                    self.check(text, replies[-1])
                    replies = []
                elif kind in ("!connect", "!read", "!variables"):
                    getattr(self, "do_" + kind[1:])(*text.split())
                else:
                    assert not line or kind == "#", line
            except AssertionError as error:
                raise AssertionError(f"line {number}: {error}") from None
        self.wire.close()
        return self.asked


def load_offset(vmlinux):
    """Return the difference between the text's address and its load address."""
    text = subprocess.run(["readelf", "-lW", vmlinux], stdout=subprocess.PIPE, text=True, check=True).stdout
    virtual, physical = re.search(r"^ +LOAD +0x\w+ (0x\w+) (0x\w+)", text, re.M).groups()
    return int(virtual, 16) - int(physical, 16)


def play(t, name):
    gdb = t.gdb(connect=False)
    linked = int(gdb.eval("(unsigned long)&_text"))
    t.connect(gdb)
    addresses = {symbol: int(gdb.eval(f"(unsigned long)&{symbol}"))
                 for symbol in ("_text", "_etext", "vfs_read", "jiffies_64", "linux_banner")}
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    slide, offset = addresses["_text"] - linked, load_offset(t.kernel.vmlinux)
    forms = {None: "{:x}".format, "le": lambda address: address.to_bytes(8, "little").hex(),
             "linked": lambda address: f"{address - slide:016x}",
             "load": lambda address: f"{address - slide - offset:016x}"}
    assert Session(t, name, addresses, forms).play() > 50
    # The device is free for the next session.
    t.connect(gdb)
    assert int(gdb.eval("jiffies_64")) > 0


@case(needs=["CONFIG_X86_64", "CONFIG_KALLSYMS_ALL"], timeout=400)
def gdb_7_0_1(t):
    """RHEL 5's GDB works: it has no trace state variables, knows T0 and T1 only, and takes an empty reply as an error."""
    play(t, "7.0.1.txt")


@case(needs=["CONFIG_X86_64", "CONFIG_KALLSYMS_ALL"], timeout=400)
def gdb_7_2(t):
    """RHEL 6's GDB works: variables, sources, uploads, disconnected tracing; old step counts."""
    play(t, "7.2.txt")


@case(needs="CONFIG_X86_64", timeout=400)
def gdb_7_6_1(t):
    """RHEL 7's GDB works: notes, buffer size, enabling during a run, traceframe-info."""
    play(t, "7.6.1.txt")
