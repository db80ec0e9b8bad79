# SPDX-License-Identifier: GPL-2.0
"""Thousands of tracepoints, as rbreak sets them."""
import re
import time

from harness import case
from talk import PROC, Talk, packet

MANY = 20000


def send(talk, texts):
    """Send packets, in writes of some hundred; each must be answered with OK."""
    for at in range(0, len(texts), 500):
        part = texts[at:at + 500]
        talk.write(b"".join(map(packet, part)))
        said = b""
        while said.count(b"$OK#9a") < len(part):
            more = talk.read()
            assert more not in (b"", "late") and b"$E" not in more, (at, said, more)
            said += more


def answer(talk, text):
    talk.write(packet(text))
    said = b""
    while not re.search(rb"\$(?!O[0-9a-f])[^#]*#..$", said):
        more = talk.read(ms=60000)
        assert more not in (b"", "late"), (text, said)
        said += more
    return said


def functions(t):
    """Addresses of so many functions, spread over the kernel."""
    found = []
    for line in t.sh("cat /proc/kallsyms", timeout=120).splitlines():
        words = line.split()
        if words[1] in "tT" and len(words) == 3:
            found.append(int(words[0], 16))
    found = sorted(set(found))
    step = max(1, len(found) // MANY)
    return found[::step][:MANY]


def definitions(places, enabled):
    texts = []
    for n, at in enumerate(places, 1):
        texts += [f"QTDP:{n:x}:{at:x}:{enabled}:0:0-", f"QTDP:-{n:x}:{at:x}:R03FFFFFF-", f"QTDP:-{n:x}:{at:x}:MFFFFFFFF,{at:x},8"]
    return texts


@case(timeout=900, module="buffer_size=65536")
def twenty_thousand(t):
    """So many are defined in a time that grows with their number, start with notices, and are given up with the session."""
    places = functions(t)
    assert len(places) > MANY * 3 // 4, len(places)
    talk = Talk(t)
    talk.call(f"open 0 {PROC} rw")
    talk.write(packet("QStartNoAckMode"))
    talk.until(b"#9a")
    send(talk, ["QTinit"])
    texts = definitions(places, "D")
    took, part = [], len(texts) // 8 // 3 * 3
    for i in range(8):
        began = time.monotonic()
        send(talk, texts[i * part:(i + 1) * part])
        took.append(time.monotonic() - began)
    t.note(f"{len(places)} tracepoints, {sum(took):.1f} s: " + " ".join(f"{s:.2f}" for s in took))
    assert sorted(took[5:])[1] < 2.5 * sorted(took[:3])[1] + 0.2, took
    # Disabled ones are looked at, and have no probe.
    began = time.monotonic()
    said = answer(talk, "QTStart")
    took = time.monotonic() - began
    notices = [bytes.fromhex(text.decode()).decode() for text in re.findall(rb"\$O([0-9a-f]+)#", said)]
    t.note(f"QTStart: {took:.1f} s, {len(notices)} notices")
    assert said.endswith(b"$OK#9a"), said[-200:]
    if took > 4:
        assert any("tracepoints checked so far" in text for text in notices), notices
    assert answer(talk, "QTStop").endswith(b"$OK#9a")
    # Enabled ones take longer than anybody waits.
    send(talk, ["QTinit"])
    ignore = special(talk, "ignore_error")
    send(talk, [f"QTDV:{ignore}:1:0:" + b"ignore_error".hex()] + definitions(places, "E"))
    talk.write(packet("QTStart"))
    said = b""
    began = time.monotonic()
    while not re.search(b"736f20666172", said):        # "so far"
        more = talk.read(ms=60000)
        assert more not in (b"", "late") and b"$OK" not in more, said
        said += more
    told = time.monotonic() - began
    began = time.monotonic()
    talk.call("close 0")
    t.note(f"first notice after {told:.1f} s; closed in {time.monotonic() - began:.1f} s")
    assert t.probes() == ""
    began = time.monotonic()
    talk.call(f"open 0 {PROC} rw")
    send(talk, ["QTinit"])
    talk.call("close 0")
    t.note(f"QTinit: {time.monotonic() - began:.1f} s")
    talk.end()


def special(talk, name):
    text = answer(talk, "qTfV").decode()
    while "$l#" not in text:
        for number, called in re.findall(r"([0-9a-f]+):[0-9a-f]+:[01]:([0-9a-f]+)", text):
            if bytes.fromhex(called).decode() == name:
                return number
        text = answer(talk, "qTsV").decode()
    raise AssertionError(f"there is no {name}")
