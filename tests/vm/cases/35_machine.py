# SPDX-License-Identifier: GPL-2.0
"""Machine-dependent parts: the width of addresses, and the stack pointer."""
import re
import time

from harness import case


@case(core=True)
def ends_of_the_address_space(t):
    """A read does not wrap at the end of the address space, and an address that is too wide is not truncated."""
    gdb = t.gdb(raw=True)
    last = (1 << t.bits) - 1
    for address, length in ((last, 2), (last - 2, 4), (last & ~4095, 4096), (last & ~4095, 8192)):
        assert gdb.packet(f"m{address:x},{length:x}").startswith("E"), hex(address)
    banner = int(gdb.eval("(unsigned long)&linux_banner"))
    assert bytes.fromhex(gdb.packet(f"m{banner:x},4")) == b"Linu"
    # One bit differs: nothing is mapped there.
    wide = banner ^ 1 << 40
    assert gdb.packet(f"m{wide:x},4").startswith("E")
    read = int(gdb.eval("(unsigned long)vfs_read"))
    for address in (wide, last - 1):
        for rest in ("19", "0d04", "22042f"):       # behind a const64: ref32; trace_quick 4; const8 4, tracenz
            code = f"25{address:016x}{rest}27"
            load = t.load("pread", n=1, file="/proc/version", size=8)
            for packet in ("QTinit", f"QTDP:1:{read:x}:E:0:0-", f"QTDP:-1:{read:x}:X{len(code) // 2:X},{code}", "QTStart"):
                assert gdb.packet(packet) == "OK", packet
            load.go()
            shown = gdb.cmd("tstatus")
            assert f"tracepoint 1: action 1: cannot read memory at {address:#x}, " in shown, (code, shown)
    # Nor is a probe set at the truncated address.
    for packet in ("QTinit", f"QTDP:1:{read ^ 1 << 40:x}:E:0:0"):
        assert gdb.packet(packet) == "OK", packet
    shown = gdb.packet("QTStart")
    assert shown.startswith(f"E.tracepoint 1 at {read ^ 1 << 40:#x}: "), shown
    assert t.probes() == ""
    gdb.packet("QTinit")


@case(core=True)
def stack_pointer(t):
    """At a function's first instruction $sp points to the return address, and further inside GDB finds the caller by it.
    Whether the probe uses ftrace, an int3 or, some time later, a jump."""
    gdb = t.gdb()
    gdb.cmd("tvariable $bt = 512")
    loads = [t.load("pread", n=2, file="/proc/version", size=8) for _ in range(2)]
    mine = " || ".join(f"$current_task_pid == {load.pid}" for load in loads)
    inside = gdb.inside("vfs_read", 2)
    for where in ("vfs_read", hex(inside[0]), hex(inside[-1])):
        gdb.trace(f"*{where}", mine, "collect $bt")
    gdb.cmd("tstart")
    loads[0].go()
    time.sleep(2)
    loads[1].go()
    t.note(" ".join(sorted(set(re.findall(r"\[\w+\]", t.probes())) or {"[INT3]"})))
    gdb.cmd("tstop")
    assert "Collected 12 trace frames" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    for i in range(12):
        gdb.cmd("tfind")
        if int(gdb.eval("$tracepoint")) == 1:
            back = gdb.cmd("info symbol *(unsigned long *)$sp")
            assert "pread64" in back, (i, back)
        shown = gdb.cmd("bt 2")
        assert re.search(r"^#0 .*vfs_read", shown, re.M) and re.search(r"^#1 .*pread64", shown, re.M), (i, shown)
    gdb.cmd("tfind none")
