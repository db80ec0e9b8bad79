# SPDX-License-Identifier: GPL-2.0
"""Tracepoints in a module that is unloaded during a run and returns: at the same address, elsewhere, or as another build."""
import re
import time

from harness import Skip, case
from probed import build, calls, load_module

GONE = "module probed was unloaded; not armed until the same build returns"


def wait_for(gdb, text):
    """Wait until tstatus contains the text: a thread handles the module's tracepoints."""
    for _ in range(40):
        status = gdb.cmd("tstatus")
        if text in status:
            return status
        time.sleep(0.5)
    raise AssertionError(f"tstatus does not say `{text}':\n{status}")


def symbols(t, gdb, built, text):
    gdb.cmd("set confirm off")
    data = int(t.sh("cat /sys/module/probed/sections/.bss"), 16)
    gdb.cmd(f"add-symbol-file {built} {text:#x} -s .bss {data:#x}")


@case(needs=["CONFIG_MODULE_UNLOAD", ">=4.15"], timeout=400)
def unloaded_and_back(t):
    """tstatus and gtpstat report an unloaded module; when it returns, its tracepoints are armed again, at the new address.
    Frames have the new pc, enable state and counts persist, and GDB that loads its symbols again gets no frame twice. Another
    build is left alone."""
    built, filler, other = build(t, "probed"), build(t, "filler"), build(t, "probed", "-DOTHER")
    gdb = t.gdb()
    text = load_module(t, built)
    t.cleanup.callback(t.run, "rmmod probed; rmmod filler")
    symbols(t, gdb, built, text)
    where = int(gdb.eval("(unsigned long)probed_work"))
    entry = gdb.trace("*probed_work", None, "collect $regs")
    back = gdb.trace("*probed_work", None, "teval $kret = 0", "collect $regs")
    plain = gdb.trace("*probed_work")
    late = gdb.trace("*probed_work")
    named = gdb.trace("*probed_work", "probed_count >= 0", "collect probed_count")
    gdb.cmd(f"disable {late}")
    gdb.cmd("tstart")
    calls(t)
    assert gdb.frames() == 12, gdb.cmd("tstatus")
    assert "module" not in gdb.cmd("tstatus")
    # Unload it.
    t.sh("rmmod probed")
    status = wait_for(gdb, f"tracepoint {entry} and 4 more: {GONE}")
    assert "Trace is running" in status, status
    assert f"# tracepoint {entry} and 4 more: {GONE}" in t.sh("cat /proc/gtpstat")
    assert t.probes() == "", t.probes()
    gdb.cmd(f"disable {plain}")
    gdb.cmd(f"enable {late}")
    # Another module takes its place, and it returns.
    load_module(t, filler, "filler")
    moved = load_module(t, built) - text
    assert moved, "it is where it was: nothing was tried"
    status = wait_for(gdb, "module probed has returned at another address; armed again; load its symbols again")
    assert f"tracepoint {named}: not armed: condition or actions name addresses in the module; load its symbols, tstop" in status
    assert t.probes().count("probed_work") >= 2, t.probes()
    calls(t)
    assert gdb.frames() == 21, gdb.cmd("tstatus")
    shown = gdb.cmd("info tracepoints")
    hits = [int(n) for n in re.findall(r"already hit (\d+) time", shown)]
    assert hits == [6, 6, 3, 3, 3], shown
    # With the new symbols GDB sets its tracepoints again, which are the same ones.
    symbols(t, gdb, built, text + moved)
    gdb.cmd(f"remove-symbol-file -a {text:#x}")
    assert int(gdb.eval("(unsigned long)probed_work")) == where + moved
    calls(t)
    assert gdb.frames() == 30, gdb.cmd("tstatus")
    # At the same address, no symbols need to be loaded.
    t.sh("rmmod probed")
    wait_for(gdb, GONE)
    again = load_module(t, built) - text
    wait_for(gdb, "module probed has returned at another address" if again != moved else
             "module probed was unloaded and has returned; armed again")
    calls(t)
    assert gdb.frames() == 39, gdb.cmd("tstatus")
    # Another build.
    t.sh("rmmod probed")
    wait_for(gdb, GONE)
    load_module(t, other)
    wait_for(gdb, "module probed has returned as another build; not armed; load its symbols and set it again")
    assert t.probes() == "", t.probes()
    calls(t)
    assert gdb.frames() == 39, gdb.cmd("tstatus")
    # Then the right build.
    t.sh("rmmod probed")
    load_module(t, built)
    wait_for(gdb, "armed again")
    calls(t)
    gdb.cmd("tstop")
    assert t.probes() == ""
    assert gdb.frames() == 48, gdb.cmd("tstatus")
    pcs = []
    for frame in (0, 12, 21):
        gdb.cmd(f"tfind {frame}")
        pcs.append(int(gdb.eval(f"(unsigned long){t.pc}")) - where)
    assert pcs[0] in (0, 4) and [pc - pcs[0] for pc in pcs] == [0, moved, moved], (pcs, moved)
    gdb.cmd("tfind none")
    # A new run, at the current address.
    now = int(t.sh("cat /sys/module/probed/sections/.text"), 16)
    if now != text + moved:
        symbols(t, gdb, built, now)
        gdb.cmd(f"remove-symbol-file -a {text + moved:#x}")
    gdb.cmd("tstart")
    calls(t)
    gdb.cmd("tstop")
    gdb.cmd(f"tfind tracepoint {named}")
    assert int(gdb.eval("probed_count")) >= 0 and "not armed" not in gdb.cmd("tstatus")
    gdb.cmd("tfind none")
    # A run without tracepoints in it.
    gdb.cmd("delete")
    gdb.trace("*vfs_read", "0")
    gdb.cmd("tstart")
    assert "probed" not in gdb.cmd("tstatus") + t.sh("cat /proc/gtpstat")
    t.sh("rmmod probed")
    gdb.cmd("tstop")
    assert "probed" not in gdb.cmd("tstatus") + t.sh("cat /proc/gtpstat")


LEAD, BIG = 0x10000, 0x28000


def load_above(t, base):
    """Load the module above base, filling smaller holes below with other modules. Return its file and the address of its
    code."""
    built = build(t, "probed")
    for n in range(5):
        text = load_module(t, built)
        if text > base:
            return built, text
        t.sh("rmmod probed")
        t.cleanup.callback(t.run, f"rmmod fill{n}")
        load_module(t, build(t, f"fill{n}"), f"fill{n}")
    raise Skip(f"the module is never above {base:#x}")


def unloaded_and_covered(t, name, *flags):
    """Start a run with a tracepoint in a module, unload that, and load a larger one of this name over its place. Return
    GDB, the tracepoint, the offset of probed_work in the module, and the file to load again."""
    lead, big = build(t, "lead", f"-DTEXT={LEAD:#x}"), build(t, name, f"-DTEXT={BIG:#x}", *flags)
    t.cleanup.callback(t.run, f"rmmod probed; rmmod lead; rmmod {name}")
    gdb = t.gdb()
    # What the kernel allocates for its first probes lies among the modules, too, and stays.
    gdb.trace("*vfs_read", "0")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    built, text = load_above(t, load_module(t, lead, "lead"))
    symbols(t, gdb, built, text)
    where = int(gdb.eval("(unsigned long)probed_work"))
    n = gdb.trace("*probed_work", None, "collect $regs")
    gdb.cmd("tstart")
    calls(t)
    assert gdb.frames() == 3, gdb.cmd("tstatus")
    t.sh("rmmod probed; rmmod lead")
    t.run("for n in 0 1 2 3 4; do rmmod fill$n; done 2>/dev/null")
    wait_for(gdb, GONE)
    covers = load_module(t, big, name)
    if covers == text or not covers <= where < covers + BIG:
        raise Skip(f"the large module is at {covers:#x}, not over {text:#x}")
    t.note(f"{name} at {covers:#x} was over {where:#x}")
    return gdb, n, where - text, built


def is_armed_again(t, gdb, number, offset, built):
    text = load_module(t, built)
    wait_for(gdb, "armed again")
    assert "probed_work+0x0" in t.probes() or "probed_work+0x4" in t.probes(), t.probes()
    calls(t)
    gdb.cmd("tstop")
    assert gdb.frames() == 6, gdb.cmd("tstatus")
    gdb.cmd("tfind 5")
    assert gdb.value("$tpnum") == number
    assert int(gdb.eval(f"(unsigned long){t.pc}")) - text - offset in (0, 4), gdb.cmd("tstatus")
    gdb.cmd("tfind none")


@case(needs=["CONFIG_MODULE_UNLOAD", ">=4.15"], timeout=400)
def covered_by_another_module(t):
    """While a module is unloaded, another one loaded over its place does not get its tracepoints."""
    gdb, *what = unloaded_and_covered(t, "big")
    assert GONE in gdb.cmd("tstatus")
    t.sh("rmmod big")
    is_armed_again(t, gdb, *what)


@case(needs=["CONFIG_MODULE_UNLOAD", ">=4.15"], timeout=400)
def covered_by_another_build(t):
    """The same with another build of that module; once that is unloaded, the module is not reported as returned."""
    gdb, *what = unloaded_and_covered(t, "probed", "-DOTHER")
    wait_for(gdb, "module probed has returned as another build; not armed")
    t.sh("rmmod probed")
    wait_for(gdb, GONE)
    is_armed_again(t, gdb, *what)


@case(needs=["CONFIG_MODULE_UNLOAD", ">=4.15"])
def without_build_id(t):
    """Without a build-id, the srcversion identifies the build; without both, the module is reported and not armed."""
    no_id = "--build-id=none"
    one, other, none = (build(t, "probed", version=version, link=no_id) for version in ("1", "2", None))
    t.cleanup.callback(t.run, "rmmod probed")
    gdb = t.gdb()

    def goes():
        t.sh("rmmod probed")
        wait_for(gdb, GONE)

    def returns(built, text, frames):
        load_module(t, built)
        wait_for(gdb, text)
        calls(t)
        assert gdb.frames() == frames, gdb.cmd("tstatus")
        assert bool(t.probes()) == (text == "armed again"), t.probes()
        goes()

    symbols(t, gdb, one, load_module(t, one))
    assert "build-id" not in t.run("ls /sys/module/probed/notes").output
    assert t.sh("cat /sys/module/probed/srcversion").strip()
    gdb.trace("*probed_work", None, "collect $regs")
    gdb.cmd("tstart")
    calls(t)
    goes()
    returns(one, "armed again", 6)
    returns(other, "module probed has returned as another build; not armed", 6)
    if t.kernel.config("CONFIG_MODULE_SRCVERSION_ALL") != "y":
        returns(none, "module probed has returned, without a build-id or srcversion that tells the build; not armed", 6)
    returns(one, "armed again", 9)
    gdb.cmd("tstop")


@case(needs=["CONFIG_MODULE_UNLOAD", ">=4.15"])
def not_hidden_by_errors(t):
    """An unloaded module is reported despite many kinds of errors, and the status points to gtpstat for the rest."""
    built = build(t, "probed")
    t.cleanup.callback(t.run, "rmmod probed")
    gdb = t.gdb()
    symbols(t, gdb, built, load_module(t, built))
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.trace("*vfs_read", load.mine, *(f"collect *(char *){address}" for address in range(1, 13)))
    gdb.trace("*probed_work", None, "collect $regs")
    gdb.cmd("tstart")
    load.go()
    t.sh("rmmod probed")
    status = wait_for(gdb, GONE)
    assert status.count("cannot read memory") == 7 and "more in gtpstat" in status, status
    gdb.cmd("tstop")
