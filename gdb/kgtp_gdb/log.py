# SPDX-License-Identifier: GPL-2.0
"""The kernel's log: the ring of records of 5.10 and later, the records of 3.5 to 5.9, and the characters before."""
import time

from kgtp_gdb import base, kernel
from kgtp_gdb.base import number, say


class Line(object):
    def __init__(self, seq, nanoseconds, text):
        self.seq, self.nanoseconds, self.text = seq, nanoseconds, text

    def show(self):
        seconds, rest = divmod(self.nanoseconds // 1000, 1000000)
        head = "[%5d.%06d] " % (seconds, rest)
        return "\n".join([head + part for part in self.text.split("\n")])


def ring_slices(start, end, size):
    """Return [(from, to)] of the ring's places that the positions start to end have."""
    if end - start >= size:
        return [(0, size)]
    first, last = start % size, end % size
    if first <= last and end - start < size:
        return [(first, last)]
    return [(first, size), (0, last)]


class Ring(object):
    """An array or bytes in the kernel's memory, read where positions from start to end are."""

    def __init__(self, address, element, count, start, end):
        self.element, self.count, self.parts = element, count, []
        for low, high in ring_slices(start, end, count):
            data = b""
            while len(data) < (high - low) * element:
                part = min((high - low) * element - len(data), 8192)
                data += kernel.read(address + low * element + len(data), part)
            self.parts.append((low, high, data))

    def at(self, position):
        """Return the bytes of an element, and those behind it; none if it was not read."""
        place = position % self.count
        for low, high, data in self.parts:
            if low <= place < high:
                return data[(place - low) * self.element:]
        return b""


def unsigned(data):
    found = 0
    for byte in bytearray(data[::-1] if is_little() else data):
        found = found << 8 | byte
    return found


def is_little():
    return "little" in base.output_of("show endian")


def field(data, kind, path):
    start = kernel.offset(kind, path)
    thing = kernel.at(0, kind)
    for name in path.split("."):
        thing = thing[name]
    return unsigned(data[start:start + thing.type.sizeof])


def records_of_ring(ring, after):
    """Yield Lines of a struct printk_ringbuffer, from the record with that id on; and the last id at the end."""
    word = 8 * kernel.word_size()
    mask = (1 << word - 2) - 1
    descriptors, texts = ring["desc_ring"], ring["text_data_ring"]
    count, size = 1 << number(descriptors["count_bits"]), 1 << number(texts["size_bits"])
    kind, info = descriptors["descs"].type.target(), descriptors["infos"].type.target()
    first, last = number(descriptors["tail_id"]["counter"]) & mask, number(descriptors["head_id"]["counter"]) & mask
    if after is not None and (last - after & mask) < count:
        first = after + 1 & mask
    total = (last - first & mask) + 1
    if total > count:               # nothing new
        return [], last
    table = Ring(number(descriptors["descs"]), kind.sizeof, count, first, first + total)
    infos = Ring(number(descriptors["infos"]), info.sizeof, count, first, first + total)
    rows = []
    for i in range(first, first + total):
        data = table.at(i)
        state = field(data, kind, "state_var.counter")
        if state & mask != i & mask or state >> word - 2 not in (1, 2):        # committed, finalized
            continue
        begin, end = field(data, kind, "text_blk_lpos.begin"), field(data, kind, "text_blk_lpos.next")
        rows.append((infos.at(i), begin, end))
    real = [(begin, end) for _, begin, end in rows if not begin & 1]
    text = None
    if real:
        text = Ring(number(texts["data"]), 1, size, real[0][0], real[-1][1])
    found = []
    for data, begin, end in rows:
        line = ""
        if not begin & 1:
            if begin // size != (end - 1) // size:      # it did not fit at the end: it begins at the start
                begin = end // size * size
            length = field(data, info, "text_len")
            line = kernel.decode(text.at(begin + kernel.word_size())[:min(length, end - begin)])
        found.append(Line(field(data, info, "seq"), field(data, info, "ts_nsec"), line))
    return found, last


# Flags of struct printk_log, up to 4.9: the record ends a line, has a time of its own, is a part of a line.
NEWLINE, PREFIX, CONT = 2, 4, 8


def goes_on(flags, before):
    """Is a record without a time of its own? before: the flags of the one before it."""
    return bool(before & CONT and (not flags & PREFIX or flags & CONT and not before & NEWLINE))


def add_record(found, line, flags, before):
    """Add a record to those found, as the kernel shows them."""
    if not goes_on(flags, before):
        found.append(line)
    elif found and not before & NEWLINE:
        found[-1].text += line.text
    else:
        found.append(Text(line.text))


def records_of_buffer(after):
    """Return Lines of log_buf with struct printk_log, and the index, number and flags to go on from."""
    kind = kernel.find_type("struct printk_log", "struct log")
    start = number(kernel.variable("log_buf"))
    index, seq = number(kernel.variable("log_first_idx")), number(kernel.variable("log_first_seq"))
    last = number(kernel.variable("log_next_seq"))
    # Since 4.10 each record is a line; before, what is shown depends on the last one's flags.
    has_parts, before = kernel.variable("syslog_prev") is not None, 0
    if after is not None and seq <= after[1] <= last:
        index, seq, before = after
    found = []
    while seq < last:
        head = kernel.at(start + index, kind)
        if not number(head["len"]):         # the rest of the buffer was too small
            index = 0
            head = kernel.at(start, kind)
        data = kernel.read(start + index + kind.sizeof, number(head["text_len"]))
        flags = number(head["flags"]) if has_parts else 0
        add_record(found, Line(seq, number(head["ts_nsec"]), kernel.decode(data)), flags, before)
        index, seq, before = index + number(head["len"]), seq + 1, flags
    return found, (index, seq, before)


class Text(object):
    """A line of the log before 3.5, which has its time in it, if at all."""

    def __init__(self, text):
        self.text = text

    def show(self):
        return self.text


def records_of_characters(after):
    end, size = number(kernel.variable("log_end")), number(kernel.variable("log_buf_len"))
    start = number(kernel.variable("log_buf"))
    first = end - min(number(kernel.variable("logged_chars")), size)
    if after is not None and first <= after <= end:
        first = after
    ring = Ring(start, 1, size, first, end)
    data = b"".join([part for _, _, part in ring.parts])
    if not data.endswith(b"\n"):        # it is being written
        data = data[:data.rfind(b"\n") + 1]
    lines = kernel.decode(data).split("\n")[:-1]
    return [Text(line[3:] if line[:1] == "<" and line[2:3] == ">" else line) for line in lines], first + len(data)


def records(after=None):
    """Return the log's lines, from a place on that an earlier call has returned; and the place to go on from."""
    ring = kernel.variable("prb")
    if ring is not None:
        return records_of_ring(ring.dereference(), after)
    if kernel.variable("log_first_idx") is not None:
        return records_of_buffer(after)
    kernel.need(kernel.variable("log_end"), "a log that is understood")
    return records_of_characters(after)


class Dmesg(base.Command):
    """Show the kernel's log.

  kgtp dmesg [N]

N: only the last N records."""
    name = "kgtp dmesg"

    def run(self, text):
        if text and not text.isdigit():
            raise self.usage()
        base.need_live()
        found, _ = records()
        for line in found[-int(text):] if text else found:
            say(line.show())


class Log(base.Command):
    """Follow the kernel's log.

  kgtp log [-f [SECONDS]]

Shows the last ten records; with -f also those that come, until Ctrl-C, or for SECONDS."""
    name = "kgtp log"

    def run(self, text):
        words = text.split()
        if words and (words[0] != "-f" or len(words) > 2 or len(words) == 2 and not words[1].isdigit()):
            raise self.usage()
        base.need_live()
        found, place = records()
        for line in found[-10:]:
            say(line.show())
        if not words:
            return
        end = time.time() + int(words[1]) if len(words) == 2 else None
        try:
            while end is None or time.time() < end:
                time.sleep(0.5)
                found, place = records(place)
                for line in found:
                    say(line.show())
        except KeyboardInterrupt:
            pass


COMMANDS = [Dmesg, Log]
