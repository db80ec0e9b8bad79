# SPDX-License-Identifier: GPL-2.0
"""System calls on the device, one at a time: see guest/talk.c."""
import os
import re

PROC = "/proc/gtp"


class Talk:
    """One process in the guest that makes them."""

    def __init__(self, t):
        self.job = t.spawn("exec talk")

    def ask(self, line):
        """Return its answer, or an OSError for a failed call."""
        self.job.send(line + "\n")
        answer = self.job.readline(120)
        if answer[0] == "!":
            word = answer[2:]
            return OSError(int(word), os.strerror(int(word))) if word.isdigit() else word
        return answer[2:]

    def call(self, line):
        answer = self.ask(line)
        if isinstance(answer, OSError):
            raise answer
        return answer

    def errno(self, line):
        answer = self.ask(line)
        assert isinstance(answer, OSError), (line, answer)
        return answer.errno

    def write(self, data, fd=0):
        data = data.encode() if isinstance(data, str) else data
        return int(self.call(f"write {fd} {data.hex()}"))

    def read(self, count=65536, ms=2000, fd=0):
        answer = self.call(f"read {fd} {count} {ms}")
        return answer if answer == "late" else bytes.fromhex(answer)

    def until(self, end, fd=0):
        """Read until the data ends with this."""
        data = b""
        while not data.endswith(end):
            more = self.read(fd=fd)
            assert more not in (b"", "late"), (data, more)
            data += more
        return data

    def end(self):
        self.job.close_stdin()
        self.job.wait()

    # Other files.

    def get(self, path, fd=9):
        self.call(f"open {fd} {path} r")
        data = b""
        while more := self.read(fd=fd):
            data += more
        self.call(f"close {fd}")
        return data.decode(errors="surrogateescape")

    def put(self, path, text, fd=9):
        self.call(f"open {fd} {path} w")
        self.write(text, fd)
        self.call(f"close {fd}")

    def remove(self, path):
        self.call(f"unlink {path}")

    def exists(self, path):
        return not isinstance(self.ask(f"mode {path}"), OSError)


def packet(text):
    text = text.encode() if isinstance(text, str) else text
    return b"$" + text + b"#%02x" % (sum(text) & 0xff)


def expand(text):
    """Return a reply without its run lengths."""
    return re.sub(rb"(.)\*(.)", lambda run: run[1] * (run[2][0] - 28), text, flags=re.DOTALL)


class Device:
    """A session without acks: packets and replies."""

    def __init__(self, t, talk=None):
        self.talk = talk or Talk(t)

    def open(self):
        self.talk.call(f"open 0 {PROC} rw")
        self.talk.write(packet("QStartNoAckMode"))
        assert self.reply() == "OK"
        self.talk.write("+")

    def close(self):
        self.talk.call("close 0")

    def end(self):
        """Close it, and end the process."""
        self.talk.end()

    def reply(self, data=b""):
        """Return the next packet's text, without the notices before it."""
        while True:
            for text in map(expand, re.findall(rb"\$([^#]*)#..", data)):
                if text == b"OK" or not text.startswith(b"O"):
                    return text.decode(errors="surrogateescape")
            more = self.talk.read(ms=20000)
            assert more not in (b"", "late"), (data, more)
            data += more

    def ask(self, text):
        self.talk.write(packet(text))
        return self.reply()

    def many(self, *texts):
        """Send packets in one write. Return their replies, without notices."""
        self.talk.write(b"".join(map(packet, texts)))
        data, replies = b"", []
        while len(replies) < len(texts):
            more = self.talk.read(ms=60000)
            assert more not in (b"", "late"), (data[-200:], more)
            data += more
            replies = [expand(text).decode() for text in re.findall(rb"\$([^#]*)#..", data) if not re.match(rb"O[0-9a-f]", text)]
        return replies

    def must(self, text, good="OK"):
        """Return the reply, which must match."""
        reply = self.ask(text)
        assert re.match(f"(?:{good})", reply), (text, reply)
        return reply
