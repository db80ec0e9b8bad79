# SPDX-License-Identifier: GPL-2.0
"""log_frames: the last trace frames in the kernel's log, at an oops and at a panic."""
import re
import time

import console
from harness import GUEST_MODULE, case
from probed import build, calls, load_module

PARAMETER = "/sys/module/kgtp/parameters/log_frames"
NAME = "file->f_mapping->host->i_sb->s_type->name"      # on all kernels


def logged(text, what):
    """Return the header and the frames, as dictionaries, of the last such block in a console log."""
    found = re.findall(rf"kgtp: {what}: (the last \d+ of \d+ trace frames; .*)\n((?:.*\n)*?).*kgtp: {what}: end of trace frames", text)
    assert found, text[-3000:]
    header, body = found[-1]
    frames = []
    for line in re.findall(r"kgtp: (frame=.*)", body):
        place = re.match(r"frame=\d+ cpu=\d+ time=\d+ tp=\d+ (\S+)", line)[1]
        frames.append({"place": place, **dict(re.findall(r"(\S+)=(\S*)", line)), "line": line})
    assert all(len(frame["line"]) < 900 for frame in frames)
    return header.strip(), frames


def console_since(t, start):
    return t.guest.console_text(start).replace("\r", "")


@case(core=True, needs=["CONFIG_MODULE_UNLOAD"], last=True, timeout=300)
def oops_logs_frames(t):
    """An oops writes the last frames, with what GDB shows of them, also in a run; the box goes on, and so does the run; 0 writes none."""
    t.allow(console.OOPS)
    if t.sh("cat /proc/sys/kernel/panic_on_oops").strip() != "0":
        t.sh("echo 0 >/proc/sys/kernel/panic_on_oops")
    load_module(t, build(t, "probed", "-DOOPS=16"))
    assert t.sh(f"cat {PARAMETER}").strip() == "0"

    def oops():
        t.guest.sync_console()
        start = t.guest.console_size()
        calls(t)
        end = time.monotonic() + 60 * t.kernel.slow
        while "end trace" not in (text := console_since(t, start)):
            assert time.monotonic() < end, text
            time.sleep(0.1)
        t.guest.sync_console()
        return console_since(t, start)

    assert "kgtp:" not in oops()
    t.sh(f"echo 9 >{PARAMETER}")
    # Nothing was traced yet.
    assert "trace frames" not in oops()
    gdb = t.gdb()
    load = t.load("pread", n=20, file="/proc/version", size=24)
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("tvariable $n = 100")
    gdb.cmd("tvariable $bt = 256")
    gdb.trace("*vfs_read", load.mine, "teval $n = $n + 1", f"collect $n, {t.arg(1)}, {t.arg(3)}", "collect jiffies_64, *(char(*)[100])&_text",
              f"collect/s {NAME}", "collect $bt")
    gdb.cmd("tstart")
    load.go()
    text = oops()
    header, frames = logged(text, "oops")
    assert re.match(r"the last 9 of 20 trace frames; the run is on; now \d+$", header), header
    assert text.index("Oops") < text.index("the last 9 of")
    assert [int(frame["frame"]) for frame in frames] == list(range(11, 20))
    # No frame since: no line again; and a probe is in the way of nothing.
    assert "no trace frames since those above" in oops()
    gdb.cmd("tstop")
    live = []
    for n in range(11, 20):
        gdb.cmd(f"tfind {n}")
        live.append({text: int(gdb.eval(text)) for text in ("$n", t.arg(1), t.arg(3), "jiffies_64")} |
                    {"address": int(gdb.eval("(unsigned long)&jiffies_64")), "text": int(gdb.eval("(unsigned long)&_text")),
                     "bytes": int(gdb.eval("*(unsigned int *)&_text")), "name": int(gdb.eval(f"(unsigned long){NAME}"))})
    times = [int(frame["time"]) for frame in frames]
    assert times == sorted(times) and times[-1] <= int(header.split()[-1]), (times, header)
    for frame, real in zip(frames, live):
        assert frame["tp"] == "1" and frame["place"].startswith("vfs_read+0x0/"), frame
        assert int(frame["$n"]) == real["$n"], (frame, real)
        # Only registers that the actions name.
        names = {t.arg(1)[1:], t.arg(3)[1:]}
        assert {key for key, value in frame.items() if value.startswith("0x") and key.isalnum()} == names, frame
        assert all(int(frame[name], 16) == real["$" + name] % (1 << t.bits) for name in names), (frame, real)
        assert bytes.fromhex(frame[f"{real['address']:#x}:8"]) == real["jiffies_64"].to_bytes(8, "little"), (frame, real)
        shown = frame[f"{real['text']:#x}:100"]
        assert shown.endswith("...") and len(shown) == 67, shown
        assert bytes.fromhex(shown[:8]) == real["bytes"].to_bytes(4, "little"), (shown, real)
        assert bytes.fromhex(frame[f"{real['name']:#x}:5"]) == b"proc\0", frame
        # The stack may end before.
        assert frame["$bt"] == "256" and any(100 < int(n) <= 256 for n in re.findall(r"0x\w+:(\d+)=\w{64}\.\.\.", frame["line"])), frame
    # Of several CPUs, and more than there are; frames of a return; and a run that has ended.
    gdb.cmd("delete")
    loads = [t.load("pread", n=5, file="/proc/version", size=24, cpu=cpu) for cpu in range(t.guest.smp)]
    mine = " || ".join(load.mine for load in loads)
    gdb.trace("*vfs_read", mine, "teval $kret=0", f"collect $cpu_id, {'$eax' if t.bits == 32 else '$rax'}")
    gdb.cmd("tstart")
    for load in loads:
        load.go()
    gdb.cmd("tstop")
    t.sh(f"echo 4000000000 >{PARAMETER}")
    header, frames = logged(oops(), "oops")
    assert re.match(rf"the last {5 * len(loads)} of {5 * len(loads)} trace frames; the run has ended; now ", header), header
    assert sorted(frame["cpu"] for frame in frames) == sorted(str(cpu) for cpu in range(len(loads)) for _ in range(5)), frames
    assert all(frame["$cpu_id"] == frame["cpu"] and int(frame["eax" if t.bits == 32 else "rax"], 16) == 24 for frame in frames), frames
    t.sh(f"echo 0 >{PARAMETER}")
    assert "trace frames" not in oops()
    # The box works, and traces.
    gdb.cmd("tstart")
    calls_of = t.load("getppid", n=3)
    calls_of.go()
    gdb.cmd("tstop")


# On older kernels sysrq's crash is an oops.
@case(core=True, module=None, last=True, timeout=300, needs=">=5.0")
def panic_logs_frames(t):
    """A panic in a run on all CPUs writes the last frames, in order, before the kernel's dumpers save the log; the rest of the panic comes."""
    t.allow(console.PANIC)
    t.guest.insmod(GUEST_MODULE, "log_frames=50")
    gdb = t.gdb()
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("set trace-buffer-size 200000")
    loads = [t.load("pread", n=0, file="/proc/version", size=24, cpu=cpu) for cpu in range(t.guest.smp)]
    gdb.cmd("tvariable $n = 0")
    gdb.trace("*vfs_read", " || ".join(load.mine for load in loads), "teval $n = $n + 1", f"collect $n, {t.arg(3)}, *(char(*)[3000])&_text")
    gdb.cmd("tstart")
    for load in loads:
        load.start()
    time.sleep(3)
    start = t.guest.console_size()
    t.guest.spawn("echo c >/proc/sysrq-trigger")
    t.wait_for_end()
    text = console_since(t, start)
    header, frames = logged(text, "panic")
    found = re.match(r"the last 50 of (\d+) trace frames; the run is on; now \d+$", header)
    assert found, header
    assert [int(frame["frame"]) for frame in frames] == list(range(int(found[1]) - 50, int(found[1]))), (header, frames)
    times = [int(frame["time"]) for frame in frames]
    assert times == sorted(times), times
    # Each hit has its own number; the CPU that panics had the fewer hits at the end.
    for cpu in range(t.guest.smp):
        numbers = [int(frame["$n"]) for frame in frames if frame["cpu"] == str(cpu)]
        assert numbers and numbers == sorted(set(numbers)), numbers
    assert all(int(frame[t.arg(3)[1:]], 16) == 24 and frame["line"].count("...") == 1 for frame in frames), frames
    assert {frame["cpu"] for frame in frames} == {str(cpu) for cpu in range(t.guest.smp)}, frames
    assert text.index("Kernel panic") < text.index("the last 50 of") < text.index("end of trace frames"), text[-2000:]
    # PREEMPT_RT may restart before its consoles have printed that.
    rebooting = text.find("Rebooting in")
    assert rebooting > text.index("end of trace frames") or rebooting < 0 and t.kernel.name.endswith("-rt"), text[-2000:]
    t.note(f"{len(text[text.index('the last 50'):])} bytes of log; {header}")
