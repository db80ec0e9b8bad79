# SPDX-License-Identifier: GPL-2.0
"""Thousands of tracepoints, as rbreak sets them."""
import re
import time

from harness import case
from talk import PROC, Talk, packet

MANY = 20000


def answer(talk, text):
    talk.write(packet(text))
    said = b""
    while not re.search(rb"\$(?!O[0-9a-f])[^#]*#..$", said):
        more = talk.read(ms=60000)
        assert more not in (b"", "late"), (text, said)
        said += more
    return said


def define(t, talk, enabled):
    """Define MANY at functions across the kernel. Return the seconds that each eighth took."""
    count = int(talk.call("functions"))
    many = min(MANY, count)         # old kernels have fewer functions
    assert many > MANY // 4, count
    part, took = many // 8, []
    for i in range(8):
        began = time.monotonic()
        done = int(talk.call(f"points 0 {enabled} {i * part + 1} {(i + 1) * part} {count // many}"))
        took.append(time.monotonic() - began)
        assert done == part, (i, done, talk.read())
    t.note(f"{many} tracepoints, {sum(took):.1f} s: " + " ".join(f"{s:.2f}" for s in took))
    return took


@case(timeout=900, module="buffer_size=65536")
def twenty_thousand(t):
    """20,000 tracepoints are defined in linear time, start with progress notices, and are abandoned with the session."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write(packet("QStartNoAckMode"))
    talk.until(b"#9a")
    assert answer(talk, "QTinit").endswith(b"$OK#9a")
    took = define(t, talk, "D")
    assert sorted(took[5:])[1] < 2.5 * sorted(took[:3])[1] + 0.2, took
    # Disabled tracepoints are checked, but get no probe.
    began = time.monotonic()
    said = answer(talk, "QTStart")
    took = time.monotonic() - began
    notices = [bytes.fromhex(text.decode()).decode() for text in re.findall(rb"\$O([0-9a-f]+)#", said)]
    t.note(f"QTStart: {took:.1f} s, {len(notices)} notices")
    assert said.endswith(b"$OK#9a"), said[-200:]
    if took > 4:
        assert any("tracepoints checked so far" in text for text in notices), notices
    assert answer(talk, "QTStop").endswith(b"$OK#9a")
    # Arming enabled ones takes longer than anybody waits.
    began = time.monotonic()
    said = answer(talk, "QTinit")
    took = time.monotonic() - began
    assert said.endswith(b"$OK#9a"), said[-200:]
    assert took < 4 or b"put aside so far".hex().encode() in said, (took, said)
    ignore = special(talk, "ignore_error")
    assert answer(talk, f"QTDV:{ignore}:1:0:" + b"ignore_error".hex()).endswith(b"$OK#9a")
    define(t, talk, "E")
    talk.write(packet("QTStart"))
    said = b""
    began = time.monotonic()
    while not re.search(b"736f20666172", said):        # "so far"
        more = talk.read(ms=60000)
        assert more not in (b"", "late") and b"$OK" not in more, said
        said += more
    told = time.monotonic() - began
    # The start is abandoned on GDB's interrupt, ...
    began = time.monotonic()
    talk.write("\x03")
    while not re.search(rb"\$E\.[^#]*interrupted[^#]*#..$", said):
        more = talk.read(ms=60000)
        assert more not in (b"", "late") and b"$OK" not in more, said
        said += more
    t.note(f"given up in {time.monotonic() - began:.1f} s")
    assert t.probes() == ""
    # ... and when the session closes.
    talk.write(packet("QTStart"))
    talk.read(ms=60000)
    began = time.monotonic()
    talk.call("close 0")
    t.note(f"first notice after {told:.1f} s; closed in {time.monotonic() - began:.1f} s")
    assert t.probes() == ""
    began = time.monotonic()
    talk.call(f"open 0 {PROC} rw")
    said = answer(talk, "QTinit")
    took = time.monotonic() - began
    assert said.endswith(b"OK#9a"), said[-200:]
    assert took < 4 or b"removed so far".hex().encode() in said, (took, said)
    talk.call("close 0")
    t.note(f"QTinit: {took:.1f} s")
    talk.end()


@case(timeout=600, module="buffer_size=65536", needs=["CONFIG_KPROBES_ON_FTRACE"])
def a_thousand_entries(t):
    """1000 entries across the kernel are armed, and removed again; by ftrace that is a matter of seconds."""
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write(packet("QStartNoAckMode"))
    talk.until(b"#9a")
    assert answer(talk, "QTinit").endswith(b"$OK#9a")
    ignore = special(talk, "ignore_error")
    assert answer(talk, f"QTDV:{ignore}:1:0:" + b"ignore_error".hex()).endswith(b"$OK#9a")
    assert answer(talk, "QTBuffer:circular:1").endswith(b"$OK#9a")
    assert int(talk.call(f"points 0 E 1 1000 {int(talk.call('functions')) // 1000}")) == 1000
    began = time.monotonic()
    said = answer(talk, "QTStart")
    start = time.monotonic() - began
    assert said.endswith(b"$OK#9a"), said[-200:]
    by = list(t.served().values())
    began = time.monotonic()
    said = answer(talk, "QTStop")
    stop = time.monotonic() - began
    assert said.endswith(b"$OK#9a"), said[-200:]
    t.note(f"QTStart {start:.1f} s, QTStop {stop:.1f} s; " + ", ".join(f"{by.count(word)} {word}" for word in sorted(set(by))))
    assert t.probes() == "", t.probes()
    talk.call("close 0")
    talk.end()
    if t.kernel.entries_by_ftrace:
        assert by.count("ftrace") > 250     # half of the names may be padding, which is refused
        assert start < 60 and stop < 30, (start, stop)


def special(talk, name):
    text = answer(talk, "qTfV").decode()
    while "$l#" not in text:
        for number, called in re.findall(r"([0-9a-f]+):[0-9a-f]+:[01]:([0-9a-f]+)", text):
            if bytes.fromhex(called).decode() == name:
                return number
        text = answer(talk, "qTsV").decode()
    raise AssertionError(f"there is no {name}")
